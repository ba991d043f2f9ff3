"""`wakti-sb adopt`, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.adopt import history, rows
from tests.adopt.evidence import everything
from tests.command_line import assert_one_clear_sentence, wakti


@pytest.mark.slow
def test_check_names_each_row_with_both_choices_and_exits_1(
    live_project: str, tmp_path: Path
) -> None:
    before = everything(live_project)
    done = wakti("adopt", "--check", "--db-url", live_project, cwd=tmp_path)
    assert_one_clear_sentence(done, code=1)
    assert done.stdout.count("--keep: ") == done.stdout.count("--quarantine: ") == 80
    assert "80 rows wait for a choice." in done.stderr
    assert everything(live_project) == before


@pytest.mark.slow
def test_json_gives_a_program_the_same(live_project: str, tmp_path: Path) -> None:
    done = wakti("adopt", "--json", "--db-url", live_project, cwd=tmp_path)
    problems = json.loads(done.stdout)["problems"]
    assert done.returncode == 1
    assert len(problems) == sum(rows.WRONG.values())
    assert {"table", "id", "kind", "what", "keep", "quarantine", "settled_by"} == {*problems[0]}


@pytest.mark.slow
def test_a_choice_then_migrate_leaves_nothing_open(live_project: str, tmp_path: Path) -> None:
    first = wakti(
        "adopt", "--quarantine", "--only", "project_backends", cwd=tmp_path, env=at(live_project)
    )
    assert first.returncode == 1
    assert "0 rows mended, 3 moved" in first.stderr
    second = wakti("adopt", "--keep", cwd=tmp_path, env=at(live_project))
    assert second.returncode == 0, second.stderr
    assert "77 rows mended, 0 moved" in second.stderr
    root = str(history.project())
    migrated = wakti("migrate", "--project", root, cwd=tmp_path, env=at(live_project))
    assert migrated.returncode == 0, migrated.stderr
    assert wakti("adopt", "--check", cwd=tmp_path, env=at(live_project)).returncode == 0


def test_a_new_database_has_nothing_to_adopt(empty_database: str, tmp_path: Path) -> None:
    done = wakti("adopt", "--check", cwd=tmp_path, env=at(empty_database))
    assert done.returncode == 0
    assert "nothing to adopt" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--keep", "--quarantine"], "exclude each other"),
        (["--check", "--keep"], "exclude each other"),
        (["--indexes", "--keep"], "exclude each other"),
        (["--only", "project_backends"], "--only goes with"),
        (["--keep", "--only", "project_backend"], "project_backend"),
        (["--db-url", "postgresql://postgres:secret@127.0.0.1:1/postgres"], "refused"),
    ],
)
def test_wrong_use_is_one_sentence_without_a_password(
    empty_database: str, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    done = wakti("adopt", *arguments, cwd=tmp_path, env=at(empty_database))
    assert_one_clear_sentence(done)
    assert sentence in done.stderr
    assert "secret" not in done.stderr


def at(url: str) -> dict[str, str]:
    return {"WAKTI_DB_URL": url}
