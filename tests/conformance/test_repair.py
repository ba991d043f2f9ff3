"""`rls fix`: what closes the findings, tried; and what only a person can decide."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.command_line import PROGRAM, assert_one_clear_sentence, wakti
from tests.conformance.broken import BROKEN
from tests.conformance.conftest import EXAMPLES, Example, execute
from tests.conformance.schemas import applied, model, owned, table
from wakti_sb.conformance import repair, run
from wakti_sb.conformance.model import Problem

Database = Callable[[], str]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "faults"),
    [pytest.param(name, faults, id=f"{name}: {', '.join(faults)}") for name, faults in BROKEN],
)
def test_a_broken_schema_ends_clean(
    name: str, faults: tuple[str, ...], databases: Database
) -> None:
    example, url = Example(name), databases()
    folder = example.folder / "faults"
    execute(url, *example.migrations, *(folder / f"{fault}.sql" for fault in faults))
    before = run(example.spec, url)
    assert not before.safe
    found = repair(example.spec, url, score=False)
    assert [cause.title for cause in found.left] == []
    assert found.passed == found.cases > 0
    applied(url, *(step.statements for step in found.steps))
    after = run(example.spec, url)
    assert [f.id for f in after.findings if f.problem != Problem.CONDITION] == []


@pytest.mark.slow
def test_the_smallest_statement_is_taken(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    applied(url, "alter table notes disable row level security")
    found = repair(model("public.notes"), url)
    (step,) = found.steps
    assert step.statements == 'alter table "public"."notes" enable row level security;'
    assert found.score == 1.0


@pytest.mark.slow
def test_of_two_policies_the_one_that_lets_others_in_goes_and_no_more(databases: Database) -> None:
    """Also for whoever only counts rows, which does not say whose they are."""
    url = applied(databases(), table("notes", "body text"))
    applied(url, 'create policy "open" on notes for select using (true)')
    found = repair(model("public.notes"), url, score=False)
    assert [step.statements for step in found.steps] == [
        'drop policy if exists "open" on "public"."notes";'
    ]
    assert {finding.policy for finding in run(model("public.notes"), url).findings} == {"open"}


@pytest.mark.slow
def test_only_the_causes_of_what_was_chosen_are_closed(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"), table("lists", "body text"))
    applied(url, "alter table notes disable row level security")
    applied(url, "alter table lists disable row level security")
    both = model("public.notes", "public.lists")
    found = repair(both, url, ["notes"], score=False)
    # One cause, two tables: it is chosen as a whole.
    assert len(found.steps) == 2
    assert repair(both, url, ["others"], score=False).steps == ()


def test_a_sound_schema_needs_nothing(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    found = repair(model("public.notes"), url)
    assert (found.steps, found.left, found.score) == ((), (), None)


@pytest.mark.slow
def test_a_function_nobody_described_loses_its_callers(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    applied(url, "create function f() returns int language sql as 'select 1'")
    found = repair(model("public.notes"), url, score=False)
    assert [step.statements for step in found.steps] == [
        "revoke execute on function public.f() from public, anon, authenticated;"
    ]
    assert found.clean


@pytest.mark.slow
def test_a_function_that_does_not_ask_who_calls_gets_its_callers_rights(
    databases: Database,
) -> None:
    url = applied(databases(), table("notes", "body text"))
    applied(
        url,
        "create function wipe(note uuid) returns void language sql security definer"
        " set search_path = '' as 'delete from public.notes where id = note'",
    )
    entry = "[[function]]\nfunction = 'public.wipe(uuid)'\nexecute = 'authenticated'"
    found = repair(model("public.notes", more=entry), url, score=False)
    assert "alter function public.wipe(uuid) security invoker;" in "\n".join(
        step.statements for step in found.steps
    )
    assert found.clean


@pytest.mark.slow
def test_the_migration_is_written_after_the_last_one(tmp_path: Path) -> None:
    project = tmp_path / "notes"
    shutil.copytree(EXAMPLES / "notes", project)
    fault = project / "faults" / "rls_never_on.sql"
    migrations = project / "supabase" / "migrations"
    shutil.copy(fault, migrations / "29990101000000_fault.sql")
    shown = wakti("rls", "fix", cwd=project)
    assert 'alter table "public"."reminders" enable row level security;' in shown.stdout
    assert sorted(f.name for f in migrations.iterdir())[-1] == "29990101000000_fault.sql"
    written = wakti("rls", "fix", "--write", cwd=project)
    assert written.returncode == 0, written.stderr
    assert "Mutation score afterwards" in written.stderr
    assert (migrations / "29990101000001_close_findings.sql").is_file()
    assert wakti("rls", "test", cwd=project).returncode == 0


@pytest.mark.slow
def test_a_repair_leaves_nothing_behind(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    applied(url, "alter table notes disable row level security")
    repair(model("public.notes"), url, score=False)
    with psycopg.connect(url) as connection:
        left = connection.execute(
            "select datname from pg_database where datname like 'wakti_mutant_%'"
        ).fetchall()
        (rls,) = connection.execute(
            "select relrowsecurity from pg_class where relname = 'notes'"
        ).fetchone() or (None,)
    assert (left, rls) == ([], False)


_OF_NOTES = owned("notes")


def _open_notes(folder: Path, url: str) -> Path:
    """A project whose notes everybody reads, and its migrations."""
    applied(url, table("notes", "body text"), "alter table notes disable row level security")
    (folder / "wakti.toml").write_text(_OF_NOTES)
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    return migrations


@pytest.mark.parametrize("command", [("init", "--overwrite"), ("fix", "--write")])
def test_on_a_full_disk_nothing_is_half_written(
    command: tuple[str, ...], tmp_path: Path, databases: Database
) -> None:
    url = databases()
    migrations = _open_notes(tmp_path, url)
    # A file of any size is too large; what goes to a terminal or a pipe is not.
    done = subprocess.run(
        [
            "bash",
            "-c",
            'ulimit -f 0; exec "$@"',
            "bash",
            *PROGRAM,
            "rls",
            "--db-url",
            url,
            *command,
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert_one_clear_sentence(done)
    assert "cannot be written" in done.stderr
    assert list(migrations.iterdir()) == []
    assert (tmp_path / "wakti.toml").read_text() == _OF_NOTES
    assert sorted(file.name for file in tmp_path.iterdir()) == ["supabase", "wakti.toml"]


def test_a_file_or_a_folder_in_the_way_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/postgres"
    (tmp_path / "wakti.toml").write_text(_OF_NOTES)
    done = wakti("rls", "--db-url", nowhere, "fix", "--write", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "no supabase/migrations" in done.stderr
    (tmp_path / "supabase").mkdir()
    (tmp_path / "supabase" / "migrations").write_text("a file")
    done = wakti("rls", "--db-url", nowhere, "fix", "--write", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "supabase/migrations" in done.stderr
    (tmp_path / "wakti.toml").unlink()
    (tmp_path / "wakti.toml").mkdir()
    done = wakti("rls", "--db-url", nowhere, "init", "--overwrite", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "there is a folder of this name" in done.stderr
