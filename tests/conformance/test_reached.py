"""What queries, views and policies read, step by step."""

from __future__ import annotations

import pytest

from tests.conformance.catalogs import catalog
from wakti_sb.conformance.catalog import Catalog, Helper, Policy, Table
from wakti_sb.conformance.conditions import (
    Helpers,
    Readers,
    Shown,
    arguments,
    by_name,
    parsed,
    printed,
    shown_by,
    shown_by_expression,
    taken_apart,
)
from wakti_sb.spec import Relation


def leads(table: Relation) -> bool:
    return str(table) in ("public.t", "public.u")


def shown(query: str, *, definer: bool = False) -> list[Shown]:
    return list(shown_by(query, Helpers(), leads, definer=definer))


ROW = "(SELECT 1) AS wakti_row (one)"


@pytest.mark.parametrize(
    ("query", "atoms", "whole"),
    [
        ("select id from t", [], ""),
        ("select id from t where a", ["a"], "(a)"),
        ("select id from t where a and b", ["a", "b"], "(a) and (b)"),
        ("select k.id from t as k where k.a", ["k.a"], "(k.a)"),
        ("select t.id from t join o on o.i = t.i where o.y", ["o.i = t.i", "o.y"],
         f"exists (select from {ROW}, o where (o.i = t.i) and (o.y))"),
        ("select t.id from o join t on o.i = t.i", ["o.i = t.i"],
         f"exists (select from o, {ROW} where (o.i = t.i))"),
        ("select t.id from t, o where t.i = o.i", ["t.i = o.i"],
         f"exists (select from {ROW}, o where (t.i = o.i))"),
        ("select t.id from t left join o on o.i = t.i where o.y", ["o.y"],
         f"exists (select from {ROW} LEFT JOIN o ON o.i = t.i where (o.y))"),
        ("with s as (select i from o where p) select id from t where i in (select i from s)",
         ["p", "i IN (SELECT i FROM s)"],
         "exists (with s AS (SELECT i FROM o WHERE p) select from"
         f" {ROW} where (i IN (SELECT i FROM s)))"),
        ("select f((select a from o where q)) as g from t", ["q"], ""),
        ("select id from (select id from t where a) as s where b", ["a"], "(a)"),
        ("with s as (select id from t where a) select id from s where b", ["a"], "(a)"),
        ("select (select v from t where t.i = o.i) from o", ["t.i = o.i"], "(t.i = o.i)"),
    ],
)  # fmt: skip
def test_a_query_shows_rows_of_a_table_under_its_conditions(
    query: str, atoms: list[str], whole: str
) -> None:
    (found,) = shown(query)
    assert str(found.table) == "public.t"
    assert [atom.text for atom in found.taken.atoms] == atoms
    assert found.whole == whole
    assert not any(atom.definer for atom in found.taken.atoms)
    (past,) = shown(query, definer=True)
    assert all(atom.definer for atom in past.taken.atoms)


@pytest.mark.parametrize(
    "query",
    [
        "select id from o where x",
        "select t.id from t join o using (i) where a",
        "select t.id from t natural join o where a",
        "select j.id from (t join o on o.i = t.i) as j where a",
        "select id from other.t",
        "insert into t values (1)",
        "select 1; select id from t",
        "(",
        "values (1)",
    ],
)
def test_a_query_that_no_table_leads_shows_nothing_by_itself(query: str) -> None:
    assert shown(query) == []


def test_each_part_of_a_union_shows_rows_of_its_table() -> None:
    first, second = shown("select id from t where a union all select v as id from u as k where b")
    assert (first.table.name, first.alias, [a.text for a in first.taken.atoms]) == ("t", "t", ["a"])
    assert (second.table.name, second.alias) == ("u", "k")
    assert second.names == (("id", "v"),)


def test_columns_of_the_result_are_known_by_what_both_sides_call_them() -> None:
    (found,) = shown("select id, v as w, t.k, o.x, s.t.y, 1 as n, t.* from t join o on o.i = t.i")
    assert found.names == (("id", "id"), ("w", "v"), ("k", "k"))


def test_subqueries_of_an_expression_show_rows_too() -> None:
    tree = parsed("a and exists (select from t where b) or c = (select v from u where d)")
    found = list(shown_by_expression(tree, Helpers(), leads, definer=True))
    assert [(each.table.name, each.whole) for each in found] == [("t", "(b)"), ("u", "(d)")]


def test_arguments_are_named_by_their_place_in_the_row_of_arguments() -> None:
    assert [printed(each) for each in arguments(2)] == [
        "wakti_call.argument_0",
        "wakti_call.argument_1",
    ]


def policy(using: str | None, check: str | None = None) -> Policy:
    return Policy("p", "all", True, ("authenticated",), using, check)


