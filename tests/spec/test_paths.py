from __future__ import annotations

from wakti_sb.spec import OwnerPath, PlacePath, Spec, Step, parse

TEAM = """
    [[owned]]
    table = "public.teams"
    members = {table = "public.team_members", key = "team_id", user = "user_id", role = "role"}
"""


def owner_path(spec: Spec, table: str) -> OwnerPath | None:
    owned = spec.entry(table)
    assert owned is not None
    return spec.owner_path(owned)


def place_path(spec: Spec, table: str) -> PlacePath | None:
    owned = spec.entry(table)
    assert owned is not None
    return spec.place_path(owned)


def test_a_row_can_name_its_owner_itself() -> None:
    spec = parse('[[owned]]\ntable = "public.notes"\nowner = "user_id"')
    assert owner_path(spec, "public.notes") == OwnerPath((), "user_id")
    assert place_path(spec, "public.notes") is None


def test_a_row_belongs_to_whom_its_parent_belongs() -> None:
    spec = parse("""
        [[owned]]
        table = "public.projects"
        owner = "user_id"
        [[owned]]
        table = "public.site_users"
        through = "public.projects"
        key = "project_id"
        owner = "owner_id"
    """)
    step = Step("project_id", "public.projects", "id")  # type: ignore[arg-type]
    assert owner_path(spec, "public.site_users") == OwnerPath((step,), "user_id")


def test_a_parent_that_nobody_described_calls_its_owner_as_the_row_does() -> None:
    spec = parse("""
        [[owned]]
        table = "public.items"
        through = "public.projects"
        key = "project_id"
        owner = "owner_id"
    """)
    path = owner_path(spec, "public.items")
    assert path is not None
    assert path.column == "owner_id"


def test_steps_follow_from_the_entries_of_the_parents() -> None:
    entries = """
        [[owned]]
        table = "public.lists"
        owner = "user_id"
        [[owned]]
        table = "public.tasks"
        through = "public.lists"
        key = "list_id"
    """
    derived = parse(entries + '[[owned]]\ntable = "n"\nthrough = "public.tasks"\nkey = "task_id"')
    listed = parse(
        entries + '[[owned]]\ntable = "n"\n'
        'through = ["public.tasks", "public.lists"]\nkey = ["task_id", "list_id"]'
    )
    path = owner_path(derived, "public.n")
    assert path == owner_path(listed, "public.n")
    assert path is not None
    assert [(step.key, step.table) for step in path.steps] == [
        ("task_id", "public.tasks"),
        ("list_id", "public.lists"),
    ]


def test_a_parent_may_be_found_by_another_column_than_id() -> None:
    spec = parse("""
        [[owned]]
        table = "public.pages"
        through = "public.sites"
        key = "site_slug"
        parent_key = "slug"
        parent_owner = "made_by"
    """)
    step = Step("site_slug", "public.sites", "slug")  # type: ignore[arg-type]
    assert owner_path(spec, "public.pages") == OwnerPath((step,), "made_by")


def test_members_of_a_place_are_found_by_its_key() -> None:
    spec = parse(TEAM)
    path = place_path(spec, "public.teams")
    assert path is not None
    assert (path.steps, path.column, path.members.key) == ((), "id", "team_id")


def test_a_row_that_points_at_a_place_uses_its_own_column() -> None:
    spec = parse(TEAM + '[[owned]]\ntable = "docs"\nthrough = "public.teams"\nkey = "team_id"')
    path = place_path(spec, "public.docs")
    assert path is not None
    assert (path.steps, path.column) == ((), "team_id")
    assert owner_path(spec, "public.docs") is None


def test_a_row_two_steps_away_goes_through_its_parent() -> None:
    spec = parse(
        TEAM
        + """
        [[owned]]
        table = "public.docs"
        through = "public.teams"
        key = "team_id"
        [[owned]]
        table = "public.comments"
        through = "public.docs"
        key = "doc_id"
        owner = "author_id"
        members = {table = "public.team_members", key = "team_id", user = "user_id", role = "role"}
    """
    )
    path = place_path(spec, "public.comments")
    assert path is not None
    assert [step.key for step in path.steps] == ["doc_id"]
    assert path.column == "team_id"


def test_inside_a_place_the_owner_column_names_the_person_of_the_row() -> None:
    spec = parse(
        TEAM
        + """
        [[owned]]
        table = "public.docs"
        through = "public.teams"
        key = "team_id"
        owner = "author_id"
        insert = "own and role:doctor"
    """
    )
    assert owner_path(spec, "public.docs") == OwnerPath((), "author_id")
