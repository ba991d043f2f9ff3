"""Verdicts become findings: each once, with the requests and statements that reproduce it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog, projects, spec, uploads
from wakti_sb.conformance.catalog import Policy, Table
from wakti_sb.conformance.findings import (
    Place,
    collect,
    disagreements,
    excuse,
    http_parts,
    http_text,
    place_of,
    policy_lines,
    script,
)
from wakti_sb.conformance.findings.places import NOWHERE
from wakti_sb.conformance.model import (
    ANON,
    DENIED,
    Advice,
    Attempt,
    Call,
    Case,
    Copy,
    Delete,
    Family,
    Finding,
    Identity,
    Insert,
    Join,
    Outcome,
    Problem,
    Select,
    Statements,
    Status,
    Subject,
    Update,
    Upsert,
    Verdict,
    refusal,
)
from wakti_sb.conformance.scenario import Scenario, plan
from wakti_sb.spec import Relation, parse

SEEN = Outcome("allowed", frozenset({("1",)}), 1)
OTHER = Identity("another owner", user_id="u")
SCENARIO = plan(spec(), catalog())


def case(id_: str = "a", operation: str = "select", who: Identity = OTHER, **more: Any) -> Case:
    values = {"family": Family.FOREIGN, "expected": DENIED, **more}
    attempt = Attempt(who, Select(PROJECTS, ("id",)))
    return Case(id_, Subject.table(PROJECTS), operation, attempt=attempt, **values)


def leak(of: Case, **more: Any) -> Verdict:
    values = {"outcome": SEEN, "status": "failed", "problem": Problem.LEAK, **more}
    return Verdict(of, reason=f"because of {of.id}", **values)


class Trial:
    """Tells which statements close something; None: there was no time."""

    def __init__(self, closing: str, answer: bool | None = False) -> None:
        self.closing, self.answer = closing, answer
        self.asked: list[str] = []

    def without(self, _case: Case, _table: Table, _policy: Policy) -> bool:
        return False

    def closes(self, statements: str, _cases: Iterable[Case]) -> bool | None:
        self.asked.append(statements)
        return True if self.closing in statements else self.answer


def test_cases_that_show_the_same_are_one_finding() -> None:
    first, second = leak(case("a")), leak(case("b"))
    passed = Verdict(case("c"), Outcome("zero rows"), "passed", "")
    (one,) = collect(SCENARIO, [passed, first, second])
    assert (one.id, one.reason, one.cases) == ("a", "because of a", ("a", "b"))
    assert (one.problem, one.identity, one.policy) == (Problem.LEAK, "another owner", "own")
    assert (one.subject, one.operation) == (str(PROJECTS), "select")
    assert one.request == http_text(first.case.attempt)
    assert one.sql == script(SCENARIO, first.case.attempt)
    assert collect(SCENARIO, [passed]) == ()


@pytest.mark.parametrize(
    "other",
    [
        leak(case("b", "update")),
        leak(case("b", who=ANON)),
        leak(case("b", column="name")),
        leak(case("b", family=Family.FOREIGN_PARENT, column="name")),
        leak(case("b"), problem=Problem.LOCKED_OUT),
        leak(case("b"), status="unproven", problem=Problem.UNPROVEN),
        leak(replace(case("b"), subject=Subject.table(UPLOADS))),
    ],
)
def test_another_subject_operation_person_problem_or_column_is_another_finding(
    other: Verdict,
) -> None:
    assert len(collect(SCENARIO, [leak(case("a")), other])) == 2


def test_leaks_by_other_columns_are_other_findings() -> None:
    found = [leak(case("a", column="name")), leak(case("b", column="id")), leak(case("c"))]
    assert len(collect(SCENARIO, found)) == 3


def test_leaks_of_other_families_are_one_finding_and_unproven_cases_are_not() -> None:
    counted = case("b", family=Family.COUNT)
    assert len(collect(SCENARIO, [leak(case("a")), leak(counted)])) == 1
    values = {"status": "unproven", "problem": Problem.UNPROVEN}
    assert len(collect(SCENARIO, [leak(case("a"), **values), leak(counted, **values)])) == 2
    values = {"problem": Problem.LOCKED_OUT}
    assert len(collect(SCENARIO, [leak(case("a"), **values), leak(counted, **values)])) == 2
    assert [f.problem for f in collect(SCENARIO, [leak(case("a"), problem=None)])] == [
        Problem.UNPROVEN
    ]


def test_an_error_of_the_database_is_one_finding_whoever_meets_it() -> None:
    values = {"problem": Problem.NO_VERDICT, "outcome": refusal("57014", "timeout")}
    met = [leak(case("a"), **values), leak(case("b", "update", ANON), **values)]
    assert len(collect(SCENARIO, met)) == 1
    other = leak(case("b"), problem=Problem.NO_VERDICT, outcome=refusal("57014", "another"))
    assert len(collect(SCENARIO, [met[0], other])) == 2


def test_tables_whose_policies_ask_each_other_are_one_finding_about_their_own_requests() -> None:
    through = [
        replace(t, policies=(Policy("p", "all", True, ("authenticated",), f"exists {q}", None),))
        for t, q in (
            (projects(), "(select from project_uploads)"),
            (uploads(), "(select from projects)"),
        )
    ]
    bystander = replace(
        projects(), relation=Relation("public.other"),
        policies=(Policy("o", "all", True, ("public",), "exists (select from projects)", None),),
    )  # fmt: skip
    there = replace(SCENARIO, catalog=catalog(*through, bystander))
    values = {"problem": Problem.NO_VERDICT, "outcome": refusal("42P17", "infinite recursion")}
    elsewhere = replace(
        case("b"), subject=Subject("public.other"),
        attempt=Attempt(OTHER, Select(Relation("public.other"), ("id",))),
    )  # fmt: skip
    (one,) = collect(there, [leak(elsewhere, **values), leak(case("a"), **values)])
    assert (one.id, one.cases) == ("a", ("a", "b"))
    assert one.reason == "because of a; so does what asks public.other"
    assert one.policy == "p, p"
    unproven = leak(
        case("c"), problem=Problem.UNPROVEN, status="unproven",
        outcome=Outcome("zero rows"), control=values["outcome"],
    )  # fmt: skip
    (met,) = collect(there, [unproven, leak(case("a"), **values)])
    assert met.cases == ("a", "c")


@pytest.mark.parametrize(
    ("trial", "start", "tried"),
    [
        (None, "drop policy", False),
        (Trial("create policy"), "drop policy", True),
        (Trial("drop policy"), "drop policy", True),
        (Trial("nothing"), "-- A start: by itself it does not close everything", False),
        (Trial("nothing", None), "-- Not tried: there were more findings than time", False),
    ],
)
def test_the_first_fix_that_was_seen_to_close_a_finding_is_proposed(
    trial: Trial | None, start: str, tried: bool
) -> None:
    (one,) = collect(SCENARIO, [leak(case("a"))], trial)
    assert isinstance(one.fix, Statements)
    assert one.fix.startswith(start)
    assert one.fix_tried is tried
    if trial is not None and trial.closing == "create policy":
        assert "create policy" in one.fix
        assert len(trial.asked) == 2
    if trial is not None and not tried:
        assert "create policy" in one.fix  # the one that changes most
    if trial is not None and trial.answer is None:
        assert len(trial.asked) == 1


def test_advice_is_given_where_no_statement_closes_it() -> None:
    view = replace(projects(), kind="v", invoker=True, policies=())
    there = replace(SCENARIO, catalog=catalog(view, uploads()))
    trial = Trial("anything")
    (one,) = collect(there, [leak(case("a"))], trial)
    assert isinstance(one.fix, Advice)
    assert (one.fix_tried, trial.asked) == (False, [])


TODAY = datetime.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("about", "finding", "until", "stands"),
    [
        ("public.projects", None, None, False),
        ("projects", None, None, False),
        ("public.other", None, None, True),
        ("public.projects", "a", None, False),
        ("public.projects", "b", None, False),  # one of its cases
        ("public.projects", "c", None, True),
        ("public.projects", None, TODAY, False),
        ("public.projects", None, TODAY - datetime.timedelta(days=1), True),
        ("public.projects", None, TODAY + datetime.timedelta(days=1), False),
    ],
)
def test_an_excuse_counts_for_its_object_or_finding_until_its_last_day(
    about: str, finding: str | None, until: datetime.date | None, stands: bool
) -> None:
    text = f"[[excuse]]\nobject = '{about}'\nreason = 'reviewed'\n"
    text += f"finding = '{finding}'\n" if finding else ""
    text += f"until = {until}\n" if until else ""
    one = Finding("a", Subject("public.projects"), Problem.LEAK, "r", cases=("a", "b"))
    standing, excused = excuse([one], parse(text), TODAY)
    assert (len(standing), len(excused)) == ((1, 0) if stands else (0, 1))
    for each in excused:
        assert each.excused == ("reviewed" if until is None else f"reviewed (until {until})")
    for each in standing:
        over = until is not None
        assert each.reason == (f"r (excused until {until})" if over else "r")


@pytest.mark.parametrize("about", ["public.f(uuid)", "public.f", "f", "f(uuid)"])
def test_a_function_is_excused_with_its_types_or_without(about: str) -> None:
    one = Finding("a", Subject("public.f(uuid)"), Problem.LEAK, "r")
    text = f"[[excuse]]\nobject = '{about}'\nreason = 'r'\n"
    assert len(excuse([one], parse(text), TODAY)[1]) == 1


def test_the_last_of_several_excuses_that_have_ended_is_named() -> None:
    one = Finding("a", Subject("public.t"), Problem.LEAK, "r")
    text = "".join(
        f"[[excuse]]\nobject = 't'\nreason = 'r'\nuntil = {day}\n"
        for day in ("2026-01-02", "2026-03-04", "2026-02-03")
    )
    ((standing,), ()) = excuse([one], parse(text), TODAY)
    assert standing.reason == "r (excused until 2026-03-04)"


def test_ways_that_differ_are_a_finding_for_each_operation() -> None:
    sql = [leak(case("a")), leak(case("b")), leak(case("c")), leak(case("d", "update"))]
    statuses: tuple[Status, ...] = ("passed", "passed", "failed", "passed")
    client = [
        replace(each, status=status, reason=f"else {each.case.id}", transport="client")
        for each, status in zip(sql, statuses, strict=True)
    ]
    only = replace(client[0], case=case("not over SQL"))
    first, second = disagreements(sql, [only, *client])
    assert (first.id, first.cases) == ("a (transports disagree)", ("a", "b"))
    assert first.problem is Problem.DISAGREEMENT
    assert first.reason == "over SQL: because of a; through the client: else a"
    assert (second.operation, second.cases) == ("update", ("d",))
    assert list(disagreements(sql, sql)) == []


T = Relation("public.t")


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (Select(T, ("id", "v")), "GET /rest/v1/t?select=id,v"),
        (Select(T, ("id",), (("a", "x y"), ("b", None))),
         "GET /rest/v1/t?select=id&a=eq.x%20y&b=is.null"),
        (Select(T, ("id",), present="v"), "GET /rest/v1/t?select=id&v=not.is.null"),
        (Select(T, ("id",), order="v"), "GET /rest/v1/t?select=id&order=v"),
        (Select(T, ("id",), count=True), "HEAD /rest/v1/t?select=id\nPrefer: count=exact"),
        (Select(T, ("id", "v"), join=Join(PROJECTS, (("a", "id"),), "fk")),
         "GET /rest/v1/projects?select=t!fk(id,v)"),
        (Select(T, ("id",), join=Join(PROJECTS, (("a", "id"),))),
         "GET /rest/v1/projects?select=t(id)"),
        (Insert(T, (("a", "1"),)), 'POST /rest/v1/t\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Copy(T, (("a", "1"),), ()), 'POST /rest/v1/t\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Upsert(T, (("a", None),), ("a", "b")),
         "POST /rest/v1/t?on_conflict=a,b\nPrefer: resolution=merge-duplicates,return=minimal"
         '\n\n{"a": null}'),
        (Update(T, (("a", "1"),), (("b", "2"),)),
         'PATCH /rest/v1/t?b=eq.2\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Update(T, (("a", "1"),)), 'PATCH /rest/v1/t\nPrefer: return=minimal\n\n{"a": "1"}'),
        (Delete(T, (("b", "2"),)), "DELETE /rest/v1/t?b=eq.2\nPrefer: return=minimal"),
        (Delete(T), "DELETE /rest/v1/t\nPrefer: return=minimal"),
        (Call(T, "public.t(uuid)", (("a", "1"),)), 'POST /rest/v1/rpc/t\n\n{"a": "1"}'),
        (Call(T, "public.t()"), "POST /rest/v1/rpc/t\n\n{}"),
    ],
)  # fmt: skip
def test_a_finding_shows_the_request_of_a_client(request_: Any, told: str) -> None:
    assert http_text(Attempt(ANON, request_)) == told
    by_owner = http_text(Attempt(OTHER, request_)).splitlines()
    assert by_owner[1] == "Authorization: Bearer <another owner>"
    assert "\n".join((by_owner[0], *by_owner[2:])) == told
    assert http_parts(request_)[1].startswith("/rest/v1/")


def seeded(scenario: Scenario, attempt: Attempt) -> list[str]:
    lines = script(scenario, attempt).splitlines()
    assert (lines[0], lines[-1]) == ("begin;", "rollback;")
    return [line.split('"')[3] for line in lines if line.startswith('insert into "')]


def test_a_script_seeds_what_the_request_needs_and_leaves_nothing_behind() -> None:
    attempt = Attempt(OTHER, Select(PROJECTS, ("id",)), settings=(("a.b", "c'd"),))
    lines = script(SCENARIO, attempt).splitlines()
    assert lines[1].startswith("insert into auth.users (id, email) values ('")
    assert "select set_config('a.b', 'c''d', true);" in lines
    assert "select set_config('role', 'authenticated', true)" in script(SCENARIO, attempt)
    assert lines[-2].startswith('select "t"."id" from "public"."projects"')
    assert set(seeded(SCENARIO, attempt)) == {"projects"}
    under = Attempt(OTHER, Select(UPLOADS, ("id",)))
    assert set(seeded(SCENARIO, under)) == {"projects", "project_uploads"}
    call = Attempt(OTHER, Call(T, "public.t()"))
    assert set(seeded(SCENARIO, call)) == {"projects", "project_uploads"}
    arranged = replace(attempt, arrange=(Delete(PROJECTS, (("id", "1"),)),))
    assert 'delete from "public"."projects" where "id" = \'1\';' in script(SCENARIO, arranged)


def test_a_script_names_no_value_that_the_database_fills_in() -> None:
    columns = tuple(
        replace(column, default="now()") if column.name == "name" else column
        for column in projects().columns
    )
    there = replace(SCENARIO, catalog=catalog(replace(projects(), columns=columns), uploads()))
    text = script(there, Attempt(OTHER, Select(PROJECTS, ("id",))))
    assert '("id", "user_id")' in text
    made = tuple(replace(c, generated=c.name == "name") for c in projects().columns)
    there = replace(SCENARIO, catalog=catalog(replace(projects(), columns=made), uploads()))
    assert '("id", "user_id")' in script(there, Attempt(OTHER, Select(PROJECTS, ("id",))))
    plain = script(SCENARIO, Attempt(OTHER, Select(PROJECTS, ("id",))))
    assert '("id", "user_id", "name")' in plain  # gen_random_uuid() is no time
    assert "null" not in plain.lower().replace("nullif", "")


def test_a_script_leaves_out_people_who_have_no_row_there() -> None:
    text = script(SCENARIO, Attempt(OTHER, Select(PROJECTS, ("id",))))
    listed = next(line for line in text.splitlines() if line.startswith("insert into auth.users"))
    ids = {who.user_id for who in SCENARIO.identities if who.user_id}
    used = {
        str(value)
        for row in SCENARIO.rows
        if row.table == PROJECTS
        for value in row.values.values()
    }
    for each in ids:
        assert (f"('{each}', " in listed) is (each in used)
    assert ids - used


def project(folder: Path, **files: str) -> Path:
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    for name, text in files.items():
        (migrations / f"{name}.sql").write_text(text, "utf-8")
    return folder


def test_objects_and_policies_are_found_where_they_were_written_last(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        a="-- first\ncreate table t (id int);\n\n/* why */ create policy p on t using (true);\n"
        "create view s.v as select 1;create function f() returns int language sql as 'select 1';",
        b="\nalter policy p on public.t using (false); create function s.g() returns int"
        " language sql as 'select 1'; grant select on t to anon;",
        c="create table (;",
    )
    assert {key: (place.file[-5:], place.line) for key, place in policy_lines(folder).items()} == {
        ("public.t", ""): ("a.sql", 2),
        ("public.t", "p"): ("b.sql", 2),
        ("s.v", ""): ("a.sql", 5),
        ("public.f", ""): ("a.sql", 5),
        ("s.g", ""): ("b.sql", 2),
    }
    assert policy_lines(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("subject", "policy", "line"),
    [
        (Subject("public.t"), "p", 2),
        (Subject("public.t"), "q, p", 2),
        (Subject("public.t"), "p, r", 2),
        (Subject("public.t"), "row level security is off", 1),
        (Subject("public.t"), "", 1),
        (Subject("public.u"), "p", None),
        (Subject.bucket("b"), "p", 9),
        (Subject.function("public.t(uuid)"), "", 1),
        (Subject('public."t"'), "", 1),
        (Subject.channel("a:b c"), "", None),
    ],
)
def test_a_finding_points_at_the_policy_that_decided_or_else_at_the_object(
    subject: Subject, policy: str, line: int | None
) -> None:
    places = {
        ("public.t", ""): Place("a.sql", 1),
        ("public.t", "p"): Place("a.sql", 2),
        ("public.t", "r"): Place("a.sql", 3),
        ("storage.objects", "p"): Place("a.sql", 9),
    }
    one = Finding("a", subject, Problem.LEAK, "r", policy=policy)
    found = place_of(one, places)
    assert (found.line if found is not None else None) == line
    assert place_of(one, NOWHERE) is None
