"""`wakti-sb lint`, as a person or a pipeline runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti, wakti_from_nothing

from .conftest import write_files, write_migrations

ROOT = Path(__file__).parents[2]
UNSAFE = "alter table public.notes drop column body;\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def rules(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [finding["rule"] for finding in json.loads(done.stdout)["findings"]]


def test_what_is_generated_for_a_new_project_is_clean(tmp_path: Path) -> None:
    write_files(tmp_path, {"wakti.toml": (ROOT / "wakti.toml").read_text()})
    assert wakti("generate", cwd=tmp_path).returncode == 0
    done = wakti("lint", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_findings_exit_1_with_place_rule_and_remedy(project: Path) -> None:
    write_migrations(project, ["create table public.notes (id bigint primary key);\n"])
    done = wakti("lint", cwd=project)
    assert_one_clear_sentence(done, code=1)
    first, second = done.stdout.splitlines()
    assert first.startswith("supabase/migrations/20250101000001_m1.sql:1:1: ")
    assert first.endswith("[table-without-rls]")
    assert second.strip().startswith("alter table public.notes enable row level security")


def test_json_is_for_a_program(project: Path) -> None:
    write_migrations(project, ["create table public.notes (id bigint primary key);\n"])
    document = json.loads(wakti("lint", "--json", cwd=project).stdout)
    assert document["checked"] == {
        "sources": 0,
        "migrations": 1,
        "new_migrations": 1,
        "functions": 0,
    }
    (finding,) = document["findings"]
    assert {*finding} == {"rule", "file", "line", "column", "message", "remedy"}


@pytest.mark.slow
def test_the_same_files_give_the_same_answer(project: Path) -> None:
    write_migrations(project, ["create table b (id int);\ncreate table a (id int);\n", UNSAFE])
    said = {wakti_from_nothing("lint", "--json", cwd=project).stdout for _ in range(2)}
    assert len(said) == 1


def test_safety_is_asked_of_migrations_newer_than_a_version(project: Path) -> None:
    write_migrations(project, [UNSAFE, UNSAFE])
    assert rules(wakti("lint", "--json", cwd=project)) == ["squawk/ban-drop-column"] * 2
    new = wakti("lint", "--json", "--since", "20250101000001", cwd=project)
    (finding,) = json.loads(new.stdout)["findings"]
    assert (finding["file"], finding["line"]) == ("supabase/migrations/20250101000002_m2.sql", 1)
    assert wakti("lint", "--since", "20250101000002", cwd=project).returncode == 0


def test_safety_is_asked_of_migrations_that_a_git_ref_does_not_have(project: Path) -> None:
    git(project, "init", "--quiet", "--initial-branch", "main")
    write_migrations(project, [UNSAFE])
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "first")
    git(project, "switch", "--quiet", "--create", "work")
    write_migrations(project, [UNSAFE], first=2)
    # What main gets meanwhile is not here, so it makes nothing here old.
    done = wakti("lint", "--json", "--since", "main", cwd=project)
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["file"].endswith("_m2.sql")


def test_a_ref_that_git_does_not_know_is_one_sentence(project: Path) -> None:
    write_migrations(project, [UNSAFE])
    done = wakti("lint", "--since", "origin/nowhere", cwd=project)
    assert_one_clear_sentence(done)
    assert "origin/nowhere" in done.stderr


def test_a_constraint_that_is_replaced_in_one_statement_is_not_lost(project: Path) -> None:
    lost = "alter table private.a drop constraint c;\n"
    replaced = lost.replace(";", ", add constraint c check (x > 0) not valid;")
    write_migrations(project, [replaced])
    assert wakti("lint", cwd=project).returncode == 0
    write_migrations(project, [lost], first=2)
    assert rules(wakti("lint", "--json", cwd=project)) == ["squawk/ban-drop-constraint"]


def test_an_index_is_safe_on_a_table_of_the_same_migration_only(project: Path) -> None:
    made = "create table private.a (id bigint primary key);\n"
    index = "create index a_id_idx on private.a (id);\n"
    write_migrations(project, [made + index])
    assert wakti("lint", cwd=project).returncode == 0
    write_migrations(project, [made, index])
    (rule,) = rules(wakti("lint", "--json", cwd=project))
    assert rule == "squawk/require-concurrent-index-creation"
    write_migrations(project, [made, index.replace("index a", "index concurrently a")])
    assert "squawk/ban-concurrent-index-creation-in-transaction" not in rules(
        wakti("lint", "--json", cwd=project)
    )


@pytest.mark.parametrize("name", ["squawk/ban-drop-column", "squawk"])
def test_a_rule_is_switched_off_with_a_reason_that_is_shown(project: Path, name: str) -> None:
    write_migrations(project, [UNSAFE])
    write_files(project, {"wakti.toml": f'[lint.off]\n"{name}" = "the code went first"\n'})
    done = wakti("lint", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert "the code went first" in done.stderr


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('[lint.off]\n"policy-without-rolle" = "x"', 'did you mean "policy-without-role"?'),
        ('[lint.off]\n"sqlfluff/layout.indents" = "x"', 'did you mean "sqlfluff/layout.indent"?'),
        ('[lint.off]\n"policy-without-role" = ""', "at least 1 character"),
        ('[lint]\nsince = "yesterday"', "since"),
    ],
)
def test_a_setting_that_would_do_nothing_is_refused(
    project: Path, toml: str, sentence: str
) -> None:
    write_files(project, {"wakti.toml": toml})
    done = wakti("lint", cwd=project)
    assert_one_clear_sentence(done)
    assert sentence in done.stderr


def test_a_syntax_error_is_shown_with_its_place(project: Path) -> None:
    write_migrations(project, ["select 1;\nselect from where;\n"])
    done = wakti("lint", cwd=project)
    assert_one_clear_sentence(done)
    assert "20250101000001_m1.sql:2:13" in done.stderr


def test_a_folder_without_migrations_says_what_to_do(tmp_path: Path) -> None:
    write_files(tmp_path, {"wakti.toml": ""})
    assert "wakti-sb generate" in wakti("lint", cwd=tmp_path).stderr


def test_a_summary_is_appended_as_markdown(project: Path) -> None:
    write_migrations(project, ["create table public.notes (id bigint primary key);\n"])
    write_files(project, {"summary.md": "# Before\n\n"})
    wakti("lint", "--summary", "summary.md", cwd=project)
    text = (project / "summary.md").read_text()
    assert text.startswith("# Before\n\n## Lint\n\n| Place | Rule |")
    assert "20250101000001_m1.sql:1 | table-without-rls |" in text


def test_a_summary_that_cannot_be_written_is_one_sentence(project: Path) -> None:
    done = wakti("lint", "--summary", "none/summary.md", cwd=project)
    assert_one_clear_sentence(done)
