"""Files: what they are, where they go, and the quota under concurrency."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.site_api.project import NO_RATE_LIMITS, PICTURE, Project

MIB = 1024 * 1024
QUOTA = 50 * MIB
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="5"/></svg>'


def rows(project: Project) -> list[dict[str, Any]]:
    return project.rows("public.project_uploads")


def objects(project: Project) -> list[str]:
    found = project.sql(
        "select name from storage.objects where bucket_id = 'project-uploads' and name like %s",
        f"{project.id}/%",
    )
    return [row["name"] for row in found]


def assert_refused(project: Project, answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert rows(project) == []
    assert objects(project) == []


def text(size: int) -> bytes:
    return b"x" * size


@pytest.mark.parametrize(
    ("name", "shown", "path"),
    [
        ("logo.png", "logo.png", "logo.png"),
        ("../../../etc/passwd.png", "passwd.png", "passwd.png"),
        ("..\\..\\boot.png", "boot.png", "boot.png"),
        (".env", "env", "env"),
        ("con.png", "con.png", "file-con.png"),
        ("صورة المنتج.png", "صورة المنتج.png", "file.png"),
        ("שלום.png", "שלום.png", "file.png"),
        ("invoice\u202egnp.exe.png", "invoicegnp.exe.png", "invoicegnp.exe.png"),
        ("a b?c#d%2fe.png", "a b?c#d%2fe.png", "a-b-c-d-2fe.png"),
        ("x" * 300 + ".png", "x" * 96 + ".png", "x" * 96 + ".png"),
    ],
)
def test_a_name_is_kept_for_people_and_made_safe_for_the_path(
    project: Project, name: str, shown: str, path: str
) -> None:
    said = project.upload(PICTURE, name).json()
    assert said["filename"] == shown
    assert re.fullmatch(rf"{project.id}/\d{{13}}-{re.escape(path)}", said["path"])
    assert project.http.get(said["url"]).content == PICTURE
    assert objects(project) == [said["path"]]
    assert rows(project)[0]["filename"] == shown


def test_equal_names_at_once_do_not_collide(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: project.upload(PICTURE), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["path"] for answer in answers}) == 16
    assert len(objects(project)) == 16


@pytest.mark.parametrize(
    ("content", "name", "claimed", "kept", "served"),
    [
        (PICTURE, "a.html", "text/html", "image/png", "image/png"),
        (b"%PDF-1.7\n", "a", "", "application/pdf", "application/pdf"),
        (b"a,b\n", "a.csv", "text/csv", "text/csv", "text/csv"),
        (b'{"a":1}', "a.json", "application/json", "application/json", "application/json"),
        (b"<script>1</script>", "a.txt", "text/plain", "text/plain", "text/plain"),
        (SVG, "a.svg", "image/svg+xml", "image/svg+xml", "image/svg+xml"),
        (
            SVG.replace(b"<circle", b"<script>alert(1)</script><circle"),
            "a.svg",
            "image/svg+xml",
            "image/svg+xml",
            "text/plain",
        ),
    ],
)
def test_the_bytes_decide_what_a_file_is_served_as(
    project: Project, content: bytes, name: str, claimed: str, kept: str, served: str
) -> None:
    said = project.upload(content, name, claimed).json()
    assert rows(project)[0]["file_type"] == kept
    fetched = project.http.get(said["url"])
    assert fetched.content == content
    assert fetched.headers["content-type"].split(";")[0] == served


@pytest.mark.parametrize(
    ("content", "name", "claimed"),
    [
        (b"<!doctype html><script>1</script>", "a.html", "text/html"),
        (b"MZ\x90\x00" + bytes(100), "a.png", "image/png"),
        (b"\x7fELF" + bytes(100), "a.txt", "text/plain"),
        (bytes(range(256)), "a.png", "image/png"),
        (b"\x1f\x8b\x08" + bytes(100), "a.zip", "application/zip"),
    ],
)
def test_other_types_are_refused(project: Project, content: bytes, name: str, claimed: str) -> None:
    answer = project.upload(content, name, claimed)
    assert_refused(project, answer, 415, "file_type_not_allowed")


def test_a_file_has_at_most_10_mib(project: Project) -> None:
    assert project.upload(text(10 * MIB), "a.txt", "text/plain").status_code == 200
    answer = project.upload(text(10 * MIB + 1), "b.txt", "text/plain")
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert len(objects(project)) == 1


def fill(
    project: Project, size: int, status: str = "stored", age: str = "0 s", folder: str = ""
) -> str:
    """A file of this size, as far as the database knows: its row, its object if it is stored."""
    [row] = project.sql(
        "insert into public.project_uploads (project_id, user_id, filename, storage_path,"
        " file_type, size_bytes, status, uploaded_at)"
        " values (%s, %s, 'x', %s, 'text/plain', %s, %s, now() - %s::interval)"
        " returning storage_path",
        project.id,
        project.owner_id,
        f"{folder}{project.id}/{uuid.uuid4()}",
        size,
        status,
        age,
    )
    path: str = row["storage_path"]
    if status == "stored":
        project.sql(
            "insert into storage.objects (bucket_id, name, metadata)"
            " values ('project-uploads', %s, jsonb_build_object('size', %s::bigint))",
            path,
            size,
        )
    return path


def test_the_last_byte_of_the_quota_can_be_used_and_no_more(project: Project) -> None:
    filled = fill(project, QUOTA - 10)
    answer = project.upload(text(11), "a.txt", "text/plain")
    assert (answer.status_code, answer.json()["code"]) == (413, "quota_exceeded")
    assert objects(project) == [filled]
    assert project.upload(text(10), "a.txt", "text/plain").status_code == 200


def test_the_quota_is_exact_under_concurrency(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    fill(project, QUOTA - 5 * MIB - 1)
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda _: project.upload(text(MIB), "a.txt", "text/plain"), range(12))
        )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] * 5 + [413] * 7
    assert len(objects(project)) == 1 + 5
    assert {row["status"] for row in rows(project)} == {"stored"}


def test_files_of_the_first_release_count_toward_the_quota(project: Project) -> None:
    fill(project, QUOTA, folder=f"{project.owner_id}/")
    answer = project.upload(text(1), "a.txt", "text/plain")
    assert answer.json()["code"] == "quota_exceeded"


def test_an_object_that_was_removed_through_storage_holds_no_room(project: Project) -> None:
    gone = project.upload(text(5 * MIB), "gone.txt", "text/plain").json()["path"]
    kept = project.upload(text(5 * MIB), "kept.txt", "text/plain").json()["path"]
    filled = fill(project, QUOTA - 10 * MIB)
    assert project.upload(text(1), "a.txt", "text/plain").json()["code"] == "quota_exceeded"
    project.owner_client.storage.from_("project-uploads").remove([gone])
    stored = project.upload(text(5 * MIB), "new.txt", "text/plain")
    assert stored.status_code == 200, stored.text
    assert {row["storage_path"] for row in rows(project)} == {kept, filled, stored.json()["path"]}
    assert project.upload(text(1), "a.txt", "text/plain").json()["code"] == "quota_exceeded"


def test_room_that_a_running_upload_holds_is_not_given_away(project: Project) -> None:
    fill(project, QUOTA, "pending", "14 minutes")
    answer = project.upload(text(1), "a.txt", "text/plain")
    assert answer.json()["code"] == "quota_exceeded"


def test_what_a_dead_function_left_is_reclaimed(project: Project) -> None:
    stored = project.upload(PICTURE).json()["path"]
    project.sql(
        "update public.project_uploads set status = 'pending', size_bytes = %s,"
        " uploaded_at = now() - interval '16 minutes' where project_id = %s",
        QUOTA,
        project.id,
    )
    answer = project.upload(text(10), "a.txt", "text/plain")
    assert answer.status_code == 200, answer.text
    assert stored not in objects(project)
    assert [row["size_bytes"] for row in rows(project)] == [10]


def test_a_dead_functions_reservation_goes_alone(project: Project) -> None:
    running = fill(project, 10, "pending", "1 minute")
    fill(project, 10, "pending", "16 minutes")
    answer = project.upload(text(5), "a.txt", "text/plain")
    assert answer.status_code == 200, answer.text
    kept = {row["storage_path"]: row["status"] for row in rows(project)}
    assert kept == {running: "pending", answer.json()["path"]: "stored"}


def test_a_refused_upload_takes_no_more_than_its_gates(project: Project) -> None:
    project.configure(features={"uploads": {"write": "owner"}})
    both: tuple[dict[str, Any], ...] = ({}, {"token": "x"})
    for fields in both:
        answer = project.upload(text(1000), "a.txt", "text/plain", **fields)
        assert_refused(project, answer, 403, "not_permitted")
    project.configure(features={"rate_limits": {"upload": 4}})
    codes = [project.upload(b"<p>", "a.html", "text/html").status_code for _ in range(3)]
    assert codes == [415, 415, 429]


def test_the_owner_deletes_object_and_row(project: Project) -> None:
    said = project.upload(PICTURE).json()
    identifier = str(rows(project)[0]["id"])
    answer = project.api("POST", "upload/delete", headers=project.as_owner, id=identifier)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (rows(project), objects(project)) == ([], [])
    assert project.http.get(said["url"]).status_code in (400, 404)
    again = project.api("POST", "upload/delete", headers=project.as_owner, id=identifier)
    assert (again.status_code, again.json()["code"]) == (404, "file_not_found")


def test_the_owner_deletes_a_file_of_the_first_release(project: Project) -> None:
    path = f"{project.owner_id}/{project.id}/1700000000000-old.png"
    storage = f"{project.endpoint.api_url}/storage/v1/object/project-uploads/{path}"
    key = project.endpoint.secret_key
    put = project.http.post(
        storage,
        content=PICTURE,
        headers={"apikey": key, "Authorization": f"Bearer {key}", "Content-Type": "image/png"},
    )
    assert put.status_code == 200, put.text
    project.sql(
        "update public.project_uploads set storage_path = %s where storage_path = %s",
        path,
        fill(project, len(PICTURE)),
    )
    identifier = str(rows(project)[0]["id"])
    answer = project.api("POST", "upload/delete", headers=project.as_owner, id=identifier)
    assert answer.json() == {"success": True}
    found = project.sql("select name from storage.objects where name = %s", path)
    assert (rows(project), found) == ([], [])


def test_nobody_else_deletes_a_file(project: Project, other_project: Project) -> None:
    project.upload(PICTURE)
    identifier = str(rows(project)[0]["id"])
    token = project.signed_up("user@example.com")
    for headers in ({}, {"X-Site-Token": token}, other_project.as_owner):
        answer = project.api("POST", "upload/delete", headers=headers, id=identifier)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    answer = other_project.api(
        "POST", "upload/delete", headers=other_project.as_owner, id=identifier
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "file_not_found")
    assert len(objects(project)) == 1
