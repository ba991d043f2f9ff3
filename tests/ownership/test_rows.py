"""What an owner may do with rows of its own, and nobody else, through the Supabase client."""

from __future__ import annotations

from typing import Any

import pytest
from postgrest import CountMethod, ReturnMethod
from postgrest.exceptions import APIError

from tests.ownership.people import OWNER_COLUMN, TABLES, World

REFUSED = "42501"  # insufficient_privilege: by a grant or by a policy

INSERTED: dict[str, dict[str, Any]] = {
    "projects": {"name": "Second shop"},
    "project_backends": {"enabled": True},
    "project_collections": {"collection_name": "news", "data": {"title": "Open"}},
    "project_collection_schemas": {"collection_name": "news", "schema": {"fields": []}},
}
NEVER_INSERTED: dict[str, dict[str, Any]] = {
    "project_uploads": {
        "filename": "a.png",
        "storage_path": "somewhere/a.png",
        "file_type": "image/png",
        "size_bytes": 1,
    },
    "project_form_submissions": {"form_name": "contact", "data": {}},
    "project_site_users": {"email": "new@example.com", "password_hash": "x"},
}
UPDATED: dict[str, dict[str, Any]] = {
    "projects": {"name": "New name"},
    "project_backends": {
        "enabled": False,
        "allowed_origins": ["https://shop.example.com"],
        "features": {"forms": {"enabled": False}},
    },
    "project_uploads": {},
    "project_form_submissions": {
        "status": "read",
        "is_spam": True,
        "note": "Ask again",
        "labels": ["vip"],
    },
    "project_collections": {"data": {"name": "Other"}, "status": "deleted", "sort_order": 3},
    "project_collection_schemas": {"schema": {"fields": [1]}, "display_name": "Products"},
    "project_site_users": {"status": "suspended", "display_name": "Joe", "metadata": {"a": 1}},
}
FIXED: dict[str, dict[str, Any]] = {
    "projects": {"created_at": "2020-01-01"},
    "project_backends": {"created_at": "2020-01-01"},
    "project_uploads": {
        "filename": "b.png",
        "size_bytes": 1,
        "storage_path": "x",
        "status": "pending",
    },
    "project_form_submissions": {"data": {}, "form_name": "other", "origin": "https://a.example"},
    "project_collections": {"collection_name": "other", "created_at": "2020-01-01"},
    "project_collection_schemas": {"collection_name": "other"},
    "project_site_users": {"email": "a@example.com", "password_hash": "x"},
}


def _owner_column(table: str) -> str:
    return OWNER_COLUMN.get(table, "user_id")


def _new_row(table: str, values: dict[str, Any], project: str, owner: str) -> dict[str, Any]:
    place = {} if table == "projects" else {"project_id": project}
    return {_owner_column(table): owner, **place, **values}


def _refused(query: Any) -> None:
    with pytest.raises(APIError) as caught:
        query.execute()
    assert caught.value.code == REFUSED, caught.value


def _pairs(values: dict[str, dict[str, Any]]) -> list[Any]:
    return [
        pytest.param(table, {column: value}, id=f"{table}.{column}")
        for table, columns in values.items()
        for column, value in columns.items()
    ]


@pytest.mark.parametrize("table", TABLES)
def test_an_owner_sees_its_own_row_and_no_other_without_any_filter(seen: World, table: str) -> None:
    for owner in (seen.ada, seen.bob):
        found = owner.client.table(table).select("*").execute()
        assert [row["id"] for row in found.data] == [owner.rows[table]]


@pytest.mark.parametrize("table", TABLES)
def test_asking_for_a_row_of_somebody_else_by_its_id_finds_nothing(seen: World, table: str) -> None:
    found = (
        seen.bob.client.table(table)
        .select("id", count=CountMethod.exact)
        .eq("id", seen.ada.rows[table])
        .execute()
    )
    assert found.data == []
    assert found.count == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_visitor_is_refused_every_operation(seen: World, table: str) -> None:
    ada, visitor = seen.ada, seen.visitor
    values = INSERTED.get(table) or NEVER_INSERTED[table]
    _refused(visitor.table(table).select("id"))
    _refused(visitor.table(table).insert(_new_row(table, values, ada.project, ada.id)))
    _refused(visitor.table(table).update({"id": ada.rows[table]}).eq("id", ada.rows[table]))
    _refused(visitor.table(table).delete().eq("id", ada.rows[table]))
    assert seen.row(table, ada.rows[table]) is not None


@pytest.mark.parametrize("table", INSERTED)
def test_an_owner_inserts_its_own_row(world: World, table: str) -> None:
    ada = world.ada
    if table == "project_backends":  # one for each project
        ada.client.table(table).delete().eq("id", ada.rows[table]).execute()
    made = (
        ada.client.table(table)
        .insert(_new_row(table, INSERTED[table], ada.project, ada.id))
        .execute()
    )
    assert world.row(table, str(made.data[0]["id"])) is not None


