"""How SQL is written is judged where a person can rewrite it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wakti_sb import generate, lint, spec
from wakti_sb.lint import Finding

from .conftest import write_files, write_migrations

OFF = '[lint.off]\nsquawk = "-"\n'


def found(
    project: Path, toml: str = OFF, since: str | None = None, cache: Path | None = None
) -> tuple[Finding, ...]:
    """Lint a folder that has sources of its own."""
    return lint.lint(project, project, spec.parse(toml), since=since, cache=cache).findings


def generated(project: Path, files: dict[str, str], toml: str = OFF) -> None:
    write_files(project, files)
    generate.apply(generate.plan(spec.parse(toml), project, project))


@pytest.mark.slow
def test_a_source_is_judged_at_its_own_line(project: Path) -> None:
    generated(project, {"sql/migrations/20250101000000_a.sql": "-- A\n\nSELECT 1 as one;\n"})
    (finding,) = found(project)
    assert finding.rule == "sqlfluff/capitalisation.keywords"
    assert (finding.file, finding.line) == ("sql/migrations/20250101000000_a.sql", 3)


def test_a_template_is_judged_at_the_line_that_a_person_edits(project: Path) -> None:
    template = (
        "{% for name in spec.project.schemas %}\n"
        "-- {{ name | comment }}\n"
        "\n"
        "{% endfor %}\n"
        "SELECT {{ spec.limits.file }} as bytes;\n"
    )
    generated(project, {"sql/migrations/R_10_a.sql.j2": template})
    (finding,) = found(project)
    assert (finding.file, finding.line) == ("sql/migrations/R_10_a.sql.j2", 5)


def test_what_jinja_puts_in_is_judged_in_the_output(project: Path) -> None:
    template = "{% set word = 'SELECT' %}\n{{ word }} 1 as one;\n"
    generated(project, {"sql/migrations/R_10_a.sql.j2": template})
    (finding,) = found(project)
    assert finding.rule == "sqlfluff/capitalisation.keywords"
    assert finding.file.startswith("supabase/migrations/")


def test_an_older_output_of_a_source_is_history(project: Path) -> None:
    source = "sql/migrations/R_10_a.sql.j2"
    generated(project, {source: "{% set word = 'SELECT' %}\n{{ word }} 1 as one;\n"})
    generated(project, {source: "select 1 as one;\n"})
    assert len(list((project / "supabase" / "migrations").glob("*.sql"))) == 2
    assert found(project) == ()


def test_a_migration_written_by_hand_is_judged_as_it_is(project: Path) -> None:
    write_migrations(project, ["SELECT 1 as one;\n"])
    (finding,) = found(project)
    assert finding.file == "supabase/migrations/20250101000001_m1.sql"


def test_a_released_migration_is_left_alone(project: Path) -> None:
    write_migrations(project, ["SELECT 1 as one;\n", "SELECT 2 as two;\n"])
    (finding,) = found(project, since="20250101000001")
    assert finding.file.endswith("_m2.sql")
    assert (
        found(project, OFF.replace("[lint.off]", '[lint]\nsince = "20250101000002"\n[lint.off]'))
        == ()
    )


def test_the_option_counts_more_than_wakti_toml(project: Path) -> None:
    write_migrations(project, ["SELECT 1 as one;\n"])
    toml = '[lint]\nsince = "20250101000001"\n' + OFF
    assert found(project, toml) == ()
    assert len(found(project, toml, since="20240101000000")) == 1


def test_a_sqlfluff_file_of_the_project_is_laid_over_ours(project: Path) -> None:
    write_migrations(project, ["SELECT 1 as one;\n"])
    rule = "[sqlfluff:rules:capitalisation.keywords]\ncapitalisation_policy = consistent\n"
    write_files(project, {".sqlfluff": rule})
    (finding,) = found(project)
    assert finding.column == 10  # `as` differs from the SELECT before it


def test_a_comment_switches_a_rule_off_for_one_line(project: Path) -> None:
    write_migrations(project, ["SELECT 1 as one; -- noqa: CP01\n"])
    assert found(project) == ()


def test_what_postgresql_accepts_and_sqlfluff_does_not_know_is_no_finding(project: Path) -> None:
    write_migrations(project, ["grant a to b with inherit true, set true;\n"])
    assert found(project) == ()


@pytest.mark.parametrize("text", ["select 'a' as b\r\n", "\ufeffselect 'a' as b;\n"])
def test_line_ends_and_byte_order_marks_are_no_style(project: Path, text: str) -> None:
    write_migrations(project, [text.replace("b\r\n", "b;\r\n")])
    assert found(project) == ()


def test_what_is_remembered_is_what_would_be_found(project: Path, tmp_path: Path) -> None:
    template = "{% set word = 'SELECT' %}\n{{ word }} 1 AS one;\n"
    generated(project, {"sql/migrations/R_10_a.sql.j2": template})
    once, again = (found(project, cache=tmp_path) for _ in range(2))
    assert once == again == found(project)
    assert len(once) == 1


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".sqlfluff", "[sqlfluff]\nexclude_rules = capitalisation.keywords\n"),
        ("sql/migrations/macros.j2", "{% macro word() %}select{% endmacro %}"),
    ],
    ids=["a setting", "a macro"],
)
def test_what_changes_the_answer_is_never_answered_from_memory(
    project: Path, tmp_path: Path, file: str, text: str
) -> None:
    template = "{% from 'sql/migrations/macros.j2' import word %}\n{{ word() }} 1 as one;\n"
    macros = "{% macro word() %}SELECT{% endmacro %}"
    sources = {"sql/migrations/R_10_a.sql.j2": template, "sql/migrations/macros.j2": macros}
    generated(project, sources)
    assert found(project, cache=tmp_path) != ()
    generated(project, {file: text})
    assert found(project, cache=tmp_path) == ()


def test_a_memory_that_cannot_be_read_is_made_again(project: Path, tmp_path: Path) -> None:
    generated(project, {"sql/migrations/20250101000000_a.sql": "SELECT 1 as one;\n"})
    once = found(project, cache=tmp_path)
    for answer in (tmp_path / "lint").iterdir():
        answer.write_text("[{")
    assert found(project, cache=tmp_path) == once
