"""Private Realtime channels: who may listen, send and be seen, tried as the platform asks."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import applied, model
from wakti_sb.conformance import mutate, run
from wakti_sb.errors import SpecError
from wakti_sb.spec import parse

_ROOMS = """
create table rooms (id uuid primary key default gen_random_uuid(), name text not null);
create table guests (room_id uuid not null references rooms on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null check (role in ('host', 'guest')), primary key (room_id, user_id));
create function in_room(topic text, wanted text default null) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.guests as g where g.user_id = (select auth.uid())
    and 'room:' || g.room_id = topic and (wanted is null or g.role = wanted)) $$;
revoke execute on function in_room from public, anon;
alter table rooms enable row level security;
alter table guests enable row level security;
create policy see on rooms for select to authenticated using (in_room('room:' || id));
create policy see on guests for select to authenticated using (in_room('room:' || room_id));
create policy listen on realtime.messages for select to authenticated
  using (extension in ('broadcast', 'presence') and in_room(realtime.topic()));
create policy say on realtime.messages for insert to authenticated
  with check (extension = 'broadcast' and in_room(realtime.topic(), 'host'));
create policy show on realtime.messages for insert to authenticated
  with check (extension = 'presence' and in_room(realtime.topic()));
"""
_GUESTS = "{ table = 'guests', key = 'room_id', user = 'user_id', role = 'role' }"
_MODEL = f"""
[[owned]]
table = "rooms"
key = "id"
members = {_GUESTS}
select = "member"
[[owned]]
table = "guests"
key = "room_id"
members = {_GUESTS}
select = "member"
[[channel]]
topic = "room:{{public.rooms}}"
read = "member"
write = "role:host"
presence = "member"
[[function]]
function = "in_room"
execute = "authenticated"
"""
_CHANNEL = "channel room:{public.rooms}"
_HOLES = {
    "everybody listens": Hole(
        _ROOMS + "alter policy listen on realtime.messages using (extension = 'broadcast' or"
        " in_room(realtime.topic()))",
        "alter policy listen on realtime.messages using"
        " (extension in ('broadcast', 'presence') and in_room(realtime.topic()))",
        f"{_CHANNEL}: a signed-in stranger cannot receive what is sent in this topic",
        _MODEL,
    ),
    "any guest sends": Hole(
        _ROOMS + "alter policy say on realtime.messages with check"
        " (extension = 'broadcast' and in_room(realtime.topic()))",
        "alter policy say on realtime.messages with check"
        " (extension = 'broadcast' and in_room(realtime.topic(), 'host'))",
        f"{_CHANNEL}: a member cannot send in its own topic",
        _MODEL,
    ),
    "strangers see who is there": Hole(
        _ROOMS + "create policy peek on realtime.messages for select to authenticated"
        " using (extension = 'presence' and realtime.topic() like 'room:%')",
        "drop policy peek on realtime.messages",
        f"{_CHANNEL}: an anonymous sign-in cannot see who is in this topic",
        _MODEL,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", _HOLES)
def test_a_hole_in_a_channel_is_found_and_its_sound_form_is_clean(
    name: str, empty_database: str
) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)


@pytest.mark.slow
def test_every_weakened_policy_of_a_channel_is_noticed(empty_database: str) -> None:
    apart = (
        "drop policy listen on realtime.messages; drop policy say on realtime.messages;"
        " drop policy show on realtime.messages;"
        " create policy listen on realtime.messages for select to authenticated using"
        " (extension = 'broadcast' and in_room(realtime.topic(), 'guest'));"
        " create policy look on realtime.messages for select to authenticated using"
        " (extension = 'presence' and in_room(realtime.topic(), 'host'))"
    )
    described = parse(
        _MODEL.replace('read = "member"\nwrite = "role:host"', 'read = "role:guest"').replace(
            'presence = "member"', 'presence = "role:host"\ntrack = "none"'
        )
    )
    report = mutate(described, applied(empty_database, _ROOMS, apart))
    assert [each.mutant.id for each in report.survivors] == []
    assert any(each.mutant.object == "realtime.messages" for each in report.judged)


@pytest.mark.slow
def test_somebody_locked_out_of_its_own_channel_is_a_finding(empty_database: str) -> None:
    url = applied(empty_database, _ROOMS, "drop policy show on realtime.messages")
    findings = run(parse(_MODEL), url).findings
    assert {f.problem for f in findings} >= {"locked out"}
    assert any("can be shown in its own topic" in f.id for f in findings)


def test_channels_that_nobody_described_are_a_finding(empty_database: str) -> None:
    url = applied(
        empty_database, "create policy all_of_it on realtime.messages for select using (true)"
    )
    assert "realtime.messages: nobody described the channels" in {
        f.id for f in run(model(), url).findings
    }


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("topic = 'room:{public.rooms}'\nread = 'own'", "names nobody's row"),
        ("topic = 'room:{public.gone}'", "which no .*owned.* entry describes"),
        ("topic = 'room:{members}'", "members is missing"),
        ("topic = 'room:{user'", "a brace is not closed"),
        ("topic = 'all'\nread = 'member'", "names no place"),
        ("topic = 'all'\nwrite = 'public'", "write"),
    ],
)
def test_a_channel_that_leads_nowhere_is_refused_in_a_sentence(entry: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        parse(f"[[owned]]\ntable = 'rooms'\n[[channel]]\n{entry}\n")


def test_how_a_topic_begins_is_seen_to_be_otherwise(empty_database: str) -> None:
    mine = "split_part(realtime.topic(), ':', 2) = (select auth.uid())::text"
    hole = Hole(
        "create table x (id integer primary key); alter table x enable row level security;"
        " create policy listen on realtime.messages for select to authenticated"
        " using (realtime.topic() like 'desk:%')",
        "alter policy listen on realtime.messages"
        f" using (realtime.topic() like 'desk:%' and {mine})",
        "channel desk:{user}: another owner cannot receive what is sent in this topic",
        "[[owned]]\ntable = 'x'\n[[channel]]\ntopic = 'desk:{user}'\n"
        "read = 'own'\npresence = 'own'\ntrack = 'none'\n",
    )
    assert_found_and_closed(hole, empty_database)
