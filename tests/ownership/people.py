"""Two owners, each with a project and a row in every table, and a visitor."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from supabase import Client, ClientOptions, create_client

from wakti_sb.stack import Endpoint

BUCKET = "project-uploads"


@dataclass(frozen=True)
class Owner:
    """Somebody with a project.

    Parameters:
        id: of the user.
        project: the id of the project.
        rows: the id of the project's row in each table.
        client: the Supabase client in which the owner is signed in.
        path: where the project's file lies in the bucket.
    """

    id: str
    project: str
    rows: dict[str, str]
    client: Client
    path: str


@dataclass(frozen=True)
class World:
    """Everybody who asks.

    Parameters:
        ada, bob: two owners.
        visitor: a client with the publishable key and no user.
        endpoint: the stack.
    """

    ada: Owner
    bob: Owner
    visitor: Client
    endpoint: Endpoint

    def row(self, table: str, key: str) -> dict[str, Any] | None:
        """A row as it is, past every policy."""
        with psycopg.connect(self.endpoint.db_url) as connection:
            found = connection.execute(
                psycopg.sql.SQL("select to_jsonb(t) from {} t where id = %s").format(
                    psycopg.sql.Identifier("public", table)
                ),
                [key],
            ).fetchone()
        return None if found is None else found[0]


def make(endpoint: Endpoint, opened: ExitStack) -> World:
    """Let two owners sign up and give each a project, a row in every table and a file."""
    ada, bob = (_owner(endpoint, opened) for _ in range(2))
    return World(ada, bob, _client(endpoint, endpoint.publishable_key, opened), endpoint)


def _client(endpoint: Endpoint, key: str, opened: ExitStack) -> Client:
    # The client library leaves its sockets open; one that we made can be closed.
    options = ClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=opened.enter_context(httpx.Client(timeout=30)),
    )
    return create_client(endpoint.api_url, key, options=options)


def _owner(endpoint: Endpoint, opened: ExitStack) -> Owner:
    client = _client(endpoint, endpoint.publishable_key, opened)
    email = f"{uuid.uuid4().hex}@example.com"
    answer = client.auth.sign_up({"email": email, "password": uuid.uuid4().hex})
    assert answer.user is not None
    project = str(uuid.uuid4())
    path = f"{project}/1767225600000-photo.png"
    service = _client(endpoint, endpoint.secret_key, opened)
    service.table("projects").insert(
        {"id": project, "user_id": answer.user.id, "name": "Shop"}
    ).execute()
    service.storage.from_(BUCKET).upload(path, b"\x89PNG\r\n\x1a\n", {"content-type": "image/png"})
    rows = {"projects": project}
    for table, values in _ROWS.items():
        owner = {OWNER_COLUMN.get(table, "user_id"): answer.user.id}
        path_of = {"storage_path": path} if table == "project_uploads" else {}
        made = (
            service.table(table)
            .insert({"project_id": project, **owner, **values, **path_of})
            .execute()
        )
        rows[table] = made.data[0]["id"]  # type: ignore[call-overload,index]
    return Owner(answer.user.id, project, rows, client, path)


OWNER_COLUMN = {"project_site_users": "owner_id"}

_ROWS: dict[str, dict[str, Any]] = {
    "project_backends": {"enabled": True},
    "project_uploads": {
        "filename": "photo.png",
        "file_type": "image/png",
        "size_bytes": 8,
        "status": "stored",
    },
    "project_form_submissions": {"form_name": "contact", "data": {"message": "Hello!"}},
    "project_collections": {"collection_name": "products", "data": {"name": "Widget"}},
    "project_collection_schemas": {"collection_name": "products", "schema": {"fields": []}},
    "project_site_users": {"email": "user@example.com", "password_hash": "secret"},
}
