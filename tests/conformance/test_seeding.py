"""Rows are made from the catalog, whatever a schema demands of them."""

from __future__ import annotations

import pytest

from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import propose, run
from wakti_sb.spec import parse

_TYPES = (
    *("smallint", "integer", "bigint", "numeric", "numeric(4,2)", "real", "double precision"),
    *("money", "date", "timestamp", "timestamptz", "time", "timetz", "interval", "boolean"),
    *("text", "varchar(3)", "char(5)", "name", '"char"', "uuid", "json", "jsonb", "jsonpath"),
    *("bytea", "inet", "cidr", "macaddr", "macaddr8", "xml", "tsvector", "tsquery"),
    *("bit", "bit(3)", "varbit(5)", "oid", "xid", "xid8", "tid", "pg_lsn", "pg_snapshot"),
    *("regclass", "regtype", "regrole", "regproc", "regnamespace", "regconfig"),
    *("point", "box", "circle", "path", "polygon", "line", "lseg"),
    *("int4range", "numrange", "daterange", "tsrange", "tstzrange", "int4multirange"),
    *("tstzmultirange", "text[]", "integer[]", "uuid[]", "mood", "mood[]", "pair", "code"),
    *("positive[]", "two_texts", "loud", "citext", "ltree", "lquery", "hstore", "span"),
)
_OWN_TYPES = """
create extension citext schema extensions;
create extension ltree schema extensions;
create extension hstore schema extensions;
create type mood as enum ('sad', 'glad');
create type pair as (a integer, b text);
create type span as range (subtype = double precision);
create domain code as text check (value ~ '^[A-Z]{3}$');
create domain positive as integer check (value > 0);
create domain two_texts as text[] check (cardinality(value) >= 2);
create domain loud as citext check (upper(value::text) = value::text);
"""

# What is special about a table, and how it is made.
_SHAPES = {
    "no primary key": table("t", "v text not null", key=""),
    "no primary key and rows alike": table("t", "v boolean not null default true", key=""),
    "generated and identity columns": table(
        "t",
        "id bigint generated always as identity primary key",
        "n integer not null check (n > 0)",
        "twice integer generated always as (n * 2) stored",
        "number serial not null",
        key="",
    ),
    "partitions": table(
        "t",
        "id bigint generated always as identity",
        "at timestamptz not null default now()",
        "v text",
        "primary key (id, at)",
        key="",
    ).replace("primary key (id, at))", "primary key (id, at)) partition by range (at)")
    + "create table t_all partition of t default; alter table t_all enable row level security",
    "checks across columns": table(
        "t",
        "a integer not null",
        "b integer not null",
        "c text not null check (c in ('x', 'y'))",
        "d date",
        "e date",
        "check (a < b)",
        "check (b <= a * 2)",
        "check ((c = 'x') = (d is not null))",
        "check (num_nonnulls(d, e) <= 1)",
    ),
    "an exclusion constraint": "create extension btree_gist schema extensions;"
    + table(
        "t",
        "room integer not null",
        "during tstzrange not null",
        "exclude using gist (room with =, during with &&)",
    ),
    "a reference to itself": table(
        "t",
        "parent uuid",
        "v text",
        "unique (id, user_id)",
        "foreign key (parent, user_id) references t (id, user_id)",
    ),
    "a reference to itself that must be there": table(
        "t",
        "parent uuid not null",
        "unique (id, user_id)",
        "foreign key (parent, user_id) references t (id, user_id)",
    ),
    "columns with the names of aliases": "create type within as (x integer, y text);"
    "create type around as (w within, z integer);"
    + table("t", "t around not null", "q around", "p within[]", "v text"),
    "an enumeration with one value": "create type one as enum ('a');"
    + table("t", "v one not null", "more one[] not null", "unique (user_id, v)"),
    "a column more than 62 letters long": table("t", f"{'c' * 63} text not null"),
}


@pytest.mark.slow
def test_a_column_of_any_type_can_be_filled(empty_database: str) -> None:
    names = [f"t{number}" for number in range(len(_TYPES))]
    tables = (table(n, f"v {kind} not null") for n, kind in zip(names, _TYPES, strict=True))
    report = run(model(*names), applied(empty_database, _OWN_TYPES, *tables))
    kinds = dict(zip((f"public.{name}" for name in names), _TYPES, strict=True))
    assert {kinds.get(f.table, f.table): f.reason for f in report.findings} == {}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("shape", _SHAPES)
def test_a_table_of_any_shape_can_be_tested(shape: str, empty_database: str) -> None:
    report = run(model("t"), applied(empty_database, _SHAPES[shape]))
    assert [(finding.id, finding.reason) for finding in report.findings] == []
    assert report.safe


