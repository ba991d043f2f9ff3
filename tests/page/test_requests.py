"""The requests that the product's own page and its AI coder send, as they send them.

Writes ask for no row back (`return=minimal`); every one is sent by the owner, by another owner and
by a visitor.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from postgrest import APIError, CountMethod
from storage3.exceptions import StorageApiError

from tests.page.people import BUCKET, Stage
from tests.page.writes import MINIMAL, STYLE, TABLES, enable, fill, now, rows, upload

# ── enable the backend ───────────────────────────────────────────────────────────────────────────


def test_the_owner_enables_the_backend_with_a_whole_row_and_again(stage: Stage) -> None:
    enable(stage.owner)
    enable(stage.owner)

    [row] = rows(stage, "project_backends", stage.owner.project)
    assert (row["enabled"], row["features"], row["allowed_origins"]) == (True, {}, [])
    assert row["enabled_at"] is not None


def test_the_ai_coder_enables_it_with_the_secret_key_and_features_that_are_true(
    stage: Stage,
) -> None:
    row = {
        "project_id": stage.owner.project,
        "user_id": stage.owner.id,
        "enabled": True,
        "enabled_at": now(),
        "features": {"forms": True},
        "allowed_origins": [],
    }
    table = stage.service.table("project_backends")
    table.upsert(row, on_conflict="project_id", returning=MINIMAL).execute()

    [kept] = rows(stage, "project_backends", stage.owner.project)
    assert kept["features"] == {"forms": {"enabled": True}}


def test_nobody_else_enables_it(stage: Stage) -> None:
    for client in (stage.other.client, stage.visitor):
        row = {"project_id": stage.owner.project, "user_id": stage.owner.id, "enabled": True}
        with pytest.raises(APIError):
            client.table("project_backends").upsert(
                row, on_conflict="project_id", returning=MINIMAL
            ).execute()
    assert rows(stage, "project_backends", stage.owner.project) == []


# ── load ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_owner_loads_every_table_whole_with_a_count_and_without_rows(stage: Stage) -> None:
    fill(stage, stage.owner)
    project = stage.owner.project

    backends = stage.owner.client.table("project_backends")
    found = backends.select("*").eq("project_id", project).maybe_single().execute()
    assert found is not None
    assert found.data["enabled"] is True
    for table, order in TABLES.items():
        query = stage.owner.client.table(table).select("*").eq("project_id", project)
        [row] = query.order(order, desc=True).execute().data
        assert row == {k: v for k, v in row.items() if "ab" * 32 not in str(v)}, row
        counted = stage.owner.client.table(table).select("*", count=CountMethod.exact, head=True)
        assert counted.eq("project_id", project).execute().count == 1


def test_nobody_else_loads_anything(stage: Stage) -> None:
    fill(stage, stage.owner)
    for table in TABLES:
        query = stage.other.client.table(table).select("*", count=CountMethod.exact)
        answer = query.eq("project_id", stage.owner.project).execute()
        assert (answer.data, answer.count) == ([], 0)
        with pytest.raises(APIError):
            stage.visitor.table(table).select("*").execute()


# ── inbox, data, users ───────────────────────────────────────────────────────────────────────────

CHANGES: dict[str, dict[str, Any]] = {
    "project_form_submissions": {"status": "read"},
    "project_collections": {"data": {"name": "Other"}, "updated_at": "2001-01-01T00:00:00Z"},
    "project_site_users": {"status": "suspended"},
}


@pytest.mark.parametrize("table", CHANGES)
def test_the_owner_changes_and_deletes_a_row_by_its_id(stage: Stage, table: str) -> None:
    before = fill(stage, stage.owner)[table]
    asked = stage.owner.client.table(table)

    asked.update(CHANGES[table], returning=MINIMAL).eq("id", before["id"]).execute()

    [after] = rows(stage, table, stage.owner.project)
    for column, value in CHANGES[table].items():
        if column == "updated_at":
            assert after[column] > before[column], "stamped whatever is sent"
        else:
            assert after[column] == value
    asked = stage.owner.client.table(table)
    asked.delete(returning=MINIMAL).eq("id", before["id"]).execute()
    assert rows(stage, table, stage.owner.project) == []


@pytest.mark.parametrize("table", CHANGES)
def test_nobody_else_changes_or_deletes_it(stage: Stage, table: str) -> None:
    before = fill(stage, stage.owner)[table]
    other = stage.other.client.table(table)
    other.update(CHANGES[table], returning=MINIMAL).eq("id", before["id"]).execute()
    other = stage.other.client.table(table)
    other.delete(returning=MINIMAL).eq("id", before["id"]).execute()
    with pytest.raises(APIError):
        stage.visitor.table(table).delete(returning=MINIMAL).eq("id", before["id"]).execute()
    assert rows(stage, table, stage.owner.project) == [before]


def test_nobody_else_adds_an_item(stage: Stage) -> None:
    row = {
        "project_id": stage.owner.project,
        "user_id": stage.owner.id,
        "collection_name": "products",
        "data": {},
    }
    for client in (stage.other.client, stage.visitor):
        for owner in (stage.owner.id, stage.other.id):
            with pytest.raises(APIError):
                client.table("project_collections").insert(
                    {**row, "user_id": owner}, returning=MINIMAL
                ).execute()
    assert rows(stage, "project_collections", stage.owner.project) == []


# ── uploads ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mime_type", ["text/css", "text/javascript", "image/png"])
def test_the_owner_stores_a_file_records_it_and_removes_it(stage: Stage, mime_type: str) -> None:
    row = upload(stage.owner.client, stage.owner, mime_type=mime_type)
    bucket = stage.owner.client.storage.from_(BUCKET)

    answer = httpx.get(bucket.get_public_url(row["storage_path"]))
    assert (answer.status_code, answer.content) == (200, STYLE)
    assert answer.headers["x-content-type-options"] == "nosniff"
    runs = mime_type != "image/png"  # but not on the project's origin
    assert answer.headers.get("content-security-policy") == ("sandbox" if runs else None)
    [kept] = rows(stage, "project_uploads", stage.owner.project)
    assert row.items() <= kept.items()
    assert kept["status"] == "stored"

    assert len(bucket.remove([row["storage_path"]])) == 1
    uploads = stage.owner.client.table("project_uploads")
    uploads.delete(returning=MINIMAL).eq("id", kept["id"]).execute()
    assert rows(stage, "project_uploads", stage.owner.project) == []
    assert httpx.get(bucket.get_public_url(row["storage_path"])).status_code == 400


def test_the_documented_path_is_the_owners_too(stage: Stage) -> None:
    upload(stage.owner.client, stage.owner, folder=stage.owner.project)
    assert len(rows(stage, "project_uploads", stage.owner.project)) == 1


def test_nobody_else_stores_or_removes_a_file(stage: Stage) -> None:
    row = upload(stage.owner.client, stage.owner)
    for client in (stage.other.client, stage.visitor):
        for folder in (f"{stage.owner.id}/{stage.owner.project}", stage.owner.project):
            with pytest.raises(StorageApiError):
                upload(client, stage.owner, folder=folder)
        assert client.storage.from_(BUCKET).remove([row["storage_path"]]) == []
    assert len(rows(stage, "project_uploads", stage.owner.project)) == 1
