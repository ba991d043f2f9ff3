"""Files under races, broken requests and types that a browser could run."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any, LiteralString
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from psycopg import Connection
from storage3.exceptions import StorageApiError
from supabase import Client

from wakti_sb.stack import EmbeddedStack
from wakti_sb.stack.endpoint import Endpoint

from .storage import BUCKET, PUBLIC, refused

pytestmark = pytest.mark.usefixtures("buckets")

UPSERT: Any = {"upsert": "true"}


@contextmanager
def in_the_background(run: Callable[[int], object]) -> Iterator[None]:
    """Calls `run` with 0, 1, … until the block ends; an error in it fails the test."""
    over = Event()

    def work() -> None:
        number = 0
        while not over.is_set():
            run(number)
            number += 1

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
        finally:
            over.set()
        working.result()


def test_one_file_is_left_after_overwrites(service: Client, stack: EmbeddedStack) -> None:
    for content in (b"one", b"two", b"three"):
        service.storage.from_(BUCKET).upload("a.txt", content, UPSERT)
    folder = stack.project / ".wakti" / "embedded" / "storage"
    (file,) = [one for one in folder.iterdir() if one.is_file()]
    assert file.read_bytes() == b"three"
    service.storage.from_(BUCKET).remove(["a.txt"])
    assert [one for one in folder.iterdir() if one.is_file()] == []


def wait_until(database: Connection[Any], condition: LiteralString) -> None:
    """Waits until a statement of the Storage API waits for such a lock."""
    deadline = time.monotonic() + 10
    query: LiteralString = (
        "select 1 from pg_stat_activity where usename = 'supabase_storage_admin' "
        "and wait_event_type = 'Lock' and " + condition
    )
    while not database.execute(query).fetchone():
        assert time.monotonic() < deadline, f"no statement with {condition}"
        time.sleep(0.01)


def test_a_move_that_meets_an_overwrite_loses_no_file(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"first")
    moved: list[str] = []
    with in_the_background(lambda n: files.upload("a.txt", b"%d" % n, UPSERT)):
        number = 0
        while len(moved) < 6:
            number += 1
            assert number < 500
            # It may have been moved a moment ago and not be there again yet.
            with suppress(StorageApiError):
                files.move("a.txt", f"moved/{number}.txt")
                moved.append(f"moved/{number}.txt")
    for name in moved:
        assert files.download(name)


def test_an_overwrite_that_waited_for_a_move_leaves_the_moved_file(
    service: Client, superuser: Connection[Any], clean: Endpoint
) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"first")
    url = clean.database.replace("//postgres:", "//supabase_admin:")
    with psycopg.connect(url) as moving, ThreadPoolExecutor(1) as pool:
        # Uploads of one name wait for each other here: this one is stopped just before its row.
        moving.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"{BUCKET}/a.txt"])
        overwriting = pool.submit(files.upload, "a.txt", b"second", UPSERT)
        wait_until(superuser, "wait_event = 'advisory'")
        moving.execute("update storage.objects set name = 'moved.txt' where name = 'a.txt'")
        moving.execute("select pg_advisory_unlock_all()")
        wait_until(superuser, "wait_event <> 'advisory'")
        moving.commit()
        overwriting.result()
    assert files.download("moved.txt") == b"first"
    assert files.download("a.txt") == b"second"


@pytest.mark.slow
def test_a_file_can_be_read_and_copied_while_it_is_replaced(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"0")
    with in_the_background(lambda n: files.upload("a.txt", b"%d" % n, UPSERT)):
        for number in range(40):
            assert files.download("a.txt").isdigit()
            files.copy("a.txt", f"copies/{number}.txt")
            assert files.download(f"copies/{number}.txt").isdigit()


def test_moves_across_each_other_end(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"a")
    files.upload("b.txt", b"b")

    def move(way: tuple[str, str]) -> str | None:
        try:
            files.move(*way)
        except StorageApiError as error:
            return error.code
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(move, [("a.txt", "b.txt"), ("b.txt", "a.txt")] * 5))
    assert set(outcomes) <= {"Duplicate"}
    assert {files.download("a.txt"), files.download("b.txt")} == {b"a", b"b"}


@pytest.mark.parametrize("mime", ["Text/HTML", "TEXT/html;charset=utf-8"])
def test_a_page_is_not_served_as_a_page_however_its_type_is_written(
    service: Client, http: httpx.Client, mime: str
) -> None:
    page: Any = {"content-type": mime}
    service.storage.from_(PUBLIC).upload("page.html", b"<script>", page)
    answer = http.get(f"/storage/v1/object/public/{PUBLIC}/page.html")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_xml_runs_no_script_here_and_a_picture_is_a_picture(
    service: Client, http: httpx.Client
) -> None:
    for name, mime, policy in (
        ("a.xml", "application/xhtml+xml", "sandbox"),
        ("a.svg", "image/svg+xml", "sandbox"),
        ("a.png", "image/png", None),
    ):
        options: Any = {"content-type": mime}
        service.storage.from_(PUBLIC).upload(name, b"<script/>", options)
        answer = http.get(f"/storage/v1/object/public/{PUBLIC}/{name}")
        assert answer.headers["content-type"] == mime
        assert answer.headers.get("content-security-policy") == policy


@pytest.mark.parametrize("seconds", ["größer", "5\n6", "x" * 2000])
def test_a_cache_control_that_is_no_header_is_refused(
    http: httpx.Client, clean: Endpoint, seconds: str
) -> None:
    answer = http.post(
        f"/storage/v1/object/{PUBLIC}/a.txt",
        headers={"apikey": clean.secret_key},
        data={"cacheControl": seconds},
        files={"file": ("a.txt", b"a")},
    )
    assert answer.status_code == 400
    assert "cacheControl" in answer.json()["message"]


def test_a_row_with_metadata_that_are_no_headers_is_served(
    service: Client, http: httpx.Client, superuser: Connection[Any]
) -> None:
    service.storage.from_(PUBLIC).upload("a.txt", b"abc")
    superuser.execute(
        "update storage.objects set metadata = %s",
        ['{"cacheControl": "größer\\n", "mimetype": 5, "lastModified": "x"}'],
    )
    answer = http.get(f"/storage/v1/object/public/{PUBLIC}/a.txt")
    assert (answer.status_code, answer.content) == (200, b"abc")


def test_a_part_of_another_file_is_not_continued(service: Client, http: httpx.Client) -> None:
    service.storage.from_(PUBLIC).upload("a.txt", b"abcdef")
    path = f"/storage/v1/object/public/{PUBLIC}/a.txt"
    tag = http.get(path).headers["etag"]
    for condition, wanted in ((tag, (206, b"cdef")), ('"other"', (200, b"abcdef"))):
        answer = http.get(path, headers={"range": "bytes=2-", "if-range": condition})
        assert (answer.status_code, answer.content) == wanted


def test_a_copy_replaces_only_on_demand(
    service: Client, http: httpx.Client, clean: Endpoint
) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"a", {"content-type": "text/plain"})
    files.upload("b.txt", b"b")
    with pytest.raises(StorageApiError) as error:
        files.copy("a.txt", "b.txt")
    assert refused(error) == ("409", "Duplicate")
    body = {"bucketId": BUCKET, "sourceKey": "a.txt", "destinationKey": "b.txt"}
    headers = {"apikey": clean.secret_key, "x-upsert": "true"}
    answer = http.post("/storage/v1/object/copy", headers=headers, json=body)
    assert answer.status_code == 200
    assert answer.json()["Key"] == f"{BUCKET}/b.txt"
    assert files.download("b.txt") == b"a"
    assert files.info("b.txt")["content_type"] == "text/plain"


def test_a_copy_onto_itself_gets_metadata_of_its_own(
    service: Client, http: httpx.Client, clean: Endpoint
) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"a", {"content-type": "text/plain", "metadata": {"old": 1}})
    answer = http.post(
        "/storage/v1/object/copy",
        headers={
            "apikey": clean.secret_key,
            "x-upsert": "true",
            "x-metadata": "eyJuZXciOiAyfQ==",
        },
        json={
            "bucketId": BUCKET,
            "sourceKey": "a.txt",
            "destinationKey": "a.txt",
            "copyMetadata": False,
            "metadata": {"cacheControl": "max-age=7"},
        },
    )
    assert answer.status_code == 200
    info = files.info("a.txt")
    assert info["metadata"] == {"new": 2}
    assert (info["cache_control"], info["content_type"]) == ("max-age=7", "text/plain")
    assert files.download("a.txt") == b"a"


def test_a_copy_needs_the_right_to_replace(
    service: Client, sql: Connection[Any], visitor: Client
) -> None:
    sql.execute(
        """
        create policy reads on storage.objects for select to anon using (true);
        create policy adds on storage.objects for insert to anon with check (true);
        """
    )
    service.storage.from_(BUCKET).upload("a.txt", b"a")
    service.storage.from_(BUCKET).upload("b.txt", b"b")
    with pytest.raises(StorageApiError) as error:
        visitor.storage.from_(BUCKET)._request(
            "POST",
            ["object", "copy"],
            json={"bucketId": BUCKET, "sourceKey": "a.txt", "destinationKey": "b.txt"},
            headers={"x-upsert": "true"},
        )
    assert error.value.status == "403"
    assert service.storage.from_(BUCKET).download("b.txt") == b"b"
    visitor.storage.from_(BUCKET).copy("a.txt", "c.txt")


def answer_to(endpoint: Endpoint, *pieces: bytes) -> bytes:
    """The first bytes that come back for a request sent piece by piece."""
    address = urlsplit(endpoint.api_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.2)  # a head and a body in one packet are refused without an answer
        return connection.recv(4000)


@pytest.mark.parametrize(
    "path", ["storage/v1/object/papers/a.txt", "storage/v1/object/list/papers"]
)
def test_chunks_that_are_none_are_a_bad_request(clean: Endpoint, path: str) -> None:
    head = (
        f"POST /{path} HTTP/1.1\r\nHost: x\r\napikey: {clean.secret_key}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"
    )
    assert answer_to(clean, head.encode(), b"ZZZ\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_form_that_is_cut_off_leaves_nothing(
    service: Client, http: httpx.Client, clean: Endpoint
) -> None:
    answer = http.post(
        f"/storage/v1/object/{BUCKET}/a.txt",
        headers={
            "apikey": clean.secret_key,
            "content-type": "multipart/form-data; boundary=x",
        },
        content=b'--x\r\ncontent-disposition: form-data; name=""; filename="a"\r\n\r\nabc',
    )
    assert answer.status_code == 400
    assert service.storage.from_(BUCKET).list() == []
