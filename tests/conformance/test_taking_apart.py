"""Expressions fall into conditions that consist of no further ones, each where it stands."""

from __future__ import annotations

import pytest

from wakti_sb.conformance.catalog import Helper
from wakti_sb.conformance.conditions import (
    MOST,
    Atom,
    Taken,
    by_name,
    conjuncts,
    is_null_test,
    parsed,
    printed,
    taken_apart,
    unqualified,
    unreadable,
)
from wakti_sb.conformance.conditions.expression import alternatives
from wakti_sb.spec import Relation


def helper(
    name: str, arguments: tuple[str, ...], body: str, language: str = "sql", **more: object
) -> Helper:
    return Helper(Relation(name), arguments, language, body=body, **more)  # type: ignore[arg-type]


HELPERS = by_name(
    (
        helper("private.mine", ("o",), "select o = 'private'"),
        helper("public.mine", ("owner",), "select owner = auth.uid()"),
        helper("public.mine", ("owner", "also"), "select owner = auth.uid() or also"),
        helper("public.me", (), "select auth.uid()"),
        helper("public.nested", ("a",), "select public.mine(a)", definer=True),
        helper(
            "public.opaque", ("a",), "begin for i in 1..2 loop return a; end loop; end", "plpgsql"
        ),
        helper("public.endless", ("a",), "select endless(a) and a = 1"),
        helper(
            "public.teams", (), "select team_id from members where user_id = auth.uid()",
            definer=True,
        ),
        helper("public.opt", ("a", "b"), "select b is null or a = b", defaults=(None, "null")),
        helper("public.in_c", (), "some c", "c"),
        helper("public.twice", ("a",), "select a = 1 union select from x where v"),
        helper("public.pick", ("a",), "select nullif(a, 1)"),
        helper("public.flag", ("a",), "select (a ->> 'x')::boolean"),
        helper("public.partly", ("a",), "select coalesce(a = 1, false)"),
        helper("public.most", ("a",), "select coalesce(a > 1, a < 2)"),
        helper("public.text", ("a",), "select coalesce(a, 'x')"),
        helper("public.number", ("a",), "select (a ->> 'x')::integer"),
        *(helper(f"public.f{n}", ("a",), f"select f{n + 1}(a)") for n in range(8)),
        helper("public.f8", ("a",), "select a = 1"),
    )
)  # fmt: skip


def atoms(expression: str) -> tuple[Atom, ...]:
    taken = taken_apart(expression, HELPERS, "t")
    assert taken.problem == ""
    return taken.atoms


def texts(expression: str) -> list[str]:
    return [atom.text for atom in atoms(expression)]


@pytest.mark.parametrize(
    ("expression", "conditions"),
    [
        ("a", ["a"]),
        ("not (a or (b and not c))", ["a", "b", "c"]),
        ("a and a", ["a"]),
        ("a is not unknown", ["a"]),
        ("coalesce((a is true), b)", ["a", "b"]),
        ("coalesce((a and b), c)", ["a", "b", "c"]),
        ("coalesce(a, false)", ["a"]),
        ("coalesce(a, 1) = 1", ["COALESCE(a, 1) = 1"]),
        ("coalesce(a, b)", ["COALESCE(a, b)"]),
        ("coalesce(a, 'true')", ["COALESCE(a, 'true')"]),
        ("case when a then b end", ["a", "b"]),
        ("case when a then b when c then d else e end", ["a", "b", "c", "d", "e"]),
        ("case a when 1 then b else c end", ["CASE a WHEN 1 THEN b ELSE c END"]),
        ("(a)::boolean", ["CAST(a AS boolean)"]),
        ("(a and b)::text = 'true'", ["CAST(a AND b AS text) = 'true'"]),
        ("nullif(a, b)", ["NULLIF(a, b)"]),
        ("array[a] @> b", ["ARRAY[a] @> b"]),
        ("current_user = 'x'", ["CURRENT_USER = 'x'"]),
        ("f() = 1", ["f() = 1"]),
    ],
)
def test_and_or_not_case_and_coalesce_join_conditions(
    expression: str, conditions: list[str]
) -> None:
    assert texts(expression) == conditions