def test_names_may_be_mixed_arabic_and_long(empty_database: str) -> None:
    long = "t" * 63
    url = applied(
        empty_database,
        table('"My ""own"" Table"', '"العمود" text not null', '"select" integer not null'),
        table('"جدول"', '"نص" text not null'),
        table(long),
    )
    report = run(model('"My ""own"" Table"', "public.جدول", long), url)
    assert [(finding.id, finding.reason) for finding in report.findings] == []


def test_tables_may_point_at_each_other_where_one_may_wait(empty_database: str) -> None:
    url = applied(
        empty_database,
        table("a", "v text", "b_id uuid"),
        table("b", "v text", "a_id uuid not null references a on delete cascade"),
        "alter table a add foreign key (b_id) references b",
    )
    findings = run(model("a", "b"), url).findings
    assert {(f.table, f.problem) for f in findings} == {
        ("public.a", "leak"),  # both are the same hole: nobody asks whose the other row is
        ("public.b", "leak"),
    }


_CIRCLE = (
    table("a", "b_id uuid not null", "unique (id, user_id)"),
    table(
        "b",
        "a_id uuid not null",
        "unique (id, user_id)",
        "foreign key (a_id, user_id) references a (id, user_id) on delete cascade {wait}",
    ),
    "alter table a add foreign key (b_id, user_id) references b (id, user_id)"
    " on delete cascade {wait}",
)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("wait", ["deferrable", "deferrable initially deferred"])
def test_tables_that_need_each_other_at_once_are_tried_where_their_keys_can_wait(
    wait: str, empty_database: str
) -> None:
    url = applied(empty_database, *(each.replace("{wait}", wait) for each in _CIRCLE))
    report = run(model("a", "b"), url)
    assert [(finding.id, finding.reason) for finding in report.findings] == []
    assert report.safe


def test_tables_that_need_each_other_at_once_and_cannot_wait_are_untested_and_never_safe(
    empty_database: str,
) -> None:
    url = applied(empty_database, *(each.replace("{wait}", "") for each in _CIRCLE))
    report = run(model("a", "b"), url)
    assert {name for name, _ in report.untested} == {"public.a", "public.b"}
    assert not report.safe


def test_a_foreign_key_of_several_columns_is_followed(empty_database: str) -> None:
    url = applied(
        empty_database,
        table("a", "org integer not null", "n integer not null", "unique (org, n, user_id)"),
        table(
            "b",
            "org integer not null",
            "n integer not null",
            "v text",
            "foreign key (org, n, user_id) references a (org, n, user_id) on delete cascade",
        ),
    )
    assert [finding.id for finding in run(model("a", "b"), url).findings] == []


def test_every_exposed_schema_is_looked_at(empty_database: str) -> None:
    url = applied(
        empty_database,
        "create schema app; grant usage on schema app to anon, authenticated, service_role",
        table("app.notes", "v text"),
        "grant all on app.notes to authenticated, service_role",
        "create table app.forgotten (id integer)",
        "grant select on app.forgotten to anon",
        table("public.notes", "v text"),
    )
    schemas = '[project]\nname = "two"\nschemas = ["public", "app"]\n'
    report = run(model("app.notes", "public.notes", more=schemas), url)
    assert [finding.id for finding in report.findings] == [
        "app.forgotten: nobody described this table"
    ]


_PROFILES = """
create table profiles (id uuid primary key references auth.users on delete cascade, name text);
create table teams (id uuid primary key default gen_random_uuid(), name text not null);
create table members (
  team_id uuid references teams on delete cascade,
  user_id uuid references profiles on delete cascade,
  role text not null check (role in ('admin', 'member')),
  primary key (team_id, user_id)
);
create table posts (
  id bigint generated always as identity primary key,
  author_id uuid not null references profiles on delete cascade,
  title text not null
);
create schema private;
grant usage on schema private to authenticated;
create function private.teams_of(roles text[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select team_id from public.members where user_id = auth.uid() and role = any (roles) $$;
alter table profiles enable row level security;
alter table teams enable row level security;
alter table members enable row level security;
alter table posts enable row level security;
create policy open on profiles for select using (true);
create policy own on profiles using (id = (select auth.uid()));
create policy see on teams for select to authenticated
using (id in (select private.teams_of('{admin,member}')));
create policy see on members for select to authenticated
using (team_id in (select private.teams_of('{admin,member}')));
create policy write on members to authenticated
using (team_id in (select private.teams_of('{admin}')));
create policy own on posts to authenticated using (author_id = (select auth.uid()));
"""
_MEMBERS = "members = { table = 'members', key = 'team_id', user = 'user_id', role = 'role' }"
_WITH_PROFILES = f"""
[[owned]]
table = 'profiles'
owner = 'id'
select = 'public'
insert = 'own'
update = 'own'
delete = 'own'
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
[[owned]]
table = 'posts'
owner = 'author_id'
select = 'own'
insert = 'own'
update = 'own'
delete = 'own'
"""


