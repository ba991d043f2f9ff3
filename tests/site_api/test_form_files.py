"""Files that a page's form brings belong to its submission, where the project takes them."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.site_api.project import PICTURE, Project

TAKES_FILES = {"forms": {"files": True}, "rate_limits": {"upload": 0, "submit": 0}}
INBOX, FILES = "public.project_form_submissions", "public.project_uploads"
Files = list[tuple[str, tuple[str, bytes, str]]]

CV = ("cv", ("CV سيرة.txt", b"my life", "text/plain"))
PHOTO = ("photo", ("me.png", PICTURE, "image/png"))


def send(
    project: Project,
    files: Files,
    headers: dict[str, str] | None = None,
    *,
    in_query: bool = False,
    **fields: str,
) -> httpx.Response:
    envelope = {"projectId": project.id, "action": "submit"}
    return project.http.post(
        project.url,
        params=envelope if in_query else {},
        data=({} if in_query else envelope) | fields,
        files=files,
        headers=headers,
    )


def left(project: Project) -> tuple[int, int]:
    """Rows of the inbox and of files; every file's object is there, and no other one."""
    rows = project.rows(FILES)
    objects = project.sql(
        "select name from storage.objects where bucket_id = 'project-uploads'"
        " and name like %s || '/%%'",
        project.id,
    )
    assert {row["storage_path"] for row in rows} == {held["name"] for held in objects}
    assert {row["status"] for row in rows} <= {"stored"}
    return len(project.rows(INBOX)), len(rows)


def cleared(project: Project, *, down_to: int) -> bool:
    """Whether what a refused form held is given up: that goes on behind the answer."""
    until = time.monotonic() + 10
    while len(project.rows(FILES)) > down_to:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("in_query", [False, True])
def test_files_are_stored_and_named_by_the_submission(project: Project, in_query: bool) -> None:
    # The submission is found where its form's switch is on, whatever uploads by themselves may do.
    project.configure(features=TAKES_FILES | {"uploads": {"enabled": False}})
    answer = send(project, [CV, PHOTO], in_query=in_query, name="Ana")
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"success", "id"}
    assert left(project) == (1, 2)
    data = project.rows(INBOX)[0]["data"]
    assert data.keys() == {"name", "cv", "photo"}
    assert (data["cv"]["filename"], data["cv"]["size"]) == ("CV سيرة.txt", 7)
    assert (data["photo"]["type"], data["name"]) == ("image/png", "Ana")
    assert project.http.get(data["cv"]["url"]).content == b"my life"
    assert project.http.get(data["photo"]["url"]).content == PICTURE
    assert {row["storage_path"] for row in project.rows(FILES)} == {
        data[name]["path"] for name in ("cv", "photo")
    }


def test_files_of_one_name_are_a_list(project: Project) -> None:
    project.configure(features=TAKES_FILES)
    files: Files = [("cv", ("a.txt", b"a", "text/plain")), ("cv", ("b.txt", b"b", "text/plain"))]
    assert send(project, files).status_code == 200
    kept = project.rows(INBOX)[0]["data"]["cv"]
    assert [each["filename"] for each in kept] == ["a.txt", "b.txt"]


@pytest.mark.parametrize("in_query", [False, True])
def test_a_project_takes_no_files_unless_it_says_so(project: Project, in_query: bool) -> None:
    answer = send(project, [CV], in_query=in_query)
    assert (answer.status_code, answer.json()["code"]) == (415, "file_not_allowed")
    assert left(project) == (0, 0)


def test_a_file_field_that_nobody_filled_is_no_file(project: Project) -> None:
    # As a browser sends it: a file without a name and without a byte.
    fields = {"projectId": project.id, "action": "submit", "name": "Ana"}
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append('name="cv"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n')
    body = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    answer = project.http.post(
        project.url,
        content=f"{body}--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 200, answer.text
    assert project.rows(INBOX)[0]["data"] == {"name": "Ana"}


@pytest.mark.parametrize(
    ("files", "fields", "expected"),
    [
        ([CV, ("page", ("x.html", b"<p>hi", "text/html"))], {}, (415, "file_type_not_allowed")),
        ([CV] * 11, {}, (400, "invalid_field")),
        ([CV], {"formName": "a b"}, (400, "invalid_field")),
        ([CV], {"text": "x" * 65536}, (413, "body_too_large")),
        ([("a", ("a.txt", b"x" * (10 * 1024 * 1024 + 1), "text/plain"))], {}, (413, None)),
    ],
    ids=["type", "eleven", "name", "data", "size"],
)
def test_a_form_that_is_refused_leaves_no_file(
    project: Project, files: Files, fields: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    project.configure(features=TAKES_FILES)
    answer = send(project, files, **fields)
    assert answer.status_code == expected[0], answer.text
    assert expected[1] in (None, answer.json()["code"])
    assert cleared(project, down_to=0)
    assert left(project) == (0, 0)


def test_a_form_for_which_there_is_no_room_leaves_no_file(project: Project) -> None:
    project.configure(features=TAKES_FILES)
    project.sql(
        "insert into public.project_uploads (project_id, user_id, filename, storage_path,"
        " file_type, size_bytes, status) values (%s, %s, 'x', %s, 'text/plain', %s, 'pending')",
        project.id,
        project.owner_id,
        f"{project.id}/1-x",
        50 * 1024 * 1024 - 7,
    )
    answer = send(project, [CV, PHOTO])
    assert (answer.status_code, answer.json()["code"]) == (413, "quota_exceeded")
    assert cleared(project, down_to=1)
    assert [row["filename"] for row in project.rows(FILES)] == ["x"]
    assert send(project, [CV]).status_code == 200


def test_a_form_with_files_that_is_sent_again_is_there_once(project: Project) -> None:
    project.configure(features=TAKES_FILES)
    key = {"Idempotency-Key": "one"}
    first, again = (send(project, [CV], key, name="Ana") for _ in range(2))
    assert first.json() == again.json()
    assert left(project) == (1, 1)
    other: Any = ("cv", ("CV سيرة.txt", b"another life", "text/plain"))
    assert send(project, [other], key, name="Ana").json() != first.json()


@pytest.mark.parametrize(
    ("origins", "next_page", "status"),
    [
        (["https://shop.example.com"], "https://shop.example.com/thanks", 303),
        (["https://shop.example.com", "https://*.pages.example"], "https://a.pages.example/", 303),
        (["https://shop.example.com"], "https://evil-shop.example.com/", 200),
        (["https://shop.example.com"], "https://pages.example/", 200),
        ([], "https://anywhere.example/", 303),
    ],
)
def test_a_visitor_goes_on_to_a_page_whose_origin_may_call(
    project: Project, origins: list[str], next_page: str, status: int
) -> None:
    project.configure(allowed_origins=origins)
    answer = project.http.post(
        project.url,
        data={"projectId": project.id, "action": "submit", "_next": next_page},
        headers={"Accept": "text/html", "Origin": "https://shop.example.com"},
    )
    assert answer.status_code == status
    assert answer.headers.get("location") == (next_page if status == 303 else None)
