"""Conditions of policies: each is tried both ways, or named as untested."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.conformance.conftest import NAMES, Example
from tests.conformance.schemas import POLICY, applied, as_superuser, model, table
from wakti_sb.conformance import run
from wakti_sb.conformance.catalog import Helper
from wakti_sb.conformance.conditions import Helpers, claimed, taken_apart
from wakti_sb.conformance.model import Problem
from wakti_sb.reports import as_json
from wakti_sb.spec import Relation, Spec, parse

_COLUMNS = (
    "v text",
    "n integer not null default 1",
    "status text not null default 'draft' check (status in ('draft', 'open'))",
    "due timestamptz not null default now()",
    "meta jsonb not null default '{}'",
    "reviewer uuid references auth.users",
)
# What opens a table by mistake, beside its owner's own policy, and who gets through.
_SLIPS = {
    "select using (n >= 10)": "another owner",
    "update to authenticated using (status = 'open')": "another owner",
    "delete to authenticated using (due < now() - interval '30 days')": "another owner",
    "select using (meta ->> 'public' = 'yes')": "another owner",
    "select using (v like 'open%')": "another owner",
    "update to authenticated using (reviewer = auth.uid())": "another owner",
    "select using (v is not null and n in (7, 9))": "another owner",
    "select to authenticated using (auth.jwt() ->> 'email' like '%@acme.com')": (
        "a stranger with email=w@acme.com"
    ),
    "select to authenticated using ((auth.jwt() ->> 'aal') = 'aal2')": "a stranger with aal=aal2",
    "select to authenticated using ((auth.jwt() -> 'app_metadata' ->> 'level') = 'staff')": (
        "a stranger with app_metadata.level=staff"
    ),
    "select to authenticated using ((auth.jwt() ->> 'is_anonymous')::boolean)": (
        "an anonymous sign-in"
    ),
    "select using (current_setting('request.headers', true)::json ->> 'x-user' = user_id::text)": (
        "a stranger with the header x-user=the owner's"
    ),
    "select using (current_setting('request.jwt.claims', true)::json -> 'user_metadata' ->> 'id'"
    " = id::text)": "a stranger with user_metadata.id=the owner's",
}


_QUICK = tuple(_SLIPS)[:2] + tuple(_SLIPS)[6:8]


@pytest.mark.parametrize(
    "slip",
    [slip if slip in _QUICK else pytest.param(slip, marks=pytest.mark.slow) for slip in _SLIPS],
)
def test_a_policy_that_opens_some_rows_to_some_people_is_found(
    slip: str, empty_database: str
) -> None:
    url = applied(empty_database, table("t", *_COLUMNS), f"create policy slip on t for {slip}")
    report = run(model("t"), url)
    leaks = {f.identity for f in report.findings if f.problem == Problem.LEAK}
    assert _SLIPS[slip] in leaks
    assert {f.problem for f in report.findings} == {Problem.LEAK}
    sound = run(model("t"), applied(url, "drop policy slip on t"))
    assert [(f.id, f.reason) for f in sound.findings] == []
    assert all(condition.both_ways for condition in sound.conditions)
    assert sound.safe


def test_a_condition_on_the_clock_alone_is_untested_until_it_is_excused(
    empty_database: str,
) -> None:
    late = f"alter policy own on t using ({POLICY} and extract(hour from now()) < 25)"
    url = applied(empty_database, table("t", "v text"), late)
    report = run(model("t"), url)
    (found,) = report.findings
    assert (found.problem, found.policy) == (Problem.CONDITION, "own")
    assert "clock" in found.reason
    assert not report.safe
    said = as_json(report)["conditions"]
    assert (said["total"], said["both_ways"]) == (2, 1)
    assert said["untested"][0]["policy"] == "own"
    assert said["untested"][0]["never"] == "false"
    assert "now()" in said["untested"][0]["condition"]
    excuse = f"[[excuse]]\nobject = 'public.t'\nreason = 'r'\nfinding = {json.dumps(found.id)}"
    assert run(model("t", more=excuse), url).safe


@pytest.mark.slow
def test_a_policy_of_too_many_conditions_is_untested_in_part_and_says_so(
    empty_database: str,
) -> None:
    many = " or ".join(f"n = {number}" for number in range(230))
    url = applied(
        empty_database,
        table("t", "n integer not null default -1"),
        f"create policy many on t for select to service_role, authenticated using ({many})",
    )
    report = run(model("t"), url)
    reasons = [f.reason for f in report.findings if f.problem == Problem.CONDITION]
    assert any("230 conditions, and only the first 200" in reason for reason in reasons)
    assert not report.safe


_PARENTS = """
create table boards (id uuid primary key default gen_random_uuid(), user_id uuid not null
  references auth.users on delete cascade, open boolean not null default false);
