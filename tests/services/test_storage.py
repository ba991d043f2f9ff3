"""Buckets and files, as the clients send and read them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from storage3.exceptions import StorageApiError
from supabase import Client

from wakti_sb.stack.endpoint import Endpoint

from .storage import BUCKET, PUBLIC, refused

pytestmark = pytest.mark.usefixtures("buckets")


def test_buckets_are_made_shown_changed_and_deleted(service: Client) -> None:
    service.storage.create_bucket(
        "small",
        options={"public": False, "file_size_limit": 10, "allowed_mime_types": ["image/*"]},
    )
    bucket = service.storage.get_bucket("small")
    assert (bucket.public, bucket.file_size_limit) == (False, 10)
    assert bucket.allowed_mime_types == ["image/*"]
    service.storage.update_bucket("small", {"public": True})
    bucket = service.storage.get_bucket("small")
    assert (bucket.public, bucket.file_size_limit) == (True, 10)
    assert {BUCKET, PUBLIC, "small"} <= {one.id for one in service.storage.list_buckets()}
    service.storage.delete_bucket("small")
    with pytest.raises(StorageApiError) as error:
        service.storage.get_bucket("small")
    assert refused(error) == ("404", "Bucket not found")


def test_a_bucket_is_emptied_before_it_is_deleted(service: Client) -> None:
    service.storage.from_(BUCKET).upload("a.txt", b"a")
    with pytest.raises(StorageApiError) as error:
        service.storage.delete_bucket(BUCKET)
    assert error.value.status == "409"
    service.storage.empty_bucket(BUCKET)
    service.storage.delete_bucket(BUCKET)


def test_a_bucket_is_made_once_and_has_a_good_name(service: Client) -> None:
    with pytest.raises(StorageApiError) as error:
        service.storage.create_bucket(BUCKET)
    assert refused(error) == ("409", "Duplicate")
    for name in ("a/b", " a", "ä", "x" * 101):
        with pytest.raises(StorageApiError) as error:
            service.storage.create_bucket(name)
        assert error.value.status == "400"


def test_a_file_comes_back_as_it_was_sent(service: Client) -> None:
    content = bytes(range(256)) * 1000
    stored = service.storage.from_(BUCKET).upload(
        "folder/a b.bin", content, {"content-type": "application/x-thing", "cache-control": "60"}
    )
    assert stored.full_path == f"{BUCKET}/folder/a b.bin"
    assert service.storage.from_(BUCKET).download("folder/a b.bin") == content


def test_a_file_keeps_its_type_time_and_tag(service: Client, http: httpx.Client) -> None:
    service.storage.from_(PUBLIC).upload(
        "a.css", b"a{}", {"content-type": "text/css", "cache-control": "60"}
    )
    answer = http.get(f"/storage/v1/object/public/{PUBLIC}/a.css")
    assert answer.content == b"a{}"
    assert answer.headers["content-type"] == "text/css"
    assert answer.headers["cache-control"] == "max-age=60"
    assert answer.headers["content-length"] == "3"
    assert answer.headers["last-modified"]
    again = {"If-None-Match": answer.headers["etag"]}
    assert http.get(answer.url, headers=again).status_code == 304
    since = {"If-Modified-Since": answer.headers["last-modified"]}
    assert http.get(answer.url, headers=since).status_code == 304
    head = http.head(answer.url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "3")


def test_a_page_is_not_served_as_a_page(service: Client, http: httpx.Client) -> None:
    service.storage.from_(PUBLIC).upload("a.html", b"<script>", {"content-type": "text/html"})
    answer = http.get(f"/storage/v1/object/public/{PUBLIC}/a.html")
    assert answer.headers["content-type"] == "text/plain"


def test_a_part_of_a_file_can_be_had(service: Client, http: httpx.Client) -> None:
    service.storage.from_(PUBLIC).upload("a.txt", b"0123456789")
    path = f"/storage/v1/object/public/{PUBLIC}/a.txt"

    def part(of: str) -> tuple[int, bytes, str | None]:
        answer = http.get(path, headers={"Range": of})
        return answer.status_code, answer.content, answer.headers.get("content-range")

    assert part("bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert part("bytes=8-") == (206, b"89", "bytes 8-9/10")
    assert part("bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert part("bytes=10-") == (416, b"", "bytes */10")
    assert part("lines=1-2") == (200, b"0123456789", None)


def test_a_file_is_downloaded_under_a_name(service: Client, http: httpx.Client) -> None:
    service.storage.from_(PUBLIC).upload("a.txt", b"a")
    url = service.storage.from_(PUBLIC).get_public_url("a.txt", {"download": "ä b.txt"})
    disposition = http.get(url).headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "UTF-8''%C3%A4%20b.txt" in disposition


def test_a_public_url_needs_no_key_and_a_private_object_has_none(
    service: Client, http: httpx.Client
) -> None:
    service.storage.from_(PUBLIC).upload("a.txt", b"a")
    service.storage.from_(BUCKET).upload("a.txt", b"a")
    assert http.get(service.storage.from_(PUBLIC).get_public_url("a.txt")).content == b"a"
    for bucket, key in ((BUCKET, "a.txt"), (PUBLIC, "b.txt"), ("nothing", "a.txt")):
        answer = http.get(service.storage.from_(bucket).get_public_url(key))
        assert answer.status_code == 400
        assert answer.json()["statusCode"] == "404"


def test_a_file_is_replaced_only_on_demand(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"first")
    with pytest.raises(StorageApiError) as error:
        files.upload("a.txt", b"second")
    assert refused(error) == ("409", "Duplicate")
    assert files.download("a.txt") == b"first"
    files.upload("a.txt", b"third", {"upsert": "true"})
    assert files.download("a.txt") == b"third"
    files.update("a.txt", b"fourth")
    assert files.download("a.txt") == b"fourth"


def test_bytes_are_taken_without_a_form_too(
    clean: Endpoint, service: Client, http: httpx.Client
) -> None:
    headers = {"apikey": clean.secret_key, "Content-Type": "image/png"}
    answer = http.post(f"/storage/v1/object/{BUCKET}/a.png", headers=headers, content=b"\x89PNG")
    assert answer.status_code == 200
    assert answer.json()["Key"] == f"{BUCKET}/a.png"
    assert service.storage.from_(BUCKET).info("a.png")["content_type"] == "image/png"


def test_a_folder_is_listed_as_the_platform_lists_it(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    for name in ("a.txt", "b/c.txt", "b/d/e.txt", "b/f/g.txt", "bc.txt"):
        files.upload(name, b"x", {"content-type": "text/plain"})

    def names(path: str, **options: Any) -> list[tuple[str, bool]]:
        asked: Any = options or None
        return [(one["name"], one["id"] is None) for one in files.list(path, asked)]

    assert names("") == [("b", True), ("a.txt", False), ("bc.txt", False)]
    assert names("b") == names("b/") == [("d", True), ("f", True), ("c.txt", False)]
    assert names("b/d") == [("e.txt", False)]
    assert names("nothing") == []
    assert names("", limit=1, offset=1) == [("a.txt", False)]
    assert names("", search="BC") == [("bc.txt", False)]
    assert names("", search="%") == []
    descending = {"column": "name", "order": "desc"}
    assert names("", sortBy=descending) == [("b", True), ("bc.txt", False), ("a.txt", False)]
    folder, file = files.list("")[:2]
    assert (folder["metadata"], folder["created_at"]) == (None, None)
    assert (file["metadata"]["size"], file["metadata"]["mimetype"]) == (1, "text/plain")


def test_a_file_is_moved_and_copied(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"a", {"content-type": "text/plain"})
    files.copy("a.txt", "b/copy.txt")
    files.move("a.txt", "b/moved.txt")
    assert files.download("b/copy.txt") == files.download("b/moved.txt") == b"a"
    assert files.info("b/copy.txt")["content_type"] == "text/plain"
    with pytest.raises(StorageApiError) as error:
        files.download("a.txt")
    assert refused(error) == ("404", "not_found")
    with pytest.raises(StorageApiError) as error:
        files.move("b/copy.txt", "b/moved.txt")
    assert refused(error) == ("409", "Duplicate")
    with pytest.raises(StorageApiError) as error:
        files.copy("nothing", "c.txt")
    assert refused(error) == ("404", "not_found")
    files.remove(["b/copy.txt"])
    assert files.download("b/moved.txt") == b"a"


def test_files_are_removed_and_what_is_not_there_is_left_out(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    for name in ("a.txt", "b.txt", "c.txt"):
        files.upload(name, b"x")
    removed = files.remove(["a.txt", "b.txt", "nothing"])
    assert sorted(one["name"] for one in removed) == ["a.txt", "b.txt"]
    assert [one["name"] for one in files.list()] == ["c.txt"]
    assert files.exists("c.txt")
    assert not files.exists("a.txt")


def test_a_signed_url_opens_one_object_for_a_while(service: Client, http: httpx.Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a b.txt", b"a")
    files.upload("other.txt", b"other")
    url = files.create_signed_url("a b.txt", 60)["signedURL"]
    assert url is not None
    assert http.get(url).content == b"a"
    assert http.get(url.replace("a%20b", "other")).status_code == 400
    assert http.get(url.split("?")[0]).status_code == 400
    assert http.get(url[:-2]).json()["error"] == "InvalidJWT"
    with pytest.raises(StorageApiError):
        files.create_signed_url("nothing", 60)


def test_several_urls_are_signed_at_once(service: Client, http: httpx.Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"a")
    there, missing = files.create_signed_urls(["a.txt", "nothing"], 60)
    assert there["signedURL"] is not None
    assert http.get(there["signedURL"]).content == b"a"
    assert missing["signedURL"] is None
    assert missing["error"]


def test_a_signed_upload_url_takes_one_file(
    service: Client, visitor: Client, http: httpx.Client
) -> None:
    signed = service.storage.from_(BUCKET).create_signed_upload_url("a.txt")
    assert parse_qs(urlsplit(signed["signed_url"]).query)["token"] == [signed["token"]]
    visitor.storage.from_(BUCKET).upload_to_signed_url("a.txt", signed["token"], b"a")
    assert service.storage.from_(BUCKET).download("a.txt") == b"a"
    with pytest.raises(StorageApiError) as error:
        visitor.storage.from_(BUCKET).upload_to_signed_url("a.txt", signed["token"], b"b")
    assert refused(error) == ("409", "Duplicate")
    with pytest.raises(StorageApiError):
        visitor.storage.from_(BUCKET).upload_to_signed_url("b.txt", signed["token"], b"b")
    # A right to write is no right to read.
    path = f"/storage/v1/object/sign/{BUCKET}/a.txt"
    assert http.get(path, params={"token": signed["token"]}).status_code == 400


def test_metadata_of_ones_own_is_kept(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"a", {"metadata": {"page": 5}})
    assert files.info("a.txt")["metadata"] == {"page": 5}


def test_a_buckets_limits_hold(clean: Endpoint, service: Client, http: httpx.Client) -> None:
    service.storage.create_bucket(
        "small", options={"file_size_limit": 10, "allowed_mime_types": ["image/*", "text/plain"]}
    )
    files = service.storage.from_("small")
    files.upload("a.txt", b"0123456789", {"content-type": "text/plain;charset=utf-8"})
    files.upload("a.png", b"", {"content-type": "image/png"})
    with pytest.raises(StorageApiError) as error:
        files.upload("b.txt", b"0123456789a", {"content-type": "text/plain"})
    assert refused(error) == ("413", "Payload too large")
    with pytest.raises(StorageApiError) as error:
        files.upload("b.pdf", b"x", {"content-type": "application/pdf"})
    assert refused(error) == ("415", "invalid_mime_type")
    # Without an announced length, too.
    answer = http.post(
        "/storage/v1/object/small/c.txt",
        headers={"apikey": clean.secret_key, "Content-Type": "text/plain"},
        content=iter([b"x" * 100] * 100),
    )
    assert answer.json()["statusCode"] == "413"
    assert sorted(one["name"] for one in files.list()) == ["a.png", "a.txt"]


def test_of_many_writers_one_wins_and_its_file_is_whole(
    clean: Endpoint, service: Client, http: httpx.Client
) -> None:
    headers = {"apikey": clean.secret_key}

    def upload(number: int, upsert: bool) -> int:
        return http.post(
            f"/storage/v1/object/{BUCKET}/race-{upsert}.bin",
            headers={**headers, "x-upsert": str(upsert).lower()},
            content=bytes([number]) * 100_000,
        ).status_code

    for upsert in (False, True):
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(partial(upload, upsert=upsert), range(16)))
        assert statuses.count(200) == (16 if upsert else 1)
        content = service.storage.from_(BUCKET).download(f"race-{upsert}.bin")
        assert len(content) == 100_000
        assert len(set(content)) == 1