@pytest.mark.parametrize(
    "expression",
    [
        "true",
        "false",
        "null",
        "'x'",
        "not true",
        "(true)::boolean",
        "('true')::boolean",
        "null::boolean",
        "1 = 1",
        "1 in (2, 3)",
        "a = null",
        "null = a",
        "a and null",
        "a and false",
        "a or true",
        "not (a or true)",
        "(null is null) or a",
        "(1 is null) and a",
        "(1 is not null) or a",
        "(null is not null) and a",
        "((null)::text is null) or a",
        "((1)::text is null) and a",
        "true and true",
        "false or false",
        "exists (select 1 from x)",
        "exists (values (1))",
    ],
)
def test_what_is_settled_by_the_way_it_is_written_is_no_condition(expression: str) -> None:
    assert texts(expression) == []


@pytest.mark.parametrize(
    "expression",
    [
        "false or a",
        "true and a",
        "null or a",
        "not a",
        "(1 is not null) and a",
        "(1 is null) or a",
        "(null is null) and a",
        "(null is not null) or a",
        "not (not a)",
        "(not false) and a",
        "(not true) or a",
        "(not null::boolean) or a",
        "(false or false) or a",
        "(true and true) and a",
    ],
)
def test_what_settles_nothing_leaves_the_condition_beside_it(expression: str) -> None:
    assert texts(expression) == ["a"]


@pytest.mark.parametrize(
    ("expression", "conditions"),
    [
        ("(select a)", ["a"]),
        ("(select a and b)", ["a", "b"]),
        ("(select a, b)", ["(SELECT a, b)"]),
        ("(select a where b)", ["(SELECT a WHERE b)", "b"]),
        ("(select a from x where b)", ["(SELECT a FROM x WHERE b)", "b"]),
        ("(select auth.uid()) = a", ["(SELECT auth.uid()) = a"]),
        ("a = any (select b from x)", ["a = ANY (SELECT b FROM x)"]),
        (
            "a > all (select b from x where (d or e))",
            ["a > ALL (SELECT b FROM x WHERE d OR e)", "d", "e"],
        ),
        ("a <> (b = (select c from z where d))", ["a <> (b = (SELECT c FROM z WHERE d))", "d"]),
        (
            "f((select b from x where c)) in (select d from y where e)",
            ["f((SELECT b FROM x WHERE c)) IN (SELECT d FROM y WHERE e)", "e", "c"],
        ),
        ("exists (select from x where a union select from y where b)", ["a", "b"]),
        ("exists (select where a and b)", ["a", "b"]),
        (
            "exists (select (select p from y where q) from x where r)",
            ["q", "r"],
        ),
        (
            "f(g(1, (select p from y where q)), a) = 1",
            ["f(g(1, (SELECT p FROM y WHERE q)), a) = 1", "q"],
        ),
    ],
)
def test_conditions_of_subqueries_are_conditions_too(
    expression: str, conditions: list[str]
) -> None:
    assert texts(expression) == conditions


def test_a_condition_knows_the_subquery_that_it_stands_in() -> None:
    first, second, third = atoms(
        "exists (select from x join s.y as k on x.i = k.i and x.p where a)"
    )
    assert [each.text for each in (first, second, third)] == ["x.i = k.i", "x.p", "a"]
    (scope,) = first.scopes
    assert (scope.source, scope.prefix) == ("x, s.y AS k", "")
    assert scope.others == ("x.p", "a")
    assert scope.relations == (("x", Relation("public.x")), ("k", Relation("s.y")))
    assert scope.texts == ("", "x, s.y AS k", "x.p", "a")
    assert second.scopes[0].others == ("x.i = k.i", "a")
    assert third.scopes[0].others == ("x.i = k.i", "x.p")
    assert atoms("exists (select from x where exists (select from y where a))")[0].scopes == (
        *atoms("exists (select from x where exists (select from y where a))")[0].scopes[:1],
        *atoms("exists (select from y where a)")[0].scopes,
    )


