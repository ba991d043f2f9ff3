"""Who lists and removes files of the bucket, as the Storage API asks: by SQL with claims."""

from __future__ import annotations

import pytest

from .callers import ANON, SERVICE, Caller, Database
from .world import Home, World, an_id

BUCKET = "project-uploads"
PUT = """
    insert into storage.objects (bucket_id, name, owner_id)
    values (%(bucket)s, %(name)s, auth.uid()::text)
"""


def put(world: World, name: str, bucket: str = BUCKET) -> str:
    world.database.ask(SERVICE, PUT, {"bucket": bucket, "name": name})
    return name


def listed(world: World, who: Caller) -> list[str]:
    return [n for (n,) in world.database.ask(who, "select name from storage.objects order by 1")]


def removed(world: World, who: Caller, name: str) -> int | str:
    """As the Storage API does it: it lets its own DELETE pass the trigger, not the policies."""
    world.database.run("select set_config('storage.allow_delete_query', 'true', true)")
    statement = "delete from storage.objects where name = %(name)s"
    return world.database.outcome(who, statement, {"name": name})


def old_path(home: Home) -> str:
    return f"{home.owner.sub}/{home.project}/1600000000000-old.png"


@pytest.fixture
def files(world: World) -> World:
    """A new and an old object of either owner, and objects that name nobody."""
    for home in (world.alice, world.bob):
        put(world, home.file)
        put(world, old_path(home))
    put(world, "loose.png")
    put(world, f"{an_id(2, 77)}/orphan.png")
    return world


def test_the_bucket_is_public_and_limited(database: Database) -> None:
    ((public, limit, types),) = database.run(
        "select public, file_size_limit, allowed_mime_types from storage.buckets"
    )
    assert public
    assert limit == 10 * 1024 * 1024
    assert {"image/jpeg", "image/svg+xml", "application/pdf", "application/zip"} <= set(types)
    assert "text/html" not in types


def test_an_owner_lists_its_new_and_its_old_files(files: World) -> None:
    expected = sorted([files.alice.file, old_path(files.alice)])
    assert listed(files, files.alice.owner) == expected


def test_a_visitor_and_a_stranger_list_nothing(files: World) -> None:
    assert listed(files, ANON) == []
    assert listed(files, Caller("authenticated", an_id(9, 9))) == []


def test_a_folder_with_a_foreign_project_inside_belongs_to_nobody_else(files: World) -> None:
    put(files, f"{files.bob.project}/{files.alice.project}/x.png")
    put(files, f"{files.bob.owner.sub}/{files.alice.project}/x.png")
    mine = sorted([files.alice.file, old_path(files.alice)])
    assert listed(files, files.alice.owner) == mine


def test_a_file_of_another_bucket_is_not_reached(files: World) -> None:
    files.database.run("insert into storage.buckets (id, name) values ('other', 'other')")
    put(files, f"{files.alice.project}/x.png", "other")
    assert f"{files.alice.project}/x.png" not in listed(files, files.alice.owner)


@pytest.mark.parametrize("form", ["{project}/new.png", "{owner}/{project}/new.png"])
def test_an_owner_uploads_into_its_projects_folders_and_nobody_else_does(
    files: World, form: str
) -> None:
    alice = files.alice
    row = {"bucket": BUCKET, "name": form.format(owner=alice.owner.sub, project=alice.project)}
    for caller in (files.bob.owner, ANON, Caller("authenticated", an_id(9, 9))):
        assert files.database.outcome(caller, PUT, row) == "42501"
    assert files.database.outcome(alice.owner, PUT, row) == 1


def test_an_owner_uploads_nowhere_else(files: World) -> None:
    alice, bob = files.alice, files.bob
    for name in (
        "new.png",
        f"{alice.owner.sub}/new.png",
        f"{alice.owner.sub}/{bob.project}/new.png",
        f"{bob.owner.sub}/{alice.project}/new.png",
        f"{an_id(9, 9)}/new.png",
        f"x/{alice.project}/new.png",
    ):
        assert files.database.outcome(alice.owner, PUT, {"bucket": BUCKET, "name": name}) == "42501"
    files.database.run("insert into storage.buckets (id, name) values ('other', 'other')")
    row = {"bucket": "other", "name": f"{alice.project}/new.png"}
    assert files.database.outcome(alice.owner, PUT, row) == "42501"


def test_nobody_overwrites_or_moves_a_file(files: World) -> None:
    statement = "update storage.objects set name = name || 'x'"
    assert files.database.outcome(files.alice.owner, statement) == 0


def test_an_owner_removes_its_own_files_only(files: World) -> None:
    for name, count in [
        (files.alice.file, 1),
        (old_path(files.alice), 1),
        (files.bob.file, 0),
        (old_path(files.bob), 0),
        ("loose.png", 0),
    ]:
        assert removed(files, files.alice.owner, name) == count


def test_a_new_owner_of_a_project_gets_its_files(files: World) -> None:
    files.database.run(
        "update public.projects set user_id = %(new)s where id = %(id)s",
        {"new": files.bob.owner.sub, "id": files.alice.project},
    )
    assert files.alice.file in listed(files, files.bob.owner)
    assert files.alice.file not in listed(files, files.alice.owner)
