"""Holes that only the right person, path or argument shows, each beside its sound form."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import run
from wakti_sb.conformance.findings import causes
from wakti_sb.conformance.model import Root
from wakti_sb.spec import parse

_TEAM = """
create table teams (id uuid primary key default gen_random_uuid(), name text not null);
create table staff (team_id uuid not null references teams on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null check (role in ('admin', 'member')), primary key (team_id, user_id));
create table notes (id uuid primary key default gen_random_uuid(),
  team_id uuid not null references teams on delete cascade,
  author_id uuid not null references auth.users on delete cascade, body text not null);
create function places(wanted text) returns setof uuid language sql stable
security definer set search_path = '' as $$ select team_id from public.staff
  where user_id = (select auth.uid()) and role = any (string_to_array(wanted, ' ')) $$;
alter table teams enable row level security;
alter table staff enable row level security;
alter table notes enable row level security;
create policy see on teams for select to authenticated
  using (id in (select places('admin member')));
create policy see on staff for select to authenticated
  using (team_id in (select places('admin member')));
create policy see on notes for select to authenticated
  using (team_id in (select places('admin member')));
create policy add on notes for insert to authenticated with check (
  (author_id = (select auth.uid()) and team_id in (select places('admin member')))
  or team_id in (select places('admin')));
create policy change on notes for update to authenticated using (
  (author_id = (select auth.uid()) and team_id in (select places('admin member')))
  or team_id in (select places('admin')));
create policy remove on notes for delete to authenticated
  using (team_id in (select places('admin')));
