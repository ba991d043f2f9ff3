"""A new project's history makes the tables, an adopting one takes over those that are there."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from tests.adopt import history
from tests.command_line import assert_one_clear_sentence, wakti
from wakti_sb import adopt, migrate
from wakti_sb.errors import MigrationError

NEW = history.ROOT / "supabase" / "migrations"

# What an adopted project has beside ours, for ever: the first release's own.
LEFT = {
    "project_collection_schemas.icon text",
    "project_uploads.collection_item_id uuid",
    "project_uploads.collection_name text",
    "unique project_backends_project_id_key UNIQUE (project_id)",
    "unique project_collection_schemas_project_id_collection_name_key "
    "UNIQUE (project_id, collection_name)",
    "CREATE INDEX idx_project_collections_project_collection ON public.project_collections "
    "USING btree (project_id, collection_name)",
    "project_backends BEFORE UPDATE update_project_backends_updated_at",
    "project_collections BEFORE UPDATE update_project_collections_updated_at",
    "project_collection_schemas BEFORE UPDATE update_project_collection_schemas_updated_at",
}

TABLES = (
    "select c.oid from pg_class as c where c.relkind = 'r' and c.relnamespace in"
    " ('public'::regnamespace, 'wakti'::regnamespace)"
    " and c.relname not in ('projects', 'adopted_rows')"
)
SCHEMA = f"""
select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  || case when a.attnotnull then ' not null' else '' end
  || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
from pg_attribute as a
join pg_class as c on a.attrelid = c.oid
left join pg_attrdef as d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
where a.attnum > 0 and not a.attisdropped and c.oid in ({TABLES})
union all
select case k.contype when 'u' then 'unique ' else k.conrelid::regclass::text || ' ' end
  || k.conname || ' ' || pg_get_constraintdef(k.oid)
from pg_constraint as k where k.conrelid in ({TABLES}) and k.contype <> 'n'
union all
select pg_get_indexdef(i.indexrelid) from pg_index as i where i.indrelid in ({TABLES})
union all
select c.relname || ' ' || case when t.tgtype & 2 <> 0 then 'BEFORE' else 'AFTER' end || ' '
  || case when t.tgtype & 16 <> 0 then 'UPDATE' else 'INSERT' end || ' ' || t.tgname
from pg_trigger as t join pg_class as c on t.tgrelid = c.oid
where not t.tgisinternal and c.oid in ({TABLES})
union all
select p.tablename || ' ' || p.policyname || ' ' || p.cmd || ' ' || p.roles::text || ' '
  || coalesce(p.qual, '') || ' / ' || coalesce(p.with_check, '')
from pg_policies as p
where (p.schemaname in ('public', 'wakti') and p.tablename <> 'projects')
  or p.schemaname = 'storage'
union all
select c.relname || ' ' || g.grantee::regrole::text || ' ' || g.privilege_type
from pg_class as c, aclexplode(c.relacl) as g
where c.oid in ({TABLES}) and g.grantee::regrole::text in ('anon', 'authenticated', 'wakti_site')
union all
select c.relname || '.' || a.attname || ' ' || g.grantee::regrole::text || ' ' || g.privilege_type
from pg_attribute as a join pg_class as c on a.attrelid = c.oid, aclexplode(a.attacl) as g
where c.oid in ({TABLES})
union all
select p.oid::regprocedure::text || ' ' || p.proowner::regrole::text || ' ' || md5(p.prosrc)
from pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'wakti'::regnamespace)
  and p.proname <> 'update_updated_at_column'
union all
select b.id || ' ' || b.public || ' ' || b.file_size_limit || ' ' || b.allowed_mime_types::text
from storage.buckets as b
"""


def schema(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {line for (line,) in connection.execute(SCHEMA.encode())}


@pytest.mark.slow
def test_a_new_and_an_adopted_project_end_in_the_same_schema(
    db_url: str, live_project: str
) -> None:
    adopt.settle(live_project, "keep")
    migrate.apply(live_project, migrate.read(history.migrations()))
    new, adopted = schema(db_url), schema(live_project)
    assert new - adopted == set()
    assert adopted - new == LEFT


def test_a_new_project_gets_nothing_of_the_first_release() -> None:
    names = [path.name for path in NEW.glob("*.sql")]
    assert not [name for name in names if "first_release" in name or "validate" in name]
    text = "".join(path.read_text("utf-8") for path in NEW.glob("*.sql"))
    assert "not valid" not in text.lower()


def test_the_history_of_a_new_project_refuses_the_first_release(live_project: str) -> None:
    with pytest.raises(MigrationError, match="holds the first WAKTI release") as refused:
        migrate.apply(live_project, migrate.read(NEW))
    assert "wakti-sb adopt" in str(refused.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as `init` leaves it."""
    done = wakti("init", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.mark.slow
def test_a_choice_lets_the_history_adopt_and_migrate_then_works(
    live_project: str, folder: Path
) -> None:
    before = (folder / "wakti.toml").read_text("utf-8")
    done = wakti("adopt", "--keep", "--db-url", live_project, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "first_release = true" in done.stderr
    assert before in (folder / "wakti.toml").read_text("utf-8")
    assert wakti("generate", "--check", cwd=folder).returncode == 0
    again = wakti("adopt", "--keep", "--db-url", live_project, cwd=folder)
    assert (again.returncode, "first_release" in again.stderr) == (0, False)
    migrated = wakti("migrate", "--db-url", live_project, cwd=folder)
    assert migrated.returncode == 0, migrated.stderr


def test_migrations_of_ones_own_are_not_put_in_front_of_the_tables(
    live_project: str, folder: Path
) -> None:
    own = folder / "supabase" / "migrations" / "20990101000000_own.sql"
    own.write_text("select 1;\n")
    before = sorted(path.name for path in own.parent.iterdir())
    done = wakti("adopt", "--keep", "--db-url", live_project, cwd=folder)
    assert_one_clear_sentence(done, code=2)
    assert "20990101000000_own.sql is a migration of your own" in done.stderr
    assert sorted(path.name for path in own.parent.iterdir()) == before


def test_a_history_that_was_applied_is_not_written_anew(db_url: str, folder: Path) -> None:
    shutil.copytree(NEW, folder / "supabase" / "migrations", dirs_exist_ok=True)
    with pytest.raises(Exception, match="has had migration 20260101000100"):
        adopt.adopt_history(folder, history.ROOT, db_url)


@pytest.mark.slow  # looks through every migration with two linters
def test_the_history_that_adopts_passes_lint() -> None:
    done = wakti("lint", cwd=history.project())
    assert done.returncode == 0, done.stdout + done.stderr
