"""Functions: what they tell, what they change, and in which shapes they can be called."""

from __future__ import annotations

import pytest

from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import Report, run
from wakti_sb.spec import parse

_RIGHTS = "security definer set search_path = pg_catalog, pg_temp"
_DEFINER = "language plpgsql security definer set search_path = pg_catalog, pg_temp"
_CLOSED = "revoke execute on all functions in schema public from public, anon"


def entry(name: str, more: str = "") -> str:
    return f"[[function]]\nfunction = 'public.{name}'\nexecute = 'authenticated'\n{more}\n"


def tried(url: str, function: str, name: str, more: str = "") -> Report:
    notes = table("notes", "title text not null", "slug text not null unique")
    applied(url, notes, function, _CLOSED)
    return run(model("public.notes", more=entry(name, more)), url)


def writer(signature: str, statement: str) -> str:
    body = f"$$ begin {statement}; end $$"
    return f"create function public.{signature} returns void {_DEFINER} as {body}"


_HOLES = {
    "removes by key": writer("remove(p_id uuid)", "delete from public.notes where id = p_id"),
    "changes by key": writer(
        "rename(note uuid, title text)",
        "update public.notes as n set title = rename.title where n.id = note",
    ),
    "changes by keys": writer(
        "hide(ids uuid[])", "update public.notes set title = 'x' where id = any (ids)"
    ),
    "changes by another unique column": writer(
        "close(note uuid, slug text)",
        "update public.notes as n set title = 'x' where n.slug = close.slug",
    ),
    "changes everything": writer("clear()", "delete from public.notes where true"),
    "removes a person": writer(
        "forget(user_id uuid)", "delete from auth.users as u where u.id = forget.user_id"
    ),
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("hole", _HOLES)
def test_a_function_that_changes_rows_of_others_is_found(hole: str, empty_database: str) -> None:
    name = _HOLES[hole].removeprefix("create function public.").partition("(")[0]
    report = tried(empty_database, _HOLES[hole], name)
    leaks = [f for f in report.findings if f.problem == "leak"]
    assert {"another owner", "a signed-in stranger"} <= {f.identity for f in leaks}
    assert all(" changes only what it may" in f.id for f in leaks)
    assert all(f.sql and f.fix and f.policy for f in leaks)
    assert len(leaks) == len(report.findings)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from public.notes where id = p_id and user_id = auth.uid()",
        "delete from auth.users where id = auth.uid()",
    ],
    ids=["its own row", "itself with all that hangs on it"],
)
def test_a_function_that_changes_only_its_callers_rows_is_clean(
    statement: str, empty_database: str
) -> None:
    assert tried(empty_database, writer("remove(p_id uuid)", statement), "remove").safe


def test_a_model_may_open_what_a_function_changes(empty_database: str) -> None:
    like = writer("publish(note uuid)", "update public.notes set title = 'x' where id = note")
    assert tried(empty_database, like, "publish", 'changes = "authenticated"').safe


_GIVEN_AWAY = {
    "every row": ("all_of_it() returns setof public.notes", "select * from public.notes"),
    "a row by its key": (
        "titled(p_note uuid) returns text",
        "select title from public.notes where id = p_note",
    ),
    "addresses": ("people() returns setof text", "select email::text from auth.users"),
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("what", _GIVEN_AWAY)
def test_what_a_definer_function_gives_away_is_found_without_being_told_what_to_look_for(
    what: str, empty_database: str
) -> None:
    signature, body = _GIVEN_AWAY[what]
    made = f"create function public.{signature} language sql {_RIGHTS} as $$ {body} $$"
    report = tried(empty_database, made, signature.partition("(")[0])
    leaks = [f for f in report.findings if f.problem == "leak"]
    assert {"another owner", "a signed-in stranger"} <= {f.identity for f in leaks}
    assert len(leaks) == len(report.findings)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("signature", "body"),
    [
        (
            "mine() returns setof public.notes",
            "select * from public.notes where user_id = auth.uid()",
        ),
        ("echoed(note_id uuid) returns uuid", "select note_id"),
        ("mine() returns bigint", "select count(*) from public.notes where user_id = auth.uid()"),
    ],
)
def test_a_definer_function_that_tells_nothing_of_others_is_clean(
    signature: str, body: str, empty_database: str
) -> None:
    made = f"create function public.{signature} language sql {_RIGHTS} as $$ {body} $$"
    assert tried(empty_database, made, signature.partition("(")[0]).safe


