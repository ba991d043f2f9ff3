"""Projects of their own for each test, on the stack of the session."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest

from tests.site_api.project import FUNCTION, OWNER_PASSWORD, Project, insert_project
from wakti_sb.stack import EmbeddedStack, Endpoint

LINE = {"requestId", "action", "project", "status", "code", "ms"}


PATIENCE = 30.0  # seconds


@pytest.fixture(scope="session")
def sound_log(stack: EmbeddedStack) -> Iterator[None]:
    """Looks through the log when every test is done: one entry a request, and no secret."""
    yield
    logs = stack.logs()
    # Before each line stands when it was said; some are the stack's own.
    said = [line.partition(" ")[2] for line in logs[FUNCTION].read_text("utf-8").splitlines()]
    entries = [json.loads(line) for line in said if not line.startswith("[wakti-sb]")]
    assert all(entry.keys() - {"cause"} == LINE for entry in entries if "event" not in entry)
    assert len(entries) == len({entry.get("requestId", object()) for entry in entries})
    keys = (stack.endpoint().secret_key, stack.endpoint().anon_key)
    for name in (FUNCTION, "api"):
        text = logs[name].read_text("utf-8")
        for secret in (
            OWNER_PASSWORD,
            "wrong-password",
            "user@example.com",
            "Bearer",
            "eyJ",
            *keys,
        ):
            assert str(secret) not in text, name


@pytest.fixture
def make_project(
    endpoint: Endpoint,
    sound_log: None,  # noqa: ARG001  (it looks when all is done)
) -> Iterator[Callable[[], Project]]:
    """Makes a project with an enabled backend and an owner of its own."""
    # Whatever holds the function up for longer fails the test that asked it.
    with httpx.Client(timeout=PATIENCE) as http, psycopg.connect(endpoint.database) as connection:
        yield lambda: _made(endpoint, connection, http)


def _made(
    endpoint: Endpoint, connection: psycopg.Connection[tuple[str, str]], http: httpx.Client
) -> Project:
    with connection.transaction():
        return Project(endpoint, *insert_project(connection), http)


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    """A project with an enabled backend."""
    return make_project()


@pytest.fixture
def other_project(make_project: Callable[[], Project]) -> Project:
    """A project of somebody else."""
    return make_project()


@pytest.fixture(scope="module")
def shared_project(
    endpoint: Endpoint,
    sound_log: None,  # noqa: ARG001  (it looks when all is done)
) -> Iterator[Project]:
    """A project for a module whose tests only read."""
    # Whatever holds the function up for longer fails the test that asked it.
    with httpx.Client(timeout=PATIENCE) as http, psycopg.connect(endpoint.database) as connection:
        yield _made(endpoint, connection, http)