def known(*, invoker: bool = True) -> Catalog:
    """A reads b, b reads c by a function; v shows a; e and f read each other."""
    reads = {
        "a": policy("exists (select from b where b.i = a.i)"),
        "b": policy("true", "i in (select public.of_c())"),
        "c": policy("owner = auth.uid()"),
        "e": policy("exists (select from public.f)"),
        "f": policy("id in (select of_e())"),
        "g": policy("id in (select past())"),
    }
    tables = [Table(Relation(f"public.{n}"), (), policies=(p,)) for n, p in reads.items()]
    tables.append(Table(Relation("other.b"), ()))
    view = Table(
        Relation("public.v"), (), kind="v", invoker=invoker, definition="select from b",
        bases=(Relation("public.a"),),
    )  # fmt: skip
    helpers = (
        Helper(Relation("public.of_c"), (), "sql", body="select i from c"),
        Helper(Relation("public.of_e"), (), "plpgsql", body='begin update public."e" set i=1; end'),
        Helper(Relation("public.past"), (), "sql", definer=True, body="select i from c"),
        Helper(Relation("public.around"), (), "sql", body="select around(), i from c"),
    )
    return Catalog(
        ("public",), {t.relation: t for t in (*tables, view)}, helpers=helpers,
        roles=catalog().roles,
    )  # fmt: skip


def names(found: frozenset[Relation]) -> set[str]:
    return {str(each).removeprefix("public.") for each in found}


def test_what_a_policy_reads_is_found_through_the_functions_that_it_calls() -> None:
    readers = Readers(known(), definers=False)
    assert names(readers.of_policy(policy("exists (select from a)"))) == {"a"}
    assert names(readers.of_policy(policy("x in (select of_c())"))) == {"c"}
    assert names(readers.of_policy(policy(None, "x in (select of_e())"))) == {"e"}
    assert names(readers.of_policy(policy("x in (select around())"))) == {"c"}
    assert names(readers.of_policy(policy("exists (select from b)"))) == {"b", "other.b"}
    assert names(readers.of_policy(policy("exists (select from other.b)"))) == {"other.b"}
    assert readers.of_policy(policy("exists (select from nowhere)")) == frozenset()
    assert readers.of_policy(policy("(")) == frozenset()


def test_a_function_that_reads_with_its_owners_rights_is_followed_on_demand() -> None:
    past = policy("x in (select past())")
    assert Readers(known(), definers=False).of_policy(past) == frozenset()
    assert names(Readers(known(), definers=True).of_policy(past)) == {"c"}


def test_what_answers_a_request_is_found_over_all_steps() -> None:
    readers = Readers(known(), definers=False)
    assert names(readers.reached(Relation("public.a"))) == {"b", "other.b", "c"}
    assert names(readers.reached(Relation("public.c"))) == set()
    assert names(readers.reached(Relation("public.e"))) == {"e", "f"}
    assert names(readers.reached(Relation("public.v"))) == {"a", "b", "other.b", "c"}
    assert readers.reached(Relation("public.nowhere")) == frozenset()


@pytest.mark.parametrize(
    ("invoker", "definers", "seen"),
    [(False, False, False), (False, True, True), (True, False, True), (True, True, True)],
)
def test_a_view_asks_the_policies_of_its_tables_as_its_caller_only(
    invoker: bool, definers: bool, seen: bool
) -> None:
    readers = Readers(known(invoker=invoker), definers=definers)
    assert bool(readers.reached(Relation("public.v"))) is seen


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("select from a, c", {"a", "c"}),
        ("insert into a select from c", {"a", "c"}),
        ("begin perform from a join public.c on true; end", {"a", "c"}),
        ('begin update "other"."b" set x = 1; end', {"other.b"}),
        ("begin insert INTO a values (1); end", {"a"}),
        ("begin return 1; end", set()),
    ],
)
def test_what_a_body_reads_is_found_in_other_languages_by_its_words(
    source: str, reads: set[str]
) -> None:
    assert names(Readers(known(), definers=False).of_source(source)) == reads


def test_functions_of_one_name_are_told_apart_by_the_numbers_of_arguments() -> None:
    both = by_name(
        (
            Helper(Relation("public.f"), ("a", "b"), "sql", body="select a = b"),
            Helper(Relation("public.f"), ("a",), "sql", body="select a = 1"),
        )
    )
    assert [a.text for a in taken_apart("f(x)", both).atoms] == ["x = 1"]
    assert [a.text for a in taken_apart("f(x, y)", both).atoms] == ["x = y"]
    assert [a.text for a in taken_apart("f(x, y, z)", both).atoms] == ["x = y"]
