"""What lint says of tables, keys, views and functions, as all migrations leave them."""

from __future__ import annotations

from pathlib import Path

import pytest

from wakti_sb.lint import RULES

from .conftest import ABOUT_SHAPE, Judge

PARENT = "create table public.a (id uuid primary key); alter table a enable row level security;"


def rules(judge: Judge, *migrations: str, toml: str = "") -> list[str]:
    return [finding.rule for finding in judge(*migrations, toml=toml)]


def test_a_table_that_the_api_shows_wants_row_level_security(judge: Judge) -> None:
    (finding,) = judge("\ncreate table notes (id int);")
    assert (finding.rule, finding.line, finding.column) == ("table-without-rls", 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "create table private.notes (id int);",
        "create temporary table notes (id int);",
        "create table notes (id int); alter table public.notes enable row level security;",
        "create table notes (id int); do $$ begin alter table notes enable row level security;"
        " end $$;",
        "create table notes (id int); do $$ begin if true then execute"
        " 'alter table notes enable row level security'; end if; end $$;",
        "create table notes (id int); drop table public.notes;",
        "create table notes (id int); alter table notes set schema private;",
        "create schema s; create table notes (id int); drop schema public cascade;",
    ],
)
def test_a_table_that_is_guarded_hidden_or_gone_is_no_finding(judge: Judge, text: str) -> None:
    assert rules(judge, text) == []


def test_row_level_security_that_is_switched_off_again_is_found(judge: Judge) -> None:
    assert rules(judge, PARENT, "alter table a disable row level security;") == [
        "table-without-rls"
    ]


def test_a_table_made_inside_a_block_is_found_at_its_own_line(judge: Judge) -> None:
    (finding,) = judge(
        "do $$\nbegin\n  if true then\n    create table late (id int);\n  end if;\nend\n$$;"
    )
    assert (finding.rule, finding.line) == ("table-without-rls", 4)


def test_other_schemas_are_exposed_where_wakti_toml_says_so(judge: Judge) -> None:
    toml = '[project]\nschemas = ["api"]\n'
    assert rules(judge, "create table api.notes (id int);", toml=toml) == ["table-without-rls"]


def test_a_foreign_key_wants_an_index(judge: Judge) -> None:
    (finding,) = judge(PARENT, "create table private.b (\n  a_id uuid references public.a (id)\n);")
    assert finding.rule == "foreign-key-without-index"
    assert finding.remedy == "create index on private.b (a_id)"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("create index on private.b (a_id);", []),
        ("create index on private.b (a_id, x);", []),
        ("create index on private.b (a_id) where a_id is not null;", []),
        ("create index on private.b (a_id) where x > 1;", ["foreign-key-without-index"]),
        ("create index on private.b (x, a_id);", ["foreign-key-without-index"]),
        ("alter table private.b drop constraint b_a_id_fkey;", []),
        ("alter table private.b drop column a_id;", []),
        ("alter table private.b rename column a_id to c; create index on private.b (c);", []),
        ("drop table a;", []),
    ],
)
def test_the_index_may_come_or_the_key_go_later(judge: Judge, text: str, found: list[str]) -> None:
    first = "create table private.b (a_id uuid references public.a (id), x int);"
    assert rules(judge, PARENT, first, text) == found


def test_a_key_over_two_columns_takes_an_index_in_either_order(judge: Judge) -> None:
    text = (
        "create table private.b (x int, y int, foreign key (x, y) references private.c (x, y));"
        "create index on private.b (y, x);"
    )
    assert rules(judge, text) == []


def test_a_view_with_its_owners_rights_is_found(judge: Judge) -> None:
    assert rules(judge, PARENT, "create view v as select * from a;") == ["view-with-owner-rights"]


@pytest.mark.parametrize(
    "text",
    [
        "create view v with (security_invoker) as select * from a;",
        "create view v with (security_invoker = true) as select * from a;",
        "create view v as select * from a; alter view v set (security_invoker = on);",
        "create view private.v as select * from a;",
        "create view v as select * from a; drop view v;",
    ],
)
def test_a_view_that_asks_for_its_caller_is_no_finding(judge: Judge, text: str) -> None:
    assert rules(judge, PARENT, text) == []


