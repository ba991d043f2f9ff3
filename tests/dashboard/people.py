"""Owners with a project each, and what visitors leave there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx
import psycopg
from psycopg import sql

from wakti_sb.stack import Endpoint

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Owner:
    """Somebody who signed up and has one project whose backend is on."""

    endpoint: Endpoint
    id: str
    email: str
    token: str
    project: str

    def site(self, method: str, action: str, **fields: Any) -> httpx.Response:
        """What a published site asks of this owner's backend."""
        values = {"projectId": self.project, "action": action, **fields}
        url = f"{self.endpoint.functions_url}/project-backend-api"
        if method == "GET":
            return httpx.get(url, params=values)
        return httpx.request(method, url, json=values)

    def upload(self, name: str, content: bytes, media_type: str) -> httpx.Response:
        """A file that a visitor of the published site sends."""
        url = f"{self.endpoint.functions_url}/project-backend-api"
        files = {"file": (name, content, media_type)}
        return httpx.post(url, data={"projectId": self.project}, files=files)

    def submissions(self, *documents: object, **columns: object) -> None:
        """Submissions, the last one the newest."""
        self._insert("project_form_submissions", "user_id", documents, columns, "created_at")

    def items(self, collection: str, *documents: object) -> None:
        """Active items in this order."""
        columns = {"collection_name": collection}
        self._insert("project_collections", "user_id", documents, columns, "sort_order")

    def users(self, *emails: str, **columns: object) -> None:
        """Accounts of visitors whose password nobody knows."""
        for email in emails:
            values = {"email": email, "password_hash": "none", **columns}
            self.sql_insert("project_site_users", {"owner_id": self.id, **values})

    def rows(self, table: str, columns: str) -> list[dict[str, Any]]:
        """What the database holds for the project, whoever may see it."""
        with psycopg.connect(self.endpoint.database) as connection:
            names = sql.SQL(", ").join(map(sql.Identifier, columns.split(",")))
            query = sql.SQL("select {} from {} where project_id = %s").format(
                names, sql.Identifier(table)
            )
            cursor = connection.execute(query, [self.project])
            keys = [column.name for column in cursor.description or ()]
            return [dict(zip(keys, row, strict=True)) for row in cursor]

    def execute(self, query: str, *values: object) -> None:
        """Change the database behind everybody's back."""
        with psycopg.connect(self.endpoint.database) as connection:
            connection.execute(cast("Any", query), values)

    def sql_insert(self, table: str, values: Mapping[str, object]) -> None:
        """One row of this project."""
        full = {"project_id": self.project, **values}
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, full)),
            sql.SQL(", ").join(sql.Placeholder() * len(full)),
        )
        with psycopg.connect(self.endpoint.database) as connection:
            connection.execute(statement, list(full.values()))

    def _insert(
        self,
        table: str,
        owner_column: str,
        documents: Sequence[object],
        columns: Mapping[str, object],
        order: str,
    ) -> None:
        place = {
            "created_at": "now() - (%s - position) * interval '1 minute'",
            "sort_order": "position * 1024 + 0 * %s",
        }[order]
        names = [owner_column, "project_id", *columns]
        values = [self.id, self.project, *columns.values()]
        with psycopg.connect(self.endpoint.database) as connection:
            connection.execute(
                sql.SQL(
                    "insert into {} ({}, data, {}) select {}, document, " + place + " from "
                    "jsonb_array_elements(%s::jsonb) with ordinality as d (document, position)"
                ).format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.Identifier(order),
                    sql.SQL(", ").join(sql.SQL("%s") for _ in names),
                ),
                [*values, len(documents), json.dumps(documents)],
            )


def new_owner(endpoint: Endpoint, name: str = "Olive & Thyme", email: str | None = None) -> Owner:
    """Sign somebody up and make a project with its backend on."""
    email = email or f"owner-{secrets.token_hex(6)}@example.com"
    headers = {"apikey": endpoint.publishable_key}
    answer = httpx.post(
        f"{endpoint.api_url}/auth/v1/signup",
        json={"email": email, "password": PASSWORD},
        headers=headers,
    ).raise_for_status()
    user, token = answer.json()["user"]["id"], answer.json()["access_token"]
    headers |= {"Authorization": f"Bearer {token}", "Prefer": "return=representation"}

    def insert(table: str, row: Mapping[str, object]) -> str:
        url = f"{endpoint.api_url}/rest/v1/{table}"
        made = httpx.post(url, json=row, headers=headers).raise_for_status()
        return str(made.json()[0]["id"])

    project = insert("projects", {"user_id": user, "name": name})
    insert("project_backends", {"project_id": project, "user_id": user, "enabled": True})
    return Owner(endpoint, user, email, token, project)