@pytest.mark.slow
def test_rows_that_a_function_adds_in_anothers_name_are_found_unless_declared(
    empty_database: str,
) -> None:
    send = writer(
        "send(recipient_user uuid)",
        "insert into public.notes (user_id, title, slug)"
        " values (recipient_user, 'x', gen_random_uuid()::text)",
    )
    report = tried(empty_database, send, "send")
    assert {f.identity for f in report.findings} == {
        "another owner",
        "a signed-in stranger",
        "an anonymous sign-in",
    }
    assert "adds = " in report.findings[0].fix
    opened = model("public.notes", more=entry("send", 'adds = "authenticated"'))
    assert run(opened, empty_database).safe


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("argument", ["recipient", "p_to", "x"])
def test_who_may_be_meant_is_tried_whatever_an_argument_is_called(
    argument: str, empty_database: str
) -> None:
    send = writer(
        f"send({argument} uuid)",
        "insert into public.notes (user_id, title, slug)"
        f" values ({argument}, 'x', gen_random_uuid()::text)",
    )
    found = tried(empty_database, send, "send").findings
    assert {f.identity for f in found} >= {"another owner", "a signed-in stranger"}


_THOUSANDS = """;
insert into auth.users (id) values ('00000000-0000-4000-8000-0000000000aa');
insert into public.notes (user_id, title, slug)
select '00000000-0000-4000-8000-0000000000aa', 'x', 'note ' || n from generate_series(1, 2001) as n
"""


@pytest.mark.parametrize(
    ("name", "leaks"),
    [("recipient_user", True), ("auth.uid()", False)],
    ids=["anybody's", "one's own"],
)
def test_a_row_that_a_function_adds_is_seen_among_thousands(
    name: str, leaks: bool, empty_database: str
) -> None:
    add = writer(
        "add(recipient_user uuid)",
        "insert into public.notes (user_id, title, slug)"
        f" values ({name}, 'x', gen_random_uuid()::text)",
    )
    report = tried(empty_database, add + _THOUSANDS, "add")
    assert {f.identity for f in report.findings if f.problem == "leak"} == (
        {"another owner", "a signed-in stranger", "an anonymous sign-in"} if leaks else set()
    )


_TEAMS = """
create table teams (id uuid primary key default gen_random_uuid(), name text not null);
create table members (
  team_id uuid references teams on delete cascade,
  user_id uuid references auth.users on delete cascade,
  role text not null default 'member' check (role in ('admin', 'member')),
  primary key (team_id, user_id)
);
create function public.mine(roles text[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select team_id from public.members where user_id = auth.uid() and role = any (roles) $$;
alter table teams enable row level security;
alter table members enable row level security;
create policy see on teams for select to authenticated
using (id in (select mine('{admin,member}')));
create policy see on members for select to authenticated
using (team_id in (select mine('{admin,member}')));
create policy write on members to authenticated using (team_id in (select mine('{admin}')));
"""
_MEMBERS = "members = { table = 'members', key = 'team_id', user = 'user_id', role = 'role' }"
_TEAM_MODEL = f"""
[[owned]]
table = 'teams'
key = 'id'
{_MEMBERS}
select = 'member'
[[owned]]
table = 'members'
key = 'team_id'
{_MEMBERS}
select = 'member'
insert = 'role:admin'
update = 'role:admin'
delete = 'role:admin'
[[function]]
function = 'mine'
execute = 'public'
"""