def test_a_view_that_is_meant_so_is_no_finding(judge: Judge) -> None:
    toml = '[[view]]\nview = "public.v"\nselect = "public"\ninvoker = false\n'
    assert rules(judge, PARENT, "create view v as select * from a;", toml=toml) == []


FUNCTION = "create function f(x int) returns int language sql {} as 'select 1';"
CLOSED = "revoke all on function f(int) from public, anon;"


@pytest.mark.parametrize(
    "text",
    [
        FUNCTION.format("security definer"),
        FUNCTION.format("security definer set search_path = ''"),
        FUNCTION.format("security definer set search_path = public"),
        FUNCTION.format("security definer set search_path = pg_temp, public"),
        FUNCTION.format("security definer set search_path from current"),
        FUNCTION.format("security definer set search_path = public, pg_temp")
        + "alter function f(int) reset search_path;",
    ],
)
def test_a_definer_whose_caller_decides_what_names_mean_is_found(judge: Judge, text: str) -> None:
    (rule,) = rules(judge, text + CLOSED)
    assert rule in {"definer-without-search-path", "search-path-without-pg-temp"}


@pytest.mark.parametrize(
    "text",
    [
        FUNCTION.format("security definer set search_path = pg_catalog, pg_temp"),
        FUNCTION.format("security definer set search_path to public, 'pg_temp'"),
        FUNCTION.format("security definer")
        + "alter function f(int) set search_path = pg_catalog, pg_temp;",
        FUNCTION.format("security definer") + "alter function f security invoker;",
        FUNCTION.format("security invoker"),
    ],
)
def test_a_definer_with_its_own_search_path_is_no_finding(judge: Judge, text: str) -> None:
    assert rules(judge, text, CLOSED) == []


def test_a_function_is_open_to_anon_until_both_ways_are_closed(judge: Judge) -> None:
    made = FUNCTION.format("")
    assert rules(judge, made) == ["function-open-to-anon"]
    (finding,) = judge(made, "revoke execute on function f from public;")
    assert "from anon" in finding.remedy
    assert rules(judge, made, "revoke execute on function f from public, anon;") == []


@pytest.mark.parametrize(
    "text",
    [
        "alter default privileges in schema public revoke execute on functions from anon;"
        "alter default privileges revoke execute on functions from public;" + FUNCTION.format(""),
        FUNCTION.format("") + "revoke execute on all functions in schema public from public, anon;",
        "create function f() returns trigger language plpgsql as $$ begin return new; end $$;",
        FUNCTION.format("").replace("f(", "private.f("),
        FUNCTION.format("") + "drop function f;",
    ],
)
def test_a_function_that_anon_cannot_call_is_no_finding(judge: Judge, text: str) -> None:
    assert rules(judge, text) == []


def test_replacing_a_function_keeps_its_privileges(judge: Judge) -> None:
    again = FUNCTION.format("").replace("create", "create or replace")
    assert rules(judge, FUNCTION.format("") + CLOSED, again) == []


def test_an_overload_has_privileges_of_its_own(judge: Judge) -> None:
    other = FUNCTION.format("").replace("x int", "x text")
    (finding,) = judge(FUNCTION.format("") + CLOSED + other)
    assert "public.f(text)" in finding.message


@pytest.mark.parametrize("name", ["public.f", "public.f(int)", "public.f(integer)"])
def test_a_function_that_is_meant_for_anon_is_no_finding(judge: Judge, name: str) -> None:
    toml = f'[[function]]\nfunction = "{name}"\nexecute = "public"\n'
    assert rules(judge, FUNCTION.format(""), toml=toml) == []


def test_a_procedure_cannot_be_called_over_rest(judge: Judge) -> None:
    assert rules(judge, "create procedure p() language sql begin atomic select 1; end;") == []


def test_a_remedy_quotes_names_that_need_it(judge: Judge) -> None:
    (finding,) = judge('create table "My Notes" (id int);')
    assert finding.remedy.startswith('alter table public."My Notes" enable')


def test_statements_of_every_kind_are_followed(judge: Judge) -> None:
    text = Path(__file__).with_name("any_statement.sql").read_text()
    found = judge(text, by=RULES)
    assert found == judge(text, by=RULES)
    assert {*ABOUT_SHAPE} <= {finding.rule for finding in found} | {"search-path-without-pg-temp"}
