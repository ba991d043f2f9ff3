"""Holes as teams leave them, each beside the sound form that must come out clean."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import POLICY, applied, model, table
from wakti_sb.conformance import run
from wakti_sb.spec import parse

_DEFINER = "security definer set search_path = pg_catalog, pg_temp"
_CLOSED = "revoke execute on all functions in schema public from public, anon"


def _owned(select: str = "own", insert: str = "own", more: str = "") -> str:
    return (
        f"[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = '{select}'\ninsert = '{insert}'\n"
        f"update = 'own'\ndelete = 'own'\n{more}\n"
    )


def _nullable(condition: str) -> str:
    return (
        "create table t (id uuid primary key default gen_random_uuid(),"
        " user_id uuid references auth.users on delete cascade, v text);"
        " alter table t enable row level security;"
        f" create policy own on t {condition};"
    )


def _admins(claims: str) -> str:
    return (
        table("t", "v text") + f"create policy admins on t for select to authenticated"
        f" using ((select coalesce({claims})) = 'admin');"
    )


_BY_ADMINS = _owned(select="own or claim:app_metadata.role=admin")
_ANONYMOUS = (
    "create policy named on t as restrictive for insert to authenticated"
    " with check ((select (auth.jwt() ->> 'is_anonymous')::boolean) is false)"
)
_PARTITIONED = (
    "create table t (id uuid default gen_random_uuid() primary key, user_id uuid not null"
    " references auth.users on delete cascade, v text) partition by hash (id);"
    " create table t_0 partition of t for values with (modulus 1, remainder 0);"
    " alter table t enable row level security; alter table t_0 enable row level security;"
    f" create policy own on t to authenticated using {POLICY};"
)

_HOLES = {
    "a claim that users write themselves": Hole(
        _admins(
            "auth.jwt() -> 'app_metadata' ->> 'role', auth.jwt() -> 'user_metadata' ->> 'role'"
        ),
        "alter policy admins on t using"
        " ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin')",
        "t: a stranger with user_metadata.role=admin cannot see this row",
        _BY_ADMINS,
    ),
    "a claim that every token of the others has": Hole(
        table("t", "v text"),
        _ANONYMOUS,
        "t: the owner with is_anonymous=true cannot insert its own row",
        _owned(insert="own and claim:is_anonymous=false"),
    ),
    "rows of nobody are everybody's": Hole(
        _nullable("using (user_id = (select auth.uid()) or user_id is null)"),
        f"alter policy own on t using {POLICY}",
        "t: anon cannot see this row (of nobody)",
        _owned(),
    ),
    "rows in nobody's name": Hole(
        _nullable(f"using {POLICY} with check (user_id = (select auth.uid()) or user_id is null)"),
        f"alter policy own on t with check {POLICY}",
        "t: anon cannot insert a row in nobody's name",
        _owned(),
    ),
    "a parent in the same table": Hole(
        table("t", "v text", "parent uuid references t", "unique (id, user_id)"),
        "alter table t add foreign key (parent, user_id) references t (id, user_id)",
        "t: another owner cannot insert its own row under this row of t",
        _owned(),
    ),
    "a column taken from authenticated and left to anon": Hole(
        table("t", "v text", "secret text") + "create policy open on t for select using (true);"
        " revoke select on t from authenticated;"
        " grant select (id, user_id, v) on t to authenticated",
        "revoke select on t from anon; grant select (id, user_id, v) on t to anon",
        "t: anon cannot read secret",
        _owned(select="public", more="hidden = ['secret']"),
    ),
    "a policy of a partition": Hole(
        _PARTITIONED + "create policy all_of_it on t_0 for select using (true)",
        "drop policy all_of_it on t_0",
        "public.t: its partition t_0 has policies of its own",
        _owned(),
    ),
}


_CLINIC = """
create schema private;
create table clinics (id uuid primary key default gen_random_uuid(), name text not null);
create table private.staff (clinic_id uuid not null references clinics on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null check (role in ('admin', 'doctor')), primary key (clinic_id, user_id));
create table visits (id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  doctor_id uuid not null references auth.users on delete cascade, note text not null);
create function private.works_at(clinic uuid, variadic roles text[]) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from private.staff as s where s.clinic_id = clinic
    and s.user_id = (select auth.uid()) and s.role = any (roles)) $$;
grant usage on schema private to authenticated;
alter table clinics enable row level security;
alter table visits enable row level security;
create policy staff on clinics for select to authenticated
  using (private.works_at(id, 'admin', 'doctor'));
create policy seen on visits for select to authenticated
  using (private.works_at(clinic_id, 'admin', 'doctor'));
create policy added on visits for insert to authenticated
  with check (doctor_id = (select auth.uid()) and private.works_at(clinic_id, 'doctor'));
create policy changed on visits for update to authenticated
  using (doctor_id = (select auth.uid()) and private.works_at(clinic_id, 'doctor'))
  with check (doctor_id = (select auth.uid()));
create policy removed on visits for delete to authenticated
  using (private.works_at(clinic_id, 'admin'));
