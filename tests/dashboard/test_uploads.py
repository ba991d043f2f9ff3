"""The Uploads tab."""

from __future__ import annotations

import json
import re

import httpx
import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Route, expect

from tests.dashboard.browser import Person
from tests.dashboard.contents import PNG, file


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_every_refusal_is_a_clear_sentence(person: Person) -> None:
    person.enter("uploads")
    chooser = person.page.locator("input[type=file]")
    chooser.set_input_files(
        [
            file("page.exe", b"MZ\x90\x00" + b"\x00" * 200),
            file("empty.png", b""),
            file("large.png", PNG + b"\x00" * (10 * 1024 * 1024)),
        ],
        timeout=60_000,  # milliseconds; the browser is sent all of it, as base64
    )
    person.sees("This type of file is not allowed.")
    person.sees("The file is empty, so it was not sent.")
    person.sees(re.compile(r"Larger than .10\sMB., so it was not sent\."))

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
    person.owner.execute(
        "insert into storage.objects (bucket_id, name, metadata)"
        " values ('project-uploads', %s, '{\"size\": 52428800}')",
        f"{person.owner.project}/filler",
    )
    chooser.set_input_files(file("one-more.png"))
    person.sees("There is not enough room left in the project.")
    person.owner.execute(
        "update public.project_backends set features = %s where project_id = %s",
        json.dumps({"uploads": {"enabled": False}}),
        person.owner.project,
    )
    chooser.set_input_files(file("switched-off.png"))
    person.sees("This feature is switched off in the settings.")


@pytest.mark.slow
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


@pytest.mark.slow
def test_five_uploads_go_two_at_a_time(person: Person) -> None:
    person.enter("uploads")
    held: list[Route] = []
    person.page.route("**/project-backend-api", lambda route: held.append(route))
    person.page.locator("input[type=file]").set_input_files([file(f"{n}.png") for n in range(5)])
    for ended in range(5):
        # Each that ends lets one more go, and no more than one.
        begun = min(5, ended + 2)
        for _ in range(100):
            if len(held) >= begun:
                break
            person.page.wait_for_timeout(50)
        person.page.wait_for_timeout(150)
        assert len(held) == begun
        held[ended].continue_()
    person.sees("5 files stored")


@pytest.mark.slow
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


@pytest.mark.slow
def test_who_leaves_in_the_middle_of_an_upload_is_asked(person: Person) -> None:
    person.enter("uploads")
    person.page.route("**/project-backend-api", lambda _: None)  # never answered
    person.page.locator("input[type=file]").set_input_files([file("slow.png")])
    person.sees("Uploading")
    with person.page.expect_event("dialog") as asked:
        person.page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    person.press("Cancel slow.png")
    person.sees("Cancelled")
    person.page.reload()  # asks nobody
    person.sees("No files yet")
