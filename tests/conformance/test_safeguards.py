"""Wrong evidence is refused: each safeguard of the engine, and what passes beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog, spec
from tests.conformance.schemas import applied, content, model, table
from wakti_sb.conformance import run
from wakti_sb.conformance.cases import derive
from wakti_sb.conformance.catalog import Role
from wakti_sb.conformance.model import (
    ANON,
    DENIED,
    Attempt,
    Call,
    Case,
    Family,
    Outcome,
    Problem,
    Select,
    Subject,
    refusal,
)
from wakti_sb.conformance.run.engine import run_cases
from wakti_sb.conformance.run.judge import judge
from wakti_sb.conformance.run.preflight import must_be_able
from wakti_sb.conformance.run.session import prepared
from wakti_sb.conformance.run.untested import untested
from wakti_sb.conformance.scenario import Scenario, plan
from wakti_sb.conformance.transports import SqlTransport
from wakti_sb.conformance.transports.client import believed
from wakti_sb.conformance.transports.effects import touched
from wakti_sb.conformance.transports.journal import Journal, Made
from wakti_sb.conformance.transports.sql import entered
from wakti_sb.errors import ConformanceError
from wakti_sb.spec import Relation

SEEN = Outcome("allowed", frozenset({("1",)}))
ROW = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize("family", Family)
def test_a_foreign_key_defends_against_foreign_parents_and_nothing_else(family: Family) -> None:
    attempt = Attempt(ANON, Select(UPLOADS, ("id",)))
    case = Case("t: a case", Subject("t"), "insert", family, attempt, DENIED)
    verdict = judge(case, refusal("23503", "violates foreign key constraint"), (SEEN,))
    defends = family in (Family.FOREIGN_PARENT, Family.ANOTHERS_NAME)
    assert verdict.status == ("passed" if defends else "unproven")


@pytest.mark.parametrize(
    ("schema", "kind"),
    [("api", "refused by grant"), ("apart", "refused by grant"), ("private", "allowed")],
)
def test_a_closed_schema_is_at_the_door_of_a_function_or_behind_it(schema: str, kind: str) -> None:
    """An API tells no position: who cannot name the function or a type has not called it."""
    call = Call(Relation("api.cheer"), "api.cheer(apart.mood)", (("mood", "x"),), ("apart.mood",))
    assert entered(call, refusal("42501", f"permission denied for schema {schema}")).kind == kind


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("defends", [True, False])
def test_a_rule_that_waits_for_the_end_of_the_transaction_is_asked(
    defends: bool, empty_database: str
) -> None:
    url = applied(
        empty_database,
        table("t", "v text"),
        "alter policy own on t with check (true)",
        "create function keep() returns trigger language plpgsql as $$ begin"
        " if new.user_id <> auth.uid() then raise exception 'not yours'; end if;"
        " return null; end $$",
        "create constraint trigger keep after insert or update on t deferrable initially deferred"
        " for each row execute function keep()",
        "select 1" if defends else "alter table t disable trigger keep",
    )
    leaks = [f.id for f in run(model("t"), url).findings if f.problem == Problem.LEAK]
    assert bool(leaks) is not defends
    # Seeding leaves such rules to be asked at once; an attempt does not depend on that.
    with prepared(model("t"), url) as (connection, scenario):
        connection.execute("set constraints all deferred")
        tried = run_cases(SqlTransport(connection, scenario), derive(scenario))
        assert any(verdict.problem == Problem.LEAK for verdict in tried) is not defends


def test_a_table_whose_rows_are_there_in_part_only_is_untested() -> None:
    planned = plan(spec(), catalog())
    cases = derive(planned)
    assert list(untested(planned, cases)) == []
    partly = Scenario(
        planned.spec,
        planned.catalog,
        planned.identities,
        planned.rows,
        untested={str(UPLOADS): "one of them was refused"},
    )
    # Cases of the rows that are there do not make up for those that are not.
    assert any(case.subject == str(UPLOADS) for case in cases)
    (found,) = untested(partly, cases)
    assert (found.table, found.problem) == (str(UPLOADS), Problem.UNTESTED)


@pytest.mark.parametrize(
    ("reads", "changed", "told", "trusted"),
    [
        (False, False, [Outcome("zero rows"), Outcome("refused by policy")], True),
        (True, False, [SEEN, None], True),
        # One has added what another one has removed: nothing is left to be seen.
        (False, False, [Outcome("zero rows"), None], False),
        (False, True, [Outcome("zero rows"), Outcome("zero rows")], False),
    ],
)
def test_writes_of_a_batch_that_may_have_undone_each_other_are_not_believed(
    reads: bool, changed: bool, told: list[Outcome | None], trusted: bool
) -> None:
    assert believed(told, reads=reads, changed=changed) is trusted


def _database(url: str, trigger: str) -> str:
    return applied(
        url,
        table("t", "v text"),
        f"create function stop() returns trigger language plpgsql as $$ begin {trigger} end $$",
        "create trigger stop before delete on t for each row execute function stop()",
        f"insert into auth.users (id, email) values ('{ROW}', 'a@example.com')",
        f"insert into t (id, user_id) values ('{ROW}', '{ROW}')",
    )


@pytest.mark.parametrize("trigger", ["raise exception 'never';", "return null;", "return old;"])
def test_rows_that_a_trigger_keeps_are_never_taken_for_removed(
    trigger: str, empty_database: str
) -> None:
    url = _database(empty_database, trigger)
    made = Made(users=(ROW,), rows=(("public.t", {"id": ROW}),))
    with psycopg.connect(url, autocommit=True) as connection:
        journal = Journal(connection)
        journal.write(made)
        failed = ""
        try:
            journal.clear(made, lambda _files: None)
        except ConformanceError as error:
            failed = str(error)
        left = connection.execute("select count(*) from t").fetchone()
        assert (left == (0,)) is not bool(failed)
        assert not failed or "cannot be removed" in failed
        assert bool(journal.left()) or not failed


@pytest.mark.parametrize("parent", [None, ROW])
def test_a_row_without_a_parent_is_nobodys_orphan(parent: str | None) -> None:
    tables = {name: catalog().tables[name] for name in (PROJECTS, UPLOADS)}
    gone = {"id": ROW, "user_id": None, "name": "p"}
    upload = {"id": "u", "project_id": parent, "user_id": None, "filename": "f", "secret": "s"}
    before: Any = {PROJECTS: {(ROW,): gone}, UPLOADS: {("u",): upload}}
    found = touched(before, {PROJECTS: {}, UPLOADS: {}}, tables)
    # What points at nothing did not go with its parent: somebody has removed it.
    with_child = {(str(PROJECTS), ROW), (str(UPLOADS), "u")}
    assert found == ({(str(PROJECTS), ROW)} if parent else with_child)


@pytest.mark.parametrize("name", [None, "p"])
def test_an_empty_reference_to_a_column_that_may_be_empty_points_at_nothing(
    name: str | None,
) -> None:
    uploads = catalog().tables[UPLOADS]
    (key,) = (k for k in uploads.foreign_keys if k.table == PROJECTS)
    by_name = replace(key, columns=("filename",), parent_columns=("name",))
    tables = {PROJECTS: catalog().tables[PROJECTS]}
    tables[UPLOADS] = replace(uploads, foreign_keys=(by_name,))
    project = {"id": ROW, "user_id": None, "name": name}
    upload = {"id": "u", "project_id": ROW, "user_id": None, "filename": name, "secret": "s"}
    before: Any = {PROJECTS: {(ROW,): project}, UPLOADS: {("u",): upload}}
    found = touched(before, {PROJECTS: {}, UPLOADS: {}}, tables)
    assert ((str(UPLOADS), "u") in found) is (name is None)


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["100ms", "8s"])
def test_a_policy_that_takes_longer_than_its_role_may_is_stopped(
    limit: str, empty_database: str
) -> None:
    """As on the platform: whoever waits for an endless policy, waits no longer than a user does."""
    url = applied(
        empty_database,
        table("t", "v text"),
        "create policy slow on t for select to authenticated using (pg_sleep(0.3) is not null)",
    )
    with prepared(model("t"), url) as (connection, scenario):
        roles = {name: Role(name, timeout=limit) for name in ("anon", "authenticated")}
        there = replace(scenario, catalog=replace(scenario.catalog, roles=roles))
        who = next(one for one in scenario.identities if one.label == "another owner")
        asked = Attempt(who, Select(Relation("public.t"), ("id",)))
        outcome = SqlTransport(connection, there).perform(asked)
    assert (outcome.code == "57014") is (limit == "100ms")


def test_a_person_sends_its_own_headers(empty_database: str) -> None:
    said = "current_setting('request.headers', true)::json ->> 'x-user' = 'me'"
    url = applied(
        empty_database,
        table("t", "v text"),
        f"create policy said on t for select to authenticated using ({said})",
    )
    with prepared(model("t"), url) as (connection, scenario):
        who = next(one for one in scenario.identities if one.label == "another owner")
        asked = Select(Relation("public.t"), ("id",))
        sql = SqlTransport(connection, scenario)
        everything = sql.perform(Attempt(replace(who, headers={"x-user": "me"}), asked)).rows
        assert sql.perform(Attempt(who, asked)).rows < everything


@pytest.mark.parametrize("defends", [True, False])
def test_a_rule_that_waits_is_asked_after_a_call_too(defends: bool, empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v text"),
        "create function give() returns void language sql volatile security definer"
        " set search_path = '' as $$ update public.t set v = 'taken' $$",
        "create function keep() returns trigger language plpgsql as $$ begin"
        " raise exception 'never'; end $$",
        "create constraint trigger keep after update on t deferrable initially deferred"
        " for each row execute function keep()",
        "select 1" if defends else "alter table t disable trigger keep",
    )
    call = Call(Relation("public.give"), "public.give()", changes=True)
    with prepared(model("t"), url) as (connection, scenario):
        connection.execute("set constraints all deferred")
        outcome = SqlTransport(connection, scenario).perform(Attempt(ANON, call))
    assert bool(outcome.rows) is not defends


@pytest.mark.parametrize("role", [Role("postgres"), Role("postgres", bypasses=True), None])
def test_who_is_held_back_itself_can_try_nothing(role: Role | None, empty_database: str) -> None:
    with prepared(model("t"), applied(empty_database, table("t"))) as (connection, scenario):
        others = {n: r for n, r in scenario.catalog.roles.items() if n != "postgres"}
        roles = others if role is None else {**others, "postgres": role}
        known = replace(scenario.catalog, roles=roles, role="postgres")
        if role is not None and role.bypasses:
            must_be_able(connection, known)
            lost = replace(known, roles={"postgres": role, "anon": roles["anon"]})
            with pytest.raises(ConformanceError, match="no role authenticated"):
                must_be_able(connection, lost)
            foreign = {**roles, "service_role": Role("service_role")}
            connection.execute("create role stranger; grant stranger to postgres with set true")
            connection.execute("set local role stranger")
            with pytest.raises(ConformanceError, match="may not become anon or authenticated or"):
                must_be_able(connection, replace(known, roles=foreign))
        else:
            with pytest.raises(ConformanceError, match="held back by row level security"):
                must_be_able(connection, known)


def test_what_a_run_over_sql_did_is_gone_and_what_it_tried_is_undone(empty_database: str) -> None:
    url = applied(empty_database, table("t", "v text"))
    before = content(url)
    run(model("t"), url)
    assert content(url) == before


def test_one_wait_is_enough_for_those_who_ask_the_same() -> None:
    asked: list[Attempt] = []

    class Slow:
        name = "sql"

        def perform(self, attempt: Attempt) -> Outcome:
            asked.append(attempt)
            return refusal("57014", "canceling statement due to statement timeout")

    def case(table_: Relation, where: str) -> Case:
        attempt = Attempt(ANON, Select(table_, ("id",), (("id", where),)))
        return Case(where, Subject(str(table_)), "select", Family.FOREIGN, attempt, DENIED)

    listed = [case(UPLOADS, "1"), case(UPLOADS, "2"), case(PROJECTS, "3")]
    verdicts = list(run_cases(Slow(), listed))
    assert [attempt.request for attempt in asked] == [
        listed[0].attempt.request,
        listed[2].attempt.request,
    ]
    assert {verdict.problem for verdict in verdicts} == {Problem.NO_VERDICT}
