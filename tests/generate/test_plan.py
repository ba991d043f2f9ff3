from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wakti_sb import sources as packaged
from wakti_sb.errors import GenerateError
from wakti_sb.generate import Plan, apply, plan
from wakti_sb.spec import load, parse

Generate = Callable[..., Plan]
Names = Callable[[], list[str]]


def paths(planned: Plan) -> list[str]:
    return [change.path.removeprefix("supabase/") for change in planned.changes]


def test_an_empty_project_gets_everything(generate: Generate, project: Path) -> None:
    planned = generate()
    assert paths(planned) == [
        "migrations/20260101000100_tables.sql",
        "migrations/20260301120000_limits.sql",
        "config.toml",
        "README.md",
        "functions/api/index.ts",
        "functions/api/limits.ts",
        "wakti.lock.json",
    ]
    written = (project / "supabase/functions/api/limits.ts").read_text()
    assert written == "export const file = 10485760;\n"


def test_planning_writes_nothing(generate: Generate, project: Path) -> None:
    assert generate(write=False).stale
    assert list(project.iterdir()) == []


def test_a_second_run_has_nothing_to_do(generate: Generate) -> None:
    generate()
    assert not generate().stale


def test_the_same_sources_give_the_same_files(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767312000")
    plans = [plan(parse(""), sources, tmp_path / name) for name in ("one", "two")]
    assert plans[0].changes == plans[1].changes
    assert "migrations/20260102000000_limits.sql" in paths(plans[0])


def test_a_changed_limit_becomes_a_new_migration(generate: Generate, migrations: Names) -> None:
    generate()
    planned = generate("[limits]\nfile = 1024")
    assert migrations() == [
        "20260101000100_tables.sql",
        "20260301120000_limits.sql",
        "20260301120001_limits.sql",
    ]
    assert "functions/api/limits.ts" in paths(planned)
    assert not generate("[limits]\nfile = 1024").stale


def test_going_back_to_an_old_value_is_a_new_migration_too(
    generate: Generate, migrations: Names, project: Path
) -> None:
    generate()
    generate("[limits]\nfile = 1024")
    generate()
    last = project / "supabase/migrations" / migrations()[-1]
    assert "select 10485760;" in last.read_text()
    assert len(migrations()) == 4


def test_a_changed_versioned_source_is_refused(generate: Generate, sources: Path) -> None:
    generate()
    (sources / "sql/migrations/20260101000100_tables.sql").write_text("create table u ();\n")
    with pytest.raises(GenerateError, match="may have been applied already") as error:
        generate()
    assert "write a new migration" in str(error.value)


def test_a_later_versioned_source_continues_the_history(
    generate: Generate, sources: Path, migrations: Names
) -> None:
    generate()
    (sources / "sql/migrations/20260201000000_more.sql").write_text("select 1;\n")
    generate()
    assert migrations()[-1] == "20260301120001_more.sql"


def test_a_projects_own_migrations_stay_and_are_followed(
    generate: Generate, project: Path, migrations: Names
) -> None:
    own = project / "supabase/migrations/20270101000000_own.sql"
    own.parent.mkdir(parents=True)
    own.write_text("select 'own';\n")
    generate()
    assert own.read_text() == "select 'own';\n"
    assert migrations() == [
        "20270101000000_own.sql",
        "20270101000001_tables.sql",
        "20270101000002_limits.sql",
    ]


@pytest.mark.parametrize(
    ("own", "following"),
    [("20271231235959", "20280101000000"), ("20270101000060", "20270101000061")],
    ids=["a time", "a number that is no time"],
)
def test_a_version_that_follows_is_a_time(
    generate: Generate, project: Path, migrations: Names, own: str, following: str
) -> None:
    path = project / f"supabase/migrations/{own}_own.sql"
    path.parent.mkdir(parents=True)
    path.write_text("select 'own';\n")
    generate()
    assert migrations()[1] == f"{following}_tables.sql"


def test_a_version_that_nothing_can_follow_is_refused(generate: Generate, project: Path) -> None:
    own = project / "supabase/migrations/999999999999999_own.sql"
    own.parent.mkdir(parents=True)
    own.write_text("select 1;\n")
    with pytest.raises(GenerateError, match="no migration can follow it"):
        generate()


def test_an_edited_migration_is_refused(generate: Generate, project: Path) -> None:
    generate()
    path = project / "supabase/migrations/20260301120000_limits.sql"
    path.write_text(path.read_text() + "select 2;\n")
    with pytest.raises(GenerateError, match="was edited by hand") as error:
        generate()
    assert "git checkout -- supabase/migrations/20260301120000_limits.sql" in str(error.value)


def test_an_edited_function_is_refused(generate: Generate, project: Path) -> None:
    generate()
    (project / "supabase/functions/api/index.ts").write_text("export default 1;\n")
    with pytest.raises(GenerateError, match="was edited by hand"):
        generate()


def test_a_lost_function_file_is_written_again(generate: Generate, project: Path) -> None:
    generate()
    (project / "supabase/functions/api/index.ts").unlink()
    assert paths(generate()) == ["functions/api/index.ts"]


def test_a_lost_migration_is_written_again_under_its_name(
    generate: Generate, project: Path, migrations: Names
) -> None:
    generate()
    before = migrations()
    (project / "supabase/migrations/20260301120000_limits.sql").unlink()
    generate(now=datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC))
    assert migrations() == before


