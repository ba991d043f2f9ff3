"""A name in a subquery that none of its tables has means the query around it."""

from __future__ import annotations

import pytest

from tests.lint.conftest import Judge

TABLES = (
    "create table items (id uuid primary key, project_id uuid, name text);"
    "create table members (id uuid primary key, team uuid, person uuid);"
    "create index on items (project_id);"
    "create index on members (team); create index on members (person);"
    "alter table items enable row level security; alter table members enable row level security;"
)
CLOSED = "revoke all on function f from public, anon;"


def found(judge: Judge, text: str) -> list[str]:
    return [each.rule for each in judge(TABLES, text)]


def function(body: str, language: str = "plpgsql") -> str:
    if language == "plpgsql":
        body = f"begin {body}; end"
    return f"create function f(list jsonb) returns void language {language} as $$ {body} $$;"


@pytest.mark.parametrize(
    "body",
    [
        "delete from items as i where i.id in"
        " (select id::uuid from jsonb_array_elements_text(list) as id)",
        "delete from items where id in (select name from members)",
        "update items set name = (select max(name) from members)",
        "perform 1 from items where exists (select from members where project_id = list ->> 'a')",
        "for r in select * from items where id = any (array(select project_id from members)) loop"
        " null; end loop",
        "with m as (select team, person from members)"
        " delete from items where id in (select name::uuid from m)",
    ],
)
def test_a_name_that_means_the_query_around_is_found(judge: Judge, body: str) -> None:
    assert found(judge, function(body) + CLOSED) == ["name-from-outside"]


@pytest.mark.parametrize(
    "body",
    [
        "delete from items as i where i.id in"
        " (select gone.id::uuid from jsonb_array_elements_text(list) as gone (id))",
        "delete from items where id in (select value::uuid from jsonb_array_elements_text(list))",
        "delete from items where id in (select id from unnest(array[]::uuid[]) as id)",
        "delete from items where id in (select team from members)",
        "perform 1 from items where exists (select id from members where team = project_id)",
        "perform 1 from items where exists (select 1 from members where members.team = items.id)",
        "delete from items where id in (select name from elsewhere)",
        "delete from items as i where i.id in (select i.project_id from members)",
        "update items set name = (select name)",
    ],
)
def test_a_name_of_its_own_or_a_correlation_is_no_finding(judge: Judge, body: str) -> None:
    assert found(judge, function(body) + CLOSED) == []


def test_functions_in_sql_and_policies_are_looked_at(judge: Judge) -> None:
    body = "delete from items where id in (select name::uuid from members)"
    assert found(judge, function(body, "sql") + CLOSED) == ["name-from-outside"]
    policy = (
        "create policy p on items to authenticated using (project_id in (select {} from members"
        " where person = (select auth.uid())));"
    )
    assert found(judge, policy.format("project_id")) == ["name-from-outside"]
    assert found(judge, policy.format("team")) == []


def test_a_function_that_was_mended_is_no_finding(judge: Judge) -> None:
    wrong = function("delete from items where id in (select name from members)")
    right = function("delete from items where id in (select team from members)")
    assert found(judge, wrong + right.replace("create", "create or replace") + CLOSED) == []
