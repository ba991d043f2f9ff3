"""PL/pgSQL functions that policies call: each way through them is a condition."""

from __future__ import annotations

import pytest

from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import run
from wakti_sb.conformance.catalog import Helper
from wakti_sb.conformance.conditions import Helpers, taken_apart, unreadable_for
from wakti_sb.conformance.model import Problem
from wakti_sb.spec import Relation

_OWNS = "exists (select from o where o.id = d and o.owner = auth.uid())"


def _helper(body: str) -> Helper:
    return Helper(Relation("private.may"), ("d",), "plpgsql", definer=True, body=body)


@pytest.mark.parametrize(
    ("body", "atoms"),
    [
        (f"begin return {_OWNS}; end", ["o.id = t.id", "o.owner = auth.uid()"]),
        (
            f"begin if {_OWNS} then return true; end if;"
            " return exists (select from o where o.id = d and o.open); end",
            ["o.id = t.id", "o.owner = auth.uid()", "o.open"],
        ),
        (
            f"declare yes boolean; begin select {_OWNS} into yes;"
            " if yes then return true; elsif d is null then return false; end if;"
            " raise exception 'no'; end",
            ["o.id = t.id", "o.owner = auth.uid()", "t.id IS NULL"],
        ),
        (
            "declare r record; begin select * into r from o where o.id = f.d;"
            " case r.kind when 'a' then return true; else return false; end case; end",
            ["(SELECT kind FROM o WHERE o.id = f.d LIMIT 1) IN ('a')", "o.id = f.d"],
        ),
        (
            f"begin perform from o where o.id = d; if not found then return false; end if;"
            f" return {_OWNS}; exception when others then return false; end",
            ["o.id = t.id", "o.owner = auth.uid()"],
        ),
    ],
)
def test_every_way_through_a_function_is_a_condition(body: str, atoms: list[str]) -> None:
    taken = taken_apart("private.may(id)", Helpers(may=(_helper(body),)), "t")
    assert list(dict.fromkeys(atom.text for atom in taken.atoms)) == atoms


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            "declare r record; begin for r in select * from o loop return true; end loop; end",
            "loop",
        ),
        ("begin execute 'select 1'; return true; end", "made while it runs"),
        ("begin return true; exception when others then return true; end", "catches errors"),
        ("begin delete from o; return true; end", "no query"),
        ("begin return tru", "parser"),
    ],
)
def test_what_no_query_can_stand_for_is_said(body: str, why: str) -> None:
    assert why in unreadable_for(_helper(body))


_MAY = """create schema private; grant usage on schema private to authenticated;
create function private.may(which uuid) returns boolean language plpgsql stable security definer
set search_path = '' as $$ declare r record; begin {} end $$;"""
_MINE = (
    "if exists (select from public.t as o where o.id = which and o.user_id = auth.uid()) then"
    " return true; end if;"
)
_POLICIES = (
    "create policy seen on t for select to authenticated"
    " using (user_id = (select auth.uid()) or private.may(id))"
)


def test_a_branch_that_opens_some_rows_is_found(empty_database: str) -> None:
    branch = (
        "if exists (select from public.t as o where o.id = which and o.v = 'for all') then"
        " return true; end if;"
    )
    url = applied(
        empty_database,
        table("t", "v text"),
        _MAY.format(f"{_MINE} {branch} return false;"),
        _POLICIES,
    )
    report = run(model("t"), url)
    assert {f.problem for f in report.findings} == {Problem.LEAK}
    assert any(f.identity == "another owner" for f in report.findings)
    _, _, function = _MAY.partition("authenticated;")
    applied(url, function.replace("create", "create or replace").format(f"{_MINE} return false;"))
    assert [(f.id, f.reason) for f in run(model("t"), url).findings] == []


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "body",
    [
        "declare yes boolean; begin select exists (select from public.t as o where o.id = which"
        " and (o.user_id = auth.uid() or o.v = 'for all')) into yes; return yes; end",
        "begin perform from public.t as o where o.id = which"
        " and (o.user_id = auth.uid() or o.v = 'for all'); return found; end",
    ],
)
def test_rows_that_a_variable_opens_are_found(body: str, empty_database: str) -> None:
    function = _MAY.format("").replace("declare r record; begin  end", body)
    url = applied(empty_database, table("t", "v text"), function, _POLICIES)
    leaks = {f.identity for f in run(model("t"), url).findings if f.problem == Problem.LEAK}
    assert "another owner" in leaks


def test_rows_that_a_record_opens_are_never_safe(empty_database: str) -> None:
    body = (
        "declare r public.t%rowtype; begin select * into r from public.t as o where o.id = which;"
        " return r.user_id = auth.uid() or r.v = 'for all'; end"
    )
    function = _MAY.format("").replace("declare r record; begin  end", body)
    report = run(model("t"), applied(empty_database, table("t", "v text"), function, _POLICIES))
    assert [f.problem for f in report.findings] == [Problem.CONDITION]
    assert not report.safe


@pytest.mark.slow
def test_a_function_that_nobody_can_look_into_is_untested_and_never_safe(
    empty_database: str,
) -> None:
    loop = (
        "for r in select * from public.t where id = which loop"
        " return r.user_id = auth.uid(); end loop; return false;"
    )
    url = applied(empty_database, table("t", "v text"), _MAY.format(loop), _POLICIES)
    report = run(model("t"), url)
    (found,) = report.findings
    assert (found.problem, found.policy) == (Problem.CONDITION, "seen")
    assert "nobody can look into: a loop" in found.reason
    assert not report.safe
