"""Who is blamed: the object at fault, once, and with a fix that no other case contradicts."""

from __future__ import annotations

import pytest

from tests.conformance.schemas import POLICY, applied, model, table
from wakti_sb.conformance import propose, run
from wakti_sb.conformance.findings import causes
from wakti_sb.spec import parse

_EVERYTHING = "select = 'own'\ninsert = 'own'\nupdate = 'own'\ndelete = 'own'\n"
_TEAMS = """
create table teams (id uuid primary key default gen_random_uuid(), name text not null);
create table members (team_id uuid not null references teams on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null check (role in ('admin', 'member')), primary key (team_id, user_id));
create table notes (id uuid primary key default gen_random_uuid(),
  team_id uuid not null references teams on delete cascade, body text not null);
alter table teams enable row level security;
alter table members enable row level security;
alter table notes enable row level security;
create policy teams on teams for select to authenticated using (exists (
  select from members as m where m.team_id = teams.id and m.user_id = (select auth.uid())));
create policy asks_itself on members for select to authenticated using (team_id in (
  select m.team_id from members as m where m.user_id = (select auth.uid())));
create policy notes on notes for select to authenticated using (team_id in (
  select m.team_id from members as m where m.user_id = (select auth.uid())));
"""
_PLACE = "members = { table = 'members', key = 'team_id', user = 'user_id', role = 'role' }"
_TEAMS_MODEL = "".join(
    f"[[owned]]\ntable = '{name}'\nkey = '{key}'\n{_PLACE}\nselect = 'member'\n"
    for name, key in (("teams", "id"), ("members", "team_id"), ("notes", "team_id"))
)
_EACH_OTHER = """
create table a (id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade);
create table b (id uuid primary key default gen_random_uuid(),
  a_id uuid not null references a on delete cascade, v text);
alter table a enable row level security;
alter table b enable row level security;
create policy pa on a for select to authenticated
  using (user_id = (select auth.uid()) or exists (select from b where b.a_id = a.id));
create policy pb on b for select to authenticated using (exists (
  select from a where a.id = b.a_id and a.user_id = (select auth.uid())));
"""
_EACH_OTHER_MODEL = """
[[owned]]
table = "a"
owner = "user_id"
select = "own"
[[owned]]
table = "b"
through = "a"
key = "a_id"
select = "own"
"""
_BY_FUNCTION = """
create function of_a(wanted uuid) returns boolean language plpgsql stable
  as $$ begin return exists (select from public.b where a_id = wanted); end $$;
revoke execute on function of_a from public, anon;
grant execute on function of_a to authenticated;
alter policy pa on a using (of_a(id));
alter policy pb on b using (exists (select from a where a.id = b.a_id));
"""
_FUNCTION_MODEL = "[[function]]\nfunction = 'of_a'\nexecute = 'authenticated'\n"


@pytest.mark.slow
def test_a_policy_that_asks_its_own_table_is_blamed_once(empty_database: str) -> None:
    url = applied(empty_database, _TEAMS)
    (finding,) = run(parse(_TEAMS_MODEL), url).findings
    assert (finding.table, finding.policy) == ("public.members", "asks_itself")
    assert "public.teams" in finding.reason
    assert "public.notes" in finding.reason
    assert finding.fix_tried
    assert run(parse(_TEAMS_MODEL), applied(url, finding.fix)).safe


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("further", ["", _BY_FUNCTION], ids=["directly", "by a function"])
def test_policies_that_ask_each_other_are_blamed_together(
    further: str, empty_database: str
) -> None:
    url = applied(empty_database, _EACH_OTHER, further or "select 1")
    described = parse(_EACH_OTHER_MODEL + _FUNCTION_MODEL * bool(further))
    blamed = [f for f in run(described, url).findings if f.table in ("public.a", "public.b")]
    assert [(f.table, f.policy) for f in blamed] == [("public.a", "pa, pb")]
    assert blamed[0].problem == "no verdict"
    assert blamed[0].fix_tried