def test_a_lost_migration_that_was_replaced_since_is_missed(
    generate: Generate, project: Path
) -> None:
    generate()
    generate("[limits]\nfile = 1024")
    (project / "supabase/migrations/20260301120000_limits.sql").unlink()
    with pytest.raises(GenerateError, match="was generated and is gone"):
        generate("[limits]\nfile = 1024")


def test_a_checkout_with_other_line_endings_is_not_an_edit(
    generate: Generate, project: Path
) -> None:
    generate()
    for path in (project / "supabase").rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not [p for p in paths(generate(write=False)) if p != "wakti.lock.json"]


def test_a_lost_lock_is_told_by_the_files(generate: Generate, project: Path) -> None:
    generate()
    generate("[limits]\nfile = 1024")
    lock = project / "supabase/wakti.lock.json"
    before = json.loads(lock.read_text())
    lock.unlink()
    assert paths(generate("[limits]\nfile = 1024")) == ["wakti.lock.json"]
    assert json.loads(lock.read_text()) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "x"}'])
def test_a_damaged_lock_says_how_to_mend_it(generate: Generate, project: Path, text: str) -> None:
    generate()
    (project / "supabase/wakti.lock.json").write_text(text)
    with pytest.raises(GenerateError, match="is damaged") as error:
        generate()
    assert "delete it" in str(error.value)


def test_a_lock_of_a_newer_version_is_refused(generate: Generate, project: Path) -> None:
    generate()
    (project / "supabase/wakti.lock.json").write_text('{"format": 99}')
    with pytest.raises(GenerateError, match="newer wakti-sb"):
        generate()


def test_a_file_that_left_the_sources_is_removed(
    generate: Generate, sources: Path, project: Path
) -> None:
    generate()
    (sources / "edge_function_templates/api/limits.ts.j2").unlink()
    generate()
    assert not (project / "supabase/functions/api/limits.ts").exists()


def test_a_function_that_is_there_already_is_not_overwritten(
    generate: Generate, project: Path
) -> None:
    own = project / "supabase/functions/api/index.ts"
    own.parent.mkdir(parents=True)
    own.write_text("mine\n")
    with pytest.raises(GenerateError, match="was not generated"):
        generate()
    assert own.read_text() == "mine\n"


def test_without_the_backend_only_the_ownership_model_is_written(generate: Generate) -> None:
    planned = generate("[generate]\nbackend = false")
    assert paths(planned) == ["config.toml", "README.md", "wakti.lock.json"]


def test_the_folder_says_what_it_is_unless_the_project_does(
    generate: Generate, project: Path
) -> None:
    readme = project / "supabase/README.md"
    readme.parent.mkdir()
    readme.write_text("ours\n")
    assert "README.md" not in paths(generate())
    assert readme.read_text() == "ours\n"
    readme.unlink()
    assert "README.md" in paths(generate())
    assert "`functions/api/`" in readme.read_text()


def test_a_model_that_was_emptied_takes_back_its_policies(tmp_path: Path) -> None:
    root = packaged.root()
    model = '[[owned]]\ntable = "notes"\nowner = "u"\nselect = "own"\n'
    bare = "[generate]\nbackend = false\n"
    apply(plan(parse(bare + model), root, tmp_path))
    (change, _) = plan(parse(bare), root, tmp_path).changes
    assert change.path.endswith("_policies.sql")
    assert "drop policy" in (change.after or "")
    assert "create policy" not in (change.after or "")


def test_a_diff_shows_a_policy_against_the_one_it_follows(generate: Generate) -> None:
    generate()
    diff = generate("[limits]\nfile = 1024", write=False).diff()
    assert "--- supabase/migrations/20260301120000_limits.sql" in diff
    assert "+++ supabase/migrations/20260301120001_limits.sql" in diff
    assert "-select 10485760;\n+select 1024;\n" in diff
    assert "wakti.lock.json" not in diff


def test_nothing_to_do_has_no_diff(generate: Generate) -> None:
    generate()
    assert generate(write=False).diff() == ""


@pytest.mark.parametrize("name", ["tables.sql", "1_tables.sql", "R_x.sql", "20260101_t.sql"])
def test_a_source_with_a_name_of_no_kind_is_refused(
    generate: Generate, sources: Path, name: str
) -> None:
    (sources / "sql/migrations" / name).write_text("select 1;\n")
    with pytest.raises(GenerateError, match="is neither"):
        generate()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("select 1;\nselect {{ spec.limits.nothing }};\n", "R_10_limits.sql.j2:2: "),
        ("select 1;\n{% if %}\n", "R_10_limits.sql.j2:2: "),
        ("\n\n{{ '' | ident }}", "R_10_limits.sql.j2:3: '' cannot be a name in SQL"),
    ],
)
def test_a_broken_template_is_named_with_its_line(
    generate: Generate, sources: Path, text: str, sentence: str
) -> None:
    (sources / "sql/migrations/R_10_limits.sql.j2").write_text(text)
    with pytest.raises(GenerateError) as error:
        generate()
    assert sentence in str(error.value)


@pytest.mark.parametrize("value", ["", "soon", "99999999999999999999"])
def test_a_date_that_is_none_is_refused(
    sources: Path, project: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    with pytest.raises(GenerateError, match="SOURCE_DATE_EPOCH"):
        plan(parse(""), sources, project)


def test_this_repository_is_generated_from_its_sources() -> None:
    root = packaged.root()
    planned = plan(load(root / "wakti.toml"), root, root)
    assert [change.path for change in planned.changes] == []
