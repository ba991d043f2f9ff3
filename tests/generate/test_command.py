"""`wakti-sb init` and `wakti-sb generate`, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was just started, in a folder with an Arabic name and a space."""
    folder = tmp_path / "متجر new"
    folder.mkdir()
    done = wakti("init", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def _migrations(project: Path) -> list[str]:
    return sorted(file.name for file in (project / "supabase" / "migrations").iterdir())


def _edit(project: Path, old: str, new: str) -> None:
    file = project / "wakti.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_new_project_is_current_and_init_again_changes_nothing(project: Path) -> None:
    assert wakti("generate", "--check", cwd=project).returncode == 0
    before = _migrations(project)
    again = wakti("init", cwd=project)
    assert again.returncode == 0
    assert "stays as it is" in again.stderr
    assert _migrations(project) == before


def test_a_changed_limit_is_shown_by_check_and_becomes_a_new_migration(project: Path) -> None:
    before = _migrations(project)
    _edit(project, "file = 10485760", "file = 5242880")

    check = wakti("generate", "--check", cwd=project)
    assert_one_clear_sentence(check, code=1)
    assert "+" in check.stdout
    assert "5242880" in check.stdout
    assert _migrations(project) == before

    assert wakti("generate", cwd=project).returncode == 0
    after = _migrations(project)
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert wakti("generate", "--check", cwd=project).returncode == 0


def test_a_table_of_ones_own_gets_a_migration_an_entry_and_policies(project: Path) -> None:
    before = _migrations(project)

    done = wakti("generate", "table", "reviews", "--through", "public.projects", cwd=project)

    assert done.returncode == 0, done.stderr
    table, *policies = _migrations(project)[len(before) :]
    assert table.endswith("_create_reviews.sql")
    assert any("policies" in name for name in policies)
    assert 'table = "public.reviews"' in (project / "wakti.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("file = 10485760", "fiel = 10485760", "file"),
        ("file = 10485760", 'file = "many"', '[limits]: file = "many"'),
        ('select = "own"', 'select = "owm"', "own"),
        ("[limits]", "[limits", "wakti.toml"),
    ],
    ids=["unknown key", "wrong type", "unknown right", "no TOML"],
)
def test_a_broken_wakti_toml_is_named_and_nothing_is_written(
    project: Path, old: str, new: str, said: str
) -> None:
    before = _migrations(project)
    _edit(project, old, new)

    done = wakti("generate", cwd=project)

    assert_one_clear_sentence(done)
    assert said in done.stderr
    assert _migrations(project) == before


def test_without_a_wakti_toml_generate_says_what_to_do(tmp_path: Path) -> None:
    done = wakti("generate", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "wakti-sb init" in done.stderr
