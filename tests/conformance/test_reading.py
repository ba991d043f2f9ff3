"""Bodies of functions, read for the conditions that they hold."""

from __future__ import annotations

import pytest

from wakti_sb.conformance.catalog import Helper
from wakti_sb.conformance.conditions import (
    body_of,
    parsed,
    printed,
    unreadable_for,
)
from wakti_sb.spec import Relation

NAMES, GIVEN = ("d", "e"), ("t.x", "7")


def helper(
    body: str, language: str = "plpgsql", names: tuple[str, ...] = NAMES, **more: object
) -> Helper:
    return Helper(Relation("private.f"), names, language, body=body, **more)  # type: ignore[arg-type]


def read(of: Helper, given: tuple[str, ...] = GIVEN) -> str | None:
    body = body_of(of, tuple(parsed(each) for each in given))
    if body is None:
        return None
    return str(printed(body.expression if body.select is None else body.select))


@pytest.mark.parametrize(
    ("body", "means"),
    [
        ("begin return d = 1; end", "t.x = 1"),
        ("begin return $1 = $2; end", "t.x = 7"),
        ("begin return f.d = e; end", "t.x = 7"),
        ("begin return g.d = e; end", "g.d = 7"),
        ("begin return a.d = e; end", "a.d = 7"),
        ("begin return d; end", "t.x"),
        ("begin RETURN\n  d ; end", "t.x"),
        ('begin return "d"; end', "t.x"),
        ("begin return $2; end", "7"),
        ("begin return true; end", "TRUE"),
        ("begin if d then return e; end if; return false; end",
         "CASE WHEN t.x THEN 7 ELSE FALSE END"),
        ("begin if d then return 1 = 2; elsif e then return x; else return y; end if; end",
         "CASE WHEN t.x THEN 1 = 2 WHEN 7 THEN x ELSE y END"),
        ("begin if d then null; end if; return z; end", "CASE WHEN t.x THEN z ELSE z END"),
        ("begin case when d then return a; when e then return b; else return c; end case; end",
         "CASE WHEN t.x THEN a WHEN 7 THEN b ELSE c END"),
        ("begin case d when 1 then return a; when 2, 3 then return b; end case; return c; end",
         "CASE WHEN t.x IN (1) THEN a WHEN t.x IN (2, 3) THEN b ELSE c END"),
        ("declare v int := 3; begin return v = d; end", "3 = t.x"),
        ("declare v int; begin v := d + 1; return v = e; end", "t.x + 1 = 7"),
        ("declare v int; w int := e; begin v = d; v := v + 1; return v = w; end", "t.x + 1 = 7"),
        ("declare v int; begin return v = d; end", "NULL = t.x"),
        ("declare V text; begin select a into v from o where i = d; return v = e; end",
         "(SELECT a FROM o WHERE i = t.x LIMIT 1) = 7"),
        ("declare v text; begin select a into v from o limit 3; return v = e; end",
         "(SELECT a FROM o LIMIT 3) = 7"),
        ("declare v text; begin select d into v; return v = e; end", "(SELECT t.x) = 7"),
        ("declare a int; b int; begin select p, q into a, b from o; return a = b; end",
         "(SELECT p FROM o LIMIT 1) = (SELECT q FROM o LIMIT 1)"),
        ("declare r record; begin select p as q, o.s from o into r; return r.q = r.s; end",
         "(SELECT p AS q FROM o LIMIT 1) = (SELECT o.s FROM o LIMIT 1)"),
        ("declare r record; begin select * from o into r; return r.q; end",
         "SELECT q FROM o LIMIT 1"),
        ("declare r o%rowtype; begin select * into r from o; return r.q = d; end",
         "(SELECT q FROM o LIMIT 1) = t.x"),
        ("declare r o%rowtype; begin select a, b into r from o; return r.b = d; end",
         "(SELECT b FROM o LIMIT 1) = t.x"),
        ("declare v boolean; begin select exists (select from o where i = d) into v; return v; end",
         "EXISTS (SELECT FROM o WHERE i = t.x)"),
        ("begin perform from o where i = d; return found; end",
         "EXISTS (SELECT FROM o WHERE i = t.x)"),
        ("declare v int; begin select a into v from o where i = d; return found and v = 1; end",
         "EXISTS (SELECT a FROM o WHERE i = t.x) AND (SELECT a FROM o WHERE i = t.x LIMIT 1) = 1"),
        ("begin raise exception 'no'; return true; end", "NULL"),
        ("begin raise notice 'no'; return d; end", "t.x"),
        ("begin assert d; return d; end", "t.x"),
        ("begin if d then raise exception 'x'; end if; return e; end",
         "CASE WHEN t.x THEN NULL ELSE 7 END"),
        ("begin begin return d; end; end", "t.x"),
        ("begin null; return d; end", "t.x"),
        ("begin " + "raise notice 'x'; " * 300 + "return d; end", "t.x"),
        ("begin end", "NULL"),
        ("begin return (select v from o where i = d); end", "SELECT v FROM o WHERE i = t.x"),
        ("begin return d in (select v from o); end", "t.x IN (SELECT v FROM o)"),
        ("begin return d; exception when others then return false; end", "t.x"),
        ("begin return d; exception when others then return null; end", "t.x"),
        ("begin return d; exception when others then raise; end", "t.x"),
        ("begin return d; exception when others then raise notice 'x'; return false; end", "t.x"),
    ],
)  # fmt: skip
def test_a_procedure_is_what_it_returns_by_the_way_through_it(body: str, means: str) -> None:
    assert read(helper(body)) == means
    assert unreadable_for(helper(body)) == ""


