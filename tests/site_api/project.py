"""A project on the running stack, as its owner and a visitor of its site see it."""

from __future__ import annotations

import json as jsonlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from supabase import Client, ClientOptions, create_client

from wakti_sb.stack import Endpoint

FUNCTION = "project-backend-api"
OWNER_PASSWORD = "secret123"

PICTURE = (  # the smallest PNG: one transparent pixel
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x03\x00\x08\xfc\x02\xfe\xa7\x9a\xa0"
    b"\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)

NO_RATE_LIMITS = dict.fromkeys(("submit", "login", "signup", "write", "upload", "read"), 0)


@dataclass(frozen=True)
class Project:
    """A project with an enabled backend.

    Parameters:
        endpoint: the stack it is on.
        id: the project's id.
        owner_id: its owner's id.
        owner_email: how its owner signs in, with the password that all owners here have.
        http: sends the requests of a visitor, and what the owner's client sends.
    """

    endpoint: Endpoint
    id: str
    owner_id: str
    owner_email: str
    http: httpx.Client

    @cached_property
    def owner_client(self) -> Client:
        """A Supabase client in which the owner is signed in."""
        # The client library leaves its sockets open; one that we made can be closed.
        options = ClientOptions(
            auto_refresh_token=False, persist_session=False, httpx_client=self.http
        )
        client = create_client(
            self.endpoint.api_url, self.endpoint.publishable_key, options=options
        )
        client.auth.sign_in_with_password({"email": self.owner_email, "password": OWNER_PASSWORD})
        return client

    @property
    def owner_token(self) -> str:
        """The owner's access token."""
        session = self.owner_client.auth.get_session()
        assert session
        return session.access_token

    @property
    def url(self) -> str:
        """Where the edge function answers."""
        return f"{self.endpoint.functions_url}/{FUNCTION}"

    @property
    def as_owner(self) -> dict[str, str]:
        """The header by which the owner is known."""
        return {"Authorization": f"Bearer {self.owner_token}"}

    def api(
        self,
        method: str,
        action: str,
        *,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> httpx.Response:
        """Send an action: fields in the query of a GET, in the JSON body of anything else."""
        values = {"projectId": self.id, "action": action} | fields
        if method == "GET":
            return self.http.get(self.url, params=values, headers=headers)
        return self.http.request(
            method,
            self.url,
            content=jsonlib.dumps(values),
            headers={"Content-Type": "application/json"} | dict(headers or {}),
        )

    def upload(
        self,
        content: bytes,
        name: str = "picture.png",
        media_type: str = "image/png",
        *,
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """Send a file as a form does."""
        return self.http.post(
            self.url,
            data={"projectId": self.id} | fields,
            files={"file": (name, content, media_type)},
            headers=headers,
        )

    def configure(self, **columns: Any) -> None:
        """Set columns of the project's backend row."""
        for column, value in columns.items():
            held = jsonlib.dumps(value) if isinstance(value, dict) else value
            self.sql(
                f"update public.project_backends set {column} = %s where project_id = %s",
                held,
                self.id,
            )

    def sql(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Run a statement past every policy and return its rows."""
        with psycopg.connect(self.endpoint.database, row_factory=dict_row) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The project's rows of a table."""
        return self.sql(f"select * from {table} where project_id = %s", self.id)

    def signed_up(self, email: str, password: str = "secret123") -> str:
        """The token of a new site user."""
        answer = self.api("POST", "auth/signup", data={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["token"]
        return token


# Owners are put into the database with a weak hash: signing one up would hash it as slowly as in
# production, and most tests need no owner who is there.
_MAKE = """
with owner as (
  insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
  values (
    gen_random_uuid(), 'authenticated', 'authenticated', %(email)s,
    extensions.crypt(%(password)s, extensions.gen_salt('bf', 4)), now()
  )
  returning id
),
project as (
  insert into public.projects (user_id, name) select id, 'Site' from owner returning id, user_id
),
backend as (
  insert into public.project_backends (project_id, user_id, enabled, features)
  select id, user_id, true, %(features)s from project
)
select id::text, user_id::text from project
"""


def insert_project(
    connection: psycopg.Connection[Any], features: Mapping[str, Any] | None = None
) -> tuple[str, str, str]:
    """Make a project with an enabled backend: its id, its owner's id and e-mail address."""
    email = f"{uuid.uuid4().hex}@example.com"
    values = {"email": email, "password": OWNER_PASSWORD, "features": Jsonb(features or {})}
    made = connection.execute(_MAKE, values).fetchone()
    assert made
    return made[0], made[1], email


def new_project(db_url: str) -> str:
    """The id of a project that is made in a database of a test's own."""
    with psycopg.connect(db_url) as connection:
        return insert_project(connection)[0]
