from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from wakti_sb import sources
from wakti_sb.errors import UsageError
from wakti_sb.generate import apply, plan, scaffold_table
from wakti_sb.spec import load

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)

TOML = """\
# Our backend.
[[owned]]
table = "public.projects"
owner = "user_id"
select = "own"

[[owned]]
table = "public.teams"
members = { table = "public.team_members", key = "team_id", user = "user_id" }
select = "member"

# Pictures of people.
[[bucket]]
name = "avatars"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "wakti.toml").write_text(TOML)
    current(tmp_path)
    return tmp_path


def current(project: Path) -> None:
    apply(plan(load(project / "wakti.toml"), sources.root(), project, now=NOW))


def scaffold(
    project: Path, name: str, through: str | None = None, *, shared: bool = False, **options: str
) -> str:
    """Make the table and give its migration."""
    planned = scaffold_table(
        project, sources.root(), name, through=through, shared=shared, now=NOW, **options
    )
    apply(planned)
    return (project / planned.changes[0].path).read_text()


def test_a_row_cannot_name_one_parent_and_the_owner_of_another(project: Path) -> None:
    migration = scaffold(project, "invoices", "projects")
    assert "foreign key (project_id, user_id)" in migration
    assert "references public.projects (id, user_id)" in migration
    assert "on update cascade on delete cascade" in migration
    assert "enable row level security" in migration


def test_the_entry_is_read_as_the_table_was_meant(project: Path) -> None:
    scaffold(project, "invoices", "projects")
    spec = load(project / "wakti.toml")
    invoices = spec.entry("public.invoices")
    assert invoices is not None
    path = spec.owner_path(invoices)
    assert path is not None
    assert [(step.key, step.table) for step in path.steps] == [("project_id", "public.projects")]
    assert str(invoices.select.right) == "own"


def test_everything_else_in_the_file_stays_where_it_was(project: Path) -> None:
    scaffold(project, "invoices", "projects")
    text = (project / "wakti.toml").read_text()
    entry = text[text.index('\n[[owned]]\ntable = "public.invoices"') : text.index("# Pictures")]
    assert text.replace(entry, "\n", 1) == TOML
    assert "# Pictures of people.\n[[bucket]]" in text


def test_the_policies_follow_the_table(project: Path) -> None:
    scaffold(project, "invoices", "projects")
    current(project)
    names = sorted(path.name for path in (project / "supabase/migrations").glob("*.sql"))
    assert [name.partition("_")[2] for name in names[-2:]] == [
        "create_invoices.sql",
        "policies.sql",
    ]


def test_a_table_of_a_place_is_for_its_members(project: Path) -> None:
    migration = scaffold(project, "boards", "teams")
    assert "team_id uuid not null references public.teams (id) on delete cascade" in migration
    boards = load(project / "wakti.toml").entry("public.boards")
    assert boards is not None
    assert str(boards.select.right) == "member"


def test_a_table_can_name_its_owner_itself(project: Path) -> None:
    migration = scaffold(project, "app.diaries", owner="writer_id")
    assert "writer_id uuid not null references auth.users (id) on delete cascade" in migration
    assert "create table app.diaries (" in migration


def test_a_table_can_be_shared_row_by_row(project: Path) -> None:
    migration = scaffold(project, "diaries", shared=True)
    assert "create table public.diary_shares (" in migration
    assert "diary_id uuid not null references public.diaries (id) on delete cascade" in migration
    spec = load(project / "wakti.toml")
    diaries, shares = spec.entry("public.diaries"), spec.entry("public.diary_shares")
    assert diaries is not None
    assert shares is not None
    assert str(diaries.select.right) == "own or shared"
    assert 'update = {right = "own or shared:write"' in (project / "wakti.toml").read_text()
    assert (str(shares.insert.right), shares.through) == ("own", ("public.diaries",))
    current(project)


def test_a_table_of_a_place_can_be_shared_with_others(project: Path) -> None:
    scaffold(project, "boards", "teams", shared=True)
    boards = load(project / "wakti.toml").entry("public.boards")
    assert boards is not None
    assert str(boards.select.right) == "member or shared"
    current(project)


def test_a_table_of_shares_that_is_there_is_not_made_again(project: Path) -> None:
    scaffold(project, "diary_shares")
    current(project)
    with pytest.raises(UsageError, match=r"public\.diary_shares is described"):
        scaffold(project, "diaries", shared=True)


def test_a_first_table_starts_the_model(tmp_path: Path) -> None:
    (tmp_path / "wakti.toml").write_text("[generate]\nbackend = false\n")
    current(tmp_path)
    scaffold(tmp_path, "diaries")
    assert load(tmp_path / "wakti.toml").entry("public.diaries") is not None


def test_hostile_names_stay_names(project: Path) -> None:
    migration = scaffold(project, 'public."a""; drop table b; --"', "projects", key="c'\"d")
    assert '"a""; drop table b; --"' in migration
    assert "drop table" not in migration.replace('"a""; drop table b; --"', "").partition("\n")[2]
    current(project)


@pytest.mark.parametrize(
    ("name", "through", "sentence"),
    [
        ("projects", None, "public.projects is described in wakti.toml already"),
        ("invoices", "project", "did you mean public.projects?"),
        ("a b", None, "is not a name"),
        ("a\nb", None, "is not a name"),
        ("x" * 64, None, "longer than the 63 bytes"),
    ],
)
def test_what_cannot_be_made_is_refused(
    project: Path, name: str, through: str | None, sentence: str
) -> None:
    before = sorted(project.rglob("*"))
    with pytest.raises(UsageError) as error:
        scaffold(project, name, through)
    assert sentence in str(error.value)
    assert sorted(project.rglob("*")) == before


def test_a_table_is_made_only_on_current_ground(tmp_path: Path) -> None:
    (tmp_path / "wakti.toml").write_text(TOML)
    with pytest.raises(UsageError, match="run wakti-sb generate first"):
        scaffold(tmp_path, "invoices", "projects")
