"""What a function does with arguments that nobody guesses at once, beside what it should do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import table

_RIGHTS = "security definer set search_path = ''"
_LEARNS = "a signed-in stranger learns only what the tables tell it"
_QUOTE = "a quote in an argument breaks no statement"
_EACH = "select = 'own'\ninsert = 'own'\nupdate = 'own'\ndelete = 'own'\n"
_MINE = "user_id = auth.uid()"
_LOANS = table("loans", "isbn text not null", "due date not null default now()")


def _made(signature: str, body: str, language: str = "sql") -> str:
    name = signature.partition("(")[0]
    return (
        f"create or replace function public.{signature} language {language} {_RIGHTS}"
        f" as $$ {body} $$; revoke execute on function {name} from public, anon;"
    )


def _pair(signature: str, body: str, closed: str, case: str, language: str = "sql") -> Hole:
    name = signature.partition("(")[0]
    entry = f"[[owned]]\ntable = 'loans'\nowner = 'user_id'\n{_EACH}"
    entry += f"[[function]]\nfunction = '{name}'\nexecute = 'authenticated'\n"
    hole = _LOANS + _made(signature, body, language)
    return Hole(hole, _made(signature, closed, language), case, entry)


_SORTED = "begin return query execute 'select * from public.loans where user_id = auth.uid()"
_NAMED = (
    "begin return query execute format('select * from public.loans where user_id = auth.uid()"
    " order by %I', word); end"
)
_ASKED = "begin if not exists (select from public.loans where isbn = word"
_RAISES = ") then raise exception 'nobody'; end if; end"
_COUNT = "select count(*) from public.loans where"
_COURSES = """
create table courses (id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  published boolean not null default false, title text);
alter table courses enable row level security;
create policy seen on courses for select using (published or user_id = (select auth.uid()));
create table bookings (id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  course_id uuid not null references courses on delete cascade, unique (user_id, course_id));
alter table bookings enable row level security;
create policy own on bookings for select to authenticated using (user_id = (select auth.uid()));
create policy booked on bookings for insert to authenticated with check
  (user_id = (select auth.uid()) and course_id in (select id from courses));
"""
_BOOKED = """
[[owned]]
table = 'courses'
owner = 'user_id'
select = 'public where published'
[[owned]]
table = 'bookings'
owner = 'user_id'
select = 'own'
insert = 'own'
[[function]]
function = 'book'
execute = 'authenticated'
"""
_BOOKS = (
    "insert into public.bookings (user_id, course_id)"
    " select auth.uid(), c.id from public.courses as c where c.id = p_course"
)
_CREWS = """
create table hubs (id uuid primary key default gen_random_uuid(), name text not null);
create table crew (hub_id uuid not null references hubs on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null check (role in ('admin', 'driver')), left_at timestamptz,
  primary key (hub_id, user_id));
create table routes (id uuid primary key default gen_random_uuid(),
  hub_id uuid not null references hubs on delete cascade, note text);
create function works(hub uuid, variadic r text[]) returns boolean language sql stable
security definer set search_path = '' as $$ select exists (select from public.crew as c
  where c.hub_id = hub and c.user_id = (select auth.uid()) and c.left_at is null
    and c.role = any (r)) $$;
revoke execute on function works from public, anon;
alter table hubs enable row level security;
alter table crew enable row level security;
alter table routes enable row level security;
create policy seen on hubs for select to authenticated using (works(id, 'admin', 'driver'));
create policy seen on crew for select to authenticated using (works(hub_id, 'admin', 'driver'));
create policy seen on routes for select to authenticated using (works(hub_id, 'admin', 'driver'));
create policy led on routes for delete to authenticated using (works(hub_id, 'admin'));
create schema private;
grant usage on schema private to authenticated;
create function private.drives(hub uuid) returns boolean language sql stable
security definer set search_path = '' as $$ select exists (select from public.crew as c
  where c.hub_id = hub and c.user_id = (select auth.uid()) and c.role = 'driver') $$;
