"""Fixtures for a team's own tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from wakti_sb.errors import WaktiError

if TYPE_CHECKING:
    from psycopg import Connection
    from supabase import Client

    from wakti_sb.pytest_plugin.people import Person
    from wakti_sb.stack import EmbeddedStack, Endpoint


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> EmbeddedStack:
    """The local stack that was brought up for the tests, with the project's migrations."""
    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request.config):
        return session.of(request.config).stack


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    """Addresses and keys of the project: of a stack made for the tests, or of `--wakti-url`."""
    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request.config):
        return session.of(request.config).endpoint


@pytest.fixture(scope="session")
def make_person(
    request: pytest.FixtureRequest, endpoint: Endpoint
) -> Iterator[Callable[[], Person]]:
    """Makes users who are signed in; they are deleted at the end."""
    from wakti_sb.pytest_plugin.people import People

    people = People(endpoint)

    def make() -> Person:
        with _in_one_sentence(request.config):
            return people.make()

    yield make
    people.remove()


@pytest.fixture(scope="session")
def owner(make_person: Callable[[], Person]) -> Person:
    """A user who is signed in."""
    return make_person()


@pytest.fixture(scope="session")
def other_owner(make_person: Callable[[], Person]) -> Person:
    """Another user, who must not reach what is the owner's."""
    return make_person()


@pytest.fixture(scope="session")
def anon(endpoint: Endpoint) -> Iterator[Client]:
    """A Supabase client of somebody who is not signed in."""
    from wakti_sb.pytest_plugin.people import client, close

    made = client(endpoint, endpoint.publishable_key)
    yield made
    close(made)


@pytest.fixture(scope="session")
def service(endpoint: Endpoint) -> Iterator[Client]:
    """A Supabase client with the secret key: it sees everything."""
    from wakti_sb.pytest_plugin.people import client, close

    made = client(endpoint, endpoint.secret_key)
    yield made
    close(made)


@pytest.fixture
def db(request: pytest.FixtureRequest) -> Iterator[Connection[Any]]:
    """A connection as postgres; what a test does with it is rolled back at its end."""
    import psycopg

    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request.config):
        url = session.of(request.config).database
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        _give_up(request.config, f"the database does not answer: {reason}")
    try:
        yield connection
    finally:
        connection.rollback()
        connection.close()


@pytest.fixture
def acting_as(
    db: Connection[Any],
) -> Callable[[Person | None], AbstractContextManager[Connection[Any]]]:
    """Let `db` speak as a user, or as anon if it is None.

    `with acting_as(owner): db.execute(…)`

    Row level security holds inside the block. A statement that fails undoes what the block did.
    """

    @contextmanager
    def act(person: Person | None) -> Iterator[Connection[Any]]:
        claims = {"role": "anon"}
        if person is not None:
            claims = {"role": "authenticated", "sub": person.id, "email": person.email}
        with db.transaction():
            db.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
                [claims["role"], json.dumps(claims)],
            )
            yield db
            db.execute(
                "select set_config('role', 'none', true),"
                " set_config('request.jwt.claims', '', true)"
            )

    return act


@contextmanager
def _in_one_sentence(config: pytest.Config) -> Iterator[None]:
    """What is wrong with the machine or the project ends the run: every test would say the same."""
    try:
        yield
    except WaktiError as error:
        _give_up(config, str(error))


def _give_up(config: pytest.Config, reason: str) -> NoReturn:
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist cannot end the run
        pytest.fail(f"wakti-sb: {reason}", pytrace=False)
    pytest.exit(f"wakti-sb: {reason}", pytest.ExitCode.USAGE_ERROR)
