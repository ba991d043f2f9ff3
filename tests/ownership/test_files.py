"""Who reaches the files of a project in the bucket, through the Supabase client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from storage3.exceptions import StorageApiError
from supabase import Client

from tests.ownership.people import BUCKET, PNG, World


def _names(client: Client, folder: str) -> list[str]:
    return [entry["name"] for entry in client.storage.from_(BUCKET).list(folder)]


def test_an_owner_lists_the_files_of_its_project(seen: World) -> None:
    assert _names(seen.ada.client, seen.ada.project) == ["1767225600000-photo.png"]


def test_nobody_lists_the_files_or_the_folders_of_somebody_else(seen: World) -> None:
    assert _names(seen.bob.client, seen.ada.project) == []
    assert _names(seen.bob.client, "") == [seen.bob.project]
    assert _names(seen.visitor, seen.ada.project) == []
    assert _names(seen.visitor, "") == []


def test_anybody_reads_a_file_by_its_public_url(seen: World) -> None:
    url = seen.visitor.storage.from_(BUCKET).get_public_url(seen.ada.path)
    assert httpx.get(url).content == PNG


def test_an_owner_deletes_its_file(world: World) -> None:
    world.ada.client.storage.from_(BUCKET).remove([world.ada.path])
    assert _names(world.ada.client, world.ada.project) == []


def test_nobody_deletes_a_file_of_somebody_else(seen: World) -> None:
    for client in (seen.bob.client, seen.visitor):
        assert client.storage.from_(BUCKET).remove([seen.ada.path]) == []
    assert _names(seen.ada.client, seen.ada.project) == ["1767225600000-photo.png"]


@pytest.mark.parametrize("who", ["another owner", "a visitor"])
def test_nobody_else_uploads_overwrites_moves_or_copies(seen: World, who: str) -> None:
    people = {
        "another owner": seen.bob.client,
        "a visitor": seen.visitor,
    }
    bucket = people[who].storage.from_(BUCKET)
    path, project = seen.ada.path, seen.ada.project
    png: Any = {"content-type": "image/png"}
    attempts: list[Callable[[], object]] = [
        lambda: bucket.upload(f"{project}/new.png", b"x", png),
        lambda: bucket.upload("no-folder.png", b"x", png),
        lambda: bucket.upload(path, b"x", png | {"upsert": "true"}),
        lambda: bucket.update(path, b"x", png),
        lambda: bucket.move(path, f"{project}/moved.png"),
        lambda: bucket.copy(path, f"{project}/copied.png"),
        lambda: bucket.create_signed_upload_url(f"{project}/signed.png"),
    ]
    for attempt in attempts:
        with pytest.raises(StorageApiError):
            attempt()
    assert _names(seen.ada.client, project) == ["1767225600000-photo.png"]


def test_an_owner_overwrites_and_moves_nothing(seen: World) -> None:
    bucket, path, project = seen.ada.client.storage.from_(BUCKET), seen.ada.path, seen.ada.project
    png: Any = {"content-type": "image/png"}
    attempts: list[Callable[[], object]] = [
        lambda: bucket.upload("no-folder.png", b"x", png),
        lambda: bucket.upload(path, b"x", png),
        lambda: bucket.upload(path, b"x", png | {"upsert": "true"}),
        lambda: bucket.update(path, b"x", png),
        lambda: bucket.move(path, f"{project}/moved.png"),
    ]
    for attempt in attempts:
        with pytest.raises(StorageApiError):
            attempt()
    assert _names(seen.ada.client, project) == ["1767225600000-photo.png"]


def test_files_under_the_former_owners_folder_go_with_a_project(world: World) -> None:
    ada, bob = world.ada, world.bob
    folder = f"{ada.id}/{ada.project}"
    recorded, alone = f"{folder}/1-recorded.png", f"{folder}/2-alone.png"
    for path in (recorded, alone):
        ada.client.storage.from_(BUCKET).upload(path, PNG, {"content-type": "image/png"})
    row = {"project_id": ada.project, "user_id": ada.id, "filename": "a", "storage_path": recorded}
    ada.client.table("project_uploads").insert(row).execute()
    assert _names(bob.client, folder) == []
    with psycopg.connect(world.endpoint.database, autocommit=True) as connection:
        hand_over = "update public.projects set user_id = %s where id = %s"
        connection.execute(hand_over, [bob.id, ada.project])
        try:
            assert _names(bob.client, folder) == ["1-recorded.png"]
            assert _names(ada.client, folder) == []
            assert ada.client.storage.from_(BUCKET).remove([recorded, alone]) == []
            removed = bob.client.storage.from_(BUCKET).remove([recorded, alone])
            assert [one["name"] for one in removed] == [recorded]
            with pytest.raises(StorageApiError):
                bob.client.storage.from_(BUCKET).upload(
                    f"{folder}/3-new.png", PNG, {"content-type": "image/png"}
                )
        finally:
            connection.execute(hand_over, [ada.id, ada.project])