@pytest.mark.parametrize(
    ("join", "source"),
    [
        ("x join y using (i)", "x INNER JOIN y USING (i)"),
        ("x left join y on x.i = y.i", "x LEFT JOIN y ON x.i = y.i"),
        ("x natural join y", "x NATURAL INNER JOIN y"),
        ("(x join y on x.i = y.i) as j", "(x INNER JOIN y ON x.i = y.i) AS j"),
        ("(x cross join y) join z on true", "x, y, z"),
        ("x, y", "x, y"),
    ],
)
def test_only_inner_joins_by_a_condition_are_opened(join: str, source: str) -> None:
    (atom,) = atoms(f"exists (select from {join} where a)")
    (scope,) = atom.scopes
    assert scope.source == source
    assert {name for name, _ in scope.relations} >= {"x", "y"}


def test_conditions_of_a_with_query_come_before_those_that_read_it() -> None:
    inner, outer = atoms("exists (with w as (select * from x where p) select from w where q)")
    assert (inner.text, inner.scopes[0].source, inner.scopes[0].prefix) == ("p", "x", "")
    assert (outer.text, outer.scopes[0].source) == ("q", "w")
    assert outer.scopes[0].prefix == "with w AS (SELECT * FROM x WHERE p)"


@pytest.mark.parametrize(
    ("expression", "columns"),
    [
        ("a", [("", "a")]),
        ("t.a = b", [("t", "a"), ("", "b")]),
        ("s.t.a = a", [("t", "a"), ("", "a")]),
        ("(select auth.uid()) = a", [("", "a")]),
        ("(select b) = a", [("", "b"), ("", "a")]),
        ("(select b from x) = a", [("", "a")]),
        ("(a + f(b, 1)) = any (array[c])", [("", "a"), ("", "b"), ("", "c")]),
        ("a = a", [("", "a")]),
        ("a in (select b from x)", [("", "a")]),
        ("f() = 1", []),
    ],
)
def test_a_condition_looks_at_its_own_columns_and_not_at_those_of_its_subqueries(
    expression: str, columns: list[tuple[str, str]]
) -> None:
    assert list(atoms(expression)[0].columns) == columns


@pytest.mark.parametrize(
    ("expression", "conditions"),
    [
        ("mine(owner)", ["t.owner = auth.uid()"]),
        ("public.mine(owner)", ["t.owner = auth.uid()"]),
        ("private.mine(owner)", ["t.owner = 'private'"]),
        ("nobody.mine(owner)", ["nobody.mine(owner)"]),
        ("mine(owner, open)", ["t.owner = auth.uid()", "t.open"]),
        ("mine(x.owner)", ["x.owner = auth.uid()"]),
        ("mine(f(owner))", ["f(t.owner) = auth.uid()"]),
        ("nested(owner)", ["t.owner = auth.uid()"]),
        ("(select mine(owner))", ["t.owner = auth.uid()"]),
        ("me() = owner", ["me() = owner"]),
        ("f(a, mine(b)) = 1", ["f(a, mine(b)) = 1", "t.b = auth.uid()"]),
        (
            "a = (select b from x where mine(c))",
            ["a = (SELECT b FROM x WHERE mine(c))", "c = auth.uid()"],
        ),
        ("endless(n)", ["endless(t.n)", "t.n = 1"]),
        ("opt(x, y)", ["t.y IS NULL", "t.x = t.y"]),
        ("opt(x)", []),  # the default settles it
        ("opaque(owner)", ["opaque(owner)"]),
        ("exists (select from teams() where teams = a)", ["user_id = auth.uid()", "teams = a"]),
        ("exists (select from me() as m where m = a)", ["m = a"]),
        ("twice(x)", ["v"]),
        ("pick(x) = 2", ["pick(x) = 2"]),
        ("g(flag(x)) = 1", ["g(flag(x)) = 1", "CAST(t.x ->> 'x' AS boolean)"]),
        ("g(number(x)) = 1", ["g(number(x)) = 1"]),
        ("g(partly(x)) = 1", ["g(partly(x)) = 1", "t.x = 1"]),
        ("g(most(x)) = 1", ["g(most(x)) = 1", "COALESCE(t.x > 1, t.x < 2)"]),
        ("g(text(x)) = 1", ["g(text(x)) = 1"]),
        ("f1(x)", ["t.x = 1"]),  # over eight steps, and no further
        ("f0(x)", ["f8(t.x)"]),
    ],
)
def test_a_functions_conditions_are_those_of_its_body_for_these_arguments(
    expression: str, conditions: list[str]
) -> None:
    assert texts(expression) == conditions