@pytest.mark.parametrize(
    ("body", "means"),
    [
        ("begin return query select d; end", "t.x"),
        ("begin return query select i from o where p; return query select j from u; return; end",
         "SELECT i FROM o WHERE p UNION ALL SELECT j FROM u"),
        ("begin return query select i from o; return; return query select j from u; end",
         "SELECT i FROM o"),
        ("begin if d then return query select i from o; else return query select j from u where q;"
         " end if; end",
         "SELECT i FROM o WHERE t.x UNION ALL SELECT j FROM u WHERE NOT t.x AND q"),
        ("begin if d then return query select i from o; return; end if;"
         " return query select j from u; end",
         "SELECT i FROM o WHERE t.x UNION ALL SELECT j FROM u WHERE NOT t.x"),
        ("begin if d then raise exception 'x'; end if; return query select i from o; end",
         "SELECT i FROM o WHERE NOT t.x"),
        ("begin if d then if e then return query select i from o; end if; end if; end",
         "SELECT i FROM o WHERE t.x AND 7"),
        ("begin if d then return query select k from w union select l from z; end if; end",
         "SELECT k FROM w WHERE t.x UNION SELECT l FROM z WHERE t.x"),
        ("declare v int; begin v := d; return query select i from o where k = v; end",
         "SELECT i FROM o WHERE k = t.x"),
        ("begin begin return query select i from o; end; end", "SELECT i FROM o"),
        ("begin return query select i from o; exception when others then return; end",
         "SELECT i FROM o"),
    ],
)  # fmt: skip
def test_a_procedure_that_gives_rows_is_the_union_of_its_queries(body: str, means: str) -> None:
    assert read(helper(body)) == means


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("begin return next d; end", "a loop"),
        ("begin while true loop return d; end loop; end", "a loop"),
        ("begin loop return d; end loop; end", "a loop"),
        ("begin for i in 1..2 loop return d; end loop; end", "a loop"),
        ("begin execute 'x'; return d; end", "a statement that is made while it runs"),
        ("begin return query execute 'select 1'; end", "a statement that is made while it runs"),
        ("begin insert into o values (1); return d; end", "a statement that is no query"),
        ("begin insert into o values (1) returning i into d; return d; end",
         "a statement that is no query"),
        ("begin commit; return d; end", "a statement that is no query"),
        ("declare a int; b int; begin select p into a, b from o; return a = b; end",
         "columns that do not fit the variables"),
        ("declare r record; begin r.x := 1; return true; end", "a value for a part of a record"),
        ("declare n int; begin perform from o; get diagnostics n = row_count; return n = 1; end",
         "it asks how many rows a statement had"),
        ("begin return d = ; end", "the parser cannot read it"),
        ("begin return; end", "it returns no query"),
        ("begin return d; exception when others then return true; end",
         "it catches errors and goes on"),
        ("begin return d; exception when others then return e; end",
         "it catches errors and goes on"),
        ("begin return d; exception when no_data_found then return false; when others then"
         " return true; end", "it catches errors and goes on"),
        ("begin return d; exception when others then perform 1; return false; end",
         "it catches errors and goes on"),
        ("begin begin return d; exception when others then null; end; return true; end",
         "it catches errors and goes on"),
        ("begin begin return d; exception when others then raise notice 'x'; end; return true; end",
         "it catches errors and goes on"),
        ("begin " + "if d then null; end if; " * 8 + "return true; end",
         "too many ways through it"),
    ],
)  # fmt: skip
def test_why_a_procedure_cannot_be_read_is_said(body: str, why: str) -> None:
    assert read(helper(body)) is None
    assert unreadable_for(helper(body)) == why


