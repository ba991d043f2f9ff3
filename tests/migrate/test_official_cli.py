"""The official CLI and this package go on from one another's history."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrate.database import history, rows
from wakti_sb.migrate import apply, read, repair, status

# Everything that two splitters could see differently.
FILES = {
    "20260101000000_comments.sql": "\ufeff-- é\r\ncreate table public.a (b text); -- behind\r\n"
    "/* alone; /* nested; */ */ ;\r\ninsert into public.a values ('漢;');;\r\n-- the end\r\n",
    "20260101000100_empty.sql": "",
    "20260101000200_.sql": "\n-- only a comment\n",
    "20260101000300_quotes.sql": "insert into public.a values (E'\\';'), ($$;$$), ($x$;$$;$x$),\n"
    "  (U&'d\\0061;'), ('a'';'\n  ';b');\nselect 1 as \"a;\"\"b\";\nselect 1 as x$a$;"
    "select 2 as y$a$;",
    "20260101000400_bodies.sql": "create function public.f() returns int language sql\n"
    "begin atomic\n  select 1;\n  select case when true then 2 end;\nend;\n"
    "create function public.g() returns void language plpgsql as $fn$\nbegin\n  perform 1;\n"
    "end;\n$fn$;\ncreate rule r as on delete to public.a do also (select 1; select 2);\n",
    "20260101000500_own_transaction.sql": "begin;\ncreate table public.c (d int);\ncommit;\n",
    "20260101000600_concurrently.sql": "create table public.e (f int);\n"
    "create index concurrently e_f on public.e (f);\nvacuum public.e;\nselect 1;\n",
    "20260101000700_no_transaction.sql": "-- pg-delta: transaction=false\nvacuum public.e;",
    "20260101000800_no_semicolon.sql": "select 1 -- none\n",
    "notes.sql": "this is no migration",
}
Official = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with migrations, and nothing else in it."""
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode())
    (tmp_path / "supabase" / "config.toml").write_text('project_id = "test"\n')
    return tmp_path


@pytest.fixture
def official(project: Path, empty_database: str, official_cli: Path) -> Official:
    """Run the official CLI in the project, on the test's database."""
    home = project / "home"
    home.mkdir()
    env = os.environ | {"HOME": str(home), "SUPABASE_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(official_cli), *arguments, "--db-url", empty_database],
            cwd=project,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def _listed(official: Official) -> list[tuple[str, str]]:
    """The versions on disk and in the database, as `migration list` shows them side by side."""
    return re.findall(r"`?(\d{14})`?\s*[|│]\s*`?(\d{14})`?", official("migration", "list"))


@pytest.mark.slow
def test_the_rows_of_both_are_the_same_to_the_letter(
    project: Path, official: Official, empty_database: str
) -> None:
    official("db", "push", "--yes")
    theirs = history(empty_database)
    for statement in (
        "drop schema supabase_migrations cascade",
        "drop table public.a, public.c, public.e",
        "drop function public.f, public.g",
    ):
        rows(empty_database, statement)

    apply(empty_database, read(project / "supabase" / "migrations"))

    assert history(empty_database) == theirs


@pytest.mark.slow
def test_after_our_run_the_official_cli_has_nothing_to_do(
    project: Path, official: Official, empty_database: str
) -> None:
    result = apply(empty_database, read(project / "supabase" / "migrations"))

    assert "up to date" in official("db", "push", "--dry-run")
    assert _listed(official) == [(version, version) for version in result.versions]


@pytest.mark.slow
def test_after_its_run_we_have_nothing_to_do(
    project: Path, official: Official, empty_database: str
) -> None:
    official("db", "push", "--yes")
    migrations = read(project / "supabase" / "migrations")

    assert {entry.state for entry in status(empty_database, migrations).entries} == {"applied"}
    assert apply(empty_database, migrations).versions == ()


@pytest.mark.slow
def test_each_goes_on_where_the_other_stopped(
    project: Path, official: Official, empty_database: str
) -> None:
    folder = project / "supabase" / "migrations"
    official("db", "push", "--yes")
    (folder / "20260102000000_ours.sql").write_text("create table public.ours (a int);")
    assert apply(empty_database, read(folder)).versions == ("20260102000000",)
    (folder / "20260103000000_theirs.sql").write_text("create table public.theirs (a int);")
    official("db", "push", "--yes")

    assert status(empty_database, read(folder)).pending == ()
    assert history(empty_database)[-2:] == [
        ("20260102000000", "ours", ["create table public.ours (a int)"]),
        ("20260103000000", "theirs", ["create table public.theirs (a int)"]),
    ]


@pytest.mark.slow
def test_a_repair_by_either_is_what_the_other_sees(
    project: Path, official: Official, empty_database: str
) -> None:
    migrations = read(project / "supabase" / "migrations")
    for migration in migrations:
        repair(empty_database, migration.version, "applied", migrations)
    ours = history(empty_database)

    assert "up to date" in official("db", "push", "--dry-run")

    versions = [migration.version for migration in migrations]
    official("migration", "repair", "--status", "reverted", *versions, "--yes")
    assert history(empty_database) == []
    official("migration", "repair", "--status", "applied", *versions, "--yes")
    assert history(empty_database) == ours
