"""`postgres` may do in a migration what it may on the platform, and nothing more.

Looked up in the platform's public sources: the migrations of its PostgreSQL image, of Auth, Storage
and Realtime, and the settings of its extension supautils.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.stack.conftest import write_project
from wakti_sb import migrate
from wakti_sb.events import Notice
from wakti_sb.stack import EmbeddedStack

DEFINER = "language plpgsql security definer set search_path = pg_catalog, pg_temp"
BEFORE = f"""
create table public.notes (id uuid primary key, owner uuid);
create function public.on_user() returns trigger {DEFINER} as $$ begin return new; end $$;
create trigger on_user after insert on auth.users for each row execute function public.on_user();
create policy own on storage.objects using (true);
"""

ALLOWED = (
    "set session_replication_role = replica",
    "set log_statement = 'all'",
    "set log_min_duration_statement = 0",
    "set track_io_timing = on",
    "alter role postgres set log_statement = 'none'",
    "alter role authenticator set pgrst.db_aggregates_enabled = 'true'",
    "alter role anon set statement_timeout = '10s'",
    "create table public.keys (secret uuid references vault.secrets (id))",
    "select setval('auth.refresh_tokens_id_seq', 1, false)",
    "select count(*) from auth.schema_migrations",
    "create policy own on auth.users for select using (true)",
    "create policy own on storage.buckets for select using (true)",
    "create policy own on storage.migrations for select using (true)",
    "create policy own on storage.s3_multipart_uploads for select using (true)",
    "create policy own on realtime.messages for select using (true)",
    "alter policy own on storage.objects using (false)",
    "comment on policy own on storage.objects is 'mine'",
    "drop policy own on storage.objects",
    "create trigger again after update on auth.users for each row"
    " execute function public.on_user()",
    "create trigger stored after insert on storage.objects for each row"
    " execute function public.on_user()",
    "drop trigger on_user on auth.users",
    "drop function public.on_user cascade",
    "create table public.profiles (id uuid primary key references auth.users on delete cascade,"
    " picture uuid references storage.objects, bucket text references storage.buckets)",
    "truncate auth.users cascade",
    "grant select on auth.users to service_role",
    "grant insert on storage.objects to anon",
    "grant usage on schema storage, realtime to anon",
    "select * from storage.search('', 'pictures')",
    "select count(*) from realtime.subscription",
    "alter publication supabase_realtime add table public.notes",
    "alter table public.notes add column text text, disable row level security",
    "drop table public.notes",
    "alter default privileges for role postgres in schema public revoke all on tables from anon",
)

REFUSED = (
    "alter table auth.users add column nickname text",
    "alter table auth.users disable row level security",
    "alter table auth.users disable trigger on_user",
    "alter table auth.sessions alter column user_agent set default ''",
    "alter table storage.objects disable row level security",
    "alter table storage.objects enable row level security",
    "alter table storage.objects disable trigger protect_objects_delete",
    "alter table storage.buckets add constraint named check (name <> '')",
    "alter table realtime.messages disable row level security",
    "alter table storage.objects owner to postgres",
    "alter table auth.users rename to people",
    "alter index auth.users_is_anonymous_idx rename to other",
    "alter trigger on_user on auth.users rename to other",
    "alter sequence auth.refresh_tokens_id_seq restart",
    "create index on auth.users (phone)",
    "create rule nobody as on delete to auth.users do instead nothing",
    "create statistics public.both on email, phone from auth.users",
    "comment on table auth.users is 'mine'",
    "alter publication supabase_realtime add table auth.users",
    "drop table auth.mfa_amr_claims",
    "drop table storage.objects cascade",
    "drop index auth.users_is_anonymous_idx",
    "drop trigger protect_objects_delete on storage.objects; drop table storage.objects",
    "set session_replication_role = replica; alter table auth.users add column nickname text",
    "set session_replication_role = replica; drop table auth.mfa_amr_claims",
    "create table auth.other (id int)",
    "create view storage.other as select 1",
    "create function auth.other() returns int language sql as 'select 1'",
    "create or replace function auth.uid() returns uuid language sql as 'select null::uuid'",
    "drop function auth.uid() cascade",
    "drop schema storage cascade",
    "create policy own on vault.secrets using (true)",
    "set role supabase_storage_admin",
    "set role supabase_auth_owner",
    "alter event trigger wakti_refuse_changes disable",
    "drop event trigger wakti_refuse_drops",
    "drop schema wakti_local cascade",
    "alter system set log_statement = 'all'",
    "copy public.notes from program 'echo'",
)


@pytest.fixture
def connection(empty_database: str) -> Iterator[psycopg.Connection]:
    """A connection as postgres, with a table, a trigger and a policy of the project's own."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(BEFORE)
        yield connection


