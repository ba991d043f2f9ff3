"""Rows of a live project of the first release: thousands that are sound, and some that are wrong.

The same rows come out on every machine. `WRONG` says how many rows there are of each problem.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

OWNERS = 40
PROJECTS = 120
BACKENDS = 110
UPLOADS = 1200
SUBMISSIONS = 1500
ITEMS = 2000
SCHEMAS = 300
SITE_USERS = 900
PASSWORD = "correct horse battery staple"
START = datetime(2025, 3, 1, tzinfo=UTC)
BUCKET = "project-uploads"

WRONG = {
    ("project_backends", "foreign_owner"): 3,
    ("project_backends", "filled"): 10,
    ("project_collection_schemas", "filled"): 5,
    ("project_collection_schemas", "foreign_owner"): 4,
    ("project_collections", "filled"): 30,
    ("project_collections", "foreign_owner"): 20,
    ("project_collections", "unserved_name"): 7,
    ("project_form_submissions", "filled"): 25,
    ("project_form_submissions", "foreign_owner"): 15,
    ("project_site_users", "duplicate_email"): 10,
    ("project_site_users", "filled"): 15,
    ("project_site_users", "foreign_owner"): 6,
    ("project_site_users", "missing_email"): 3,
    ("project_uploads", "duplicate_path"): 5,
    ("project_uploads", "filled"): 23,
    ("project_uploads", "foreign_owner"): 12,
    ("project_uploads", "missing_path"): 2,
}
"""How many rows have which problem."""


def old_hash(password: str) -> str:
    """A password as the first release kept it."""
    return hashlib.sha256(f"{password}wakti-project-salt-v1".encode()).hexdigest()


Row = dict[str, Any]


class _Generator:
    def __init__(self) -> None:
        self.random = random.Random(20250301)
        self.owners = [self.id() for _ in range(OWNERS)]
        self.projects = [
            {
                "id": self.id(),
                "user_id": self.owners[number % OWNERS],
                "name": f"Site {number}" if number % 40 else None,
                "slug": f"site-{number}",
                "created_at": self.time(),
            }
            for number in range(PROJECTS)
        ]

    def id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def time(self) -> datetime:
        return START + timedelta(seconds=self.random.randrange(200 * 86400))

    def rows(self, count: int, owner: str, make: Callable[[int, Row], Row]) -> list[Row]:
        """`count` rows spread over the projects, each written to its project's owner."""
        made = []
        for number in range(count):
            project = self.projects[number % PROJECTS]
            row = {"id": self.id(), "project_id": project["id"], owner: project["user_id"]}
            made.append(row | make(number, project))
        return made

    def stranger(self, row: Row, owner: str) -> str:
        return self.owners[(self.owners.index(row[owner]) + 7) % OWNERS]


def generate() -> dict[str, list[Row]]:
    """Every row by table, in the order in which foreign keys allow them."""
    made = _Generator()
    tables = {
        "project_backends": made.rows(BACKENDS, "user_id", _backend(made)),
        "project_uploads": made.rows(UPLOADS, "user_id", _upload(made)),
        "project_form_submissions": made.rows(SUBMISSIONS, "user_id", _submission(made)),
        "project_collections": made.rows(ITEMS, "user_id", _item(made)),
        "project_collection_schemas": made.rows(SCHEMAS, "user_id", _schema(made)),
        "project_site_users": made.rows(SITE_USERS, "owner_id", _site_user(made)),
    }
    _spoil(made, tables)
    users = [{"id": owner, "email": f"owner{n}@example.com"} for n, owner in enumerate(made.owners)]
    return {"auth.users": users, "projects": made.projects, **tables}


def objects(uploads: list[Row]) -> Iterator[Row]:
    """What the store holds: one object for each path."""
    for path in sorted({row["storage_path"] for row in uploads if row["storage_path"]}):
        size = 1000 + int(hashlib.sha256(path.encode()).hexdigest()[:4], 16)
        yield {
            "bucket_id": BUCKET,
            "name": path,
            "metadata": {"size": size, "mimetype": "image/png"},
        }


