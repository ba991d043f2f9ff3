"""Storage asks the policies on storage.objects."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pytest
from psycopg import Connection
from storage3.exceptions import StorageApiError
from supabase import Client

from .people import User
from .storage import BUCKET, refused

pytestmark = pytest.mark.usefixtures("buckets")


def test_rows_are_not_deleted_by_sql_but_go_with_their_files(
    service: Client, sql: Connection[Any]
) -> None:
    service.storage.from_(BUCKET).upload("a.txt", b"a")
    for table in ("objects", "buckets"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Use the Storage API"):
            sql.execute(f"delete from storage.{table}")
    assert len(service.storage.from_(BUCKET).remove(["a.txt"])) == 1


POLICIES = f"""
create policy "own folder, read" on storage.objects for select to authenticated
using (bucket_id = '{BUCKET}' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy "own folder, write" on storage.objects for insert to authenticated
with check (bucket_id = '{BUCKET}' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy "own folder, delete" on storage.objects for delete to authenticated
using (bucket_id = '{BUCKET}' and (storage.foldername(name))[1] = (select auth.uid())::text);
"""


def test_without_a_policy_nobody_but_the_service_gets_in(
    ada: User, visitor: Client, service: Client
) -> None:
    service.storage.from_(BUCKET).upload("a.txt", b"a")
    for client in (ada.client, visitor):
        files = client.storage.from_(BUCKET)
        with pytest.raises(StorageApiError) as error:
            files.upload("b.txt", b"b")
        assert refused(error) == ("403", "Unauthorized")
        with pytest.raises(StorageApiError) as error:
            files.download("a.txt")
        assert refused(error) == ("404", "not_found")
        with pytest.raises(StorageApiError):
            files.create_signed_url("a.txt", 60)
        with pytest.raises(StorageApiError):
            files.create_signed_upload_url("b.txt")
        with pytest.raises(StorageApiError):
            files.move("a.txt", "b.txt")
        with pytest.raises(StorageApiError):
            files.copy("a.txt", "b.txt")
        assert files.list() == []
        assert files.remove(["a.txt"]) == []
        assert client.storage.list_buckets() == []
        with pytest.raises(StorageApiError):
            client.storage.create_bucket("mine")
        with pytest.raises(StorageApiError):
            client.storage.delete_bucket(BUCKET)
        with pytest.raises(StorageApiError):
            client.storage.empty_bucket(BUCKET)
    assert service.storage.from_(BUCKET).download("a.txt") == b"a"


def test_a_user_works_in_the_folder_that_policies_give_it(
    ada: User, bob: User, sql: Connection[Any], http: httpx.Client
) -> None:
    sql.execute(POLICIES)
    mine = ada.client.storage.from_(BUCKET)
    mine.upload(f"{ada.id}/a.txt", b"a")
    assert mine.download(f"{ada.id}/a.txt") == b"a"
    assert [one["name"] for one in mine.list()] == [ada.id]
    assert [one["name"] for one in mine.list(ada.id)] == ["a.txt"]
    owner = sql.execute("select owner::text, owner_id from storage.objects").fetchone()
    assert owner == (ada.id, ada.id)
    url = mine.create_signed_url(f"{ada.id}/a.txt", 60)["signedURL"]
    assert url is not None
    assert http.get(url).content == b"a"

    theirs = bob.client.storage.from_(BUCKET)
    with pytest.raises(StorageApiError):
        theirs.download(f"{ada.id}/a.txt")
    with pytest.raises(StorageApiError) as error:
        theirs.upload(f"{ada.id}/b.txt", b"b")
    assert refused(error) == ("403", "Unauthorized")
    with pytest.raises(StorageApiError):
        theirs.create_signed_url(f"{ada.id}/a.txt", 60)
    assert theirs.list(ada.id) == []
    assert theirs.remove([f"{ada.id}/a.txt"]) == []
    # Without a policy for UPDATE nothing is replaced or moved, not even one's own.
    with pytest.raises(StorageApiError):
        mine.upload(f"{ada.id}/a.txt", b"x", {"upsert": "true"})
    with pytest.raises(StorageApiError):
        mine.move(f"{ada.id}/a.txt", f"{ada.id}/b.txt")
    assert mine.download(f"{ada.id}/a.txt") == b"a"
    assert len(mine.remove([f"{ada.id}/a.txt"])) == 1


def test_a_policy_knows_the_operation(ada: User, service: Client, sql: Connection[Any]) -> None:
    sql.execute(
        "create policy listing on storage.objects for select to authenticated"
        " using (storage.operation() = 'storage.object.list')"
    )
    service.storage.from_(BUCKET).upload("a.txt", b"a")
    files = ada.client.storage.from_(BUCKET)
    assert [one["name"] for one in files.list()] == ["a.txt"]
    with pytest.raises(StorageApiError):
        files.download("a.txt")