_BOARDS = """
create table boards (id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users on delete cascade);
create table cards (id uuid primary key default gen_random_uuid(),
  board_id uuid not null references boards on delete cascade,
  author_id uuid not null references auth.users on delete cascade, title text not null);
alter table boards enable row level security;
alter table cards enable row level security;
create policy b on boards to authenticated using (owner_id = (select auth.uid()));
create policy c on cards to authenticated using (author_id = (select auth.uid()));
"""
_BOARDS_MODEL = (
    f"[[owned]]\ntable = 'boards'\nowner = 'owner_id'\n{_EVERYTHING}"
    f"[[owned]]\ntable = 'cards'\nowner = 'author_id'\n{_EVERYTHING}"
)


@pytest.mark.slow
def test_one_and_the_same_request_is_not_both_right_and_wrong(empty_database: str) -> None:
    """An owner alone says nothing of the owned parent: nobody may add under another's board."""
    url = applied(empty_database, _BOARDS)
    for described in (_BOARDS_MODEL, propose(url)):
        report = run(parse(described), url)
        leaks = [v for v in report.verdicts if v.problem == "leak"]
        assert {v.case.operation for v in leaks} == {"insert", "update"}
        rightful = {v.case.attempt.request for v in report.verdicts if v.case.expected.must}
        assert not rightful & {v.case.attempt.request for v in leaks}
        fixes = [cause.fix for cause in causes(report.findings)]
        assert all(cause.fix_tried for cause in causes(report.findings))
        closed = run(parse(_BOARDS_MODEL), applied(url, fixes[0]))
        assert closed.safe, [finding.id for finding in closed.findings]
        applied(url, "drop table boards, cards", _BOARDS)


def test_an_own_row_in_the_way_of_another_is_no_lock_out(empty_database: str) -> None:
    """A new row gets the number of one that is there, unless that goes; a child holds it."""
    url = applied(
        empty_database,
        table("contracts", "match_no integer unique not null default 7"),
        table("disputes", "contract_id uuid not null references contracts"),
        f"alter policy own on disputes with check {POLICY[:-1]} and contract_id in"
        " (select c.id from contracts as c where c.user_id = (select auth.uid())))",
    )
    report = run(model("contracts", "disputes"), url)
    assert [(f.id, f.reason) for f in report.findings] == []
    assert report.safe
    applied(url, "revoke insert on contracts from authenticated")
    locked = run(model("contracts", "disputes"), url).findings
    assert "contracts: the owner can insert its own row" in {f.id for f in locked}


_STORED = "create materialized view mine as select id, user_id, v from t"
_STORED_MODEL = "[[view]]\nview = 'mine'\nowner = 'user_id'\nselect = '{}'\n"


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("right", ["own", "none"])
def test_what_replaces_a_materialized_view_locks_nobody_out(
    right: str, empty_database: str
) -> None:
    described = model("t", more=_STORED_MODEL.format(right))
    url = applied(empty_database, table("t", "v text not null"), _STORED)
    (cause,) = causes(run(described, url).findings)
    assert cause.objects == ("public.mine",)
    assert cause.fix_tried
    assert ("create view" in cause.fix) == (right == "own")
    assert run(described, applied(url, cause.fix)).safe


_LOOKED_UP = (
    "create table a (id uuid primary key default gen_random_uuid(), v text)",
    "alter table a enable row level security",
    "create policy open on a for select to authenticated using (true)",
    table("b", "a_id uuid not null references a on delete cascade"),
    "create function there(wanted uuid) returns boolean language sql stable"
    " as $$ select exists (select from public.a where id = wanted) $$",
    "revoke execute on function there from public, anon",
    "grant execute on function there to authenticated",
    f"alter policy own on b using ({POLICY} and there(a_id))",
)
_THERE = "[[owned]]\ntable = 'a'\n[[function]]\nfunction = 'there'\nexecute = 'authenticated'\n"


def test_a_fix_that_keeps_others_out_by_way_of_a_function_is_not_proposed(
    empty_database: str,
) -> None:
    """Without the policy of `a` nobody would see rows of `b`, whose policy looks there."""
    report = run(model("b", more=_THERE), applied(empty_database, *_LOOKED_UP))
    leaks = [f for f in report.findings if f.problem == "leak" and f.table == "public.a"]
    assert leaks
    assert not any(f.fix_tried for f in leaks)
    alone = f"alter policy own on b using {POLICY}"
    again = run(model("b", more=_THERE), applied(empty_database, alone))
    leaks = [f for f in again.findings if f.problem == "leak" and f.table == "public.a"]
    assert leaks
    assert all(f.fix_tried for f in leaks)
