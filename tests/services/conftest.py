"""Clients of a clean stack, and tables to try the services on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import psycopg
import pytest
from supabase import Client, ClientOptions, create_client

from wakti_sb.stack.endpoint import Endpoint

from .people import TABLES, User
from .storage import BUCKET, PUBLIC


@pytest.fixture
def http(endpoint: Endpoint) -> Iterator[httpx.Client]:
    """The gateway without any client library: no key, no token."""
    with httpx.Client(base_url=endpoint.api_url) as client:
        yield client


@pytest.fixture
def sql(clean: Endpoint) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The database as role postgres."""
    with psycopg.connect(clean.database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def superuser(clean: Endpoint) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The database as its superuser."""
    url = clean.database.replace("//postgres:", "//supabase_admin:")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def tables(sql: psycopg.Connection[tuple[object, ...]]) -> None:
    """Tables `notes`, whose rows belong to users, and `folders`, open to all."""
    sql.execute(TABLES)


@pytest.fixture
def connect(clean: Endpoint) -> Iterator[Callable[[str], Client]]:
    """Makes a client of its own with the given key."""
    with ExitStack() as opened:

        def connect(key: str) -> Client:
            # The client library leaves its sockets open; one that we made can be closed.
            options = ClientOptions(
                auto_refresh_token=False,
                persist_session=False,
                httpx_client=opened.enter_context(httpx.Client()),
            )
            return create_client(clean.api_url, key, options=options)

        yield connect


@pytest.fixture
def visitor(clean: Endpoint, connect: Callable[[str], Client]) -> Client:
    """A client with the publishable key and no user."""
    return connect(clean.publishable_key)


@pytest.fixture
def service(clean: Endpoint, connect: Callable[[str], Client]) -> Client:
    """A client with the secret key."""
    return connect(clean.secret_key)


@pytest.fixture
def buckets(service: Client) -> None:
    """A private and a public bucket."""
    service.storage.create_bucket(BUCKET)
    service.storage.create_bucket(PUBLIC, options={"public": True})


@pytest.fixture
def sign_up(clean: Endpoint, connect: Callable[[str], Client]) -> Callable[[str], User]:
    """Signs a user up and in."""

    def sign_up(email: str) -> User:
        client = connect(clean.publishable_key)
        answer = client.auth.sign_up({"email": email, "password": "correct horse"})
        assert answer.user is not None
        assert answer.session is not None
        return User(answer.user.id, email, answer.session.access_token, client)

    return sign_up


@pytest.fixture
def ada(sign_up: Callable[[str], User]) -> User:
    return sign_up("ada@example.com")


@pytest.fixture
def bob(sign_up: Callable[[str], User]) -> User:
    return sign_up("bob@example.com")
