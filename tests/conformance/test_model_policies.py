"""The policies and rules that a model asks for, and what has to be there before them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from tests.conformance.catalogs import MODEL, PROJECTS, UPLOADS, catalog, projects, spec, uploads
from tests.conformance.verdicts import (
    PLAIN,
    case,
    leak,
    locked,
    policy,
    scenario_of,
)
from wakti_sb.conformance.catalog import Column, ForeignKey, Table
from wakti_sb.conformance.findings import script
from wakti_sb.conformance.findings.fixes import fixes
from wakti_sb.conformance.findings.model_policies import (
    ModelPolicies,
    conditions_on_new_rows,
    model_policies,
)
from wakti_sb.conformance.model import (
    OBJECTS,
    Attempt,
    Family,
    Problem,
    Select,
    Subject,
    Verdict,
    refusal,
)
from wakti_sb.conformance.scenario import Scenario
from wakti_sb.spec import parse

RULES = MODEL.replace(
    'update = ["name"]', 'update = "own"\nfixed = ["user_id"]\nkept = ["name", "id"]', 1
)
TEAMS = """
[[owned]]
table = "public.teams"
members = {table = "public.members", key = "team_id", user = "user_id", role = "role"}
select = "member"
insert = "authenticated"
update = "role:admin"
delete = "none"
"""
BUCKETS = """
[[bucket]]
name = "b"
paths = ["{public.projects}"]
select = "own"
insert = "own"
[[bucket]]
name = "c"
paths = ["{user}"]
select = "own"
"""


def test_a_model_asks_for_a_policy_for_each_table_and_operation() -> None:
    found = model_policies(spec(MODEL + BUCKETS))
    by_table = [(p.subject, p.table, p.operation) for p in found.policies]
    assert by_table[:4] == [
        (str(PROJECTS), PROJECTS, each) for each in ("select", "insert", "update", "delete")
    ]
    assert by_table[8:] == [
        ("bucket b", OBJECTS, "select"),
        ("bucket b", OBJECTS, "insert"),
        ("bucket c", OBJECTS, "select"),
    ]
    assert [p.operation for p in found.of(UPLOADS, ("update", "delete"))] == ["update", "delete"]
    assert found.of(PLAIN, ("update",)) == ()
    assert all(p.role == "authenticated" for p in found.policies)
    for each in (found, *found.policies):
        with pytest.raises(FrozenInstanceError):
            each.table = PLAIN  # type: ignore[attr-defined]


def test_a_policy_needs_the_functions_that_it_calls_and_nothing_else() -> None:
    found = model_policies(parse(TEAMS))
    select, insert, update = found.policies
    needed = list(found.needed(select.statement()))
    assert needed[:2] == [
        "create schema if not exists wakti_rls;",
        "grant usage on schema wakti_rls to authenticated;",
    ]
    assert needed[2].startswith("create or replace function wakti_rls.places_members()")
    assert len(needed) == 5  # its rights go with it
    assert list(found.needed(insert.statement())) == []
    assert "places_members_admin()" in list(found.needed(update.statement()))[2]
    assert set(found.helpers) == {"places_members", "places_members_admin"}


def test_a_function_that_another_one_calls_comes_before_it() -> None:
    helpers: dict[str, tuple[str, ...]] = {
        "outer": ("select wakti_rls.inner();",),
        "inner": ("select 1;",),
    }
    needed = list(ModelPolicies(helpers=helpers).needed("using (wakti_rls.outer())"))
    assert needed[2:] == ["select 1;", "select wakti_rls.inner();"]


def test_columns_that_stay_as_they_are_are_held_by_triggers() -> None:
    found = model_policies(spec(RULES))
    statements = list(found.rules_of(PROJECTS))
    assert statements[0] == "create schema if not exists wakti_rls;"
    starts = [each.splitlines()[0] for each in statements[1:]]
    assert starts == [
        "create or replace function wakti_rls.refuse_change()",
        "revoke all on function wakti_rls.refuse_change() from public, anon, authenticated;",
        "create or replace function wakti_rls.keep()",
        "revoke all on function wakti_rls.keep() from public, anon, authenticated;",
        "create or replace trigger _wakti_fixed",
        "create or replace trigger _wakti_kept",
        "create or replace trigger _wakti_kept_new",
    ]
    assert list(found.rules_of(UPLOADS)) == []
    assert [rule.function for rule in found.rules] == ["refuse_change", "keep", "keep"]
    for rule in found.rules:
        with pytest.raises(FrozenInstanceError):
            rule.table = PLAIN  # type: ignore[misc]
    there = scenario_of(model=spec(RULES))
    tried = leak(case("update", Family.FIXED_COLUMN, column="user_id"))
    trigger, grant = fixes(there, tried, "", found)
    assert trigger == "\n".join(statements)
    assert grant.startswith("revoke update")
    other = leak(case("update", Family.FIXED_COLUMN, column="elsewhere"))
    assert len(fixes(there, other, "", found)) == 1


def test_new_rows_need_not_see_what_no_model_describes_or_their_own_table() -> None:
    entry = spec().entry(UPLOADS)
    assert entry is not None
    plain = ForeignKey("plain", ("secret",), PLAIN, ("id",))
    itself = ForeignKey("up", ("secret",), UPLOADS, ("id",))
    wide = replace(uploads(), foreign_keys=(*uploads().foreign_keys, plain, itself))
    assert list(conditions_on_new_rows(spec(), entry, wide)) == list(
        conditions_on_new_rows(spec(), entry, uploads())
    )


def test_the_last_way_replaces_every_policy_that_is_asked_and_holds_new_rows_strictly() -> None:
    table = replace(uploads(), policies=(policy("own"), policy("slip", "insert")))
    tried = leak(case("insert", Family.FOREIGN_PARENT, UPLOADS, column="project_id"))
    found = fixes(scenario_of(table), tried, "slip", model_policies(spec()))
    first, loose, strict = found[0], found[1], found[2]
    assert first == 'drop policy if exists "slip" on "public"."project_uploads";'
    assert "as parent\n    where parent." not in loose.replace("from public.projects as parent", "")
    assert "and exists (" in strict
    last = found[-1]
    assert 'drop policy if exists "own"' in last
    assert "and exists (" in last
    assert loose.startswith('alter policy "slip"')
    assert strict.startswith('alter policy "slip"')
    assert 'drop policy if exists "own"' not in found[3]
    assert "and exists (" not in found[3]
    assert "and exists (" in found[4]
    assert 'drop policy if exists "own"' not in found[4]


def test_what_no_model_describes_and_what_nobody_owns_is_closed_all_the_same() -> None:
    up = ForeignKey("up", ("id",), PLAIN, ("id",))
    lone = Table(
        PLAIN, (Column("id", "uuid", "uuid"),), foreign_keys=(up,), policies=(policy("open"),)
    )  # fmt: skip
    tried = leak(case("insert", Family.FOREIGN_PARENT, PLAIN, column="id"))
    nobodys = parse(TEAMS.replace("public.teams", "public.plain"))
    for model in (spec(), nobodys):
        found = fixes(replace(scenario_of(lone), spec=model), tried, "open", model_policies(model))
        assert found[0] == 'drop policy if exists "open" on "public"."plain";'
        assert not any("foreign key" in each for each in found)


@pytest.mark.parametrize(
    ("names", "made"),
    [
        (("a", "b"), '"select_projects"'),
        (("may read", "may write"), '"select projects"'),
        (("may read", "b", "c"), '"select_projects"'),
        (("may read", "b"), '"select_projects"'),
    ],
)
def test_a_new_policy_is_called_as_the_projects_own_are(names: tuple[str, ...], made: str) -> None:
    table = replace(projects(), policies=tuple(policy(name) for name in names))
    bare = replace(uploads(), policies=())
    there = replace(scenario_of(table), catalog=catalog(table, bare))
    found = fixes(there, leak(case()), "", model_policies(spec()))
    assert f"create policy {made} on" in found[0]


def test_policies_that_ask_each_other_are_written_anew_together() -> None:
    a = replace(projects(), policies=(policy("a", using="exists (select from project_uploads)"),))
    b = replace(uploads(), policies=(policy("b", using="exists (select from projects)"),))
    there = replace(scenario_of(), catalog=catalog(a, b))
    error = Verdict(case(), refusal("42P17", "x"), "failed", "", Problem.NO_VERDICT)
    found = fixes(there, error, "a, b", model_policies(spec()))
    tables = [
        {name for name in ('"a"', '"b"') if f"drop policy if exists {name}" in each}
        for each in found[:3]
    ]
    assert tables == [{'"b"'}, {'"a"'}, {'"a"', '"b"'}]


def files(*policies: object) -> Table:
    return Table(OBJECTS, (Column("id", "uuid", "uuid"),), policies=policies)  # type: ignore[arg-type]


def bucketed() -> Scenario:
    return scenario_of(files(policy("about", using="bucket_id = 'b'")), spec(MODEL + BUCKETS))


def test_policies_of_storage_keep_their_names_and_speak_of_one_bucket() -> None:
    there = bucketed()
    wanted = model_policies(there.spec)
    tried = replace(case("select", on=OBJECTS), subject=Subject.bucket("b"))
    found = fixes(there, locked(tried), "", wanted)
    assert "bucket_id = 'b'" in found[0]
    assert "bucket_id = 'c'" not in found[0]  # nothing of it was taken away
    named = fixes(there, leak(tried), "about", wanted)
    assert not any(each.startswith("alter policy") for each in named)
    assert "bucket_id = 'c'" in named[-1]
    names = {p.name for p in wanted.policies if p.table == OBJECTS}
    assert all(any(f"create policy {name} " in each for name in names) for each in named[1:])


def test_a_script_about_files_seeds_the_rows_that_name_their_folders() -> None:
    text = script(bucketed(), Attempt(case().attempt.who, Select(OBJECTS, ("id",))))
    assert 'insert into "public"."projects"' in text
    plain = scenario_of(files(), spec(MODEL))
    assert "insert into" not in script(plain, Attempt(case().attempt.who, Select(OBJECTS, ("id",))))
