"""A server that cannot be reached is one clear sentence, and no message shows a password."""

from __future__ import annotations

import re
import socket
import traceback

import pytest

from tests.migrate.database import role, rows, superuser
from tests.migrate.files import Write
from wakti_sb.errors import UsageError, WaktiError
from wakti_sb.migrate import ConnectionFailed, StatementFailed, Timeouts, apply, status
from wakti_sb.migrate.connection import Target

SECRET = "s3cret-Word"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _said(error: WaktiError) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


def test_a_server_that_does_not_answer_is_named_with_its_address() -> None:
    port = _free_port()

    with pytest.raises(ConnectionFailed) as caught:
        status(f"postgresql://someone:{SECRET}@127.0.0.1:{port}/things", ())

    assert str(caught.value).splitlines()[0] == (
        f"someone@127.0.0.1:{port}/things: cannot connect to the database: Connection refused"
    )
    assert SECRET not in _said(caught.value)


def test_a_host_that_nobody_knows_is_named() -> None:
    with pytest.raises(ConnectionFailed, match=r"Check the host name") as caught:
        status(f"postgresql://someone:{SECRET}@nowhere.invalid/things", ())

    assert SECRET not in _said(caught.value)


@pytest.mark.slow
def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ConnectionFailed, match="timeout"):
            apply(f"postgresql://a:b@127.0.0.1:{port}/c", (), timeouts=Timeouts(connect=1))


def test_a_wrong_password_is_not_shown(empty_database: str) -> None:
    url = empty_database.replace("postgres:postgres@", f"postgres:{SECRET}@")

    with pytest.raises(ConnectionFailed, match="password authentication failed") as caught:
        status(url, ())

    assert "Check the user and the password" in str(caught.value)
    assert SECRET not in _said(caught.value)


def test_a_missing_password_is_asked_for(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)

    with pytest.raises(ConnectionFailed, match="Put the password into the database URL"):
        status(empty_database.replace("postgres:postgres@", "postgres@"), ())


def test_a_database_that_does_not_exist_is_named(empty_database: str) -> None:
    with pytest.raises(ConnectionFailed, match='database "nowhere" does not exist'):
        status(empty_database.rpartition("/")[0] + "/nowhere", ())


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}/x@host:5432/db",
        f"postgresql://u:1234/{SECRET}@host:5432/db",
        f"postgresql://u:x@{SECRET}@host:5432/db",
        f"postgresql://u:%zz{SECRET}@host:5432/db",
        f"postgresql://u:{SECRET}@host:54x2/db",
        f"mysql://u:{SECRET}@host/db",
        f"password={SECRET} host",
    ],
)
def test_a_url_that_cannot_be_read_does_not_give_its_password_away(url: str) -> None:
    with pytest.raises(UsageError, match="the database URL cannot be read") as caught:
        status(url, ())

    assert SECRET not in _said(caught.value)


def test_the_transaction_pooler_is_refused() -> None:
    with pytest.raises(UsageError, match="session pooler"):
        status(f"postgresql://u:{SECRET}@aws-0-eu.pooler.supabase.com:6543/postgres", ())


@pytest.mark.parametrize("text", [f"role {SECRET}", "at postgresql://u:else@host/db"])
def test_a_password_in_anothers_message_is_redacted(text: str) -> None:
    target = Target.parse(f"postgresql://u:{SECRET}@host/db")

    assert "***" in target.redact(text)
    assert SECRET not in target.redact(text)
    assert SECRET not in repr(target)


def test_a_password_that_is_the_name_of_the_role_does_not_garble_messages() -> None:
    target = Target.parse("postgresql://postgres:postgres@host/postgres")

    assert target.redact("role postgres is read-only") == "role postgres is read-only"


def test_a_percent_encoded_password_is_redacted_as_it_really_is() -> None:
    target = Target.parse("postgresql://u:p%40ss%2Fword@host/db")

    assert target.redact("role p@ss/word") == "role ***"


def test_the_servers_words_about_a_statement_are_redacted(
    empty_database: str, write: Write
) -> None:
    with role(empty_database) as url:
        name, password = re.findall(r"//(\w+):(\w+)@", url)[0]
        database = empty_database.rpartition("/")[2]
        rows(superuser(empty_database), f"grant create on database {database} to {name}")
        half, rest = password[:4], password[4:]
        with pytest.raises(StatementFailed) as caught:
            apply(url, write({"1_a.sql": f"do $$ begin raise '%', '{half}' || '{rest}'; end $$"}))

    assert caught.value.message == "***"
    assert password not in str(caught.value)
