"""Rows for tables that demand what lies elsewhere: functions, triggers, the platform's tables."""

from __future__ import annotations

import pytest

from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import run
from wakti_sb.spec import parse

_HELPER = "revoke execute on function fits from public, anon; grant execute on function fits"
_SLUGS = table("t", "slug text not null check (fits(slug))")
_FITS = "[[excuse]]\nobject = 'public.fits'\nreason = 'tells nothing'\n"


def _fits(body: str, language: str = "sql") -> str:
    made = f"create function fits(s text) returns boolean language {language} immutable"
    return f"{made} as $$ {body} $$; {_HELPER} to authenticated; {_SLUGS}"


_SIGN_UP = """
create table profiles (id uuid primary key references auth.users on delete cascade,
  role text not null check (role in ('teacher', 'student')), born date not null);
alter table profiles enable row level security;
create policy own on profiles to authenticated using (id = (select auth.uid()));
create function new_user() returns trigger language plpgsql security definer
set search_path = '' as $$ begin
  insert into public.profiles values (new.id, new.raw_user_meta_data ->> 'role',
    (new.raw_user_meta_data ->> 'born')::date);
  return new; end $$;
revoke execute on function new_user from public, anon, authenticated;
create trigger new_user after insert on auth.users for each row execute function new_user();
"""
_SHAPES = {
    "a key into the stored objects": table(
        "t", "file_id uuid not null references storage.objects on delete cascade"
    ),
    "a check that asks a function in SQL": _fits("select s ~ '^[a-z]{3}-[0-9]{4}$'"),
    "a check that asks a function in PL/pgSQL": _fits(
        "begin return length(s) = 11 and s like 'AB%'; end", "plpgsql"
    ),
    "times that lie close to each other": table(
        "t",
        "a timestamptz not null",
        "b timestamptz not null",
        "check (b > a and b - a <= interval '8 hours')",
    ),
    "several checks across columns": table(
        "t",
        "c time not null",
        "d time not null check (d > c)",
        "n integer not null check (n between 10 and 20)",
        "m integer not null",
        "check (m > n * 3)",
    ),
    "a unique column whose default is the same for all": table(
        "t", "n integer unique not null default 7"
    ),
    "two people who are not the same": table(
        "t",
        "friend_id uuid not null references auth.users on delete cascade",
        "check (user_id <> friend_id)",
    ),
    "one row of a kind for each person": table("t", "main boolean not null default true")
    + " create unique index on t (user_id) where main",
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("shape", _SHAPES)
def test_rows_are_made_for(shape: str, empty_database: str) -> None:
    more = _FITS if "fits" in _SHAPES[shape] else ""
    report = run(model("t", more=more), applied(empty_database, _SHAPES[shape]))
    assert [(finding.id, finding.reason) for finding in report.findings] == []
    assert report.cases > 40


_ROLES = ("owner", "admin", "editor", "author", "reader")
_CODES = f"""
create table teams (id uuid primary key default gen_random_uuid());
create table staff (team_id uuid not null references teams on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null check (role in {_ROLES}), primary key (team_id, user_id));
create table mails (id uuid primary key default gen_random_uuid(),
  team_id uuid not null references teams on delete cascade, v text);
create table tickets (id uuid primary key default gen_random_uuid(),
  mail_id uuid unique references mails on delete set null,
  team_id uuid not null references teams on delete cascade,
  author_id uuid not null references auth.users on delete cascade,
  code text not null unique check (code ~ '^[[:upper:]]{{2}}-[0-9]{{2}}(x|y)$'));
create function mine() returns setof uuid language sql stable security definer
  set search_path = '' as $$ select team_id from public.staff
  where user_id = (select auth.uid()) $$;
revoke execute on function mine from public, anon;
alter table teams enable row level security;
alter table staff enable row level security;
alter table mails enable row level security;
create policy see on mails for select to authenticated using (team_id in (select mine()));
alter table tickets enable row level security;
create policy see on teams for select to authenticated using (id in (select mine()));
create policy see on staff for select to authenticated using (team_id in (select mine()));
create policy see on tickets for select to authenticated using (team_id in (select mine()));
"""
_STAFF = 'members = { table = "staff", key = "team_id", user = "user_id", role = "role" }'
_TICKETS = f"""
[[owned]]
table = "teams"
key = "id"
{_STAFF}
select = "member"
[[owned]]
table = "staff"
key = "team_id"
{_STAFF}
select = "member"
[[owned]]
table = "mails"
key = "team_id"
{_STAFF}
select = "member"
[[owned]]
table = "tickets"
key = "team_id"
owner = "author_id"
{_STAFF}
select = "member"
[[function]]
function = "mine"
execute = "authenticated"
"""


@pytest.mark.slow
def test_many_rows_of_a_unique_column_with_a_pattern_are_made(empty_database: str) -> None:
    report = run(parse(_TICKETS), applied(empty_database, _CODES))
    assert [(f.id, f.reason) for f in report.findings] == []
    assert max(len(v.outcome.rows) for v in report.verdicts if "tickets" in v.case.id) > 5


def test_the_one_row_of_a_table_that_takes_no_other_is_tried(empty_database: str) -> None:
    url = applied(
        empty_database,
        "create table settings (id integer primary key default 1 check (id = 1), v text)",
        "insert into settings default values",
        "alter table settings enable row level security",
        "create policy open on settings for select using (true)",
    )
    described = parse("[[owned]]\ntable = 'settings'\nselect = 'public'\n")
    assert [(f.id, f.reason) for f in run(described, url).findings] == []
    closed = run(parse("[[owned]]\ntable = 'settings'\n"), url)
    assert "settings: anon cannot see this row" in {f.id for f in closed.findings}


def test_what_a_trigger_at_sign_up_asks_for_is_said(empty_database: str) -> None:
    entry = "[[owned]]\ntable = 'profiles'\nowner = 'id'\nselect = 'own'\nupdate = 'own'\n"
    described = parse(entry)
    url = applied(
        empty_database,
        _SIGN_UP,
        "drop policy own on profiles",
        "create policy see on profiles for select to authenticated"
        " using (id = (select auth.uid()))",
        "create policy change on profiles for update to authenticated"
        " using (id = (select auth.uid()))",
    )
    assert [(f.id, f.reason) for f in run(described, url).findings] == []


def test_tables_without_rows_are_told_once_with_their_root(empty_database: str) -> None:
    children = "".join(
        f"create table c{n} (id uuid primary key, up uuid not null references {up});"
        f" alter table c{n} enable row level security;"
        for n, up in enumerate(("t", "c0", "c1"))
    )
    refuses = (
        "create function no() returns trigger language plpgsql as"
        " $$ begin raise exception 'never'; end $$;"
        " create trigger no before insert on t for each row execute function no();"
    )
    entries = "".join(
        f"[[owned]]\ntable = 'c{n}'\nthrough = '{up}'\nkey = 'up'\nselect = 'own'\n"
        for n, up in enumerate(("t", "c0", "c1"))
    )
    url = applied(empty_database, table("t") + children + refuses)
    (finding,) = run(model("t", more=entries), url).findings
    assert finding.id == "public.t: untested"
    assert finding.reason.endswith("untested with it: public.c0, public.c1, public.c2")