"""
_STAFF = "{ table = 'private.staff', key = 'clinic_id', user = 'user_id', role = 'role' }"
_CLINICS = f"""
[[owned]]
table = "clinics"
members = {_STAFF}
select = "member"
[[owned]]
table = "visits"
key = "clinic_id"
owner = "doctor_id"
members = {_STAFF}
select = "member"
insert = "own and role:doctor"
update = "own and role:doctor"
delete = "role:admin"
"""
_CARDS = """
create table boards (id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users on delete cascade, name text not null);
create table cards (id uuid primary key default gen_random_uuid(),
  board_id uuid not null references boards on delete cascade,
  author_id uuid not null references auth.users on delete cascade, title text not null);
alter table boards enable row level security;
alter table cards enable row level security;
create policy b on boards to authenticated using (owner_id = (select auth.uid()));
create policy c on cards to authenticated using (author_id = (select auth.uid()));
"""
_MINE = "(author_id = (select auth.uid()))"
_EACH = "select = 'own'\ninsert = 'own'\nupdate = 'own'\ndelete = 'own'\n"
_BOX = (
    "insert into storage.buckets (id, name) values ('box', 'box');"
    " create policy box on storage.objects to authenticated using (bucket_id = 'box' and {})"
)


def _told(signature: str, body: str, language: str = "sql") -> str:
    made = f"create function public.{signature} language {language} {_DEFINER} as $$ {body} $$;"
    return table("t", "v text", "n integer not null default 1") + made + _CLOSED


def _instead(signature: str, body: str, language: str = "sql") -> str:
    return (
        f"create or replace function public.{signature} language {language} {_DEFINER}"
        f" as $$ {body} $$"
    )


def _tells(name: str, more: str = "") -> str:
    return _owned(more=f"[[function]]\nfunction = '{name}'\nexecute = 'authenticated'\n{more}")


_COUNT = "select count(*) from public.t"
_HAS = "select exists (select from public.t where v = word"
_SUM = "select sum(n) from public.t where user_id ="
_FIND = "begin return query execute 'select * from public.t where user_id = auth.uid() and v ="
_FURTHER = {
    "a move by the one who may change its own row under a joined right": Hole(
        _CLINIC,
        "alter policy changed on visits with check (doctor_id = (select auth.uid())"
        " and private.works_at(clinic_id, 'doctor'))",
        "visits: a doctor cannot move a row into another row of clinics by clinic_id"
        " without a filter",
        _CLINICS,
    ),
    "a row under a parent of others that the model does not name": Hole(
        _CARDS,
        f"alter policy c on cards using {_MINE} with check ({_MINE} and board_id in"
        " (select b.id from boards as b where b.owner_id = (select auth.uid())))",
        "cards: a signed-in stranger cannot insert its own row",
        f"[[owned]]\ntable = 'boards'\nowner = 'owner_id'\n{_EACH}"
        f"[[owned]]\ntable = 'cards'\nowner = 'author_id'\n{_EACH}",
    ),
    "a number that depends on rows of others": Hole(
        _told("total() returns bigint", _COUNT),
        _instead("total() returns bigint", f"{_COUNT} where user_id = auth.uid()"),
        "total(): a signed-in stranger learns only what the tables tell it",
        _tells("total"),
    ),
    "a number that the model says is of the caller's rows": Hole(
        _told("total() returns bigint", _COUNT),
        _instead("total() returns bigint", f"{_COUNT} where user_id = auth.uid()"),
        "total(): another owner learns of t only what is open to it",
        _tells("total", "of = 'public.t'\ndata = 'own'\n"),
    ),
    "whether somebody has a word": Hole(
        _told("has(word text) returns boolean", f"{_HAS})"),
        _instead("has(word text) returns boolean", f"{_HAS} and user_id = auth.uid())"),
        "has(text): a signed-in stranger learns only what the tables tell it (3)",
        _tells("has"),
    ),
    "an argument that is left out as a rule": Hole(
        _told("sum_of(who uuid default null) returns bigint", f"{_SUM} coalesce(who, auth.uid())"),
        _instead("sum_of(who uuid default null) returns bigint", f"{_SUM} auth.uid()"),
        "sum_of(uuid): a signed-in stranger learns only what the tables tell it (3)",
        _tells("sum_of"),
    ),
    "a text that becomes part of a statement": Hole(
        _told("find(word text) returns setof t", f"{_FIND} ''' || word || ''''; end", "plpgsql"),
        _instead("find(word text) returns setof t", f"{_FIND} $1' using word; end", "plpgsql"),
        "find(text): a quote in an argument breaks no statement",
        _tells("find"),
    ),
    "a file under a foreign folder whose name holds the caller's id": Hole(
        _BOX.format("name like '%' || auth.uid() || '%'"),
        "alter policy box on storage.objects using (bucket_id = 'box'"
        " and (storage.foldername(name))[1] = auth.uid()::text)",
        "bucket box: another owner cannot upload into this folder, its own id in the name",
        f"[[bucket]]\nname = 'box'\npaths = ['{{user}}']\n{_EACH}",
    ),
    "a column that is made of a hidden one": Hole(
        table("t", "secret text", "shown text generated always as (upper(secret)) stored")
        + "revoke select on t from anon, authenticated;"
        " grant select (id, user_id, shown) on t to authenticated",
        "alter table t drop column shown",
        "public.t: shown tells what secret hides",
        _owned(more="hidden = ['secret']"),
    ),
    "a row that cannot be had back in the statement that adds it": Hole(
        table("t", "v text")
        + "create function mine() returns setof uuid language sql stable security definer"
        " set search_path = '' as $$ select id from public.t where user_id = auth.uid() $$;"
        " drop policy own on t;"
        f" create policy add on t for insert to authenticated with check {POLICY};"
        f" create policy change on t for update to authenticated using {POLICY};"
        f" create policy gone on t for delete to authenticated using {POLICY};"
        " create policy see on t for select to authenticated using (id in (select mine()));"
        " revoke execute on function mine from public, anon",
        f"alter policy see on t using {POLICY}",
        "t: the owner can insert its own row and get it back",
        _owned(more="[[function]]\nfunction = 'mine'\nexecute = 'authenticated'\n"),
    ),
}
_QUICK = (
    "a number that depends on rows of others",
    "a row under a parent of others that the model does not name",
)
_HOLES |= _FURTHER


def _listed() -> list[object]:
    slow = [name for name in _FURTHER if name not in _QUICK]
    return [pytest.param(n, marks=pytest.mark.slow) if n in slow else n for n in _HOLES]


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", _listed())
def test_a_hole_is_found_and_its_sound_form_is_clean(name: str, empty_database: str) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)


def test_a_trigger_that_puts_the_callers_name_into_a_row_is_a_defence(empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v text") + "alter policy own on t with check (true)",
        "create function mine() returns trigger language plpgsql as"
        " $$ begin new.user_id := coalesce(auth.uid(), new.user_id); return new; end $$",
        "create trigger mine before insert or update on t for each row execute function mine()",
    )
    assert [(f.id, f.reason) for f in run(model("t"), url).findings] == []


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("right", ["public", "authenticated"])
def test_an_aggregate_that_is_open_to_all_is_no_hole(right: str, empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v integer not null"),
        "create view totals as select count(*) as n, sum(v) as total from t",
        "create view per_value with (security_invoker) as select v, count(*) from t group by v",
        "revoke all on totals, per_value from anon, authenticated",
        f"grant select on totals, per_value to authenticated{', anon' * (right == 'public')}",
    )
    views = "".join(
        f"[[view]]\nview = '{name}'\nselect = '{right}'\ninvoker = {invoker}\n"
        for name, invoker in (("totals", "false"), ("per_value", "true"))
    )
    report = run(model("t", more=views), url)
    assert [(f.id, f.reason) for f in report.findings] == []
    applied(url, "grant select on totals, per_value to anon, authenticated")
    closed = run(model("t", more=views.replace(f"'{right}'", "'none'")), url)
    assert {f.table for f in closed.findings} == {"public.totals", "public.per_value"}


@pytest.mark.slow
def test_a_child_is_not_blamed_for_an_open_parent(empty_database: str) -> None:
    url = applied(
        empty_database,
        "create table prices (id text primary key)",
        "alter table prices enable row level security",
        "create policy a on prices for select using (true)",
        table("t", "price_id text references prices"),
    )
    described = model("t", more="[[owned]]\ntable = 'prices'\n")
    findings = run(described, url).findings
    assert {f.table for f in findings} == {"public.prices"}
    assert not any("its own row" in f.id for f in findings)  # rows of nobody are nobody's own
    assert run(described, applied(url, "drop policy a on prices")).safe


_ELSEWHERE = """
create schema private_area;
create table private_area.teams (id uuid primary key default gen_random_uuid());
create table private_area.team_user (
  user_id uuid not null references auth.users on delete cascade,
  team_id uuid not null references private_area.teams on delete cascade,
  team_role text not null check (team_role in ('owner', 'member')),
  primary key (user_id, team_id));
create function my_teams() returns setof uuid language sql stable security definer
set search_path = '' as $$ select team_id from private_area.team_user
  where user_id = (select auth.uid()) $$;
revoke execute on function my_teams from public, anon;
create table reports (id uuid primary key default gen_random_uuid(),
  team_id uuid not null references private_area.teams on delete cascade, body text);
alter table reports enable row level security;
create policy members on reports for select to authenticated
using (team_id in (select my_teams()));
"""
_REPORTS = """
[[owned]]
table = "reports"
key = "team_id"
select = "member"

[owned.members]
table = "private_area.team_user"
key = "team_id"
user = "user_id"
role = "team_role"

[[function]]
function = "my_teams()"
execute = "authenticated"
"""


@pytest.mark.slow
def test_a_membership_that_no_api_shows_is_tried_like_any_other(empty_database: str) -> None:
    url, described = applied(empty_database, _ELSEWHERE), parse(_REPORTS)
    assert [(f.id, f.reason) for f in run(described, url).findings] == []
    applied(url, "alter policy members on reports using (true)")
    assert {f.table for f in run(described, url).findings} == {"public.reports"}
