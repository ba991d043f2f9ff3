"""Over SQL each attempt says what it has reached, is undone, and leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance.model import (
    ANON,
    NEW,
    SERVICE,
    Attempt,
    Call,
    Copy,
    Delete,
    Identity,
    Insert,
    Outcome,
    Request,
    Select,
    Update,
    Upsert,
)
from wakti_sb.conformance.run.session import prepared
from wakti_sb.conformance.transports import SqlTransport
from wakti_sb.conformance.transports.journal import Journal, Made
from wakti_sb.conformance.transports.residue import empty_tables, filled
from wakti_sb.conformance.transports.restore import Restorer
from wakti_sb.errors import ConformanceError
from wakti_sb.spec import Relation

T = Relation("public.t")
F = Relation("public.f")


@pytest.fixture
def url(empty_database: str) -> str:
    return applied(
        empty_database,
        table("t", "v text", "n integer not null default 1"),
        "create view shown with (security_invoker = true) as select id, v from t",
        "grant all on shown to authenticated",
        "create function all_of_t() returns setof t language sql stable security definer"
        " set search_path = '' as $$ select * from public.t $$",
        "create function wipe() returns void language sql volatile security definer"
        " set search_path = '' as $$ delete from public.t $$",
        "create function wipe_own() returns void language sql volatile"
        " as $$ delete from public.t where user_id = auth.uid() $$",
        "create function code() returns text language sql volatile"
        " as $$ select gen_random_uuid()::text $$",
        "create function told_code() returns text language sql volatile security definer"
        " as $$ select case when exists (select from public.t) then gen_random_uuid()::text"
        " end $$",
        "create function broken(v text) returns text language plpgsql"
        " as $$ declare r text; begin execute 'select ''' || v || '''' into r; return r; end $$",
    )


def test_over_sql_an_attempt_says_what_it_reached_and_is_undone(url: str) -> None:
    with prepared(model("t"), url) as (connection, scenario):
        sql = SqlTransport(connection, scenario)
        owner, other = (
            next(who for who in scenario.identities if who.label == label)
            for label in ("the owner", "another owner")
        )
        known = {
            who: {
                (str(row.values["id"]),) for row in scenario.of(T)
                if str(row.values["user_id"]) == who.user_id
            }
            for who in (owner, other)
        }  # fmt: skip
        ((mine,), *_) = known[owner], None
        where = (("id", mine[0]),)
        all_of_mine = frozenset(known[owner])

        def tried(who: Identity, request: Request, **more: Any) -> Outcome:
            attempt = Attempt(who, request, **more)
            one = sql.perform(attempt)
            together = sql.perform_all([attempt, attempt])
            assert together in ({}, {attempt: one}) or isinstance(request, Call)
            return one

        read = tried(owner, Select(T, ("id", "v")))
        assert (read.kind, read.rows, read.count) == ("allowed", all_of_mine, len(all_of_mine))
        assert tried(ANON, Select(T, ("id",))) == Outcome("zero rows")
        assert tried(SERVICE, Select(T, ("id",))).rows >= all_of_mine
        assert tried(owner, Select(T, ("v",), where)).rows != all_of_mine  # without the key
        counted = tried(owner, Select(T, ("id",), count=True))
        assert (counted.kind, counted.count, counted.rows) == (
            "allowed", len(all_of_mine), frozenset()
        )  # fmt: skip
        assert tried(ANON, Select(T, ("id",), count=True)) == Outcome("zero rows")
        change = Update(T, (("v", "new"),), where)
        assert tried(owner, change).rows == {mine}
        assert tried(other, change) == Outcome("zero rows")
        assert tried(owner, Update(T, (("v", "new"),))).rows == all_of_mine
        assert tried(owner, Delete(T, where)).rows == {mine}
        assert tried(other, Delete(T)).rows == frozenset(known[other])
        values = (("id", ROW), ("user_id", owner.user_id))
        assert tried(owner, Insert(T, values)).rows == {NEW}
        assert tried(other, Insert(T, values)).kind == "refused by policy"
        assert tried(owner, Insert(T, (("id", mine[0]), *values[1:]))).kind == "constraint"
        # Out of the way first: the policy answers, not the key.
        there = (Delete(T, where),)
        taken = Insert(T, (("id", mine[0]), *values[1:]))
        assert tried(other, taken, arrange=there).kind == "refused by policy"
        assert tried(owner, taken, arrange=there).rows == {NEW}
        over = Upsert(T, (("id", mine[0]), ("user_id", owner.user_id), ("v", "over")), ("id",))
        assert tried(owner, over).rows == {mine}
        assert tried(owner, Copy(T, values, where)).rows == {NEW}
        assert tried(other, Copy(T, values, where)).rows == frozenset()
        limited = (("request.headers", "{}"),)
        assert tried(owner, Select(T, ("id",)), settings=limited).rows == all_of_mine


ROW = "00000000-0000-4000-8000-000000000001"


def test_over_sql_a_call_is_known_by_its_answer_or_by_what_it_changed(url: str) -> None:
    def call(name: str, **more: Any) -> Call:
        return Call(Relation(f"public.{name}"), f"public.{name}()", **more)

    with prepared(model("t"), url) as (connection, scenario):
        sql = SqlTransport(connection, scenario)
        owner = next(who for who in scenario.identities if who.label == "the owner")
        every = [row for row in scenario.of(T) if row.label]
        ids = [str(row.values["id"]) for row in every]
        tells = tuple((each, (each,)) for each in ids)
        by_anon = sql.perform(Attempt(ANON, call("all_of_t", tells=tells)))
        assert by_anon.rows == {(each,) for each in ids}
        assert sql.perform(Attempt(owner, call("code", tells=tells))).rows == frozenset()
        assert sql.perform(Attempt(ANON, call("code"))).rows == {NEW}
        wiped = sql.perform(Attempt(ANON, call("wipe", changes=True)))
        assert {key[1:] for key in wiped.rows} == {(each,) for each in ids}
        assert {key[0] for key in wiped.rows} == {"public.t"}
        assert wiped.kind == "allowed"
        own = sql.perform(Attempt(owner, call("wipe_own", changes=True)))
        assert 0 < len(own.rows) < len(ids)
        assert sql.perform(Attempt(ANON, call("wipe_own", changes=True))).rows == frozenset()
        without = tuple((T, (("id", each),)) for each in ids)
        # Another answer each time: it tells something only where its shape depends on the rows.
        assert sql.perform(Attempt(ANON, call("code", without=without))).rows == frozenset()
        assert sql.perform(Attempt(ANON, call("told_code", without=without))).rows == {NEW}
        assert sql.perform(Attempt(ANON, call("all_of_t", without=without))).rows == {NEW}
        quoted = Call(
            Relation("public.broken"), "public.broken(text)", (("v", "a'b"),), ("text",),
            quoted=True,
        )  # fmt: skip
        assert sql.perform(Attempt(ANON, quoted)).rows == {NEW}
        harmless = replace(quoted, arguments=(("v", "ab"),))
        assert sql.perform(Attempt(ANON, harmless)) == Outcome(
            "zero rows", message='{"broken": "ab"}'
        )
        left = sql.perform(Attempt(SERVICE, Select(T, ("id",)))).rows
        assert left >= {(each,) for each in ids}


def test_rows_are_put_back_as_they_were_seeded(url: str) -> None:
    with prepared(model("t"), url) as (connection, scenario):
        restorer = Restorer(connection, scenario)
        (key, first), (_, second), *_ = restorer.snapshot[T].items()
        before = restorer.read(T)
        assert restorer.read_all()[T] == before == restorer.snapshot[T]
        connection.execute("update t set v = 'changed', n = 7 where id = %s", (first["id"],))
        connection.execute("delete from t where id = %s", (second["id"],))
        connection.execute("insert into t (id, user_id) values (%s, %s)", (ROW, first["user_id"]))
        assert restorer.restore(restorer.read_all()) is True
        assert restorer.read(T) == before
        assert restorer.restore(restorer.read_all()) is False
        assert key in restorer.snapshot[T]


def test_a_write_is_noticed_whatever_it_was(url: str) -> None:
    with prepared(model("t"), url) as (_, scenario):
        pass
    with psycopg.connect(url, autocommit=True) as connection:
        restorer = Restorer(connection, replace(scenario, rows=()))
        connection.execute("create table other (a int)")
        assert not restorer.untouched()
        assert restorer.restore() is False  # no row of the run is another one


def test_tables_that_were_empty_and_hold_rows_are_named(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create table a (i int); create table b (i int); insert into b values (1)"
        )
        empty = empty_tables(connection)
        assert {"public.a", "public.t"} <= empty
        assert "public.b" not in empty
        assert filled(connection, empty) == ()
        connection.execute("insert into a values (1); insert into b values (2)")
        assert filled(connection, empty) == ("public.a",)


def test_a_run_is_alone_and_what_it_made_is_on_record_until_it_is_gone(url: str) -> None:
    made = Made(
        users=(ROW,), rows=(("public.t", {"id": ROW}), ("public.gone", {"id": ROW})),
        inserts=(("public.t", {"id": ROW[:-1] + "2"}),), files=(("b", "n"),),
    )  # fmt: skip
    with (
        psycopg.connect(url, autocommit=True) as connection,
        psycopg.connect(url, autocommit=True) as second,
    ):
        journal = Journal(connection)
        journal.lock()
        with pytest.raises(ConformanceError, match="another run through the client"):
            Journal(second).lock()
        assert journal.left() == ()
        journal.write(Made())
        journal.write(made)
        assert journal.left() == (made,)
        connection.execute("insert into auth.users (id, email) values (%s, 'a@b.c')", (ROW,))
        connection.execute("insert into t (id, user_id) values (%s, %s)", (ROW, ROW))
        asked: list[Any] = []
        journal.clear(made, asked.extend)
        assert asked == [("b", "n")]
        assert connection.execute("select count(*) from t").fetchone() == (0,)
        assert connection.execute("select count(*) from auth.users").fetchone() == (0,)
        journal.close()
        assert journal.left() == ()


def test_what_is_held_by_another_row_of_the_run_is_taken_away_after_it(url: str) -> None:
    applied(url, "create table held (id uuid primary key, t_id uuid references t)")
    made = Made(
        users=(ROW,), rows=(("public.held", {"id": ROW}),), inserts=(("public.t", {"id": ROW}),)
    )  # fmt: skip
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("insert into auth.users (id, email) values (%s, 'a@b.c')", (ROW,))
        connection.execute("insert into t (id, user_id) values (%s, %s)", (ROW, ROW))
        connection.execute("insert into held values (%s, %s)", (ROW, ROW))
        Journal(connection).clear(made, lambda _files: None)
        assert connection.execute("select count(*) from t").fetchone() == (0,)
