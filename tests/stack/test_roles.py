"""A project's own roles: they come before its migrations, and are made anew with its database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.stack.conftest import write_project
from wakti_sb.errors import MigrationError
from wakti_sb.events import Notice
from wakti_sb.stack import EmbeddedStack

GRANTED = "grant select on public.notes to reporting;\n"
MADE = """
create role readers nologin;
create role people nologin;
grant readers to people;
create policy reading on public.notes to readers using (true);
do $$
declare each text;
begin
  for each in select rolname from pg_roles where rolname !~ '^pg_' loop
    execute format('grant temporary on database %I to %I', current_database(), each);
    execute format('grant select on public.notes to %I', each);
  end loop;
end $$;
"""
STATE = """
select
  (select array_agg(r.rolname order by r.rolname) from pg_roles as r
    where r.rolname in ('readers', 'people') or r.rolname like 'wakti_before%%'),
  (select r.rolconnlimit from pg_roles as r where r.rolname = 'readers'),
  (select p.roles from pg_policies as p where p.policyname = 'reading')
"""


@pytest.fixture
def told() -> list[object]:
    """What the stack said."""
    return []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a secret, in a folder whose name means something to `glob`."""
    project = write_project(tmp_path / "a [b] project")
    (project / "supabase" / "config.toml").write_text('[db.vault]\nname = "value"\n')
    return project


@pytest.fixture
def stack(project: Path, told: list[object]) -> Iterator[EmbeddedStack]:
    """Its stack."""
    stack = EmbeddedStack(project, told.append)
    yield stack
    stack.down(remove_data=True)


@pytest.mark.slow
def test_roles_of_a_file_of_their_own_are_there_before_the_migrations(
    project: Path, stack: EmbeddedStack, told: list[object]
) -> None:
    supabase = project / "supabase"
    (supabase / "migrations" / "20260102000000_grant.sql").write_text(GRANTED)
    (supabase / "seed.sql").write_text("insert into public.notes (text) values ('sown');")
    (supabase / "roles.sql").write_text("create role reporting nologin;\ngrant nobody to anon;\n")
    with pytest.raises(MigrationError, match=r'supabase/roles.sql:2:\d+: role "nobody" does not'):
        stack.up(port=0, api=False)

    # As `supabase db dump --role-only` writes them: the platform's own among them.
    (supabase / "roles.sql").write_text(
        'CREATE ROLE "supabase_realtime_admin";\n'
        'ALTER ROLE "supabase_realtime_admin" WITH NOINHERIT NOLOGIN;\n'
        "create role reporting nologin;\n"
        "alter role anon set statement_timeout = '20s';\nRESET ALL;\n"
    )
    url = stack.up(port=0, api=False).database

    assert [one.text for one in told if isinstance(one, Notice) and "roles.sql" in one.text] == [
        "supabase/roles.sql:1: supabase_realtime_admin is the platform's and stays as it is"
    ]
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select has_table_privilege('reporting', 'public.notes', 'select'),"
            " (select rolconfig from pg_roles where rolname = 'anon'),"
            " (select count(*) from vault.secrets), (select array_agg(text) from public.notes)"
        ).fetchone()
    assert found == (True, ["statement_timeout=20s"], 1, ["sown"])


@pytest.mark.slow
def test_what_a_reset_makes_anew_has_new_roles_too(project: Path, stack: EmbeddedStack) -> None:
    file = project / "supabase" / "migrations" / "20260102000000_roles.sql"
    file.write_text(MADE)
    url = stack.up(port=0, api=False).database

    def state() -> object:
        with psycopg.connect(url) as connection:
            return connection.execute(STATE).fetchone()

    assert state() == (["people", "readers"], -1, ["readers"])

    file.write_text(MADE.replace("create role readers nologin", "create role readers limit 3"))
    with pytest.raises(MigrationError):
        stack.reset()
    assert state() == (["people", "readers"], -1, ["readers"])

    file.write_text(
        MADE.replace("create role readers nologin", "create role readers connection limit 3")
    )
    stack.reset()
    assert state() == (["people", "readers"], 3, ["readers"])


@pytest.mark.slow
def test_a_reset_after_one_that_failed_is_not_empty(project: Path, stack: EmbeddedStack) -> None:
    file = project / "supabase" / "migrations" / "20260102000000_more.sql"
    url = stack.up(port=0, api=False).database
    file.write_text("select 1 from nowhere;")
    with pytest.raises(MigrationError):
        stack.reset()

    file.unlink()
    stack.reset()

    with psycopg.connect(url) as connection:
        connection.execute("select from public.notes")


@pytest.mark.slow
def test_a_first_up_that_failed_leaves_no_role_and_no_secret_in_the_way(
    project: Path, stack: EmbeddedStack
) -> None:
    first = project / "supabase" / "migrations" / "20260101000000_notes.sql"
    file = project / "supabase" / "migrations" / "20260102000000_roles.sql"
    file.write_text(MADE)
    text = first.read_text()
    for broken in (first, file.with_name("20260103000000_broken.sql")):
        broken.write_text("select 1 from nowhere;")
        with pytest.raises(MigrationError, match="nowhere"):
            stack.up(port=0, api=False)
        first.write_text(text)
    broken.unlink()

    url = stack.up(port=0, api=False).database

    with psycopg.connect(url) as connection:
        found = connection.execute("select count(*) from vault.secrets").fetchone()
    assert found == (1,)