@pytest.mark.parametrize(
    ("expression", "past_the_policies"),
    [
        ("mine(owner)", [False]),
        ("nested(owner)", [True]),
        ("exists (select from teams() where teams = a)", [True, False]),
    ],
)
def test_a_condition_in_a_function_of_its_owner_stands_past_the_policies(
    expression: str, past_the_policies: list[bool]
) -> None:
    assert [atom.definer for atom in atoms(expression)] == past_the_policies


@pytest.mark.parametrize(
    ("expression", "calls"),
    [
        ("opaque(owner)", ["opaque"]),
        ("f(opaque(owner))", ["opaque"]),
        ("in_c() and a", ["in_c"]),
        ("me() = owner", []),
        ("f(owner)", []),
    ],
)
def test_a_condition_names_the_functions_that_nobody_can_look_into(
    expression: str, calls: list[str]
) -> None:
    assert [each.relation.name for each in atoms(expression)[0].calls] == calls


def test_of_functions_of_one_name_those_of_public_come_first() -> None:
    assert [each.relation.schema for each in HELPERS["mine"]] == ["public", "public", "private"]


def test_more_conditions_than_are_looked_at_are_told() -> None:
    just = " or ".join(f"n = {number}" for number in range(MOST))
    assert len(atoms(just)) == MOST
    taken = taken_apart(f"{just} or m = 1", HELPERS)
    assert taken.problem == "it has 201 conditions, and only the first 200 are looked at"
    assert taken.atoms == taken_apart(just, HELPERS).atoms
    assert taken_apart("(", HELPERS) == Taken(problem="the parser cannot read it")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("a is null", True),
        ("t.a is not null", True),
        ("f(a) is null", False),
        ("(a = 1) is null", False),
        ("a = 1", False),
        ("(", False),
    ],
)
def test_a_test_for_null_is_one_about_a_column(text: str, asks: bool) -> None:
    assert is_null_test(Atom(text)) is asks


def test_the_parts_that_and_joins_are_found_through_its_nesting() -> None:
    tree = parsed("a and (b and c) and (d or e)")
    assert [printed(each) for each in conjuncts(tree)] == ["a", "b", "c", "d OR e"]
    assert [printed(each) for each in conjuncts(parsed("a or b"))] == ["a OR b"]
    assert conjuncts(None) == []
    tree = parsed("a or (b or c) or (d and e)")
    assert [printed(each) for each in alternatives(tree)] == ["a", "b", "c", "d AND e"]
    assert [printed(each) for each in alternatives(parsed("a and b"))] == ["a AND b"]


def test_names_of_tables_before_columns_are_left_out_outside_of_subqueries() -> None:
    told = unqualified("t.a = f(t.b) and exists (select from x where x.c = t.a)")
    assert told == "a = f(b) AND EXISTS (SELECT FROM x WHERE x.c = t.a)"
    assert unqualified("(") == "("
    assert [unreadable(text) for text in ("(", "a")] == [True, False]
