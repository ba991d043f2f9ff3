"""Owners of projects as the product's own page knows them: a session, a client, the secret key."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import psycopg
from supabase import Client, ClientOptions, create_client

from wakti_sb.stack import Endpoint

PASSWORD = "an owner's own password"
BUCKET = "project-uploads"

MAKE = """
with person as (
  insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
  values (
    gen_random_uuid(), 'authenticated', 'authenticated', %(email)s,
    extensions.crypt(%(password)s, extensions.gen_salt('bf', 4)), now()
  )
  returning id
)
insert into public.projects (user_id, name) select id, 'Shop' from person
returning id::text, user_id::text
"""


@dataclass(frozen=True)
class Owner:
    """Somebody with a project whose backend nobody has enabled yet.

    Parameters:
        id: of the user.
        project: the id of the project.
        email: how the owner signs in, with `PASSWORD`.
        client: the Supabase client in which the owner is signed in.
    """

    id: str
    project: str
    email: str
    client: Client


@dataclass(frozen=True)
class Stage:
    """Where the requests are sent.

    Parameters:
        endpoint: the stack.
        owner, other: two owners.
        visitor: a client with the publishable key and no user.
        service: a client with the secret key.
    """

    endpoint: Endpoint
    owner: Owner
    other: Owner
    visitor: Client
    service: Client


def make(endpoint: Endpoint, opened: ExitStack) -> Stage:
    """Two owners with a project each, on a stack that runs."""
    return Stage(
        endpoint,
        make_owner(endpoint, opened),
        make_owner(endpoint, opened),
        client_of(endpoint, endpoint.publishable_key, opened),
        client_of(endpoint, endpoint.secret_key, opened),
    )


def make_owner(endpoint: Endpoint, opened: ExitStack) -> Owner:
    """One owner with a project, signed in."""
    email = f"{uuid.uuid4().hex}@example.com"
    with psycopg.connect(endpoint.database) as connection:
        made = connection.execute(MAKE, {"email": email, "password": PASSWORD}).fetchone()
    assert made
    client = client_of(endpoint, endpoint.publishable_key, opened)
    client.auth.sign_in_with_password({"email": email, "password": PASSWORD})
    return Owner(made[1], made[0], email, client)


def client_of(endpoint: Endpoint, key: str, opened: ExitStack) -> Client:
    """A client with this key; its sockets are closed with `opened`."""
    options = ClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=opened.enter_context(httpx.Client(timeout=30)),
    )
    return create_client(endpoint.api_url, key, options=options)