def _outcome(connection: psycopg.Connection, statement: str) -> str:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return "refused"
    except psycopg.Error as error:
        return str(error)
    return "allowed"


def test_what_the_platform_allows_is_allowed(connection: psycopg.Connection) -> None:
    outcomes = {statement: _outcome(connection, statement) for statement in ALLOWED}

    assert outcomes == dict.fromkeys(ALLOWED, "allowed")


def test_what_the_platform_refuses_is_refused(connection: psycopg.Connection) -> None:
    outcomes = {}
    for statement in REFUSED:
        outcome = _outcome(connection, statement)
        outcomes[statement] = "refused" if "inside a transaction block" in outcome else outcome

    assert outcomes == dict.fromkeys(REFUSED, "refused")


SWITCH_ON = """
create function public.switch_on() returns event_trigger language plpgsql as $$
declare made record;
begin
  for made in select * from pg_event_trigger_ddl_commands()
    where command_tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
      and schema_name = 'public'
  loop
    execute format('alter table %s enable row level security', made.object_identity);
  end loop;
end $$;
drop event trigger if exists switch_on;
create event trigger switch_on on ddl_command_end
when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') execute function public.switch_on();
comment on event trigger switch_on is 'row level security for every table';
create table public.notes (id int);
"""


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_event_trigger_of_a_migration_works_and_is_its_own(
    dry_run: bool, empty_database: str, tmp_path: Path
) -> None:
    more = "alter event trigger switch_on disable; alter event trigger switch_on enable;"
    more += "drop event trigger switch_on; drop function public.switch_on;"
    (tmp_path / "1_a.sql").write_text(SWITCH_ON)

    assert migrate.apply(empty_database, migrate.read(tmp_path), dry_run=dry_run).versions == ("1",)

    if dry_run:
        return
    with psycopg.connect(empty_database) as connection:
        found = connection.execute(
            "select relrowsecurity, (select evtowner::regrole::text from pg_event_trigger"
            " where evtname = 'switch_on') from pg_class where oid = 'public.notes'::regclass"
        ).fetchone()
    assert found == (True, "postgres")
    (tmp_path / "2_b.sql").write_text(more)
    assert migrate.apply(empty_database, migrate.read(tmp_path)).versions == ("2",)


def test_an_event_trigger_that_cannot_be_made_is_shown_where_it_stands(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "1_a.sql").write_text(
        "select 1;\ncreate event trigger t on ddl_command_end execute function public.nobody();"
    )

    with pytest.raises(migrate.StatementFailed, match="does not exist") as caught:
        migrate.apply(empty_database, migrate.read(tmp_path))

    assert caught.value.line == 2


# As projects write it: where it may be there already, where it may be refused, in pieces.
IN_BLOCKS = """
create function public.switch_on() returns event_trigger language plpgsql as $$
begin null; end $$;
do $$
begin
  if not exists (select from pg_event_trigger where evtname = 'one') then
    create event trigger one on ddl_command_end
      when tag in ('CREATE TABLE', 'CREATE TABLE AS') execute function public.switch_on();
  end if;
exception when insufficient_privilege then raise exception 'it was refused';
end $$;
do $do$
begin
  execute 'CREATE EVENT TRIGGER "Two"
    ON ddl_command_start EXECUTE PROCEDURE public.switch_on()';
  execute 'create event trigger Three '
          'on ddl_command_end ' ||
          'when tag in (''CREATE VIEW'') '
          'execute function switch_on();';
  create publication everything for all tables with (publish = 'insert, update');
exception when duplicate_object then null;
end $do$;
"""
NO_TRIGGER = "do $$ begin execute 'create event trigger t on ddl_command_end execute function no()'"


