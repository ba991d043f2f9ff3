"""How attempts travel: what each way says is what has really happened, and nothing is left."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog, spec
from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance.catalog import Column
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
    refusal,
)
from wakti_sb.conformance.run.session import prepared
from wakti_sb.conformance.scenario import Scenario, plan
from wakti_sb.conformance.transports import SqlTransport, rows
from wakti_sb.conformance.transports.journal import Journal, Made
from wakti_sb.conformance.transports.large import about_ours
from wakti_sb.conformance.transports.residue import empty_tables, filled
from wakti_sb.conformance.transports.restore import Restorer
from wakti_sb.conformance.transports.sessions import _claims, _holds
from wakti_sb.conformance.transports.sql import entered, told
from wakti_sb.conformance.transports.store import _differs
from wakti_sb.conformance.transports.tokens import SignedTokens, access_token, forged
from wakti_sb.errors import ConformanceError
from wakti_sb.spec import Relation

T = Relation("public.t")
F = Relation("public.f")
CALL = Call(F, "public.f(uuid)")


@pytest.mark.parametrize(
    ("call", "code", "message", "kind"),
    [
        (CALL, "42501", "permission denied for function f", "refused by grant"),
        (CALL, "42501", "permission denied for table secrets", "allowed"),
        (CALL, "42501", "not yours", "allowed"),
        (CALL, "42501", "permission denied for schema public", "refused by grant"),
        (CALL, "42501", "permission denied for schema private", "allowed"),
        (CALL, "42883", "function public.f(uuid) does not exist", "error"),
        (CALL, "PGRST202", "Could not find the function in the schema cache", "error"),
        (CALL, "PGRST301", "JWT expired", "refused by code"),
        (CALL, "P0001", "not yours", "allowed"),
        (CALL, "23505", "duplicate key", "allowed"),
        (CALL, "57014", "statement timeout", "allowed"),
        (replace(CALL, tells=(("m", ("1",)),)), "P0001", "not yours", "refused by code"),
        (replace(CALL, quoted=True), "42601", "syntax error", "allowed"),
        (replace(CALL, quoted=True), "42501", "permission denied for table t", "refused by grant"),
        (replace(CALL, quoted=True), "P0001", "no", "refused by code"),
        (replace(CALL, changes=True), "P0001", "no", "refused by code"),
        (replace(CALL, changes=True), "42501", "permission denied for table t", "refused by code"),
        (replace(CALL, changes=True), "23505", "duplicate key", "refused by code"),
        (replace(CALL, changes=True), "57014", "statement timeout", "error"),
        (replace(CALL, changes=True), "54001", "stack depth", "error"),
        (replace(CALL, changes=True), "42P17", "infinite recursion", "error"),
        (Select(T, ("id",)), "42501", "permission denied for table t", "refused by grant"),
        (Delete(T), "P0001", "no", "refused by code"),
    ],
)
def test_an_error_from_inside_a_function_means_that_it_was_entered(
    call: Request, code: str, message: str, kind: str
) -> None:
    found = entered(call, refusal(code, message))
    assert found.kind == kind
    assert (found.rows == {NEW}) is (kind == "allowed")
    assert (found.code, found.message) == (code, message)


def test_an_answer_tells_of_the_rows_whose_marks_it_holds() -> None:
    call = replace(CALL, tells=(("mark-a", ("1",)), ("mark-b", ("2",)), ("mark-c", ("3",))))
    assert told(call, '[{"v": "mark-a"}, "mark-c"]') == {("1",), ("3",)}
    assert told(call, "nothing") == frozenset()


OWNER = Identity("the owner", user_id="u", claims={"role": "authenticated", "team": 7})


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, payload, signature = token.split(".")
    parts = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, payload))
    return (*parts, signature)


def signed_with(token: str, secret: str) -> bool:
    text, _, signature = token.rpartition(".")
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == signature


@pytest.mark.parametrize(
    ("signature", "algorithm", "issued", "believed"),
    [
        ("valid", "HS256", 100_000, True),
        ("expired", "HS256", 100_000 - 7200, True),
        ("foreign", "HS256", 100_000, False),
        ("none", "none", 100_000, False),
    ],
)
def test_a_token_is_signed_as_its_identity_says(
    signature: str, algorithm: str, issued: int, believed: bool
) -> None:
    who = replace(OWNER, signature=signature)
    token = access_token(who, "a secret", "https://a/auth/v1", 100_000.9)
    head, claims, signed = decoded(token)
    assert head == {"alg": algorithm, "typ": "JWT"}
    assert (claims["iat"], claims["exp"], claims["iss"]) == (
        issued,
        issued + 3600,
        "https://a/auth/v1",
    )
    assert (claims["sub"], claims["team"]) == ("u", 7)
    assert bool(signed) is (signature != "none")
    assert signed_with(token, "a secret") is believed
    assert "=" not in token


def test_only_who_has_a_user_or_a_bad_signature_sends_a_token() -> None:
    tokens = SignedTokens("a secret", "i")
    assert tokens.token(ANON) is None
    assert tokens.token(OWNER) is not None
    assert tokens.token(replace(ANON, signature="foreign")) is not None
    assert tokens.why_not(OWNER) is None
    assert not signed_with(forged(OWNER, "i"), "a secret")
    assert forged(OWNER, "i") != forged(OWNER, "i")


@pytest.mark.parametrize(
    ("said", "wanted", "holds"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 3}, {"a": 2}, False),
        ({}, {"a": 1}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": {"b": 2}}, {"a": {"b": 1}}, False),
        ({}, {"a": {"b": 1}}, False),
        ({}, {"a": {}}, True),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
        ({}, {}, True),
    ],
)
def test_a_session_has_to_say_everything_that_is_wanted(
    said: dict[str, Any], wanted: dict[str, Any], holds: bool
) -> None:
    assert _holds(said, wanted) is holds


def test_what_a_session_says_is_read_from_its_token() -> None:
    for claims in ({"a": "b"}, {"a": "bc"}, {"a": "bcd"}, {"a": "bcde"}):
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        assert _claims(f"head.{payload}.signature") == claims
    assert _claims("") == {}


@pytest.mark.parametrize(
    ("now", "differs"),
    [
        ({}, False),
        ({"owner": "b"}, True),
        ({"version": "2"}, True),
        ({"metadata": {"size": 2}}, False),
        ({"updated_at": "later"}, False),
        ({"last_accessed_at": "later"}, False),
        ({"name": "other"}, True),
    ],
)
def test_an_object_differs_by_what_an_upload_does_not_renew(
    now: dict[str, Any], differs: bool
) -> None:
    before = {
        "name": "a", "owner": "a", "version": "1", "metadata": {"size": 1},
        "updated_at": "now", "last_accessed_at": "now",
    }  # fmt: skip
    assert _differs(before | now, before) is differs


@pytest.mark.parametrize(
    ("column", "value", "sent"),
    [
        (None, "x", "x"),
        (Column("c", "text", "text"), None, None),
        (Column("c", "text", "text"), "x", "x"),
        (Column("c", "text", "text"), "true", "true"),
        (Column("c", "jsonb", "jsonb"), '{"a": [1]}', {"a": [1]}),
        (Column("c", "json", "json"), "3", 3),
        (Column("c", "text[]", "text[]", category="A"), '{"a","b"}', ["a", "b"]),
        (Column("c", "text[]", "text[]", category="A"), "{}", []),
        (Column("c", "boolean", "boolean"), "true", True),
        (Column("c", "boolean", "boolean"), "false", False),
        (Column("c", "integer", "integer"), "-3", -3),
        (Column("c", "bigint", "bigint"), "3", 3),
        (Column("c", "smallint", "smallint"), "3", 3),
        (Column("c", "numeric", "numeric"), "3.5", "3.5"),
    ],
)
def test_a_value_is_sent_as_json_of_its_columns_type(
    column: Column | None, value: Any, sent: Any
) -> None:
    found = rows._value(column, value)
    assert (found, type(found)) == (sent, type(sent))


def test_the_rows_that_come_along_with_a_parent_are_one_or_many() -> None:
    assert rows._inner({"t": None}, "t") == []
    assert rows._inner({}, "t") == []
    assert rows._inner({"t": {"id": 1}}, "t") == [{"id": 1}]
    assert rows._inner({"t": [{"id": 1}, {"id": 2}]}, "t") == [{"id": 1}, {"id": 2}]


def test_of_a_large_table_the_rows_of_our_people_and_under_our_rows_are_looked_at() -> None:
    planned = plan(spec(), catalog())
    people = [who.user_id for who in planned.identities if who.user_id]
    condition = about_ours(planned, UPLOADS).as_string(None)
    seeded = [row for row in planned.of(UPLOADS) if row.label]
    for row in seeded:
        assert f"\"id\" = '{row.values['id']}'" in condition
    for each in people:
        assert each in condition
    for parent in planned.of(PROJECTS):
        assert str(parent.values["id"]) in condition
    assert condition.count(" or ") == len(seeded) + 1  # user_id and project_id
    assert '"user_id" = any (' in condition
    assert '"project_id" = any (' in condition
    unplanned = Scenario(planned.spec, planned.catalog, (), ())
    assert about_ours(unplanned, UPLOADS).as_string(None).lower() == "false"


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
