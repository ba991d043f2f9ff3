"""Fixtures for a team's own tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from wakti_sb.errors import StackError, WaktiError

if TYPE_CHECKING:
    from psycopg import Connection
    from supabase import Client

    from wakti_sb.pytest_plugin.people import Person
    from wakti_sb.stack import EmbeddedStack, Endpoint, Mailbox

_SPEAK_AS = "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)"
_SPEAKING = (
    "select current_setting('role'), coalesce(current_setting('request.jwt.claims', true), '')"
)

# Of a user of whom only the id is known; of the others their token tells.
_CLAIMS: dict[str, object] = {
    "role": "authenticated",
    "aud": "authenticated",
    "aal": "aal1",
    "is_anonymous": False,
    "app_metadata": {},
    "user_metadata": {},
}


class MakePerson(Protocol):
    """What the fixture `make_person` gives."""

    def __call__(
        self,
        *,
        app_metadata: dict[str, Any] | None = ...,
        user_metadata: dict[str, Any] | None = ...,
    ) -> Person:
        """A new user who is signed in, with these claims."""


class ActingAs(Protocol):
    """What the fixture `acting_as` gives."""

    def __call__(
        self, who: Person | str | None, **claims: object
    ) -> AbstractContextManager[Connection[Any]]:
        """Let `db` speak as a user or the id of one, or as anon if it is None."""


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> EmbeddedStack:
    """The local stack that was brought up for the tests, with the project's migrations."""
    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request):
        return session.of(request.config).stack


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    """Addresses and keys of the project: of a stack made for the tests, or of `--wakti-url`."""
    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request):
        return session.of(request.config).endpoint


@pytest.fixture(scope="session")
def make_person(request: pytest.FixtureRequest, endpoint: Endpoint) -> Iterator[MakePerson]:
    """Makes users who are signed in; they are deleted at the end."""
    from wakti_sb.pytest_plugin import session
    from wakti_sb.pytest_plugin.people import People

    people = People(endpoint)

    def make(**metadata: Any) -> Person:
        with _in_one_sentence(request):
            return people.make(**metadata)

    yield make
    staying = people.remove()
    if staying and not session.of(request.config).ours:
        reasons = "; ".join(f"{user}: {why}" for user, why in staying.items())
        pytest.fail(
            f"wakti-sb: {len(staying)} users of the tests could not be deleted, since rows refer"
            f" to them or the project does not answer: {reasons}",
            pytrace=False,
        )


@pytest.fixture(scope="session")
def owner(make_person: MakePerson) -> Person:
    """A user who is signed in."""
    return make_person()


@pytest.fixture(scope="session")
def other_owner(make_person: MakePerson) -> Person:
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


@pytest.fixture(scope="session")
def mailbox(endpoint: Endpoint) -> Mailbox:
    """The mail that the stack made for the tests would have sent."""
    from wakti_sb.stack import Mailbox

    return Mailbox(endpoint.api_url)


@pytest.fixture
def db(request: pytest.FixtureRequest) -> Iterator[Connection[Any]]:
    """A connection as postgres; what a test does with it is rolled back at its end."""
    import psycopg

    from wakti_sb.migrate.connection import parts_of, reason_of
    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request):
        url = session.of(request.config).database
        parts_of(url)
        try:
            connection = psycopg.connect(url, connect_timeout=10)
        except psycopg.Error as error:
            raise StackError(f"the database does not answer: {reason_of(error)}") from None
    try:
        # In a block of psycopg's a test cannot commit by mistake.
        with connection.transaction(force_rollback=True):
            yield connection
    finally:
        connection.close()


@pytest.fixture
def acting_as(db: Connection[Any]) -> ActingAs:
    """Let `db` speak as a user or the id of one, or as anon if it is None.

    `with acting_as(owner): db.execute(…)`

    Row level security holds inside the block, with the claims of the user's token; further
    arguments are more of them. A statement that fails undoes what the block did.
    """

    @contextmanager
    def act(who: Person | str | None, **claims: object) -> Iterator[Connection[Any]]:
        told: dict[str, object] = {"role": "anon"}
        if isinstance(who, str):
            told = _CLAIMS | {"sub": who}
        elif who is not None:
            told = who.claims
        told = told | claims
        with db.transaction():
            before = db.execute(_SPEAKING).fetchone()
            db.execute(_SPEAK_AS, [told["role"], json.dumps(told)])
            yield db
            db.execute(_SPEAK_AS, before)

    return act


@contextmanager
def _in_one_sentence(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is wrong with the machine or the project ends the run: every test would say the same."""
    try:
        yield
    except WaktiError as error:
        from wakti_sb.pytest_plugin import session

        raise _end(request, session.sentence(error)) from None


def _end(request: pytest.FixtureRequest, sentence: str) -> BaseException:
    """What ends the run."""
    if hasattr(request.config, "workerinput"):  # pytest-xdist takes no exit from a worker
        request.session.shouldstop = sentence
        return pytest.fail.Exception(sentence, pytrace=False)
    return pytest.exit.Exception(sentence, pytest.ExitCode.USAGE_ERROR)
