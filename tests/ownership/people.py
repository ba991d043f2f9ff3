"""Two owners, each with a project and a row in every table, and a visitor.

They sign up as people do. Their rows are written past every policy, by SQL: what is asked here is
who reaches them, through the client.
"""

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
        with psycopg.connect(self.endpoint.database) as connection:
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
    made = World(ada, bob, _client(endpoint, endpoint.publishable_key, opened), endpoint)
    restore(made)
    return made


def restore(world: World) -> None:
    """Put the rows and the file of both owners back as they were, and nothing else."""
    with psycopg.connect(world.endpoint.database) as connection:
        for owner in (world.ada, world.bob):
            connection.execute("delete from public.projects where user_id = %s", [owner.id])
            connection.execute(_FILL, {"owner": owner.id, "path": owner.path, **owner.rows})
        found = connection.execute(
            "select name from storage.objects where bucket_id = %s", [BUCKET]
        ).fetchall()
    for owner in (world.ada, world.bob):
        if (owner.path,) not in found:
            url = f"{world.endpoint.api_url}/storage/v1/object/{BUCKET}/{owner.path}"
            key = world.endpoint.secret_key
            headers = {"apikey": key, "content-type": "image/png"}
            httpx.post(url, content=PNG, headers=headers).raise_for_status()


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
    rows = {table: str(uuid.uuid4()) for table in TABLES}
    project = rows["projects"]
    return Owner(answer.user.id, project, rows, client, f"{project}/1767225600000-photo.png")


PNG = b"\x89PNG\r\n\x1a\n"
OWNER_COLUMN = {"project_site_users": "owner_id"}
TABLES = (
    "projects",
    "project_backends",
    "project_uploads",
    "project_form_submissions",
    "project_collections",
    "project_collection_schemas",
    "project_site_users",
)

_FILL = """
with project as (
  insert into public.projects (id, user_id, name) values (%(projects)s, %(owner)s, 'Shop')
  returning id, user_id
),
backend as (
  insert into public.project_backends (id, project_id, user_id, enabled)
  select %(project_backends)s, id, user_id, true from project
),
upload as (
  insert into public.project_uploads
    (id, project_id, user_id, filename, storage_path, file_type, size_bytes, status)
  select %(project_uploads)s, id, user_id, 'photo.png', %(path)s, 'image/png', 8, 'stored'
  from project
),
submission as (
  insert into public.project_form_submissions (id, project_id, user_id, form_name, data)
  select %(project_form_submissions)s, id, user_id, 'contact', '{"message": "Hello!"}'
  from project
),
item as (
  insert into public.project_collections (id, project_id, user_id, collection_name, data)
  select %(project_collections)s, id, user_id, 'products', '{"name": "Widget"}' from project
),
described as (
  insert into public.project_collection_schemas
    (id, project_id, user_id, collection_name, schema)
  select %(project_collection_schemas)s, id, user_id, 'products', '{"fields": []}' from project
)
insert into public.project_site_users (id, project_id, owner_id, email, password_hash)
select %(project_site_users)s, id, user_id, 'user@example.com', repeat('5ec2e7', 10) || 'abcd'
from project
"""
