"""Uploads that go on where they broke off (TUS)."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import Connection
from supabase import Client

from wakti_sb.stack import EmbeddedStack
from wakti_sb.stack.endpoint import Endpoint

from .people import User
from .storage import BUCKET

pytestmark = pytest.mark.usefixtures("buckets")

PATH = "/storage/v1/upload/resumable"
TYPE = "application/offset+octet-stream"


class Uploading:
    """A TUS client that sends one request at a time."""

    def __init__(self, http: httpx.Client, path: str = PATH, **headers: str) -> None:
        self._http = http
        self._path = path
        self._headers = {"tus-resumable": "1.0.0", **headers}

    def begin(self, size: int, **metadata: str) -> httpx.Response:
        pairs = {"bucketName": BUCKET, "objectName": "a.txt", **metadata}
        written = ",".join(
            f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items()
        )
        headers = {**self._headers, "upload-length": str(size), "upload-metadata": written}
        return self._http.post(self._path, headers=headers)

    def send(self, location: str, offset: int, data: bytes) -> httpx.Response:
        headers = {**self._headers, "upload-offset": str(offset), "content-type": TYPE}
        return self._http.patch(location, headers=headers, content=data)

    def offset(self, location: str) -> str | None:
        answer = self._http.head(location, headers=self._headers)
        found: str | None = answer.headers.get("upload-offset")
        return found


@pytest.fixture
def admin(http: httpx.Client, clean: Endpoint) -> Uploading:
    return Uploading(http, apikey=clean.secret_key)


def test_an_upload_goes_on_where_it_broke_off(admin: Uploading, service: Client) -> None:
    began = admin.begin(6, contentType="text/plain", cacheControl="60", metadata='{"a": 1}')
    assert began.status_code == 201
    location = began.headers["location"]
    assert admin.send(location, 0, b"abc").status_code == 204
    assert service.storage.from_(BUCKET).list() == []
    assert admin.offset(location) == "3"
    assert admin.send(location, 0, b"abc").status_code == 409
    assert admin.send(location, 3, b"def").status_code == 204
    assert service.storage.from_(BUCKET).download("a.txt") == b"abcdef"
    info = service.storage.from_(BUCKET).info("a.txt")
    assert (info["size"], info["content_type"], info["cache_control"], info["metadata"]) == (
        6,
        "text/plain",
        "max-age=60",
        {"a": 1},
    )


def test_nothing_of_a_finished_upload_is_left_over(admin: Uploading, stack: EmbeddedStack) -> None:
    location = admin.begin(3).headers["location"]
    admin.send(location, 0, b"abc")
    folder = stack.project / ".wakti" / "embedded" / "storage" / "resumable"
    assert folder.is_dir()
    assert [one for one in folder.iterdir() if Path(location).name in one.name] == []


def test_a_file_is_replaced_only_on_demand(
    admin: Uploading, http: httpx.Client, clean: Endpoint, service: Client
) -> None:
    service.storage.from_(BUCKET).upload("a.txt", b"old")
    refused = admin.begin(3)
    assert refused.status_code == 409
    replacing = Uploading(http, apikey=clean.secret_key, **{"x-upsert": "true"})
    location = replacing.begin(3).headers["location"]
    assert replacing.send(location, 0, b"new").status_code == 204
    assert service.storage.from_(BUCKET).download("a.txt") == b"new"


def test_policies_decide_who_uploads_where(
    http: httpx.Client, clean: Endpoint, ada: User, bob: User, sql: Connection[Any]
) -> None:
    sql.execute(
        """
        create policy own on storage.objects for insert to authenticated
        with check ((storage.foldername(name))[1] = auth.uid()::text);
        """
    )

    def as_(token: str) -> Uploading:
        key = clean.publishable_key
        return Uploading(http, apikey=key, authorization=f"Bearer {token}")

    name = f"{ada.id}/a.txt"
    assert as_(bob.token).begin(3, objectName=name).status_code == 403
    began = as_(ada.token).begin(3, objectName=name)
    assert began.status_code == 201
    location = began.headers["location"]
    assert as_(bob.token).send(location, 0, b"abc").status_code == 403
    assert Uploading(http, apikey=clean.publishable_key).send(location, 0, b"").status_code == 403
    strangers = {"tus-resumable": "1.0.0", "apikey": clean.publishable_key}
    assert http.delete(location, headers=strangers).status_code == 403
    assert http.get(location, headers=strangers).status_code == 404
    assert as_(ada.token).send(location, 0, b"abc").status_code == 204
    owner = sql.execute("select owner_id from storage.objects where name = %s", [name]).fetchone()
    assert owner == (ada.id,)


def test_a_signed_url_takes_an_upload_in_parts(
    http: httpx.Client, clean: Endpoint, service: Client
) -> None:
    token = service.storage.from_(BUCKET).create_signed_upload_url("a.txt")["token"]
    headers = {"apikey": clean.publishable_key, "x-signature": token}
    signed = Uploading(http, f"{PATH}/sign", **headers)
    assert signed.begin(3, objectName="b.txt").status_code == 400
    location = signed.begin(3).headers["location"]
    assert f"{PATH}/sign/" in location
    assert signed.send(location, 0, b"abc").status_code == 204
    assert service.storage.from_(BUCKET).download("a.txt") == b"abc"


def test_a_buckets_limits_hold(admin: Uploading, service: Client) -> None:
    service.storage.update_bucket(
        BUCKET, {"public": False, "file_size_limit": 5, "allowed_mime_types": ["image/*"]}
    )
    assert admin.begin(6, contentType="image/png").status_code == 413
    assert admin.begin(5, contentType="text/plain").status_code == 415
    assert admin.begin(5, contentType="image/png").status_code == 201
    assert admin.begin(2**40, contentType="image/png").status_code == 413


@pytest.mark.parametrize(
    "metadata",
    [
        {"objectName": "../x"},
        {"bucketName": "none"},
        {"cacheControl": "größer"},
        {"contentType": "text"},
        {"metadata": "nonsense"},
    ],
)
def test_a_bad_upload_is_the_callers_fault(
    admin: Uploading, metadata: dict[str, str], service: Client
) -> None:
    answer = admin.begin(3, **metadata)
    assert 400 <= answer.status_code < 500
    assert service.storage.from_(BUCKET).list() == []


def test_an_upload_that_there_is_not_is_not_found(admin: Uploading) -> None:
    for name in ("11111111-1111-4111-8111-111111111111", "..%2f..%2fkeys.json"):
        assert admin.send(f"{PATH}/{name}", 0, b"abc").status_code == 404
