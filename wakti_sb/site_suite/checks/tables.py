"""The tables of the backend: what an owner may do with its own rows, as the contract has it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from .site import Row


@dataclass(frozen=True)
class Table:
    """One table.

    Parameters:
        name: in the schema public.
        sample: the values of a new row beyond its owner and its project.
        insert, delete: whether an owner may.
        update: columns that an owner may change, each with a value to change it to.
        fixed: columns that it may send, but not change.
        kept: columns that the database keeps, whatever is sent for them.
        owner: the column that names the owner.
        unique: columns whose value no two rows share.
    """

    name: str
    sample: Row
    insert: bool
    delete: bool
    update: Row
    fixed: Row
    kept: tuple[str, ...] = ()
    owner: str = "user_id"
    unique: tuple[str, ...] = field(default=())

    def row(self, project: str, owner: str) -> Row:
        """A new row, like no other."""
        named = {column: f"{uuid.uuid4().hex}{self.sample[column]}" for column in self.unique}
        key = str(uuid.uuid4())
        if self.name == "projects":
            return {"id": key, self.owner: owner, **self.sample, **named}
        return {"id": key, "project_id": project, self.owner: owner, **self.sample, **named}


EARLY = "2020-01-01T00:00:00+00:00"
_CHANGED: dict[str, Any] = {"changed": True}

TABLES = (
    Table(
        "projects",
        {"name": "made by wakti-sb test"},
        insert=True,
        delete=True,
        update={"name": "changed by wakti-sb test"},
        fixed={"created_at": EARLY},
        kept=("updated_at",),
    ),
    Table(
        "project_backends",
        {"enabled": True},
        insert=True,
        delete=True,
        update={
            "enabled": False,
            "allowed_origins": ["https://shop.example.com"],
            "features": {"forms": {"enabled": False}},
        },
        fixed={"created_at": EARLY},
        kept=("enabled_at", "updated_at"),
    ),
    Table(
        "project_uploads",
        {"filename": "a.png", "storage_path": "/a.png", "file_type": "image/png", "size_bytes": 8},
        insert=False,  # without its object, that is
        delete=True,
        update={},
        fixed={
            "filename": "b.png",
            "size_bytes": 1,
            "storage_path": f"{uuid.uuid4().hex}/b.png",
            "status": "stored",
        },
        kept=("uploaded_at",),
        unique=("storage_path",),
    ),
    Table(
        "project_form_submissions",
        {"form_name": "contact", "data": {"message": "Hello!"}},
        insert=False,
        delete=True,
        update={"status": "read", "is_spam": True, "note": "Ask again", "labels": ["vip"]},
        fixed={"data": _CHANGED, "form_name": "other", "origin": "https://other.example"},
    ),
    Table(
        "project_collections",
        {"collection_name": "products", "data": {"name": "Widget"}},
        insert=True,
        delete=True,
        update={"data": _CHANGED, "status": "deleted", "sort_order": 3},
        fixed={"collection_name": "other", "created_at": EARLY},
        kept=("updated_at",),
    ),
    Table(
        "project_collection_schemas",
        {"collection_name": "-products", "schema": {"fields": []}},
        insert=True,
        delete=True,
        update={"schema": {"fields": [{"name": "a", "type": "text"}]}, "display_name": "Changed"},
        fixed={"collection_name": "other"},
        kept=("updated_at",),
        unique=("collection_name",),
    ),
    Table(
        "project_site_users",
        {"email": "@example.com", "password_hash": "unknown"},
        insert=False,
        delete=True,
        update={"status": "suspended", "display_name": "Changed", "metadata": _CHANGED},
        fixed={"email": "changed@example.com", "password_hash": "none"},
        kept=("last_login",),
        owner="owner_id",
        unique=("email",),
    ),
)