create policy driven on routes for update to authenticated using (private.drives(hub_id));
"""
_IN = (
    "members = { table = 'crew', key = 'hub_id', user = 'user_id', role = 'role',"
    " where = 'left_at is null' }\nselect = 'member'\n"
)
_DRIVEN = (
    f"[[owned]]\ntable = 'hubs'\n{_IN}[[owned]]\ntable = 'crew'\nkey = 'hub_id'\n{_IN}"
    f"[[owned]]\ntable = 'routes'\nkey = 'hub_id'\n{_IN}"
    "update = 'role:driver'\ndelete = 'role:admin'\n"
    "[[function]]\nfunction = 'works'\nexecute = 'authenticated'\n"
)
_SHELVES = (
    "create schema private; create type private.shelf as enum ('low', 'high');"
    " grant usage on schema private to authenticated;"
)
_SHELVED = (
    "begin if shelf is null then raise exception 'which?'; end if;"
    " return (select count(*) from public.loans where isbn is not null {}); end"
)
_HOLES = {
    "a quote in an argument that may be left out": _pair(
        "sorted(word text default 'id') returns setof public.loans",
        f"{_SORTED} and isbn <> ''' || word || ''''; end",
        f"{_SORTED} and isbn <> $1' using word; end",
        f"sorted(text): {_QUOTE}",
        "plpgsql",
    ),
    "a quote that ends a name": _pair(
        "sorted(word text default 'id') returns setof public.loans",
        f"{_SORTED} order by \"' || word || '\"'; end",
        _NAMED,
        f"sorted(text): {_QUOTE} (2)",
        "plpgsql",
    ),
    "an error of a function that returns nothing": _pair(
        "asked(word text) returns void",
        f"{_ASKED}{_RAISES}",
        f"{_ASKED} and {_MINE}{_RAISES}",
        f"asked(text): {_LEARNS} (3)",
        "plpgsql",
    ),
    "how many there are between two days": _pair(
        "between_days(a date, b date) returns bigint",
        f"{_COUNT} due between a and b",
        f"{_COUNT} due between a and b and {_MINE}",
        f"between_days(date, date): {_LEARNS} (2)",
    ),
    "a key in a document": _pair(
        "peek(q jsonb) returns bigint",
        f"{_COUNT} id = (q ->> 'id')::uuid",
        f"{_COUNT} id = (q ->> 'id')::uuid and {_MINE}",
        f"peek(jsonb): {_LEARNS} by the key of loans",
    ),
    "an argument of an enumeration that no API shows": replace(
        _pair(
            "shelved(shelf private.shelf) returns bigint",
            _SHELVED.format(""),
            _SHELVED.format(f"and {_MINE}"),
            f"shelved(private.shelf): {_LEARNS}",
            "plpgsql",
        ),
        schema=_LOANS
        + _SHELVES
        + _made("shelved(shelf private.shelf) returns bigint", _SHELVED.format(""), "plpgsql"),
    ),
    "a key that is written as text": _pair(
        "peek(word text) returns bigint",
        f"{_COUNT} id = word::uuid",
        f"{_COUNT} id = word::uuid and {_MINE}",
        f"peek(text): {_LEARNS} (2)",
    ),
    "a row of one's own under one that is not shown": Hole(
        _COURSES + _made("book(p_course uuid) returns void", _BOOKS),
        _made("book(p_course uuid) returns void", f"{_BOOKS} and c.published"),
        "book(uuid): another owner changes only what it may by the key of courses (2)",
        _BOOKED,
    ),
    "a former member of another role than the first": Hole(
        _CREWS,
        "alter policy driven on routes using (works(hub_id, 'driver'))",
        "routes: a former driver changes nothing without a filter",
        _DRIVEN,
    ),
}


@pytest.mark.slow_after(2)
@pytest.mark.parametrize("name", _HOLES)
def test_a_hole_is_found_and_its_sound_form_is_clean(name: str, empty_database: str) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)