@pytest.mark.slow
def test_everybody_has_a_profile_where_users_are_named_by_theirs(empty_database: str) -> None:
    url = applied(empty_database, _PROFILES)
    report = run(parse(_WITH_PROFILES), url)
    assert [(finding.id, finding.reason) for finding in report.findings] == []
    assert report.safe
    proposed = parse(propose(url))
    assert {str(e.table): e.owner for e in proposed.owned} == {
        "public.profiles": "id",
        "public.posts": "author_id",
        "public.teams": None,
        "public.members": None,
    }
    assert run(proposed, url).untested == ()


@pytest.mark.slow
def test_a_proposal_for_tables_that_lead_to_each_other_can_be_read(empty_database: str) -> None:
    url = applied(empty_database, *(each.replace("{wait}", "deferrable") for each in _CIRCLE))
    assert run(parse(propose(url)), url).untested == ()


_MADE_AT_SIGN_UP = """
create table profiles (user_id uuid primary key references auth.users on delete cascade);
alter table profiles enable row level security;
create policy "own" on profiles for select to authenticated using (user_id = (select auth.uid()));
create function made() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$ begin insert into public.profiles values (new.id); return new; end $$;
revoke execute on function made() from public, anon, authenticated;
create trigger made after insert on auth.users for each row execute function made();
"""


def test_a_row_that_sign_up_makes_and_that_is_only_its_key_is_taken_as_it_is(
    empty_database: str,
) -> None:
    described = parse("[[owned]]\ntable = 'public.profiles'\nowner = 'user_id'\nselect = 'own'\n")
    report = run(described, applied(empty_database, _MADE_AT_SIGN_UP))
    assert report.untested == ()
    assert [finding.id for finding in report.findings if finding.operation == "select"] == []
    assert any("the owner can see" in verdict.case.id for verdict in report.verdicts)


_SIGN_UP = """
create table profiles (id uuid primary key default gen_random_uuid(),
  user_id uuid unique not null references auth.users on delete cascade);
create table posts (id uuid primary key default gen_random_uuid(),
  profile_id uuid not null references profiles on delete cascade, body text not null);
create type channel as enum ('mail', 'push');
create table channels (user_id uuid not null references auth.users on delete cascade,
  channel channel not null, is_on boolean not null default true, primary key (user_id, channel));
create function on_sign_up() returns trigger language plpgsql security definer
set search_path = '' as $$ begin
  insert into public.profiles (user_id) values (new.id);
  insert into public.channels (user_id, channel)
  select new.id, c from unnest(enum_range(null::public.channel)) as c;
  return new; end $$;
create trigger on_sign_up after insert on auth.users for each row execute function on_sign_up();
create table topics (id uuid primary key default gen_random_uuid());
create table places (id uuid primary key default gen_random_uuid());
create table pins (id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade, kind text not null,
  topic_id uuid references topics, place_id uuid references places,
  check (kind = 'topic' and topic_id is not null and place_id is null
    or kind = 'place' and place_id is not null and topic_id is null));
alter table profiles enable row level security;
alter table posts enable row level security;
alter table channels enable row level security;
alter table topics enable row level security;
alter table places enable row level security;
alter table pins enable row level security;
create policy own on profiles for select to authenticated using (user_id = (select auth.uid()));
create policy own on posts to authenticated using (profile_id in
  (select p.id from profiles as p where p.user_id = (select auth.uid())));
create policy own on channels to authenticated using (user_id = (select auth.uid()));
create policy own on pins to authenticated using (user_id = (select auth.uid()));
"""


@pytest.mark.slow
def test_rows_that_sign_up_makes_are_adopted_whatever_their_keys(empty_database: str) -> None:
    url = applied(empty_database, _SIGN_UP)
    posts = "[[owned]]\ntable = 'posts'\nthrough = 'profiles'\nkey = 'profile_id'\n"
    posts += "select = 'own'\ninsert = 'own'\nupdate = 'own'\ndelete = 'own'\n"
    profiles = "[[owned]]\ntable = 'profiles'\nowner = 'user_id'\nselect = 'own'\n"
    nobodys = "[[owned]]\ntable = 'topics'\n[[owned]]\ntable = 'places'\n"
    report = run(model("channels", "pins", more=posts + profiles + nobodys), url)
    assert [(f.id, f.reason) for f in report.findings] == []
    assert {"public.posts", "public.channels", "public.pins"} <= {
        str(v.case.subject) for v in report.verdicts
    }
