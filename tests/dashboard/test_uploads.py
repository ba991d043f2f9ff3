"""The Uploads tab."""

from __future__ import annotations

import json
import re

import httpx
import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import FilePayload, expect

from tests.dashboard.browser import Person

PNG = (  # the smallest PNG: one transparent pixel
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x03\x00\x08\xfc\x02\xfe\xa7\x9a\xa0"
    b"\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


def file(name: str, content: bytes = PNG) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_several_files_are_stored_previewed_linked_and_deleted(person: Person) -> None:
    person.enter("uploads")
    person.sees("No files yet")
    strange = "<b>قائمة</b> 🍰 ‮gnp.png"
    chooser = person.page.locator("input[type=file]")
    chooser.set_input_files([file("logo.png"), file(strange), file("a.txt", b"text")])
    person.sees("3 files stored")
    expect(person.page.locator(".file")).to_have_count(3)
    person.sees(re.compile(rf"{2 * len(PNG) + 4}\sB. of .50\sMB. used"))
    expect(person.page.locator(".file b")).to_have_count(0)
    picture = person.page.get_by_alt_text("Preview of logo.png")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 1)
    names = {row["filename"] for row in person.owner.rows("project_uploads", "filename")}
    assert {"logo.png", "a.txt"} < names

    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.press("Copy link of logo.png")
    person.sees("Copied")
    link = person.page.evaluate("navigator.clipboard.readText()")
    assert httpx.get(link).content == PNG

    person.press("Delete logo.png")
    person.sees("logo.png is removed for good")
    person.press("Delete")
    person.sees("logo.png deleted")
    expect(person.page.locator(".file")).to_have_count(2)
    assert httpx.get(link).status_code >= 400


def test_files_are_taken_where_they_are_dropped(person: Person) -> None:
    person.enter("uploads")
    transfer = person.page.evaluate_handle(
        """bytes => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.png"));
          return data;
        }""",
        list(PNG),
    )
    person.page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    expect(person.page.locator(".drop-over")).to_be_visible()
    person.page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    person.sees("1 file stored")
    person.sees("dropped.png")


def test_every_refusal_is_a_clear_sentence(person: Person) -> None:
    person.enter("uploads")
    chooser = person.page.locator("input[type=file]")
    chooser.set_input_files(
        [
            file("page.exe", b"MZ\x90\x00" + b"\x00" * 200),
            file("empty.png", b""),
            file("large.png", PNG + b"\x00" * (10 * 1024 * 1024)),
        ]
    )
    person.sees("This type of file is not allowed.")
    person.sees("The file is empty, so it was not sent.")
    person.sees("Larger than 10 MB, so it was not sent.")

    person.owner.sql_insert(
        "project_uploads",
        {
            "user_id": person.owner.id,
            "filename": "filler",
            "storage_path": f"{person.owner.project}/filler",
            "file_type": "image/png",
            "size_bytes": 50 * 1024 * 1024,
            "status": "stored",
        },
    )
    chooser.set_input_files(file("one-more.png"))
    person.sees("There is not enough room left: a project holds 50 MB.")
    person.owner.execute(
        "update public.project_backends set features = %s where project_id = %s",
        json.dumps({"uploads": {"enabled": False}}),
        person.owner.project,
    )
    chooser.set_input_files(file("switched-off.png"))
    person.sees("This feature is switched off in the settings.")


def test_an_upload_can_be_cancelled_and_tried_again(person: Person) -> None:
    person.enter("uploads")
    held = []
    person.page.route("**/project-backend-api", lambda route: held.append(route))
    person.page.locator("input[type=file]").set_input_files(file("slow.png"))
    person.press("Cancel slow.png")
    person.sees("Cancelled")
    person.page.unroute("**/project-backend-api")
    person.press("Try slow.png again")
    person.sees("1 file stored")


def test_an_upload_goes_on_when_the_tab_changes_and_every_tab_says_how_far_it_is(
    person: Person,
) -> None:
    person.enter("uploads")
    person.page.route("**/project-backend-api", lambda _: None)  # never answered
    chooser = person.page.locator("input[type=file]")
    chooser.set_input_files([file("slow.png")])
    person.sees("Uploading")
    person.go("inbox")
    pill = person.page.locator(".pill")
    expect(pill).to_contain_text("Uploading:")
    pill.click()
    person.press("Cancel slow.png")
    person.sees("Cancelled")
    person.page.unroute("**/project-backend-api")
    chooser.set_input_files([file("quick.png")])
    person.go("inbox")
    person.sees("1 file stored")
    person.go("uploads")
    person.sees("quick.png")


def test_a_picture_that_browsers_cannot_show_is_not_sent_and_says_what_helps(
    person: Person,
) -> None:
    person.enter("uploads")
    person.page.locator("input[type=file]").set_input_files([file("IMG_1.HEIC")])
    person.sees("Browsers cannot show HEIC pictures.")