def fill(connection: psycopg.Connection[Any]) -> None:
    """Write every row."""
    tables = generate()
    for table, rows in tables.items():
        _copy(connection, tuple(table.split(".")) if "." in table else ("public", table), rows)
    _copy(connection, ("storage", "objects"), list(objects(tables["project_uploads"])))


def _copy(connection: psycopg.Connection[Any], table: tuple[str, ...], rows: list[Row]) -> None:
    columns = list(rows[0])
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_value(row[column]) for column in columns])


def _value(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


# ── Sound rows ───────────────────────────────────────────────────────────────────────────────────


def _backend(made: _Generator) -> Callable[[int, Row], Row]:
    def make(number: int, project: Row) -> Row:  # noqa: ARG001  (every maker is called alike)
        at = made.time()
        return {
            "enabled": number % 5 != 0,
            "enabled_at": at if number % 5 else None,
            "features": {},
            "allowed_origins": [f"https://site-{number}.example.com"] if number % 3 else [],
            "created_at": at,
            "updated_at": at,
        }

    return make


def _upload(made: _Generator) -> Callable[[int, Row], Row]:
    def make(number: int, project: Row) -> Row:
        at = made.time()
        name = f"Bild {number} ä.png"
        path = f"{project['user_id']}/{project['id']}/{int(at.timestamp() * 1000)}-{number}.png"
        return {
            "filename": name,
            "storage_path": path,
            "file_type": "image/png",
            "size_bytes": 1000 + number,
            "collection_name": "products" if number % 4 == 0 else None,
            "collection_item_id": made.id() if number % 4 == 0 else None,
            "uploaded_at": at,
        }

    return make


def _submission(made: _Generator) -> Callable[[int, Row], Row]:
    def make(number: int, project: Row) -> Row:  # noqa: ARG001  (every maker is called alike)
        return {
            "form_name": ("contact", "newsletter", "feedback")[number % 3],
            "data": {"name": f"Visitor {number}", "message": "naïve ☃ \\ \" '"},
            "status": "read" if number % 2 else "unread",
            "origin": "unknown" if number % 7 == 0 else "https://example.com",
            "created_at": made.time(),
        }

    return make


def _item(made: _Generator) -> Callable[[int, Row], Row]:
    def make(number: int, project: Row) -> Row:  # noqa: ARG001  (every maker is called alike)
        at = made.time()
        return {
            "collection_name": ("products", "posts", "team_members")[number // PROJECTS % 3],
            "data": {"name": f"Thing {number}", "price": number / 4, "tags": ["a", "b"]},
            "status": "deleted" if number % 20 == 0 else "active",
            "sort_order": number if number % 3 == 0 else None,
            "created_at": at,
            "updated_at": at,
        }

    return make


def _schema(made: _Generator) -> Callable[[int, Row], Row]:
    def make(number: int, project: Row) -> Row:  # noqa: ARG001  (every maker is called alike)
        at = made.time()
        return {
            "collection_name": ("products", "posts", "team_members")[number // PROJECTS % 3],
            "schema": {"fields": [{"name": "name", "type": "text"}]},
            "display_name": "Products",
            "icon": "box",
            "created_at": at,
            "updated_at": at,
        }

    return make


def _site_user(made: _Generator) -> Callable[[int, Row], Row]:
    def make(number: int, project: Row) -> Row:  # noqa: ARG001  (every maker is called alike)
        return {
            "email": f"visitor{number}@example.org",
            "password_hash": old_hash(f"{PASSWORD} {number}"),
            "display_name": f"Visitor {number}" if number % 2 else None,
            "metadata": {},
            "last_login": made.time() if number % 3 else None,
            "status": "suspended" if number % 30 == 0 else "active",
            "created_at": made.time(),
        }

    return make


# ── Wrong rows ───────────────────────────────────────────────────────────────────────────────────


def _spoil(made: _Generator, tables: dict[str, list[Row]]) -> None:
    """Make some rows wrong, each in one way only, from the front of its table on."""
    for (table, kind), count in WRONG.items():
        if kind == "foreign_owner":
            owner = "owner_id" if table == "project_site_users" else "user_id"
            for row in tables[table][-count:]:
                row[owner] = made.stranger(row, owner)
    _each(tables["project_backends"], _BACKEND_FLAWS)
    _each(tables["project_uploads"], _UPLOAD_FLAWS)
    _each(tables["project_form_submissions"], _SUBMISSION_FLAWS)
    _each(tables["project_collections"], _ITEM_FLAWS)
    _each(tables["project_collection_schemas"], _SCHEMA_FLAWS)
    _each(tables["project_site_users"], _SITE_USER_FLAWS)
    uploads, users = tables["project_uploads"], tables["project_site_users"]
    for number in range(5):
        uploads[600 + number]["storage_path"] = uploads[500 + number]["storage_path"]
    for number in range(10):
        # The next row of the same project, typed in capitals, and once with a space.
        twin, first = users[600 + PROJECTS + number], users[600 + number]
        twin["email"] = first["email"].upper() + (" " if number == 0 else "")


Flaw = tuple[int, Row]

_BACKEND_FLAWS: list[Flaw] = [
    (1, {"enabled": None}),
    (1, {"allowed_origins": None}),
    (1, {"created_at": None}),
    (1, {"updated_at": None}),
    (1, {"features": None}),
    (1, {"features": {"theme": "dark"}}),
    (1, {"features": {"forms": True}}),
    (1, {"features": {"forms": {"enabled": "yes"}}}),
    (1, {"features": {"forms": {"max_bytes": 0}}}),
    (1, {"features": {"forms": {"enabled": True}, "beta": {"x": [1, 2]}}}),
]
_UPLOAD_FLAWS: list[Flaw] = [
    (5, {"size_bytes": 0}),
    (5, {"size_bytes": -1}),
    (5, {"size_bytes": None}),
    (3, {"filename": None}),
    (3, {"file_type": None}),
    (2, {"uploaded_at": None}),
    (2, {"storage_path": None}),
]
_SUBMISSION_FLAWS: list[Flaw] = [
    (5, {"form_name": None}),
    (5, {"data": None}),
    (5, {"status": None}),
    (5, {"status": "archived"}),
    (5, {"created_at": None}),
]
_ITEM_FLAWS: list[Flaw] = [
    (6, {"data": None}),
    (6, {"status": None}),
    (6, {"status": "draft"}),
    (6, {"created_at": None}),
    (6, {"updated_at": None}),
    (7, {"collection_name": "my products"}),
]
_SCHEMA_FLAWS: list[Flaw] = [
    (1, {"schema": None}),
    (2, {"created_at": None}),
    (2, {"updated_at": None}),
]
_SITE_USER_FLAWS: list[Flaw] = [
    (2, {"password_hash": None}),
    (3, {"metadata": None}),
    (3, {"status": None}),
    (3, {"status": "banned"}),
    (2, {"created_at": None}),
    (3, {"email": None}),
    (1, {"email": " Early.Bird@example.org  "}),
]


def _each(rows: list[Row], flaws: list[Flaw]) -> None:
    number = 0
    for count, flaw in flaws:
        for _ in range(count):
            rows[number].update(flaw)
            number += 1


def totals() -> dict[str, int]:
    """How many rows each of the six tables holds."""
    return {
        "project_backends": BACKENDS,
        "project_uploads": UPLOADS,
        "project_form_submissions": SUBMISSIONS,
        "project_collections": ITEMS,
        "project_collection_schemas": SCHEMAS,
        "project_site_users": SITE_USERS,
    }
