"""Fixtures for a team's own tests.

They are registered when pytest starts, since their names are a setting: another plugin may have a
`db` of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest

from wakti_sb.errors import StackError, WaktiError
from wakti_sb.pytest_plugin import options

if TYPE_CHECKING:
    from psycopg import Connection
    from supabase import AsyncClient, Client

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


class MakeAsyncClient(Protocol):
    """What the fixture `acreate_client` gives."""

    def __call__(
        self, who: Person | Literal["service"] | None = ...
    ) -> AbstractAsyncContextManager[AsyncClient]:
        """An asynchronous client of a person, of the secret key, or of nobody, for a block."""


def register(config: pytest.Config) -> None:
    """Make the fixtures known, each under the prefix that was asked for."""
    prefix = options.read(config).prefix
    plugin = ModuleType("wakti_sb_fixtures")  # pytest looks for fixtures in modules and classes
    for name, (scope, function) in _FIXTURES.items():
        called = prefix + name
        setattr(plugin, called, pytest.fixture(scope=scope, name=called)(function))
    config.pluginmanager.register(plugin, plugin.__name__)


def stack(request: pytest.FixtureRequest) -> EmbeddedStack:
    """The local stack that was brought up for the tests, with the project's migrations."""
    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request):
        return session.of(request.config).stack


def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    """Addresses and keys of the project: of a stack made for the tests, or of `--wakti-url`."""
    from wakti_sb.pytest_plugin import session

    with _in_one_sentence(request):
        return session.of(request.config).endpoint


def make_person(request: pytest.FixtureRequest) -> Iterator[MakePerson]:
    """Makes users who are signed in; they are deleted at the end."""
    from wakti_sb.pytest_plugin import session
    from wakti_sb.pytest_plugin.people import People

    people = People(_of(request, "endpoint"))

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


def owner(request: pytest.FixtureRequest) -> Person:
    """A user who is signed in."""
    made: Person = _of(request, "make_person")()
    return made


def other_owner(request: pytest.FixtureRequest) -> Person:
    """Another user, who must not reach what is the owner's."""
    made: Person = _of(request, "make_person")()
    return made


def anon(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A Supabase client of somebody who is not signed in."""
    from wakti_sb.pytest_plugin.people import client, close

    project = _of(request, "endpoint")
    made = client(project, project.publishable_key)
    yield made
    close(made)


def service(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A Supabase client with the secret key: it sees everything."""
    from wakti_sb.pytest_plugin.people import client, close

    project = _of(request, "endpoint")
    made = client(project, project.secret_key)
    yield made
    close(made)


def acreate_client(request: pytest.FixtureRequest) -> MakeAsyncClient:
    """Makes asynchronous Supabase clients.

    `async with acreate_client(owner) as client:`

    Of a person, of the secret key (`"service"`), or of somebody who is not signed in (nothing).
    """
    from wakti_sb.pytest_plugin.people import async_client

    project = _of(request, "endpoint")

    def make(
        who: Person | Literal["service"] | None = None,
    ) -> AbstractAsyncContextManager[AsyncClient]:
        return async_client(project, who)

    return make


def mailbox(request: pytest.FixtureRequest) -> Mailbox:
    """The mail that the stack made for the tests would have sent."""
    from wakti_sb.stack import Mailbox

    return Mailbox(_of(request, "endpoint").api_url)


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


def acting_as(request: pytest.FixtureRequest) -> ActingAs:
    """Let `db` speak as a user or the id of one, or as anon if it is None.

    `with acting_as(owner): db.execute(…)`

    Row level security holds inside the block, with the claims of the user's token; further
    arguments are more of them. A statement that fails undoes what the block did.
    """
    connection: Connection[Any] = _of(request, "db")

    @contextmanager
    def act(who: Person | str | None, **claims: object) -> Iterator[Connection[Any]]:
        told: dict[str, object] = {"role": "anon"}
        if isinstance(who, str):
            told = _CLAIMS | {"sub": who}
        elif who is not None:
            told = who.claims
        told = told | claims
        with connection.transaction():
            before = connection.execute(_SPEAKING).fetchone()
            connection.execute(_SPEAK_AS, [told["role"], json.dumps(told)])
            yield connection
            connection.execute(_SPEAK_AS, before)

    return act


_Scope = Literal["session", "function"]
_FIXTURES: dict[str, tuple[_Scope, Callable[[pytest.FixtureRequest], object]]] = {
    "stack": ("session", stack),
    "endpoint": ("session", endpoint),
    "make_person": ("session", make_person),
    "owner": ("session", owner),
    "other_owner": ("session", other_owner),
    "anon": ("session", anon),
    "service": ("session", service),
    "acreate_client": ("session", acreate_client),
    "mailbox": ("session", mailbox),
    "db": ("function", db),
    "acting_as": ("function", acting_as),
}


def _of(request: pytest.FixtureRequest, name: str) -> Any:
    """Another fixture of ours; a project's own of that name takes its place, as ever."""
    return request.getfixturevalue(options.read(request.config).prefix + name)


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
