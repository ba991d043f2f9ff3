"""A PostgreSQL of one's own: Debian's, with its PostGIS, pgTAP and pg_cron."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti

ROOT = Path(__file__).parents[2]
DEBIANS = Path("/usr/lib/postgresql/15")
SCRIPTS = Path("/usr/share/postgresql/15/extension")
# What the tests need, and the file by which each package is known.
PACKAGES = {
    "postgresql-15": DEBIANS / "bin" / "postgres",
    "postgresql-15-postgis-3": SCRIPTS / "postgis.control",
    "postgresql-15-pgtap": SCRIPTS / "pgtap.control",
    "postgresql-15-cron": SCRIPTS / "pg_cron.control",
}
ENV = {"WAKTI_POSTGRES": str(DEBIANS)}
MIGRATION = """
create extension postgis with schema extensions;
create extension pg_cron;
create extension pgmq;
create extension if not exists "uuid-ossp" with schema extensions;
create table public.places (
  id uuid primary key default extensions.uuid_generate_v4(),
  user_id uuid references auth.users,
  at extensions.geography (point)
);
alter table public.places enable row level security;
create policy "own" on public.places using (user_id = (select auth.uid()));
create policy "files" on storage.objects for select using (bucket_id = 'a');
insert into public.places (at) values ('point(46.7 24.7)'), ('point(39.2 21.5)');
select cron.schedule('nightly', '0 3 * * *', 'select 1');
"""
TEST = """
begin;
create extension if not exists pgtap with schema extensions;
select plan(1);
select policies_are('public', 'places', array['own']);
select * from finish();
rollback;
"""

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _there() -> None:
    if missing := [package for package, file in PACKAGES.items() if not file.is_file()]:
        pytest.skip(f"not installed: {', '.join(missing)}; apt-get install {' '.join(missing)}")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    wakti("down", "--no-backup", cwd=tmp_path)


def test_its_extensions_and_ours_are_there_and_it_is_left_as_it_is(project: Path) -> None:
    before = sorted(file.name for file in SCRIPTS.iterdir())
    (project / "supabase" / "migrations").mkdir(parents=True)
    (project / "supabase" / "migrations" / "20260101000000_places.sql").write_text(MIGRATION)
    (project / "supabase" / "tests").mkdir()
    (project / "supabase" / "tests" / "places.sql").write_text(TEST)

    up = wakti("up", "--port", "0", cwd=project, env=ENV)
    assert up.returncode == 0, up.stderr
    values = dict(
        line.split("=", 1) for line in wakti("status", "-o", "env", cwd=project).stdout.splitlines()
    )
    with psycopg.connect(values["DB_URL"].strip('"')) as connection:
        row = connection.execute(
            "select current_setting('server_version_num')::int / 10000, "
            "(select round(extensions.st_distance(min(at::text)::extensions.geography, "
            "max(at::text)::extensions.geography) / 1000) from public.places), "
            "(select array_agg(jobname) from cron.job), "
            "(select extversion from pg_extension where extname = 'pg_cron'), "
            "current_setting('shared_preload_libraries')"
        ).fetchone()
    assert row is not None
    # Jobs are written down by our pg_cron; Debian's, which runs them, is not loaded.
    assert (row[0], row[2], row[3]) == (15, ["nightly"], "1.6.4")
    assert "pg_cron" not in row[4]
    assert 800 < row[1] < 900  # kilometres from Riyadh to Jeddah

    tested = wakti("test", "db", cwd=project, env=ENV)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert sorted(file.name for file in SCRIPTS.iterdir()) == before


def test_the_backend_and_its_matrix_hold_there(project: Path) -> None:
    shutil.copy(ROOT / "wakti.toml", project)
    shutil.copytree(ROOT / "supabase", project / "supabase")
    up = wakti("up", "--port", "0", cwd=project, env=ENV)
    assert up.returncode == 0, up.stderr
    done = wakti("rls", "test", "--through-client", cwd=project, env=ENV)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_that_does_not_start_is_one_clear_sentence(project: Path) -> None:
    bare = project / "bare"
    (bare / "bin").mkdir(parents=True)
    bare.chmod(0o755)
    (bare / "bin" / "postgres").write_text("#!/bin/sh\nexit 1\n")
    done = wakti("up", "--port", "0", cwd=project, env={"WAKTI_POSTGRES": str(bare)})
    assert_one_clear_sentence(done)


def test_data_of_another_version_is_told_and_left_as_it_is(project: Path) -> None:
    (project / "supabase" / "migrations").mkdir(parents=True)
    assert wakti("up", "--port", "0", cwd=project).returncode == 0
    assert wakti("down", cwd=project).returncode == 0

    refused = wakti("up", "--port", "0", cwd=project, env=ENV)
    assert_one_clear_sentence(refused)
    assert "made by PostgreSQL 17" in refused.stderr
    assert "PostgreSQL 15" in refused.stderr
    assert "down --no-backup" in refused.stderr

    assert wakti("up", "--port", "0", cwd=project).returncode == 0
