"""`wakti-sb migrate`, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.migrate.database import rows


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two migrations."""
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "20260101000000_notes.sql").write_text("create table public.notes (id int);\n")
    (folder / "20260102000000_more.sql").write_text("alter table public.notes add a text;\n")
    return tmp_path


def test_what_is_pending_is_applied_and_named(project: Path, empty_database: str) -> None:
    done = wakti("migrate", "--db-url", empty_database, cwd=project)
    assert done.returncode == 0, done.stderr
    assert "20260101000000_notes.sql" in done.stdout

    again = wakti("migrate", "--db-url", empty_database, cwd=project)
    assert "Nothing is pending." in again.stderr
    rows(empty_database, "select a from public.notes")


def test_a_dry_run_shows_every_statement_and_leaves_the_database_as_it_was(
    project: Path, empty_database: str
) -> None:
    done = wakti("migrate", "--dry-run", "--db-url", empty_database, cwd=project)
    assert done.returncode == 0, done.stderr
    assert "create table public.notes" in done.stdout
    assert "Rolled back" in done.stderr
    assert rows(empty_database, "select to_regclass('public.notes')") == [(None,)]


def test_the_status_tells_applied_from_pending(project: Path, empty_database: str) -> None:
    wakti("migrate", "--db-url", empty_database, cwd=project)
    (project / "supabase" / "migrations" / "20260103000000_new.sql").write_text("select 1;")

    done = wakti("migrate", "--status", "--json", "--db-url", empty_database, cwd=project)

    states = [entry["state"] for entry in json.loads(done.stdout)["entries"]]
    assert states == ["applied", "applied", "pending"]


def test_a_file_changed_after_it_was_applied_is_a_finding_and_repair_settles_it(
    project: Path, empty_database: str
) -> None:
    wakti("migrate", "--db-url", empty_database, cwd=project)
    file = project / "supabase" / "migrations" / "20260102000000_more.sql"
    file.write_text("alter table public.notes add b text;\n")

    found = wakti("migrate", "--status", "--db-url", empty_database, cwd=project)
    assert_one_clear_sentence(found, code=1)
    assert "20260102000000 (changed)" in found.stderr

    repaired = wakti(
        "migrate", "--repair", "applied", "20260102000000", "--db-url", empty_database, cwd=project
    )
    assert repaired.returncode == 0, repaired.stderr
    assert wakti("migrate", "--status", "--db-url", empty_database, cwd=project).returncode == 0


def test_a_statement_that_fails_is_shown_with_line_column_and_caret(
    project: Path, empty_database: str
) -> None:
    broken = project / "supabase" / "migrations" / "20260103000000_broken.sql"
    broken.write_text("select 1;\nselect nothing from public.notes;\n")

    done = wakti("migrate", "--db-url", empty_database, cwd=project)

    assert_one_clear_sentence(done)
    assert "20260103000000_broken.sql:2:8" in done.stderr
    assert "^" in done.stderr


def test_a_password_reaches_no_message(project: Path, empty_database: str) -> None:
    wrong = empty_database.replace("postgres:postgres@", "postgres:hunter2@")
    done = wakti("migrate", "--db-url", wrong, cwd=project)
    assert_one_clear_sentence(done)
    assert "hunter2" not in done.stdout + done.stderr


def test_without_a_stack_or_a_url_it_says_what_to_do(project: Path) -> None:
    done = wakti("migrate", cwd=project)
    assert_one_clear_sentence(done)
    assert "wakti-sb up" in done.stderr
