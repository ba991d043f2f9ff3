"""Conditions of sound policies that only the right row shows, each beside a hole that it hides."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import POLICY, table

_EACH = "select = 'own'\ninsert = 'own'\nupdate = 'own'\ndelete = 'own'\n"
_MINE = "user_id = (select auth.uid())"
_PARCELS = table("depots", "name text not null") + table(
    "parcels", "depot_id uuid references depots on delete cascade", "label text not null"
)
_BOTH = "".join(
    f"[[owned]]\ntable = '{t}'\nowner = 'user_id'\n{_EACH}" for t in ("depots", "parcels")
)
_UNDER = "(depot_id is null or exists (select from depots as d where d.id = depot_id"
_OWN_DEPOT = f"{_UNDER} and d.user_id = (select auth.uid())))"

_CLUBS = """
create table clubs (id uuid primary key default gen_random_uuid(), name text not null);
create table players (club_id uuid not null references clubs on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null check (role in ('coach', 'player')), primary key (club_id, user_id));
create function plays(club uuid) returns boolean language sql stable security definer
set search_path = '' as $$ select exists (select from public.players
  where club_id = club and user_id = auth.uid()) $$;
create function coaches(club uuid) returns boolean language sql stable security definer
set search_path = '' as $$ select exists (select from public.players
  where club_id = club and user_id = auth.uid() and players.role = 'coach') $$;
revoke execute on function plays, coaches from public, anon;
alter table clubs enable row level security;
alter table players enable row level security;
create policy seen on clubs for select to authenticated using (plays(id));
create policy seen on players for select to authenticated using (plays(club_id));
create policy kept on players to authenticated using (plays(club_id));
"""
_IN = "members = { table = 'players', key = 'club_id', user = 'user_id', role = 'role' }"
_COACHED = f"""
[[owned]]
table = 'clubs'
{_IN}
select = 'member'
[[owned]]
table = 'players'
key = 'club_id'
{_IN}
select = 'member'
insert = 'role:coach'
update = 'role:coach'
delete = 'role:coach'
[[function]]
function = 'plays'
execute = 'authenticated'
[[function]]
function = 'coaches'
execute = 'authenticated'
"""
_LEAVES = """
create table leaves (id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  under uuid references leaves on delete cascade, v text);
alter table leaves enable row level security;
create policy seen on leaves for select using (under is null);
create policy mine on leaves for select to authenticated using (user_id = (select auth.uid()));
create policy gone on leaves for delete to authenticated using (user_id = (select auth.uid()));
"""
_HOLES = {
    "a check that lets everybody's rows be under nothing": Hole(
        f"{_PARCELS} alter policy own on parcels using {POLICY}"
        f" with check (({_MINE} and {_OWN_DEPOT}) or depot_id is null)",
        f"alter policy own on parcels with check ({_MINE} and {_OWN_DEPOT})",
        "parcels: another owner cannot insert a row in the name of the owner (depot_id null)",
        _BOTH,
    ),
    "a check that asks for no owner of the parent": Hole(
        f"{_PARCELS} alter policy own on depots using (true) with check {POLICY};"
        f" alter policy own on parcels with check ({_MINE} and {_UNDER})))",
        f"alter policy own on depots using {POLICY};"
        f" alter policy own on parcels with check ({_MINE} and {_OWN_DEPOT})",
        "parcels: another owner cannot insert its own row under this row of depots",
        _BOTH,
    ),
    "rows under nothing are everybody's to read": Hole(
        f"{_PARCELS} create policy loose on parcels for select using (depot_id is null);"
        f" alter policy own on parcels with check ({_MINE} and {_OWN_DEPOT})",
        "drop policy loose on parcels",
        "parcels: another owner cannot see this row (depot_id null)",
        _BOTH,
    ),
    "a helper that reads the policy's own table by its name alone": Hole(
        _CLUBS,
        "alter policy kept on players using (coaches(club_id))",
        "players: a member cannot delete this row",
        _COACHED,
    ),
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", _HOLES)
def test_a_hole_is_found_and_its_sound_form_is_clean(name: str, empty_database: str) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)


def test_rows_may_be_public_where_they_are_under_nothing(empty_database: str) -> None:
    sound = Hole(
        _LEAVES + "alter policy seen on leaves using (true)",
        "alter policy seen on leaves using (under is null)",
        "leaves: another owner cannot see this row (not under is null)",
        "[[owned]]\ntable = 'leaves'\nowner = 'user_id'\nselect = 'public where under is null'\n"
        "delete = 'own'\n",
    )
    assert_found_and_closed(sound, empty_database)