@pytest.mark.slow
def test_a_function_that_lets_anybody_join_is_found_and_one_that_founds_a_place_is_not(
    empty_database: str,
) -> None:
    join = writer("join_team(team_id uuid)", "insert into public.members values ($1, auth.uid())")
    found = writer(
        "found_team(name text)",
        "if auth.uid() is not null then with made as ("
        "insert into public.teams (name) values ($1) returning id)"
        " insert into public.members select id, auth.uid(), 'admin' from made; end if",
    )
    closed = "revoke execute on function join_team, found_team from public, anon"
    applied(empty_database, _TEAMS, join, found, closed)
    model_ = parse(_TEAM_MODEL + entry("join_team") + entry("found_team"))
    findings = run(model_, empty_database).findings
    assert {(f.table, f.identity) for f in findings} == {
        ("public.join_team", "a member elsewhere"),
        ("public.join_team", "a signed-in stranger"),
        ("public.join_team", "an anonymous sign-in"),
    }


def test_a_function_whose_arguments_nobody_can_guess_is_unproven_until_they_are_told(
    empty_database: str,
) -> None:
    close = writer(
        "close(token text)",
        "update public.notes set title = 'x' where md5(slug) = token and user_id = auth.uid()",
    )
    findings = tried(empty_database, close, "close").findings
    assert {finding.problem for finding in findings} == {"unproven"}
    assert "arguments" in findings[0].fix


def test_a_function_that_adds_rows_and_added_none_is_unproven(empty_database: str) -> None:
    save = writer(
        "save(payload jsonb)",
        "insert into public.notes (user_id, title, slug)"
        " select (payload ->> 'who')::uuid, 'x', gen_random_uuid()::text where payload ? 'who'",
    )
    findings = tried(empty_database, save, "save").findings
    assert {finding.problem for finding in findings} == {"unproven"}


@pytest.mark.slow
def test_every_shape_of_a_function_can_be_called(empty_database: str) -> None:
    functions = {
        "variadic": "(b integer, variadic c integer[]) returns integer language sql as 'select 1'",
        "out_first": "(out x integer, in y uuid, out z text) language sql as 'select 1, y::text'",
        "a_record": "() returns record language sql as 'select 1, 2'",
        "records": "() returns setof record language sql as 'select 1, 2'",
        "polymorphic": "(a anyelement, b anyarray) returns anyelement language sql as 'select a'",
        "defaults": "(a integer, b text default 'x') returns text language sql as 'select b'",
        "of_a_row": "(notes) returns text language sql stable as 'select ($1).title'",
        "rows": "(a jsonb, d boolean) returns setof notes language sql as 'select * from notes'",
        "refuses": "(u uuid) returns void language plpgsql as 'begin raise ''no''; end'",
    }
    made = [f"create function public.{name}{rest}" for name, rest in functions.items()]
    overloads = [
        f"create function public.twice(a {kind}) returns {kind} language sql as 'select a'"
        for kind in ("integer", "text")
    ]
    # Neither of these can be called over the API, so nobody need describe them.
    silent = [
        "create procedure public.routine() language sql as 'select 1'",
        "create aggregate public.total(integer) (sfunc = int4pl, stype = integer)",
        "create function public.fires() returns trigger language plpgsql as 'begin end'",
        "create type public.span as range (subtype = double precision)",
    ]
    applied(empty_database, table("notes", "title text"), *made, *overloads, *silent, _CLOSED)
    entries = "".join(entry(name) for name in (*functions, "twice"))
    report = run(model("public.notes", more=entries), empty_database)
    assert [(finding.id, finding.reason) for finding in report.findings] == []
    executed = {v.case.id.partition("(")[0] for v in report.verdicts if v.case.family == "execute"}
    assert executed == {*functions, "twice"}
