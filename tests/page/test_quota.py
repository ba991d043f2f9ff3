"""The quota is exact where visitors and the owner store files at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import httpx
import psycopg
import pytest
from postgrest import APIError
from storage3.exceptions import StorageApiError

from tests.page.people import BUCKET, PASSWORD, Owner, Stage, client_of
from tests.page.writes import MINIMAL, enable, rows, upload

QUOTA = 50 * 1024 * 1024
UNIT = 1000  # bytes of each file
ROOM = 3  # files that still fit


def nearly_full(stage: Stage) -> None:
    with psycopg.connect(stage.endpoint.database) as connection:
        connection.execute(
            "insert into storage.objects (bucket_id, name, metadata)"
            " values (%s, %s, jsonb_build_object('size', %s::bigint, 'mimetype', 'text/css'))",
            (BUCKET, f"{stage.owner.project}/full", QUOTA - ROOM * UNIT),
        )
        connection.execute(
            "insert into public.project_uploads"
            " (project_id, user_id, filename, storage_path, file_type, size_bytes, status)"
            " values (%s, %s, 'a', %s, 'text/css', %s, 'stored')",
            (
                stage.owner.project,
                stage.owner.id,
                f"{stage.owner.project}/full",
                QUOTA - ROOM * UNIT,
            ),
        )


def by_the_site(stage: Stage, number: int) -> bool:
    answer = httpx.post(
        f"{stage.endpoint.functions_url}/project-backend-api",
        data={"projectId": stage.owner.project},
        files={"file": (f"{number}.txt", b"x" * UNIT, "text/plain")},
        timeout=60,
    )
    assert answer.status_code in (200, 413), answer.text
    return answer.status_code == 200


def by_the_owner(stage: Stage, owner: Owner) -> bool:
    with ExitStack() as opened:
        client = client_of(stage.endpoint, stage.endpoint.publishable_key, opened)
        client.auth.sign_in_with_password({"email": owner.email, "password": PASSWORD})
        try:
            upload(client, owner, b"y" * UNIT)
        except APIError as error:
            if (error.code, error.details) != ("PT413", "rule: quota"):
                raise
            return False
        except StorageApiError as error:
            if "row-level security" not in error.message:  # the objects alone fill the project
                raise
            return False
        return True


def test_exactly_the_files_that_fit_are_recorded(new: Stage) -> None:
    enable(new.owner)
    nearly_full(new)
    tries: list[Callable[[], bool]] = [
        *(partial(by_the_site, new, number) for number in range(5)),
        *(partial(by_the_owner, new, new.owner) for _ in range(5)),
    ]
    with ThreadPoolExecutor(len(tries)) as pool:
        stored = [job.result() for job in [pool.submit(one) for one in tries[::2] + tries[1::2]]]
    assert sum(stored) == ROOM
    kept = rows(new, "project_uploads", new.owner.project)
    assert sum(row["size_bytes"] for row in kept) == QUOTA


def test_objects_that_no_row_records_count_for_the_next_upload(new: Stage) -> None:
    bucket = new.owner.client.storage.from_(BUCKET)
    path = f"{new.owner.id}/{new.owner.project}/1-a.css"
    bucket.upload(path, b"x" * UNIT, {"content-type": "text/css"})
    with psycopg.connect(new.endpoint.database) as connection:
        connection.execute(
            "update storage.objects set metadata = metadata || jsonb_build_object('size', %s::int)"
            " where name = %s",
            (QUOTA, path),
        )
    for folder in (new.owner.project, f"{new.owner.id}/{new.owner.project}"):
        with pytest.raises(StorageApiError, match="row-level security"):
            bucket.upload(f"{folder}/2-b.css", b"x", {"content-type": "text/css"})
    bucket.remove([path])
    bucket.upload(f"{new.owner.project}/2-b.css", b"x", {"content-type": "text/css"})


def test_an_owner_makes_no_room_by_deleting_rows_alone(new: Stage) -> None:
    enable(new.owner)
    row = upload(new.owner.client, new.owner)
    with psycopg.connect(new.endpoint.database) as connection:
        connection.execute(
            "update storage.objects set metadata = metadata || jsonb_build_object('size', %s::int)"
            " where name = %s",
            (QUOTA, row["storage_path"]),
        )
    uploads = new.owner.client.table("project_uploads")
    uploads.delete(returning=MINIMAL).eq("storage_path", row["storage_path"]).execute()
    assert rows(new, "project_uploads", new.owner.project) == []
    assert not by_the_site(new, 1)
    new.owner.client.storage.from_(BUCKET).remove([row["storage_path"]])
    assert by_the_site(new, 1)


def test_no_trigger_of_ours_stands_on_the_tables_of_storage(new: Stage) -> None:
    with psycopg.connect(new.endpoint.database) as connection:
        found = connection.execute(
            "select tgname from pg_trigger where tgrelid = 'storage.objects'::regclass"
            " and not tgisinternal and tgname <> 'protect_objects_delete'"
        ).fetchall()
    assert found == []