@pytest.mark.parametrize(
    ("body", "means"),
    [
        ("select d = e", "t.x = 7"),
        ("SELECT d;", "t.x"),
        ("select $1", "t.x"),
        ("select $3", "$3"),
        ("select $0", "$0"),
        ("select f.d", "t.x"),
        ("select x.d", "x.d"),
        ("select i from o where k = d", "SELECT i FROM o WHERE k = t.x"),
        ("begin atomic select d; end", "t.x"),
        ("begin atomic return d; end", "t.x"),
        (" return d = 1", "t.x = 1"),
        ("RETURN d\n = 1", "t.x = 1"),
        ("BEGIN ATOMIC\n select d\n = 1;\nEND", "t.x = 1"),
        ("select d, e", "SELECT t.x, 7"),
        ("select d where e", "SELECT t.x WHERE 7"),
        ("select d union select e", "SELECT t.x UNION SELECT 7"),
    ],
)
def test_a_function_in_sql_is_its_query_with_its_arguments(body: str, means: str) -> None:
    assert read(helper(body, "sql")) == means
    assert unreadable_for(helper(body, "sql")) == ""


@pytest.mark.parametrize("body", ["select 1; select 2", "insert into o values (1)", "", "("])
def test_a_function_that_is_more_than_a_query_is_not_looked_into(body: str) -> None:
    assert read(helper(body, "sql")) is None
    assert unreadable_for(helper(body, "sql")) == "it is more than a query"


def test_functions_of_other_languages_and_those_that_the_model_names_are_not_looked_into() -> None:
    assert read(helper("x", "c")) is None
    assert unreadable_for(helper("x", "c")) == "it is written in c"
    for language in ("sql", "plpgsql"):
        named = helper("select d", language, whole=True)
        assert read(named) is None
        assert unreadable_for(named) == "the model names it"


@pytest.mark.parametrize(
    ("defaults", "given", "means"),
    [
        ((None, "true", None), ("x",), "x AND TRUE AND c"),
        ((None, "true", "1"), ("x",), "x AND TRUE AND 1"),
        ((None, "true", "1"), ("x", "y"), "x AND y AND 1"),
        ((None, None, "1"), ("x",), "x AND b AND c"),
        ((None, "true", "1"), ("x", "y", "z"), "x AND y AND z"),
    ],
)
def test_what_a_call_leaves_out_is_its_default(
    defaults: tuple[str | None, ...], given: tuple[str, ...], means: str
) -> None:
    for body, language in (("select a and b and c", "sql"), ("begin return {}; end", "plpgsql")):
        text = body.format("a and b and c")
        of = helper(text, language, ("a", "b", "c"), defaults=defaults)
        expected = means if language == "sql" else means.replace("AND c", "AND NULL")
        assert read(of, given) in (means, expected.replace("AND b", "AND NULL"))


def test_an_argument_without_a_name_is_known_by_its_number() -> None:
    assert read(helper("begin return $1 and b; end", names=("", "b")), ("x", "y")) == "x AND y"
    assert read(helper("select $1 and b", "sql", ("", "b")), ("x", "y")) == "x AND y"
