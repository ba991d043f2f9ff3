"""Two owners, a project each, and a row of each project in every table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .callers import Caller, Database

TABLES = (
    "projects",
    "project_backends",
    "project_uploads",
    "project_form_submissions",
    "project_collections",
    "project_collection_schemas",
    "project_site_users",
)


@dataclass(frozen=True)
class Home:
    """One owner and what belongs to that owner: ids by table."""

    owner: Caller
    project: str
    rows: dict[str, str]
    file: str


@dataclass(frozen=True)
class World:
    """Alice and Bob."""

    database: Database
    alice: Home
    bob: Home

    @classmethod
    def create(cls, database: Database) -> World:
        """Write it all as postgres, which row level security does not hold."""
        return cls(database, _home(database, 1), _home(database, 2))


def an_id(kind: int, number: int) -> str:
    """An id that is easy to read in a failure."""
    return f"{kind:08d}-0000-4000-8000-{number:012d}"


def fresh(table: str, home: Home, **changes: Any) -> dict[str, Any]:
    """The columns that an owner writes into a new row of its own."""
    of_project = {"project_id": home.project, "user_id": home.owner.sub}
    rows: dict[str, dict[str, Any]] = {
        "projects": {"user_id": home.owner.sub, "name": "new"},
        "project_backends": of_project,
        "project_uploads": of_project
        | {"filename": "a", "storage_path": "a", "file_type": "text/plain", "size_bytes": 1},
        "project_form_submissions": of_project | {"data": {"a": 1}},
        "project_collections": of_project | {"collection_name": "c", "data": {"a": 1}},
        "project_collection_schemas": of_project | {"collection_name": "new", "schema": {}},
        "project_site_users": {
            "project_id": home.project,
            "owner_id": home.owner.sub,
            "email": "new@example.com",
            "password_hash": "none",
        },
    }
    return rows[table] | changes


def insert(table: str, row: dict[str, Any], *, returning: str = "") -> str:
    """The INSERT statement for a row."""
    columns, values = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    return f"insert into public.{table} ({columns}) values ({values}) {returning}"


def _home(database: Database, number: int) -> Home:
    user, project = an_id(1, number), an_id(2, number)
    file = f"{project}/1700000000000-photo.png"
    home = Home(Caller("authenticated", user), project, {"projects": project}, file)
    database.run(
        "insert into auth.users (id, email) values (%(id)s, %(email)s)",
        {"id": user, "email": f"owner{number}@example.com"},
    )
    for kind, table in enumerate(TABLES, start=2):
        row = fresh(table, home) | {"id": an_id(kind, number)}
        if table == "project_uploads":
            row |= {"storage_path": file, "status": "stored"}
        database.run(insert(table, row), row)
        home.rows[table] = row["id"]
    return home
