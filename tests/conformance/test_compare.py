"""Two states of a database: who gains and who loses what, and nothing for a refactoring."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.conformance.conftest import EXAMPLES, Example, execute
from tests.conformance.pairs import CHANGES, REFACTORINGS, Pair
from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import Severity, compare
from wakti_sb.stack import Endpoint

Database = Callable[[], str]
_QUICK = ("row level security off", "drafts are shown", "one policy split into four")


def _each(pairs: tuple[Pair, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "pair",
        [
            pytest.param(
                pair,
                id=f"{pair.example}: {pair.name}",
                marks=[] if pair.name in _QUICK else [pytest.mark.slow],
            )
            for pair in pairs
        ],
    )


@pytest.mark.slow_after(1)
@_each((*CHANGES, *REFACTORINGS))
@pytest.mark.parametrize("described", [True, False], ids=["by a model", "by a proposal"])
def test_a_change_is_named_and_a_refactoring_is_not(
    pair: Pair, described: bool, databases: Database
) -> None:
    example = Example(pair.example)
    before, after = databases(), databases()
    for url in (before, after):
        execute(url, *example.migrations)
    applied(after, pair.sql)
    found = compare(example.spec if described else None, before, after)
    assert found.untested == {}
    said = tuple(f"{change.severity}: {change.sentence}" for change in found.changes)
    if described:
        assert said == pair.says
    else:  # a proposal knows no hidden columns, and calls people and files otherwise
        assert len(said) >= len(pair.says) - 1
        assert bool(said) == bool(pair.says)


@pytest.mark.slow
def test_the_other_way_round_a_gain_is_a_loss(databases: Database) -> None:
    before, after = databases(), databases()
    for url in (before, after):
        applied(url, table("notes", "body text"))
    applied(after, "create policy p on notes for select to anon using (true)")
    there = compare(model("public.notes"), before, after)
    back = compare(model("public.notes"), after, before)
    assert [c.sentence for c in there.changes] == ["anon can now read others' rows of notes"]
    assert [c.sentence for c in back.changes] == ["anon can no longer read others' rows of notes"]
    assert (there.worst, back.worst) == (Severity.HIGH, Severity.LOW)


def test_columns_are_named(databases: Database) -> None:
    before, after = databases(), databases()
    for url in (before, after):
        applied(
            url,
            table("profiles", "a text", "b text", "c text"),
            "create policy p on profiles for select to anon using (true);"
            "revoke select on profiles from anon; grant select (id) on profiles to anon",
        )
    applied(after, "grant select (a, b, c) on profiles to anon")
    (change,) = compare(model("public.profiles"), before, after).changes
    assert change.sentence == "anon can now read 3 columns (a, b, c) of profiles"
    assert change.severity is Severity.HIGH


def test_a_policy_that_calls_itself_is_not_called_a_tightening(databases: Database) -> None:
    before, after = databases(), databases()
    for url in (before, after):
        applied(url, table("notes", "body text"))
    applied(after, 'alter policy "own" on notes using (id in (select id from notes))')
    found = compare(model("public.notes"), before, after)
    assert "infinite recursion" in found.untested["public.notes"]


# Through the front door.


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository whose last commit opens a table."""
    migrations = tmp_path / "app" / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "20260101000000_a.sql").write_text(table("public.notes", "body text"))
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "one")
    (migrations / "20260102000000_b.sql").write_text(
        'create policy "open" on public.notes for select using (true);'
    )
    return tmp_path / "app"


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True)


@pytest.mark.slow
def test_a_revision_a_folder_and_a_database_are_bases(
    repository: Path, tmp_path: Path, databases: Database
) -> None:
    file = tmp_path / "access.md"
    done = wakti("rls", "diff", "HEAD", "--markdown", str(file), cwd=repository)
    assert done.returncode == 1
    assert done.stdout == "high      everybody can now read others' rows of notes\n"
    assert "| high | everybody can now read others' rows of notes |" in file.read_text()

    same = wakti("rls", "diff", ".", cwd=repository)
    assert (same.returncode, same.stdout) == (0, "Nobody gains or loses access.\n")

    live = applied(databases(), table("public.notes", "body text"))
    drift = wakti("rls", "diff", live, "--json", "--fail-on", "critical", cwd=repository)
    assert drift.returncode == 0
    assert json.loads(drift.stdout)["worst"] == "high"
    assert "postgres:postgres" not in drift.stdout + drift.stderr


@pytest.mark.slow
def test_a_base_that_does_not_apply_is_one_sentence(repository: Path) -> None:
    (repository / "supabase" / "migrations" / "20260101000000_a.sql").write_text("create nonsense;")
    _git(repository, "add", ".")
    _git(repository, "commit", "-qm", "broken")
    (repository / "supabase" / "migrations" / "20260101000000_a.sql").write_text("select 1;")
    (repository / "supabase" / "migrations" / "20260102000000_b.sql").write_text("select 1;")
    done = wakti("rls", "diff", "HEAD", cwd=repository)
    assert_one_clear_sentence(done)
    assert "the migrations of HEAD do not apply" in done.stderr


@pytest.mark.parametrize("base", ["no-such-revision", "-x", "HEAD~7"])
def test_a_base_that_is_nothing_is_one_sentence(
    base: str, repository: Path, endpoint: Endpoint
) -> None:
    done = wakti("rls", "--db-url", endpoint.database, "diff", "--", base, cwd=repository)
    assert_one_clear_sentence(done)
    assert base in done.stderr
    assert "BASE is a git revision" in done.stderr


def test_an_empty_folder_is_no_base(tmp_path: Path, endpoint: Endpoint) -> None:
    done = wakti(
        "rls", "--db-url", endpoint.database, "diff", str(tmp_path), cwd=EXAMPLES / "notes"
    )
    assert_one_clear_sentence(done)
    assert "neither supabase/migrations nor .sql files" in done.stderr


@pytest.mark.slow
def test_a_comparison_leaves_nothing_behind(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    compare(model("public.notes"), url, url)
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from notes").fetchone() == (0,)
