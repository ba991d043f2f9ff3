"""A stack with a library in it; each test begins with the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from wakti_sb.stack import EmbeddedStack, Endpoint

from .library import ROWS, SCHEMA, Api


@pytest.fixture(scope="module")
def library(
    stack: EmbeddedStack, disturbed: list[str], request: pytest.FixtureRequest
) -> Iterator[Endpoint]:
    """A stack whose database has the library's tables."""
    endpoint = stack.reset()
    with psycopg.connect(endpoint.database, autocommit=True) as connection:
        connection.execute(SCHEMA)
    yield endpoint
    disturbed.append(request.node.nodeid)


@pytest.fixture(autouse=True)
def db(library: Endpoint) -> Iterator[psycopg.Connection[Any]]:
    """The database as role postgres, with the library's rows."""
    with psycopg.connect(library.database, autocommit=True) as connection:
        connection.execute(ROWS)
        yield connection


@pytest.fixture
def http(library: Endpoint) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=library.api_url) as client:
        yield client


@pytest.fixture
def api(library: Endpoint, http: httpx.Client) -> Api:
    """The Data API with the secret key."""
    return Api(library, http, library.secret_key)


@pytest.fixture
def visitor(library: Endpoint, http: httpx.Client) -> Api:
    """The Data API with the publishable key and no user."""
    return Api(library, http, library.publishable_key)
