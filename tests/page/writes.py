"""What the product's own page writes, as it writes it."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import psycopg
from postgrest import ReturnMethod
from supabase import Client

from tests.page.people import BUCKET, Owner, Stage

MINIMAL = ReturnMethod.minimal
TABLES = {
    "project_backends": "created_at",
    "project_uploads": "uploaded_at",
    "project_form_submissions": "created_at",
    "project_collections": "created_at",
    "project_collection_schemas": "created_at",
    "project_site_users": "created_at",
}
STYLE = b"body { color: teal }"


def now() -> str:
    """A time as JavaScript writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat()


def enable(owner: Owner) -> None:
    """The whole row that switches the backend on."""
    row = {
        "project_id": owner.project,
        "user_id": owner.id,
        "enabled": True,
        "enabled_at": now(),
        "features": {},
        "allowed_origins": [],
    }
    table = owner.client.table("project_backends")
    table.upsert(row, on_conflict="project_id", returning=MINIMAL).execute()


def rows(stage: Stage, table: str, project: str) -> list[dict[str, Any]]:
    """What is there, whoever may see it."""
    with psycopg.connect(stage.endpoint.database) as connection:
        found = connection.execute(
            psycopg.sql.SQL("select to_jsonb(t) from {} as t where project_id = %s").format(
                psycopg.sql.Identifier("public", table)
            ),
            [project],
        ).fetchall()
    return [row for (row,) in found]


def upload(
    client: Client,
    owner: Owner,
    content: bytes = STYLE,
    mime_type: str = "text/css",
    folder: str | None = None,
) -> dict[str, Any]:
    """An object, then the row that records it."""
    path = f"{folder or f'{owner.id}/{owner.project}'}/{uuid.uuid4().int >> 88}-style.css"
    client.storage.from_(BUCKET).upload(path, content, {"content-type": mime_type})
    row = {
        "project_id": owner.project,
        "user_id": owner.id,
        "filename": "style.css",
        "storage_path": path,
        "file_type": mime_type,
        "size_bytes": len(content),
    }
    client.table("project_uploads").insert(row, returning=MINIMAL).execute()
    return row


def fill(stage: Stage, owner: Owner) -> dict[str, dict[str, Any]]:
    """A row in each table, written as visitors and the page write them."""
    enable(owner)
    belongs = {"project_id": owner.project, "user_id": owner.id}
    owner.client.table("project_collections").insert(
        {**belongs, "collection_name": "products", "data": {"name": "Widget"}}, returning=MINIMAL
    ).execute()
    upload(owner.client, owner)
    others: dict[str, dict[str, object]] = {
        "project_form_submissions": {**belongs, "form_name": "contact", "data": {"a": 1}},
        "project_collection_schemas": {
            **belongs,
            "collection_name": "products",
            "schema": {"fields": []},
        },
        "project_site_users": {
            "project_id": owner.project,
            "owner_id": owner.id,
            "email": "user@example.com",
            "password_hash": "ab" * 32,
        },
    }
    for table, row in others.items():
        stage.service.table(table).insert(row, returning=MINIMAL).execute()
    return {table: rows(stage, table, owner.project)[0] for table in TABLES}
