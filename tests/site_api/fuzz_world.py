"""Something for generated requests to meet: real projects, items, files, accounts and tokens.

Generated ids and tokens name nothing: nearly every request would be refused at the first gate.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Any

import psycopg
import schemathesis

from tests.site_api.project import NO_RATE_LIMITS, Project

COLLECTION = "collection/products"
USER = {"email": "user@example.com", "password": "secret123"}

PLACES: dict[str, dict[str, Any]] = {
    "open": {},
    "for site users": {"collections": {"write": "site_users"}, "uploads": {"write": "site_users"}},
    "for the owner": {"collections": {"read": "owner", "write": "owner"}},
    "strict": {"collections": {"validate": True}, "forms": {"max_bytes": 200}},
    "without features": {
        feature: {"enabled": False} for feature in ("forms", "collections", "uploads", "auth")
    },
}
CALLERS = ("a visitor", "a site user", "the owner", "a dead token")


class World:
    """One project for each place.

    Parameters:
        make_project: makes a project with an enabled backend.
        database: a connection past every policy, in autocommit mode.
    """

    def __init__(
        self, make_project: Callable[[], Project], database: psycopg.Connection[tuple[Any, ...]]
    ) -> None:
        self._database = database
        self.projects = {place: make_project() for place in PLACES}
        for place, project in self.projects.items():
            project.configure(features={"rate_limits": NO_RATE_LIMITS})
            project.api("POST", COLLECTION, data={"a": 1})
            project.signed_up(**USER)
            project.configure(features=PLACES[place] | {"rate_limits": NO_RATE_LIMITS})

    @property
    def url(self) -> str:
        """Where the function answers."""
        return self.projects["open"].url

    @cached_property
    def owners(self) -> dict[str, dict[str, str]]:
        """The owners' headers by place."""
        return {place: project.as_owner for place, project in self.projects.items()}

    def settle(self, case: schemathesis.Case[Any], place: str, caller: str) -> None:
        """Give a generated request a project, a caller, and things that are there."""
        case.headers.update(self._headers(place, caller))
        project = self.projects[place]
        for fields in (case.query, case.body):
            if isinstance(fields, dict) and isinstance(fields.get("projectId"), str):
                fields["projectId"] = project.id
                self._fill(fields, project)

    def _headers(self, place: str, caller: str) -> dict[str, str]:
        match caller:
            case "a site user":
                return {"X-Site-Token": self._token(self.projects[place])}
            case "the owner":
                return self.owners[place]
            case "a dead token":
                return {"X-Site-Token": "x", "Authorization": "Bearer a.b.c"}
            case _:
                return {}

    def _fill(self, fields: dict[str, Any], project: Project) -> None:
        action = fields.get("action")
        data = fields.get("data")
        if isinstance(action, str) and action.startswith("collection/"):
            fields["action"] = COLLECTION
            if "id" in fields:
                fields["id"] = self._row(project, "project_collections")
        elif action == "upload/delete" and "id" in fields:
            fields["id"] = self._row(project, "project_uploads")
        elif action == "auth/login":
            fields["data"] = dict(USER)
        elif action in ("auth/me", "auth/logout", "auth/profile") and isinstance(data, dict):
            fields["data"] = data | {"token": self._token(project)}
        elif action == "auth/password" and isinstance(data, dict):
            # The account stays what the next case expects.
            same = {"password": USER["password"], "newPassword": USER["password"]}
            fields["data"] = data | same | {"token": self._token(project)}

    def _row(self, project: Project, table: str) -> str:
        values = {
            "project_collections": ("collection_name, data", "'products', '{\"a\": 1}'"),
            "project_uploads": (
                "filename, storage_path, file_type, size_bytes, status",
                f"'a', '{project.id}/{secrets.token_hex(8)}', 'text/plain', 1, 'stored'",
            ),
        }
        columns, row = values[table]
        statement = (
            f"insert into public.{table} (project_id, user_id, {columns})"
            f" values (%s, %s, {row}) returning id::text"
        )
        made = self._database.execute(statement.encode(), [project.id, project.owner_id]).fetchone()
        assert made
        return str(made[0])

    def _token(self, project: Project) -> str:
        token = secrets.token_urlsafe(32)
        self._database.execute(
            "insert into wakti.site_sessions (token_hash, project_id, site_user_id, expires_at)"
            " select %s, project_id, id, now() + interval '1 day'"
            " from public.project_site_users where project_id = %s and email = %s",
            [hashlib.sha256(token.encode()).digest(), project.id, USER["email"]],
        )
        return token