create table cards (id uuid primary key default gen_random_uuid(), board_id uuid not null
  references boards on delete cascade, v text);
alter table boards enable row level security;
alter table cards enable row level security;
create policy own on boards to authenticated using (user_id = (select auth.uid()));
create policy own on cards to authenticated using (exists (
  select from boards as b where b.id = board_id and b.user_id = (select auth.uid())));
"""
_CARDS: Spec = parse("""
[[owned]]
table = "boards"
owner = "user_id"
select = "own"
insert = "own"
update = "own"
delete = "own"
[[owned]]
table = "cards"
through = "boards"
key = "board_id"
select = "own"
insert = "own"
update = "own"
delete = "own"
""")


@pytest.mark.slow
def test_a_condition_on_a_parent_is_tried_with_a_parent_that_meets_it(empty_database: str) -> None:
    slip = """create function is_open(board uuid) returns boolean language sql stable
      security definer set search_path = '' as $$
      select exists (select from public.boards as b where b.id = board and b.open) $$;
    revoke execute on function is_open from public, anon;
    create policy slip on cards for update to authenticated using (is_open(board_id));"""
    url = applied(empty_database, _PARENTS)
    sound = run(_CARDS, url)
    assert [(f.id, f.reason) for f in sound.findings] == []
    applied(url, slip)
    report = run(_CARDS, url)
    leaks = {f.table for f in report.findings if f.problem == Problem.LEAK}
    assert "public.cards" in leaks


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", NAMES)
def test_every_condition_of_the_examples_is_tried_both_ways(
    name: str, migrated: Callable[..., str]
) -> None:
    report = run(Example(name).spec, migrated(Example(name)))
    assert [c.text for c in report.conditions if not c.both_ways] == []
    assert report.conditions


_MEMBERS = Helper(
    Relation("private.my_teams"),
    ("roles",),
    "sql",
    definer=True,
    body="select m.team_id from public.members as m where m.user_id = auth.uid()"
    " and m.role = any (roles)",
)


@pytest.mark.parametrize(
    ("expression", "atoms"),
    [
        ("true", []),
        ("a and (b or not c)", ["a", "b", "c"]),
        ("coalesce(a = 1, false)", ["a = 1"]),
        ("case when a then b else c end", ["a", "b", "c"]),
        ("(a is not true)", ["a"]),
        ("exists (select 1 from p where p.id = t.id and p.open)", ["p.id = t.id", "p.open"]),
        (
            "id in (select x.id from x join y on x.id = y.id where y.v)",
            [
                "id IN (SELECT x.id FROM x INNER JOIN y ON x.id = y.id WHERE y.v)",
                "x.id = y.id",
                "y.v",
            ],
        ),
        (
            "team in (select private.my_teams('{admin}'))",
            [
                "team IN (SELECT private.my_teams('{admin}'))",
                "m.user_id = auth.uid()",
                "m.role = ANY('{admin}')",
            ],
        ),
    ],
)
def test_an_expression_falls_into_its_conditions(expression: str, atoms: list[str]) -> None:
    taken = taken_apart(expression, Helpers(my_teams=(_MEMBERS,)), "t")
    assert [atom.text for atom in taken.atoms] == atoms


def test_a_condition_in_a_function_of_its_owner_is_known_to_be_past_the_policies() -> None:
    taken = taken_apart(
        "team in (select private.my_teams('{a}'))", Helpers(my_teams=(_MEMBERS,)), "t"
    )
    assert [atom.definer for atom in taken.atoms] == [False, True, True]
    assert taken.atoms[1].scopes[0].others == ("m.role = ANY('{a}')",)


def test_what_the_parser_cannot_read_is_said() -> None:
    assert taken_apart("(", Helpers()).problem == "the parser cannot read it"


def test_what_a_condition_reads_of_the_token_is_seen() -> None:
    text = "((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text) = 'admin'::text"
    (atom,) = taken_apart(text, Helpers()).atoms
    (found,) = claimed(atom)
    assert (found.source, found.path, found.values) == (
        "token",
        ("app_metadata", "role"),
        ("admin",),
    )


def test_a_function_in_c_is_untested_and_never_safe(empty_database: str) -> None:
    distance = (
        "create function public.distance(text, text) returns integer stable strict language c"
        " as '$libdir/fuzzystrmatch', 'levenshtein'"
    )
    applied(as_superuser(empty_database), distance)
    near = "(user_id = (select auth.uid()) and public.distance(v, v) < 3)"
    applied(
        empty_database,
        table("t", "v text not null"),
        f"alter policy own on t using {near}",
    )
    entry = "[[function]]\nfunction = 'distance'\nexecute = 'public'\n"
    report = run(model("t", more=entry), empty_database)
    assert not report.safe
    (finding,) = report.findings
    assert finding.problem == "untested condition"
    assert "public.distance, which nobody can look into: it is written in c" in finding.reason
