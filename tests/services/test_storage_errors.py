"""What a wrong request to Storage is answered."""

from __future__ import annotations

import httpx
import pytest
from storage3.exceptions import StorageApiError
from supabase import Client

from wakti_sb.stack.endpoint import Endpoint

from .storage import BUCKET

pytestmark = pytest.mark.usefixtures("buckets")


BAD_NAMES = [
    "..%2F..%2F..%2Fetc%2Fpasswd",
    "a%2F..%2Fb",
    "%2E%2E%2Fa",
    "a%00b",
    "%E0%A4%A",
    "%ff",
    "%C3%A4.txt",
    "a%5Cb",
    "x" * 1025,
]


def test_a_bad_name_is_refused(clean: Endpoint, http: httpx.Client) -> None:
    headers = {"apikey": clean.secret_key}
    for name in BAD_NAMES:
        url = f"/storage/v1/object/{BUCKET}/{name}"
        for answer in (
            http.post(url, headers=headers, content=b"x"),
            http.get(url, headers=headers),
            http.delete(url, headers=headers),
        ):
            assert answer.status_code in (400, 404), name
            assert answer.json()["statusCode"] in ("400", "404"), name


def test_a_bad_name_in_a_body_is_refused(service: Client) -> None:
    files = service.storage.from_(BUCKET)
    files.upload("a.txt", b"a")
    for name in ("../a.txt", "b/../../c", "", "a\x00b", "\N{SNOWMAN}"):
        with pytest.raises(StorageApiError):
            files.move("a.txt", name)
        with pytest.raises(StorageApiError):
            files.copy("a.txt", name)
    assert files.remove(["../../etc/passwd", "a\N{SNOWMAN}"]) == []
    assert [one["name"] for one in files.list()] == ["a.txt"]


BAD_REQUESTS = [
    ("POST", "bucket", b"{"),
    ("POST", "bucket", b"{}"),
    ("POST", "bucket", b'{"name": 5}'),
    ("POST", "bucket", b'{"name": "x", "file_size_limit": "much"}'),
    ("POST", "bucket", b'{"name": "x", "allowed_mime_types": [5]}'),
    ("POST", f"object/list/{BUCKET}", b"[]"),
    ("POST", f"object/list/{BUCKET}", b'{"limit": -1}'),
    ("POST", f"object/list/{BUCKET}", b'{"sortBy": {"column": "id; drop table x"}}'),
    ("POST", f"object/list/{BUCKET}", b'{"prefix": "\\u0000"}'),
    ("POST", "object/list/nothing", b"{}"),
    ("POST", "object/move", b"{}"),
    ("POST", "object/copy", b"\xff"),
    ("POST", f"object/sign/{BUCKET}/a.txt", b'{"expiresIn": 0}'),
    ("POST", f"object/sign/{BUCKET}", b'{"expiresIn": 60}'),
    ("DELETE", f"object/{BUCKET}", b'{"prefixes": []}'),
    ("DELETE", f"object/{BUCKET}", b'{"prefixes": "a"}'),
    ("POST", "object/nothing/a.txt", b"x"),
    ("POST", f"object/{BUCKET}", b"x"),
    ("PATCH", f"object/{BUCKET}/a.txt", b"x"),
    ("GET", "nothing", b""),
    ("GET", "", b""),
]


def test_a_bad_request_is_the_callers_fault(clean: Endpoint, http: httpx.Client) -> None:
    headers = {"apikey": clean.secret_key}
    for method, path, content in BAD_REQUESTS:
        answer = http.request(method, f"/storage/v1/{path}", headers=headers, content=content)
        assert 400 <= answer.status_code < 500, (method, path, content)
        assert answer.json()["statusCode"] in ("400", "404"), (method, path, content)


def test_a_form_without_a_file_is_the_callers_fault(clean: Endpoint, http: httpx.Client) -> None:
    headers = {"apikey": clean.secret_key}
    path = f"/storage/v1/object/{BUCKET}/a.txt"
    empty = http.post(path, headers=headers, files={"cacheControl": (None, "60")})
    assert empty.json()["message"] == "No file provided"
    broken = {**headers, "Content-Type": "multipart/form-data; boundary=x"}
    assert http.post(path, headers=broken, content=b"--y").status_code == 400