def test_an_event_trigger_in_a_block_is_made_too(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text(IN_BLOCKS)
    migrate.apply(empty_database, migrate.read(tmp_path))

    with psycopg.connect(empty_database) as connection:
        triggers = connection.execute(
            "select evtname, evtevent, evttags, evtowner::regrole::text from pg_event_trigger"
            " where evtfoid = 'public.switch_on()'::regprocedure order by evtname"
        ).fetchall()
        published = connection.execute(
            "select puballtables, pubinsert, pubdelete from pg_publication"
            " where pubname = 'everything'"
        ).fetchone()
    assert triggers == [
        ("Two", "ddl_command_start", None, "postgres"),
        ("one", "ddl_command_end", ["CREATE TABLE", "CREATE TABLE AS"], "postgres"),
        ("three", "ddl_command_end", ["CREATE VIEW"], "postgres"),
    ]
    assert published == (True, True, False)
    (tmp_path / "2_b.sql").write_text(f"{NO_TRIGGER}; end $$;")
    with pytest.raises(migrate.StatementFailed, match="does not exist"):
        migrate.apply(empty_database, migrate.read(tmp_path))


def test_an_extension_that_the_platform_gives_may_be_dropped_and_brought_up_to_date(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "1_a.sql").write_text(
        "drop extension pg_graphql;create extension pg_graphql;drop extension pg_graphql cascade;"
        "alter extension supabase_vault update to '0.2.8'; alter extension pgcrypto update;"
        "create extension citext; alter extension citext set schema extensions;"
    )
    migrate.apply(empty_database, migrate.read(tmp_path))
    for statement in ("drop extension hstore;", "alter extension hstore update;"):
        (tmp_path / "2_b.sql").write_text(statement)
        with pytest.raises(migrate.StatementFailed, match='"hstore" does not exist'):
            migrate.apply(empty_database, migrate.read(tmp_path))


def test_a_publication_of_all_tables_is_made_and_dropped(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "1_a.sql").write_text(
        "create publication everything for all tables with (publish = 'insert');"
    )
    (tmp_path / "2_b.sql").write_text("drop publication everything;")

    assert migrate.apply(empty_database, migrate.read(tmp_path)).versions == ("1", "2")


COLLATIONS = """
create collation public.ignores_case (
  provider = icu, locale = 'und-u-ks-level2', deterministic = false
);
create table public.names (
  name text collate public.ignores_case, german text collate "de-x-icu", plain text collate "C"
);
"""


@pytest.mark.slow
def test_collations_of_icu_are_accepted_and_what_they_lack_is_said(tmp_path: Path) -> None:
    project = write_project(tmp_path / "names")
    (project / "supabase" / "migrations" / "20260102000000_names.sql").write_text(COLLATIONS)
    told: list[object] = []
    stack = EmbeddedStack(project, told.append)
    try:
        stack.up(port=0, api=False)
    finally:
        stack.down(remove_data=True)

    notices = [one.text for one in told if isinstance(one, Notice)]
    assert [text.partition(": ")[0] for text in notices] == [
        "supabase/migrations/20260102000000_names.sql:2",
        "supabase/migrations/20260102000000_names.sql:5",
    ]
    assert all("no ICU" in text for text in notices)


def test_a_folder_of_storage_is_listed_as_the_platform_lists_it(empty_database: str) -> None:
    names = ("a/b/1.png", "a/b/2.png", "a/C.png", "a/d.png", "e.png")
    with psycopg.connect(empty_database) as connection:
        connection.execute("insert into storage.buckets (id, name) values ('p', 'p')")
        for name in names:
            connection.execute(
                "insert into storage.objects (bucket_id, name) values ('p', %s)", [name]
            )

        def listed(call: str) -> list[tuple[str, bool]]:
            rows = connection.execute(f"select name, id is null from storage.search({call})")
            return rows.fetchall()

        assert listed("'', 'p'") == [("a", True), ("e.png", False)]
        assert listed("'a/', 'p'") == [("b", True), ("C.png", False), ("d.png", False)]
        assert listed("'a/', 'p', 1, 1, 1, '', 'name', 'desc'") == [("C.png", False)]
        assert listed("'a/', 'p', search => 'c'") == [("C.png", False)]
        assert listed("'%', 'p'") == []
