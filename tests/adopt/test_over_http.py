"""A live project of the first release, migrated: its visitors and files, over HTTP."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client, ClientOptions, create_client

from tests.adopt import history
from tests.adopt.conftest import SCHEMA
from tests.site_api.project import PICTURE
from wakti_sb.stack import EmbeddedStack, Endpoint

BUCKET = "project-uploads"
PASSWORD = "from the first release"
OWNER, PROJECT, VISITOR = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
OLD_PATH = f"{OWNER}/{PROJECT}/1700000000000-photo.png"
QUOTA = 50 * 1024 * 1024


def _rows() -> str:
    """What the project held before: a backend, a visitor, and a file of nearly the whole quota."""
    password_hash = hashlib.sha256(f"{PASSWORD}wakti-project-salt-v1".encode()).hexdigest()
    size = QUOTA - len(PICTURE) + 1
    return f"""
insert into auth.users (id, email) values ('{OWNER}', 'owner@example.com');
insert into public.projects (id, user_id, name) values ('{PROJECT}', '{OWNER}', 'Old shop');
insert into public.project_backends (project_id, user_id, enabled)
values ('{PROJECT}', '{OWNER}', true);
insert into public.project_site_users (id, project_id, owner_id, email, password_hash)
values ('{VISITOR}', '{PROJECT}', '{OWNER}', 'User@Example.com', '{password_hash}');
insert into public.project_uploads
(project_id, user_id, filename, storage_path, file_type, size_bytes)
values ('{PROJECT}', '{OWNER}', 'photo.png', '{OLD_PATH}', 'image/png', {size});
"""


@dataclass(frozen=True)
class Live:
    """The project after `migrate`.

    Parameters:
        endpoint: the stack it is on.
        http: sends the requests of its site.
        owner: a client in which its owner is signed in.
        token: the owner's access token.
    """

    endpoint: Endpoint
    http: httpx.Client
    owner: Client
    token: str

    def api(self, action: str, **fields: Any) -> httpx.Response:
        return self.http.post(
            f"{self.endpoint.functions_url}/project-backend-api",
            json={"projectId": PROJECT, "action": action, **fields},
            headers={"Authorization": f"Bearer {self.token}"} if "id" in fields else {},
        )

    def upload(self, content: bytes) -> httpx.Response:
        return self.http.post(
            f"{self.endpoint.functions_url}/project-backend-api",
            data={"projectId": PROJECT},
            files={"file": ("new.png", content, "image/png")},
        )


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(history.project() / "supabase", folder / "supabase")
    (folder / "supabase" / "functions" / ".env").write_text("WAKTI_PBKDF2_ITERATIONS=1000\n")
    first = folder / "supabase" / "migrations" / "20250101000000_first_release.sql"
    first.write_text(SCHEMA.read_text() + _rows())
    stack = EmbeddedStack(folder)
    try:
        endpoint = stack.up(port=0)
        with httpx.Client(timeout=30) as http:
            yield _open(endpoint, http)
    finally:
        stack.down(remove_data=True)


def _open(endpoint: Endpoint, http: httpx.Client) -> Live:
    options = ClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=http)
    service = create_client(endpoint.api_url, endpoint.secret_key, options)
    service.auth.admin.update_user_by_id(OWNER, {"password": PASSWORD, "email_confirm": True})
    service.storage.from_(BUCKET).upload(OLD_PATH, PICTURE, {"content-type": "image/png"})
    owner = create_client(endpoint.api_url, endpoint.publishable_key, options)
    signed_in = owner.auth.sign_in_with_password(
        {"email": "owner@example.com", "password": PASSWORD}
    )
    assert signed_in.session is not None
    return Live(endpoint, http, owner, signed_in.session.access_token)


def _hash(live: Live) -> str:
    with psycopg.connect(live.endpoint.database) as connection:
        row = connection.execute(
            "select password_hash from wakti.site_credentials where site_user_id = %s", [VISITOR]
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_visitor_logs_in_with_the_old_password_and_the_hash_is_renewed(live: Live) -> None:
    credentials = {"email": "user@example.com", "password": PASSWORD}
    assert not _hash(live).startswith("pbkdf2")
    assert live.api("auth/login", data={**credentials, "password": "wrong one"}).status_code == 401

    assert live.api("auth/login", data=credentials).status_code == 200

    assert _hash(live).startswith("pbkdf2_sha256$")
    assert live.api("auth/login", data=credentials).status_code == 200


def test_an_old_token_is_refused(live: Live) -> None:
    forged = "eyJ1c2VySWQiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDMifQ=="
    answer = live.api("auth/me", data={"token": forged})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_an_old_file_is_reached_listed_counted_and_deleted(live: Live) -> None:
    bucket = live.owner.storage.from_(BUCKET)
    assert live.http.get(bucket.get_public_url(OLD_PATH)).content == PICTURE
    assert [one["name"] for one in bucket.list(f"{OWNER}/{PROJECT}")] == ["1700000000000-photo.png"]
    full = live.upload(PICTURE)
    assert (full.status_code, full.json()["code"]) == (413, "quota_exceeded"), full.text

    [row] = live.owner.table("project_uploads").select("id").execute().data
    deleted = live.api("upload/delete", id=row["id"])

    assert deleted.status_code == 200, deleted.text
    assert live.http.get(bucket.get_public_url(OLD_PATH)).status_code in (400, 404)
    assert live.upload(PICTURE).status_code == 200
