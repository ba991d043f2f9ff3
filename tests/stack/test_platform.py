"""What ordinary Supabase projects write is applied as the platform would."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from wakti_sb import migrate

PROJECTS = Path(__file__).parent / "projects"
WHOLE = ("catalogue", "chat", "diffed", "jobs", "profiles")


def _apply(project: str, url: str) -> None:
    migrate.apply(url, migrate.read(PROJECTS / project / "supabase" / "migrations"))


@pytest.mark.parametrize("project", WHOLE)
def test_the_migrations_of_a_project_apply_as_they_are_written(
    project: str, empty_database: str
) -> None:
    _apply(project, empty_database)


def test_a_message_that_a_trigger_broadcasts_is_written_down(empty_database: str) -> None:
    _apply("chat", empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute(
            "insert into auth.users (id) values ('00000000-0000-0000-0000-000000000001')"
        )
        connection.execute("insert into public.rooms (topic) values ('room:1')")
        connection.execute(
            "insert into public.messages (room_id, author, body)"
            " select id, '00000000-0000-0000-0000-000000000001', 'hi' from public.rooms"
        )
        sent = connection.execute(
            "select topic, event, private, payload -> 'record' ->> 'body' from realtime.messages"
            " where payload ? 'record'"
        ).fetchall()

    assert sent == [("room:1", "INSERT", True, "hi")]


def test_policies_decide_who_reads_realtime_messages(empty_database: str) -> None:
    _apply("chat", empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("select realtime.send('{}', 'event', 'room:1')")
        connection.execute("set local role authenticated")
        refused = connection.execute("select count(*) from realtime.messages").fetchone()
        connection.execute("reset role")
        connection.execute("create policy everybody on realtime.messages for select using (true)")
        connection.execute("set local role authenticated")
        allowed = connection.execute("select count(*) > 0 from realtime.messages").fetchone()

    assert (refused, allowed) == ((0,), (True,))


def test_jobs_and_requests_are_written_down_and_never_run(empty_database: str) -> None:
    _apply("jobs", empty_database)
    with psycopg.connect(empty_database) as connection:
        jobs = connection.execute("select schedule, command, username from cron.job").fetchall()
        methods = connection.execute(
            "select method, url from net.http_request_queue order by id"
        ).fetchall()
        answers = connection.execute("select count(*) from net._http_response").fetchone()
        hooks = connection.execute("select hook_name from supabase_functions.hooks").fetchall()

    assert jobs == [("0 * * * *", "vacuum", "postgres")]
    assert methods == [("POST", "https://example.com/hook"), ("GET", "https://example.com?a=b")]
    assert answers == (0,)
    assert hooks == [("hook",)]


@pytest.mark.parametrize(
    "statement",
    [
        "select cron.schedule('x', 'every now and then', 'select 1')",
        "select cron.unschedule('nobody')",
        "select cron.unschedule(7)",
        "select cron.alter_job(7, schedule := '* * * * *')",
    ],
)
def test_what_pg_cron_refuses_is_refused(statement: str, empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create extension pg_cron")
        with pytest.raises(psycopg.DatabaseError):
            connection.execute(statement)


def test_nobody_but_postgres_and_the_service_reads_a_secret(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("select vault.create_secret('s3cret', 'key')")
        read = "select decrypted_secret from vault.decrypted_secrets where name = 'key'"
        for role in ("postgres", "service_role"):
            connection.execute(f"set role {role}")
            assert connection.execute(read).fetchone() == ("s3cret",), role
        for role in ("anon", "authenticated"):
            connection.execute(f"set role {role}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(read)


def test_pgjwt_signs_and_verifies(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("create extension pgjwt with schema extensions")
        # The example of jwt.io, and of RFC 7519's readers everywhere.
        token = connection.execute(
            'select sign(\'{"sub":"1234567890","name":"John Doe","admin":true}\', \'secret\')'
        ).fetchone()
        good = connection.execute(
            "select payload ->> 'name', valid from verify(%s, 'secret')", token
        ).fetchone()
        foreign = connection.execute("select valid from verify(%s, 'other')", token).fetchone()
        late = connection.execute(
            "select valid from verify(sign('{\"exp\": 1}', 'secret'), 'secret')"
        ).fetchone()

    assert token == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
        ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiYWRtaW4iOnRydWV9"
        ".TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ",
    )
    assert (good, foreign, late) == (("John Doe", True), (False,), (False,))


def test_a_storage_policy_can_ask_for_the_operation(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        asked = "select storage.allow_any_operation(array['object.list', 'storage.object.sign'])"
        assert connection.execute(asked).fetchone() == (False,)
        connection.execute("select set_config('storage.operation', 'storage.object.list', true)")
        assert connection.execute(asked).fetchone() == (True,)
        only = "select storage.allow_only_operation('object.upload')"
        assert connection.execute(only).fetchone() == (False,)
