"""What would close a finding: written from the model, never from the policy that failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.catalogs import MODEL, PROJECTS, UPLOADS, catalog, projects, spec
from tests.conformance.verdicts import (
    BARE,
    NOTHING,
    PLAIN,
    SEEN,
    VIEW,
    called,
    case,
    leak,
    locked,
    policy,
    scenario_of,
)
from wakti_sb.conformance.catalog import (
    Column,
    ForeignKey,
    Table,
)
from wakti_sb.conformance.findings.fixes import fixes
from wakti_sb.conformance.findings.model_policies import (
    ModelPolicy,
    conditions_on_new_rows,
    model_policies,
)
from wakti_sb.conformance.model import (
    MESSAGES,
    Advice,
    Family,
    Fix,
    Outcome,
    Problem,
    Statements,
    Verdict,
    exactly,
    refusal,
)
from wakti_sb.spec import Relation, Spec


def ways(table: Table, verdict: Verdict, by: str = "own", model: Spec | None = None) -> list[Fix]:
    there = scenario_of(table, model)
    return list(fixes(there, verdict, by, model_policies(there.spec)))


def test_a_policy_that_lets_too_much_through_is_dropped_or_said_as_the_model_has_it() -> None:
    found = ways(projects(), leak(case("update")))
    assert found[0] == 'drop policy if exists "own" on "public"."projects";'
    assert all(isinstance(each, Statements) for each in found)
    for operation in ("select", "insert", "update", "delete"):
        assert f"for {operation}\n" in found[1]
    assert found[1].startswith(found[0])
    named = replace(projects(), policies=(policy("mine", "update", check="true"),))
    found = ways(named, leak(case("update")), "mine")
    assert found[1].splitlines()[:2] == [
        'alter policy "mine" on "public"."projects"',
        "to authenticated",
    ]
    assert "with check (" in found[1]
    assert "for update" in found[-1]
    assert "for select" not in found[-1]


def test_a_policy_without_a_check_of_its_own_gets_none() -> None:
    named = replace(projects(), policies=(policy("mine", "update"),))
    assert "with check" not in ways(named, leak(case("update")), "mine")[1]


def test_row_level_security_that_is_off_is_switched_on_first() -> None:
    off = replace(projects(), rls=False)
    on = 'alter table "public"."projects" enable row level security;'
    assert ways(off, leak(case()))[0] == on
    assert all(each.startswith(on) for each in ways(off, leak(case())))
    bare = replace(off, policies=())
    assert ways(bare, leak(case()))[0] != on  # alone it would let nobody in
    assert ways(bare, leak(case()))[0].startswith(on)


def test_an_upsert_is_closed_by_policies_for_both_of_its_halves() -> None:
    table = replace(projects(), policies=(policy("a", "insert"), policy("b", "update")))
    found = ways(table, leak(case("upsert")), "a, b")
    assert found[0].count("drop policy") == 2
    assert "for insert" in found[1]
    assert "for update" in found[1]
    one = ways(table, leak(case("upsert")), "b")
    assert not any(each.startswith("alter policy") for each in one)


def test_an_owner_who_cannot_change_its_row_may_lack_a_policy_to_read_it() -> None:
    found = ways(BARE, locked(case("update", expected=exactly(("1",)))), "")
    assert "for select" in found[0]
    assert "for update" not in found[0]
    assert "for update" in found[1]


@pytest.mark.parametrize(
    ("operation", "statement"),
    [
        ("delete", 'grant delete on "public"."projects" to authenticated;'),
        ("update", 'revoke update on "public"."projects" from authenticated;\n'
                   'grant update ("name") on "public"."projects" to authenticated;'),
        ("select", 'revoke select on "public"."projects" from authenticated;\n'
                   'grant select ("id", "user_id", "name") on "public"."projects" to'
                   " authenticated;"),
    ],
)  # fmt: skip
def test_a_missing_grant_is_given_for_the_columns_of_the_model(
    operation: str, statement: str
) -> None:
    refused = refusal("42501", "permission denied for table projects")
    assert ways(projects(), locked(case(operation), refused)) == [statement]


def test_a_grant_takes_no_hidden_generated_or_immutable_column() -> None:
    refused = refusal("42501", "permission denied for table projects")
    uploads = catalog().tables[UPLOADS]
    (found,) = ways(uploads, leak(case("select", Family.HIDDEN_COLUMN, UPLOADS, column="secret")))
    assert "secret" not in found
    assert '"filename"' in found
    columns = (
        *projects().columns,
        Column("made", "text", "text", generated=True),
        Column("counted", "integer", "integer", identity="a"),
        Column("offered", "integer", "integer", identity="d"),
    )
    wide = replace(projects(), columns=columns)
    text = MODEL.replace('update = ["name"]', 'update = "own"\nimmutable = ["user_id"]', 1)
    assert ways(wide, locked(case("update"), refused), model=spec(text))[0].splitlines()[1] == (
        'grant update ("id", "name", "offered") on "public"."projects" to authenticated;'
    )
    assert '"made", "counted", "offered"' in ways(wide, locked(case(), refused))[0]
    plain = replace(wide, relation=PLAIN)
    assert (
        '"id", "user_id", "name", "offered"'
        in (ways(plain, locked(case("insert", on=PLAIN), refused))[0])
    )
    upsert = ways(projects(), locked(case("upsert"), refused))
    assert [each.split()[1] for each in upsert] == ["insert", "update"]


def test_where_something_else_was_not_granted_that_is_named() -> None:
    for what in ("schema private", "function f", "sequence s"):
        refused = refusal("42501", f"permission denied for {what}")
        (found,) = ways(projects(), locked(case(), refused))
        assert found == f"let authenticated use what the policy needs: grant it on {what}"
        assert isinstance(found, Advice)
    for what in ("table t", "relation t", "view t"):
        refused = refusal("42501", f"permission denied for {what}")
        assert isinstance(ways(projects(), locked(case(), refused))[0], Statements)


def test_what_nobody_could_prove_is_closed_by_advice() -> None:
    unproven = Verdict(case(), NOTHING, "unproven", "", Problem.UNPROVEN)
    (found,) = ways(projects(), unproven)
    assert found == "make the rightful request possible, or correct the model in wakti.toml"
    (stand_in,) = ways(projects(), locked(case(), Outcome("error", code="0A000")))
    assert "no policy is at fault" in stand_in
    assert isinstance(stand_in, Advice)


def test_an_endless_policy_is_written_anew_or_reads_through_a_function() -> None:
    error = Verdict(case(), refusal("57014", "timeout"), "failed", "", Problem.NO_VERDICT)
    found = ways(projects(), error)
    assert "for select" in found[0]
    assert isinstance(found[-1], Advice)
    assert "SECURITY DEFINER function" in found[-1]


@pytest.mark.parametrize(
    ("operation", "table", "first"),
    [
        ("select", VIEW, 'alter view "public"."projects" set (security_invoker = true);'),
        ("select", replace(VIEW, invoker=True),
         'mend the policies of "public"."project_uploads", or correct the model'),
        ("select", replace(VIEW, invoker=True, bases=()),
         "mend the policies of the tables that it reads, or correct the model"),
        ("select", replace(VIEW, kind="m"),
         'revoke select on "public"."projects" from anon, authenticated;'),
        ("delete", VIEW, 'revoke delete on "public"."projects" from anon, authenticated;'),
        ("upsert", VIEW, 'revoke insert, update on "public"."projects" from anon, authenticated;'),
        ("update", replace(VIEW, kind="m"),
         'revoke update on "public"."projects" from anon, authenticated;'),
    ],
)  # fmt: skip
def test_a_view_asks_its_tables_or_loses_a_privilege(
    operation: str, table: Table, first: str
) -> None:
    found = ways(table, leak(case(operation)))
    assert found[0] == first
    assert len(found) == (3 if table.kind == "m" and operation == "select" else 1)
    if len(found) == 3:
        assert "as\nselect 1\nrevoke" in found[1]
        assert found[1].endswith('grant select on "public"."projects" to authenticated;')
        assert isinstance(found[2], Advice)
    unproven = Verdict(case(operation), NOTHING, "unproven", "", Problem.UNPROVEN)
    assert ways(table, unproven)[0] == first


@pytest.mark.parametrize(
    ("family", "status", "outcome", "kinds", "words"),
    [
        (Family.DATA, "unproven", NOTHING, [Advice], "it tells of the owner's row"),
        (Family.CHANGES, "unproven", NOTHING, [Advice], "it changes the owner's row"),
        (Family.EXECUTE, "unproven", NOTHING, [Advice], "mend public.f(uuid), which fails"),
        (Family.DATA, "failed", SEEN, [Statements, Advice], "of = …, data = …"),
        (Family.CHANGES, "failed", SEEN, [Statements, Advice], "changes = …, adds = …"),
        (Family.EXECUTE, "failed", SEEN, [Statements],
         "revoke execute on function public.f(uuid) from public, authenticated;"),
        (Family.EXECUTE, "failed", NOTHING, [Statements],
         "grant execute on function public.f(uuid) to authenticated;"),
    ],
)  # fmt: skip
def test_a_function_is_closed_to_who_may_not_call_it_and_asks_who_calls(
    family: Family, status: Any, outcome: Outcome, kinds: list[type], words: str
) -> None:
    verdict = Verdict(called(family), outcome, status, "", Problem.LEAK)
    found = ways(projects(), verdict)
    assert [type(each) for each in found] == kinds
    assert words in found[0]
    if len(found) == 2:
        assert "alter function public.f(uuid) security invoker;" in found[0]
        assert ("before it writes" in found[1]) is (family is Family.CHANGES)


def test_a_channel_is_closed_by_advice_about_its_topic() -> None:
    messages = Table(MESSAGES, (Column("id", "uuid", "uuid"),))
    tried = case(on=MESSAGES, column="broadcast")
    (open_,) = ways(messages, leak(tried), "p")
    assert open_.startswith("let the policy p ask")
    (closed,) = ways(messages, locked(tried), "")
    assert closed.startswith("create a policy on realtime.messages for select")
    assert all("extension = 'broadcast'" in each for each in (open_, closed))
    unproven = Verdict(tried, NOTHING, "unproven", "", Problem.UNPROVEN)
    assert ways(messages, unproven)[0].startswith("make the rightful request possible")


def test_a_tree_of_rows_is_closed_by_a_key_that_carries_the_owner() -> None:
    parent = ForeignKey("up", ("parent_id",), PROJECTS, ("id",))
    columns = (*projects().columns, Column("parent_id", "uuid", "uuid"))
    tree = replace(
        projects(), columns=columns, foreign_keys=(*projects().foreign_keys, parent)
    )  # fmt: skip
    tried = case("insert", Family.FOREIGN_PARENT, column="parent_id")
    keyed = [each for each in ways(tree, leak(tried)) if "add foreign key" in each]
    assert keyed == [
        'alter table "public"."projects" add unique ("id", "user_id");\n'
        'alter table "public"."projects" add foreign key ("parent_id", "user_id")\n'
        'references "public"."projects" ("id", "user_id");'
    ]
    elsewhere = case("insert", Family.FOREIGN_PARENT, column="user_id")
    assert not any("add foreign key" in each for each in ways(tree, leak(elsewhere)))
    shown = spec(MODEL.replace('select = "own"', 'select = "public"', 1))
    assert not any("add foreign key" in each for each in ways(tree, leak(tried), model=shown))


UPDATE = ModelPolicy("public.t", Relation("public.t"), "n", "update", "authenticated", "  a")


@pytest.mark.parametrize(
    ("operation", "further", "checked", "made", "altered"),
    [
        ("select", (), False, "using (\n  a\n)", "using (\n  a\n)"),
        ("select", ("b",), True, "using (\n  a\n)", "using (\n  a\n)"),
        ("delete", ("b",), True, "using (\n  a\n)", "using (\n  a\n)"),
        ("update", (), False, "using (\n  a\n)", "using (\n  a\n)"),
        ("update", (), True, "using (\n  a\n)", "using (\n  a\n)\nwith check (\n  a\n)"),
        ("update", ("b",), False, "using (\n  a\n)\nwith check (\n  (a)\n  and b\n)",
         "using (\n  a\n)\nwith check (\n(a)\n  and b\n)"),
        ("insert", (), False, "with check (\n  a\n)", "with check (\n  a\n)"),
        ("insert", ("b",), False, "with check (\n  (a)\n  and b\n)",
         "with check (\n(a)\n  and b\n)"),
    ],
)  # fmt: skip
def test_a_policy_of_the_model_is_written_or_altered_with_what_new_rows_must_meet(
    operation: Any, further: tuple[str, ...], checked: bool, made: str, altered: str
) -> None:
    wanted = replace(UPDATE, operation=operation)
    head = f'create policy n on "public"."t"\nfor {operation}\nto authenticated\n'
    assert wanted.statement(further) == f"{head}{made};"
    alter = 'alter policy "x" on "public"."t"\nto authenticated\n'
    assert wanted.altering('"x"', further, checked=checked) == f"{alter}{altered};"


def test_new_rows_point_at_what_their_writer_sees() -> None:
    uploads = catalog().tables[UPLOADS]
    entry = spec().entry(UPLOADS)
    assert entry is not None
    true_owner, parent = conditions_on_new_rows(spec(), entry, uploads)
    assert "parent.user_id" in true_owner.replace('"', "")
    assert "project_uploads.project_id" in true_owner.replace('"', "")
    assert parent.startswith("exists (")
    nullable = tuple(
        replace(column, not_null=column.name != "project_id") for column in uploads.columns
    )
    _, loose = conditions_on_new_rows(spec(), entry, replace(uploads, columns=nullable))
    assert loose.startswith('("project_uploads"."project_id" is null or exists (')
    top = spec().entry(PROJECTS)
    assert top is not None
    assert list(conditions_on_new_rows(spec(), top, projects())) == []  # users are in no model