@pytest.mark.parametrize("table", NEVER_INSERTED)
def test_what_only_the_site_api_writes_no_owner_inserts(seen: World, table: str) -> None:
    ada = seen.ada
    _refused(
        ada.client.table(table).insert(_new_row(table, NEVER_INSERTED[table], ada.project, ada.id))
    )


@pytest.mark.parametrize("table", [table for table in INSERTED if table != "projects"])
def test_nobody_inserts_a_row_of_its_own_under_the_project_of_somebody_else(
    seen: World, table: str
) -> None:
    row = _new_row(table, INSERTED[table], seen.ada.project, seen.bob.id)
    _refused(seen.bob.client.table(table).insert(row))


@pytest.mark.parametrize("table", INSERTED)
def test_nobody_inserts_a_row_in_the_name_of_somebody_else(seen: World, table: str) -> None:
    row = _new_row(table, INSERTED[table], seen.ada.project, seen.ada.id)
    _refused(seen.bob.client.table(table).insert(row))


@pytest.mark.parametrize("table", INSERTED)
def test_an_upsert_takes_no_row_over(seen: World, table: str) -> None:
    bob, target = seen.bob, seen.ada.rows[table]
    row = {"id": target, **_new_row(table, INSERTED[table], bob.project, bob.id)}
    before = seen.row(table, target)
    with pytest.raises(APIError):
        bob.client.table(table).upsert(row).execute()
    assert seen.row(table, target) == before


@pytest.mark.parametrize(("table", "change"), _pairs(UPDATED))
def test_an_owner_updates(world: World, table: str, change: dict[str, Any]) -> None:
    ada = world.ada
    changed = ada.client.table(table).update(change).eq("id", ada.rows[table])
    assert len(_returning(changed)) == 1
    row = world.row(table, ada.rows[table])
    assert row is not None
    assert change.items() <= row.items()


@pytest.mark.parametrize(("table", "change"), _pairs(FIXED))
def test_no_owner_updates(seen: World, table: str, change: dict[str, Any]) -> None:
    ada = seen.ada
    before = seen.row(table, ada.rows[table])
    _refused(ada.client.table(table).update(change).eq("id", ada.rows[table]))
    assert seen.row(table, ada.rows[table]) == before


@pytest.mark.parametrize("table", TABLES)
def test_no_row_changes_its_project_or_its_owner(seen: World, table: str) -> None:
    ada, bob = seen.ada, seen.bob
    for change in ({"project_id": ada.project}, {_owner_column(table): ada.id}):
        if table == "projects" and "project_id" in change:
            continue
        _refused(bob.client.table(table).update(change).eq("id", bob.rows[table]))


@pytest.mark.parametrize(("table", "change"), _pairs(UPDATED))
def test_an_update_without_a_filter_changes_rows_of_nobody_else(
    world: World, table: str, change: dict[str, Any]
) -> None:
    before = world.row(table, world.ada.rows[table])
    # Every row there is: the API asks for some filter.
    everything = world.bob.client.table(table).update(change).neq("id", _NOBODY)
    assert [row["id"] for row in _returning(everything)] == [world.bob.rows[table]]
    assert world.row(table, world.ada.rows[table]) == before


@pytest.mark.parametrize("table", TABLES)
def test_an_owner_deletes_its_own_row_and_no_other_without_a_filter(
    world: World, table: str
) -> None:
    world.bob.client.table(table).delete(returning=ReturnMethod.minimal).neq(
        "id", _NOBODY
    ).execute()
    assert world.row(table, world.bob.rows[table]) is None
    assert world.row(table, world.ada.rows[table]) is not None


def test_a_row_of_a_visitors_account_tells_no_secret(seen: World) -> None:
    rows = seen.ada.client.table("project_site_users").select("*").execute().data
    assert [row["password_hash"] for row in rows] == ["sha256"]
    embedded = seen.ada.client.table("projects").select("id, project_site_users(*)").execute().data
    assert "5ec2e7" not in str(rows) + str(embedded)


def test_rows_reached_through_a_relation_are_ones_own(seen: World) -> None:
    found = seen.bob.client.table("projects").select("id, project_collections(id)").execute()
    assert [row["project_collections"] for row in found.data] == [
        [{"id": seen.bob.rows["project_collections"]}]
    ]


def _returning(query: Any) -> list[dict[str, Any]]:
    """Run a write that asks for the rows as they are then."""
    rows: list[dict[str, Any]] = query.execute().data
    return rows


_NOBODY = "00000000-0000-0000-0000-000000000000"
