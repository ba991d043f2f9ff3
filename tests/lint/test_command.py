"""`wakti-sb lint`, as a person or a pipeline runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti, wakti_from_nothing
from wakti_sb import lint
from wakti_sb.events import ignore
from wakti_sb.stack import Target

from .conftest import write_files, write_migrations

ROOT = Path(__file__).parents[2]
UNSAFE = "alter table public.notes drop column body;\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def rules(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [finding["rule"] for finding in json.loads(done.stdout)["findings"]]


@pytest.mark.slow
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
    assert first.endswith("[table-without-rls, rls_disabled_in_public]")
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
    place = {"file", "line", "column"}
    assert {*finding} == place | {"rule", "message", "remedy", "group", "level", "supabase"}
    assert (finding["group"], finding["supabase"]) == ("access", "rls_disabled_in_public")


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


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", ["squawk/ban-drop-column", "squawk"])
def test_a_rule_is_switched_off_with_a_reason_that_is_shown(project: Path, name: str) -> None:
    write_migrations(project, [UNSAFE])
    write_files(project, {"wakti.toml": f'[lint.off]\n"{name}" = "the code went first"\n'})
    done = wakti("lint", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert "the code went first" in done.stderr


@pytest.mark.slow_after(1)
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


@pytest.mark.slow
def test_a_project_without_wakti_toml_is_asked_for_access_and_safety(project: Path) -> None:
    (project / "wakti.toml").unlink()
    write_migrations(project, ["CREATE TABLE public.notes (id bigint primary key);\n" + UNSAFE])
    done = wakti("lint", "--json", cwd=project)
    document = json.loads(done.stdout)
    assert document["asked"] == ["access", "safety"]
    assert rules(done) == ["table-without-rls", "squawk/ban-drop-column"]
    assert "sqlfluff/capitalisation.keywords" in rules(
        wakti("lint", "--ask", "style", "--json", cwd=project)
    )


def test_what_matters_most_stands_first(project: Path) -> None:
    write_migrations(project, [UNSAFE, "create table public.notes (id bigint primary key);\n"])
    first = wakti("lint", cwd=project).stdout.splitlines()[0]
    assert "[table-without-rls, rls_disabled_in_public]" in first


def test_a_rule_is_switched_off_by_the_name_that_supabase_has_for_it(project: Path) -> None:
    write_migrations(project, ["create table public.notes (id bigint primary key);\n"])
    write_files(project, {"wakti.toml": '[lint.off]\n"rls_disabled_in_public" = "a demo"\n'})
    assert wakti("lint", "--ask", "access", cwd=project).returncode == 0


@pytest.mark.slow
def test_a_database_that_runs_is_judged_by_the_same_rules(project: Path) -> None:
    (project / "wakti.toml").unlink()
    text = (
        "create table public.notes (id bigint primary key);\n"
        "create table public.safe (id bigint primary key);\n"
        "alter table public.safe enable row level security;\n"
    )
    write_migrations(project, [text])
    with Target(project).database(ignore) as url:
        done = wakti("lint", "--db-url", url, "--json", cwd=project)
        shown = wakti("lint", "--db-url", url, cwd=project)
    assert shown.stdout.startswith("database: ")
    assert "only a database tells" not in shown.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["file"]) == ("table-without-rls", "database")
    assert "public.notes" in finding["message"]


def test_a_database_that_does_not_answer_is_one_sentence(project: Path) -> None:
    write_migrations(project, ["select 1;\n"])
    done = wakti("lint", "--db-url", "postgresql://postgres:geheim@127.0.0.1:1/x", cwd=project)
    assert_one_clear_sentence(done)
    assert "geheim" not in done.stderr


@pytest.mark.slow
def test_sqlfluff_is_loaded_only_where_style_is_asked(project: Path) -> None:
    write_migrations(project, ["select 1;\n"])
    code = (
        "import sys; from click.testing import CliRunner; from wakti_sb.cli import lint;"
        "done = CliRunner().invoke(lint.command, ['--ask', sys.argv[1]], catch_exceptions=False);"
        "print(done.exit_code, 'sqlfluff' in sys.modules)"
    )
    for group, loaded in (("access", False), ("style", True)):
        command = [sys.executable, "-c", code, group]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True)
        assert done.stdout.split() == ["0", str(loaded)], done.stderr


@pytest.mark.parametrize(
    ("group", "off", "told"),
    [
        ("access", "", ["insecure_queue_exposed_in_api"]),
        ("speed", "", ["unused_index", "table_bloat"]),
        ("speed", '[lint.off]\n"unused_index" = "a demo"\n', ["table_bloat"]),
        ("safety", "", []),
    ],
)
def test_rules_that_only_a_database_answers_are_told(
    project: Path, group: str, off: str, told: list[str]
) -> None:
    write_migrations(project, ["select 1;\n"])
    with (project / "wakti.toml").open("a") as file:
        file.write(off)
    done = wakti("lint", "--ask", group, cwd=project)
    assert done.returncode == 0
    said = [line for line in done.stderr.splitlines() if line.startswith("only a database tells")]
    want = f"only a database tells: {', '.join(told)}; --with-database or --db-url asks one"
    assert said == ([want] if told else [])


@pytest.mark.slow
def test_supabases_advisors_have_nothing_to_say_of_our_backend() -> None:
    """By each of Splinter's lints under its name, also those that only a database answers.

    What is switched off has its reason in wakti.toml; `unused_index` wants a database that has
    seen work.
    """
    done = wakti("lint", "--with-database", "--ask", "all", "--json", cwd=ROOT)
    told = json.loads(done.stdout)
    named = {name for names in lint.BY_SUPABASE_NAME.values() for name in names}
    assert [each for each in told["findings"] if each["rule"] in named] == []
    assert told["left_to_a_database"] == ["unused_index"]
    assert all(reason for reason in told["off"].values())
