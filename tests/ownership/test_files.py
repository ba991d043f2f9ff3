"""Who reaches the files of a project in the bucket, through the Supabase client."""

from __future__ import annotations

from collections.abc import Callable

import httpx
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
    png = {"content-type": "image/png"}
    attempts: list[Callable[[], object]] = [
        lambda: bucket.upload(f"{project}/new.png", b"x", png),
        lambda: bucket.upload("no-folder.png", b"x", png),
        lambda: bucket.upload(path, b"x", {**png, "upsert": "true"}),
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
    png = {"content-type": "image/png"}
    attempts: list[Callable[[], object]] = [
        lambda: bucket.upload("no-folder.png", b"x", png),
        lambda: bucket.upload(path, b"x", png),
        lambda: bucket.upload(path, b"x", {**png, "upsert": "true"}),
        lambda: bucket.update(path, b"x", png),
        lambda: bucket.move(path, f"{project}/moved.png"),
    ]
    for attempt in attempts:
        with pytest.raises(StorageApiError):
            attempt()
    assert _names(seen.ada.client, project) == ["1767225600000-photo.png"]
