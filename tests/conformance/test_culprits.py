"""What decided about an attempt, and what other objects share it: told from the catalog alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.catalogs import projects
from tests.conformance.verdicts import (
    BARE,
    NOTHING,
    VIEW,
    called,
    case,
    function,
    leak,
    locked,
    policy,
    scenario_of,
)
from wakti_sb.conformance.catalog import (
    Catalog,
    Column,
    Table,
)
from wakti_sb.conformance.findings.circles import asking, circle
from wakti_sb.conformance.findings.culprit import culprit, deciding, operation_of, root
from wakti_sb.conformance.model import (
    ANON,
    OBJECTS,
    Family,
    Identity,
    Outcome,
    Problem,
    Root,
    Subject,
    Verdict,
    refusal,
)
from wakti_sb.spec import Relation, parse


@pytest.mark.parametrize(
    ("table", "verdict", "words"),
    [
        (projects(), leak(case()), "own"),
        (replace(projects(), policies=(policy("a"), policy("b"))), leak(case()), "a, b"),
        (replace(projects(), rls=False), leak(case()), "row level security is off"),
        (BARE, locked(case()), "no policy lets it through"),
        (replace(VIEW, invoker=True), leak(case()), "the policies of the view's tables"),
        (VIEW, leak(case()), "the view reads with the rights of its owner"),
        (replace(VIEW, kind="m"), leak(case()),
         "a materialized view has no policies: whoever may read it reads all of it"),
        (projects(), leak(case(family=Family.HIDDEN_COLUMN, column="name")),
         "a column grant to authenticated: name"),
        (projects(), locked(case(family=Family.COLUMN, column="name")), "own"),
        (projects(), locked(case(), Outcome("refused by grant")), "no grant to authenticated"),
        (BARE, locked(case(), Outcome("refused by grant")), "no grant to authenticated"),
    ],
)  # fmt: skip
def test_what_decided_is_told_in_words(table: Table, verdict: Verdict, words: str) -> None:
    assert culprit(scenario_of(table), verdict) == words


def test_of_several_policies_those_are_named_without_which_it_would_be_denied() -> None:
    table = replace(projects(), policies=(policy("a"), policy("b"), policy("c")))
    there = scenario_of(table)
    assert culprit(there, leak(case()), lambda _c, _t, p: p.name == "b") == "b"
    assert culprit(there, leak(case()), lambda _c, _t, _p: False) == "a, b, c"
    assert culprit(there, locked(case()), lambda _c, _t, p: p.name == "b") == "a, b, c"

    def never(*_: object) -> bool:
        raise AssertionError("one policy alone needs no trial")

    assert culprit(scenario_of(projects()), leak(case()), never) == "own"


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("select", ["all", "select"]),
        ("insert", ["all", "insert"]),
        ("upsert", ["all", "insert", "update"]),
        ("delete", ["all"]),
    ],
)
def test_only_permissive_policies_for_the_operation_and_the_role_are_asked(
    operation: str, names: list[str]
) -> None:
    table = replace(
        projects(),
        policies=(
            *(policy(each, each) for each in ("all", "select", "insert", "update")),
            policy("restrictive", permissive=False),
            policy("anon", roles=("anon",)),
        ),
    )
    assert [each.name for each in deciding(case(operation), table)] == names
    assert [each.name for each in deciding(case("select", who=ANON), table)] == ["anon"]


def test_an_upsert_is_judged_as_a_change() -> None:
    assert [operation_of(case(each)) for each in ("select", "delete", "upsert", "execute")] == [
        "select",
        "delete",
        "update",
        "update",
    ]


def test_policies_of_storage_that_speak_of_the_bucket_are_named_alone() -> None:
    about = policy("about", using="bucket_id = 'photos'")
    checked = policy("checked", using=None, check="bucket_id = 'photos'")
    others, of_all = policy("others", using="bucket_id = 'docs'"), policy("all")
    elsewhere = policy("elsewhere", using=None, check="bucket_id = 'docs'")
    files = Table(
        OBJECTS,
        (Column("id", "uuid", "uuid"),),
        policies=(about, checked, others, elsewhere, of_all),
    )
    tried = case(on=OBJECTS)
    tried = replace(tried, subject=Subject.bucket("photos"))
    assert culprit(scenario_of(files), leak(tried)) == "about, checked, all"
    alone = replace(files, policies=(others,))
    assert culprit(scenario_of(alone), leak(tried)) == "others"
    assert root(scenario_of(replace(files, rls=False)), leak(tried)) is Root.OBJECT


@pytest.mark.parametrize(
    ("family", "definer", "executors", "words"),
    [
        (Family.DATA, True, (),
         "the function runs with the rights of its owner (security definer)"),
        (Family.DATA, False, (), "the policies of the tables that the function reads"),
        (Family.CHANGES, True, (),
         "the function runs with its owner's rights and does not ask whose row it writes"),
        (Family.CHANGES, False, (),
         "the function runs with its caller's rights and does not ask whose row it writes"),
        (Family.EXECUTE, True, ("anon", "postgres"), "execute granted to anon and postgres"),
        (Family.EXECUTE, False, (), "execute granted to nobody"),
    ],
)  # fmt: skip
def test_what_decided_about_a_call_is_told_by_what_it_does(
    family: Family, definer: bool, executors: tuple[str, ...], words: str
) -> None:
    other = replace(function(definer=not definer), types="text")
    there = scenario_of(functions=(other, function(definer=definer, executors=executors)))
    assert culprit(there, leak(called(family))) == words
    shares = family is not Family.EXECUTE and definer
    assert root(there, leak(called(family))) is (Root.DEFINER if shares else Root.OBJECT)
    assert root(there, locked(called(family))) is Root.OBJECT


@pytest.mark.parametrize(
    ("table", "verdict", "shared"),
    [
        (projects(), leak(case()), Root.OBJECT),
        (replace(projects(), rls=False), leak(case()), Root.RLS_OFF),
        (replace(projects(), rls=False), locked(case()), Root.OBJECT),
        (VIEW, leak(case()), Root.VIEW_OWNER),
        (replace(VIEW, invoker=True), leak(case()), Root.OBJECT),
        (replace(VIEW, kind="m"), leak(case()), Root.OBJECT),
        (VIEW, locked(case()), Root.OBJECT),
        (VIEW, locked(case(), Outcome("refused by grant")), Root.OBJECT),
        (projects(), locked(case(), Outcome("refused by grant")), Root.NO_GRANT),
        (BARE, locked(case(), Outcome("refused by grant")), Root.NO_GRANT),
        (BARE, locked(case()), Root.NO_POLICY),
        (projects(), locked(case()), Root.OBJECT),
        (BARE, locked(case(), Outcome("error")), Root.OBJECT),
        (BARE, replace(locked(case()), status="unproven"), Root.OBJECT),
        (BARE, locked(case(), Outcome("error", code="0A000")), Root.NOT_SERVED),
        (BARE, replace(locked(case()), control=Outcome("error", code="0A000")), Root.NO_POLICY),
        (BARE, replace(locked(case()), status="unproven",
                       control=Outcome("error", code="0A000")), Root.NOT_SERVED),
    ],
)  # fmt: skip
def test_what_other_objects_share_is_known(table: Table, verdict: Verdict, shared: Root) -> None:
    assert root(scenario_of(table), verdict) is shared


TEAM = """
[[owned]]
table = "public.projects"
members = {table = "public.members", key = "project_id", user = "user_id", role = "role"}
select = "member"
insert = "none"
update = "role:admin"
delete = "own or role:admin"
owner = "user_id"
"""


@pytest.mark.parametrize(
    ("operation", "who", "family", "ignored"),
    [
        ("update", {}, Family.FOREIGN, True),
        ("select", {}, Family.FOREIGN, False),
        ("update", {"world": "other"}, Family.FOREIGN, False),
        ("update", {"member_role": None}, Family.FOREIGN, False),
        ("update", {"former": True}, Family.FOREIGN, False),
        ("update", {}, Family.FIXED_COLUMN, False),
        ("update", {}, Family.FOREIGN_PARENT, False),
        ("delete", {}, Family.FOREIGN, True),
    ],
)
def test_a_member_without_the_role_that_it_takes_shows_that_no_policy_asks_for_it(
    operation: str, who: dict[str, Any], family: Family, ignored: bool
) -> None:
    there = replace(scenario_of(), spec=parse(TEAM))
    values = {"user_id": "u", "world": "this", "member_role": "reader", **who}
    verdict = leak(case(operation, family, who=Identity("a reader", **values)))
    assert root(there, verdict) is (Root.ROLE_IGNORED if ignored else Root.OBJECT)
    nobody = replace(there, spec=parse(""))
    assert root(nobody, verdict) is Root.OBJECT


def circling() -> tuple[Catalog, Relation, Relation]:
    a, b = Relation("public.a"), Relation("public.b")
    tables = (
        Table(a, (), policies=(policy("to b", using="exists (select from b)"), policy("fine"))),
        Table(b, (), policies=(policy("to a", using="exists (select from a)"),)),
        Table(Relation("public.c"), (), policies=(policy("in", using="exists (select from b)"),)),
        Table(Relation("public.d"), (), policies=(policy("none"),)),
    )
    return Catalog(("public",), {t.relation: t for t in tables}), a, b


@pytest.mark.parametrize(
    ("asked", "code", "message", "found"),
    [
        ("a", "42P17", 'infinite recursion detected in policy for relation "a"', ["a", "b"]),
        ("c", "42P17", 'infinite recursion detected in policy for relation "b"', ["a", "b"]),
        ("c", "42P17", "without a name", ["a", "b"]),
        ("d", "42P17", "without a name", []),
        ("d", "42P17", 'infinite recursion detected in policy for relation "d"', ["d"]),
        ("a", "54001", "stack depth limit exceeded", ["a", "b"]),
        ("a", "57014", "canceling statement", []),
    ],
)
def test_policies_that_ask_each_other_are_found_whatever_table_was_asked(
    asked: str, code: str, message: str, found: list[str]
) -> None:
    known, a, b = circling()
    tried = case(on=Relation(f"public.{asked}"))
    verdict = Verdict(tried, refusal(code, message), "failed", "", Problem.NO_VERDICT)
    assert [each.name for each in circle(known, verdict)] == found
    assert circle(known, replace(verdict, status="passed")) == ()
    by_control = replace(verdict, outcome=NOTHING, control=verdict.outcome, status="unproven")
    assert [each.name for each in circle(known, by_control)] == found
    called_it = replace(verdict, case=called())
    assert circle(known, called_it) == ()
    assert [p.name for _, p in asking(known, (a, b))] == ["to b", "to a"]
    if found == ["a", "b"]:
        there = replace(scenario_of(), catalog=known)
        assert culprit(there, verdict) == "to b, to a"


def test_a_table_alone_can_ask_itself() -> None:
    a = Relation("public.a")
    itself = Table(a, (), policies=(policy("me", using="exists (select from a as o)"),))
    known = Catalog(("public",), {a: itself})
    verdict = Verdict(case(on=a), refusal("42P17", "x"), "failed", "", Problem.NO_VERDICT)
    assert circle(known, verdict) == (a,)
    assert [p.name for _, p in asking(known, (a,))] == ["me"]