"""
_PLACE = "{ table = 'staff', key = 'team_id', user = 'user_id', role = 'role' }"
_TEAM_MODEL = f"""
[[owned]]
table = "teams"
key = "id"
members = {_PLACE}
select = "member"
[[owned]]
table = "staff"
key = "team_id"
members = {_PLACE}
select = "member"
[[owned]]
table = "notes"
key = "team_id"
owner = "author_id"
members = {_PLACE}
select = "member"
insert = "(own and member) or role:admin"
update = "(own and member) or role:admin"
delete = "role:admin"
[[function]]
function = "places"
execute = "public"
arguments = {{ wanted = "admin member" }}
"""
_SOUND = (
    "(author_id = (select auth.uid()) and team_id in (select places('admin member')))"
    " or team_id in (select places('admin'))"
)
_OWN_OR_ANY = f"{_SOUND.rpartition(' or ')[0]} or {{}}"
_ANY_ADMIN = (
    "exists (select from staff as s where s.user_id = (select auth.uid()) and s.role = 'admin')"
)
_WIDE = _OWN_OR_ANY.format(_ANY_ADMIN)
_BOX = (
    "insert into storage.buckets (id, name) values ('box', 'box');"
    " create policy see on storage.objects for select to authenticated"
    " using (bucket_id = 'box' and {own});"
    " create policy add on storage.objects for insert to authenticated"
    " with check (bucket_id = 'box' and {own});"
    " create policy change on storage.objects for update to authenticated"
    " using (bucket_id = 'box' and {own}) with check (bucket_id = 'box' and {then})"
)
_FOLDER = "(storage.foldername(name))[1] = (select auth.uid())::text"
_NAMED = f"{_FOLDER} or storage.filename(name)::uuid = (select auth.uid())"
_COPIED = "storage.operation() = 'storage.object.copy'"
_BOX_MODEL = (
    "[[bucket]]\nname = 'box'\npaths = ['{user}']\nselect = 'own'\ninsert = 'own'\nupdate = 'own'\n"
)
_DEFINER = "security definer set search_path = pg_catalog, pg_temp"
_CLOSED = "revoke execute on all functions in schema public from public, anon"
_TOTAL = (
    f"create or replace function total() returns bigint language sql {_DEFINER}"
    " as $$ select sum(n) from public.t {} $$;"
)

_CODE = (
    f"create or replace function code_for(t_id uuid) returns text language sql volatile {_DEFINER}"
    " as $$ select gen_random_uuid()::text from public.t where id = t_id {} $$;"
)

_HOLES = {
    "a file under a foreign folder that has the caller's id further on": Hole(
        _BOX.format(own=_FOLDER, then=_FOLDER)
        + "; create policy gone on storage.objects for delete to authenticated using"
        f" (bucket_id = 'box' and ({_FOLDER} or {_FOLDER.replace('[1]', '[2]')}))",
        f"alter policy gone on storage.objects using (bucket_id = 'box' and {_FOLDER})",
        "bucket box: another owner removes only what it may without a filter",
        f"{_BOX_MODEL}delete = 'own'\n",
    ),
    "a bucket whose policies read the names of files as ids": Hole(
        _BOX.format(own=_FOLDER, then=_FOLDER)
        + f"; alter policy see on storage.objects using (bucket_id = 'box' and ({_NAMED}))",
        f"alter policy see on storage.objects using (bucket_id = 'box' and ({_NAMED}"
        " and owner_id = (select auth.uid())::text))",
        "bucket box: another owner cannot read this file, its own id in the name",
        _BOX_MODEL,
    ),
    "a code that is another one each time": Hole(
        table("t", "v text") + _CODE.format("") + _CLOSED,
        _CODE.format("and user_id = auth.uid()"),
        "code_for(uuid): another owner learns only what the tables tell it by the key of t",
        "[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\n"
        "update = 'own'\ndelete = 'own'\n[[function]]\nfunction = 'code_for'\n"
        "execute = 'authenticated'\n",
    ),
    "an admin of one place who can move rows into another": Hole(
        _TEAM + f"alter policy change on notes with check ({_WIDE})",
        f"alter policy change on notes with check ({_SOUND})",
        "notes: an admin cannot move a row into another row of teams by team_id without a filter",
        _TEAM_MODEL,
    ),
    "an admin of one place who can add rows to another": Hole(
        _TEAM + f"alter policy add on notes with check ({_WIDE})",
        f"alter policy add on notes with check ({_SOUND})",
        "notes: another owner cannot insert its own row under this row of teams",
        _TEAM_MODEL,
    ),
    "a move that only the destination's check stops": Hole(
        _BOX.format(own=_FOLDER, then="true"),
        f"alter policy change on storage.objects with check (bucket_id = 'box' and {_FOLDER})",
        "bucket box: another owner cannot move its own file into this folder without a filter",
        _BOX_MODEL,
    ),
    "a move under a foreign folder in which a file bears the caller's id": Hole(
        _BOX.format(own=_FOLDER, then="name like '%' || (select auth.uid()) || '%'")
        + "; alter policy see on storage.objects using (bucket_id = 'box'"
        f" and ({_FOLDER} or (storage.foldername(name))[2] = (select auth.uid())::text))",
        f"alter policy change on storage.objects with check (bucket_id = 'box' and {_FOLDER});"
        f" alter policy see on storage.objects using (bucket_id = 'box' and {_FOLDER})",
        "bucket box: another owner cannot move its own file into this folder, its own id below",
        _BOX_MODEL,
    ),
    "a file that is moved onto one of somebody else's": Hole(
        _BOX.format(own=_FOLDER, then=f"({_FOLDER} or name like '%/wakti-0.txt')"),
        f"alter policy change on storage.objects with check (bucket_id = 'box' and {_FOLDER})",
        "bucket box: another owner cannot move its own file onto this file without a filter",
        _BOX_MODEL,
    ),
    "a copy that overwrites somebody else's file": Hole(
        _BOX.format(own=_FOLDER, then=_FOLDER)
        + f"; alter policy add on storage.objects with check (bucket_id = 'box' and ({_FOLDER}"
        f" or {_COPIED})); alter policy change on storage.objects using (bucket_id = 'box' and"
        f" ({_FOLDER} or {_COPIED})) with check (bucket_id = 'box' and ({_FOLDER} or {_COPIED}));"
        f" alter policy see on storage.objects using (bucket_id = 'box' and ({_FOLDER}"
        f" or {_COPIED}))",
        f"alter policy add on storage.objects with check (bucket_id = 'box' and {_FOLDER});"
        f" alter policy change on storage.objects using (bucket_id = 'box' and {_FOLDER})"
        f" with check (bucket_id = 'box' and {_FOLDER});"
        f" alter policy see on storage.objects using (bucket_id = 'box' and {_FOLDER})",
        "bucket box: another owner cannot copy its own file over this file",
        _BOX_MODEL,
    ),
    "a sum that the model gives to its owner alone": Hole(
        table("t", "n integer not null default 1") + _TOTAL.format("") + _CLOSED,
        _TOTAL.format("where user_id = auth.uid()"),
        "total(): another owner learns only what is open to it",
        "[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\n"
        "update = 'own'\ndelete = 'own'\n[[function]]\nfunction = 'total'\n"
        "execute = 'authenticated'\ndata = 'own'\n",
    ),
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", _HOLES)
def test_a_hole_is_found_and_its_sound_form_is_clean(name: str, empty_database: str) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)


@pytest.mark.slow
def test_a_function_that_tells_nobody_anything_is_no_proof(empty_database: str) -> None:
    looked_up = (
        f"create function by_code(code text) returns bigint language sql {_DEFINER}"
        " as $$ select count(*) from public.t where md5(v) = code $$;" + _CLOSED
    )
    url = applied(empty_database, table("t", "v text not null"), looked_up)
    function = "[[function]]\nfunction = 'by_code'\nexecute = 'authenticated'\n"
    unproven = run(model("t", more=function), url).findings
    told = [f for f in unproven if f.problem == "unproven"]
    assert told
    assert all("with which arguments" in str(f.fix) for f in told)
    assert {f.problem for f in unproven} == {"unproven", "untested condition"}


@pytest.mark.slow
def test_rows_that_nobody_of_the_model_could_add_are_no_proof(empty_database: str) -> None:
    """The secret key can add the row; that says nothing about whoever may by the model."""
    described = parse(
        _TEAM_MODEL.replace('insert = "(own and member) or role:admin"', 'insert = "role:chief"')
    )
    report = run(described, applied(empty_database, _TEAM))
    assert any("cannot insert" in f.id and f.problem == "unproven" for f in report.findings)


def test_a_function_that_refuses_a_word_has_not_run_it(empty_database: str) -> None:
    refuses = (
        f"create function use_code(code text) returns void language plpgsql {_DEFINER} as $$"
        " begin if not exists (select from public.t where v = code) then"
        " raise exception 'no such code'; end if; end $$;" + _CLOSED
    )
    url = applied(empty_database, table("t", "v text not null"), refuses)
    function = "[[function]]\nfunction = 'use_code'\nexecute = 'authenticated'\n"
    found = run(model("t", more=function), url).findings
    assert [f.id for f in found if "quote" in f.id] == []


@pytest.mark.slow
def test_who_cannot_even_name_an_arguments_type_has_not_called_a_function(
    empty_database: str,
) -> None:
    kept_apart = (
        "create schema apart; create type apart.mood as enum ('good');"
        " grant usage on schema apart to authenticated;"
        " create function cheer(mood apart.mood) returns int language sql as 'select 1';" + _CLOSED
    )
    function = "[[function]]\nfunction = 'cheer'\nexecute = 'authenticated'\n"
    url = applied(empty_database, table("t", "v text not null"), kept_apart)
    ids = [f.id for f in run(model("t", more=function), url).findings]
    assert [each for each in ids if "anon cannot execute" in each] == []
    open_to_all = "grant usage on schema apart to anon; grant execute on function cheer to anon"
    ids = [f.id for f in run(model("t", more=function), applied(url, open_to_all)).findings]
    assert [each for each in ids if "anon cannot execute" in each] != []


def test_a_trigger_that_calls_what_is_not_there_blames_no_policy(empty_database: str) -> None:
    sends = (
        "create function sends() returns trigger language plpgsql as $$ begin"
        " raise 'nothing is sent' using errcode = 'feature_not_supported'; end $$;"
        " create trigger sends before delete on t for each row execute function sends()"
    )
    report = run(model("t"), applied(empty_database, table("t", "v text"), sends))
    (finding,) = [f for f in report.findings if f.id == "t: the owner can delete its own row"]
    assert "no policy is at fault" in str(finding.fix)
    assert not report.safe


def test_triggers_that_call_what_is_not_there_are_one_cause_for_all_tables(
    empty_database: str,
) -> None:
    function = (
        "create function {0}() returns trigger language plpgsql as $$ begin"
        " raise 'no' using errcode = '{1}'; end $$;"
    )
    fires = "create trigger stops before delete on {} for each row execute function {}();"
    url = applied(
        empty_database,
        *(table(name, "v text") for name in "tuw"),
        function.format("sends", "feature_not_supported") + function.format("forbids", "P0001"),
        fires.format("t", "sends") + fires.format("u", "sends") + fires.format("w", "forbids"),
    )
    found = causes(run(model("t", "u", "w"), url).findings)
    served = [c for c in found if c.first.root is Root.NOT_SERVED]
    assert [(c.title, c.objects) for c in served] == [
        (f"{Root.NOT_SERVED}: t, u", ("public.t", "public.u"))
    ]
    assert "w: the owner can delete its own row" in [c.title for c in found]
