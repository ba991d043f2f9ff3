"""Every line of "What an owner may do with its own rows", with the same attempt by others."""

from __future__ import annotations

from typing import Any

import pytest

from .callers import ANON, SERVICE, Caller, Database
from .world import TABLES, Home, World, an_id, fresh, insert

REFUSED = "42501"  # insufficient_privilege: by a grant, or by a policy for a new row
BROKEN_KEY = "23503"  # foreign_key_violation

STRANGER = Caller("authenticated", an_id(9, 9))

INSERTABLE = (
    "projects",
    "project_backends",
    "project_collections",
    "project_collection_schemas",
)
UPDATABLE: dict[str, dict[str, Any]] = {
    "projects": {"name": "other"},
    "project_backends": {
        "enabled": True,
        "allowed_origins": ["https://shop.example.com"],
        "features": {"forms": {"enabled": False}},
    },
    "project_uploads": {},
    "project_form_submissions": {"status": "read", "is_spam": True},
    "project_collections": {"data": {"b": 2}, "status": "deleted", "sort_order": 3},
    "project_collection_schemas": {"schema": {"fields": []}, "display_name": "Things"},
    "project_site_users": {
        "status": "suspended",
        "display_name": "V",
        "metadata": {"vip": True},
    },
}
DELETABLE = tuple(table for table in TABLES if table != "project_uploads")


def columns(database: Database, table: str) -> set[str]:
    found = database.run(
        "select column_name from information_schema.columns "
        "where table_schema = 'public' and table_name = %(table)s",
        {"table": table},
    )
    return {name for (name,) in found}


def snapshot(world: World) -> list[Any]:
    """Everything that belongs to Bob."""
    return [
        world.database.run(
            f"select to_jsonb(t) from public.{table} as t where id = %(id)s",
            {"id": world.bob.rows[table]},
        )
        for table in TABLES
    ]


def renewed(database: Database, table: str, home: Home) -> dict[str, Any]:
    """A row that its owner may insert; where a project has one such row, it goes first."""
    if table in ("project_backends", "project_collection_schemas"):
        database.run(f"delete from public.{table}")
    return fresh(table, home)


@pytest.mark.parametrize("table", TABLES)
def test_an_owner_sees_its_own_rows_and_no_others(world: World, table: str) -> None:
    visible = "id" if table != "project_site_users" else "id, email, owner_id, metadata"
    rows = world.database.ask(world.alice.owner, f"select {visible} from public.{table}")
    assert [str(row[0]) for row in rows] == [world.alice.rows[table]]


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_sees_nothing(world: World, table: str) -> None:
    assert world.database.outcome(STRANGER, f"select id from public.{table}") == 0


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("privilege", ["select", "insert", "update", "delete", "truncate"])
def test_a_visitor_has_no_privilege_at_all(world: World, table: str, privilege: str) -> None:
    statement = {
        "select": f"select id from public.{table}",
        "insert": f"insert into public.{table} default values",
        "update": f"update public.{table} set id = id",
        "delete": f"delete from public.{table}",
        "truncate": f"truncate public.{table} cascade",
    }[privilege]
    assert world.database.outcome(ANON, statement) == REFUSED


@pytest.mark.parametrize("table", TABLES)
def test_the_secret_key_sees_and_writes_everything(world: World, table: str) -> None:
    assert world.database.outcome(SERVICE, f"select * from public.{table}") == 2
    assert world.database.outcome(SERVICE, f"delete from public.{table}") == 2


@pytest.mark.parametrize("table", TABLES)
def test_an_owner_inserts_where_the_contract_says_so(world: World, table: str) -> None:
    row = renewed(world.database, table, world.alice)
    outcome = world.database.outcome(world.alice.owner, insert(table, row), row)
    assert outcome == (1 if table in INSERTABLE else REFUSED)


@pytest.mark.parametrize("table", INSERTABLE)
def test_an_owner_gets_its_new_row_back(world: World, table: str) -> None:
    row = renewed(world.database, table, world.alice)
    statement = insert(table, row, returning="returning *")
    assert world.database.outcome(world.alice.owner, statement, row) == 1


@pytest.mark.parametrize("table", [table for table in INSERTABLE if table != "projects"])
def test_nobody_inserts_under_the_project_of_another(world: World, table: str) -> None:
    row = renewed(world.database, table, world.alice) | {"project_id": world.bob.project}
    assert world.database.outcome(world.alice.owner, insert(table, row), row) == REFUSED
    row |= {"user_id": world.bob.owner.sub}
    assert world.database.outcome(world.alice.owner, insert(table, row), row) == REFUSED


@pytest.mark.parametrize("table", INSERTABLE)
def test_nobody_inserts_in_the_name_of_another(world: World, table: str) -> None:
    row = renewed(world.database, table, world.alice) | {"user_id": world.bob.owner.sub}
    outcome = world.database.outcome(world.alice.owner, insert(table, row), row)
    assert outcome in (REFUSED, BROKEN_KEY)


def test_an_owner_sets_only_the_columns_that_are_its_to_set(world: World) -> None:
    for column, value in {"created_at": "2020-01-01", "created_by": an_id(7, 1)}.items():
        row = fresh("project_collections", world.alice) | {column: value}
        statement = insert("project_collections", row)
        assert world.database.outcome(world.alice.owner, statement, row) == REFUSED


@pytest.mark.parametrize("table", TABLES)
def test_an_owner_updates_exactly_the_listed_columns(world: World, table: str) -> None:
    database, own = world.database, world.alice.rows[table]
    for column in sorted(columns(database, table)):
        value = UPDATABLE[table].get(column)
        outcome = database.outcome(
            world.alice.owner,
            f"update public.{table} set {column} = %(value)s where id = %(id)s",
            {"value": value, "id": own},
        )
        assert outcome == (1 if column in UPDATABLE[table] else REFUSED), column


@pytest.mark.parametrize("table", [table for table in TABLES if UPDATABLE[table]])
def test_an_update_without_a_filter_changes_own_rows_only(world: World, table: str) -> None:
    before = snapshot(world)
    column, value = next(iter(UPDATABLE[table].items()))
    statement = f"update public.{table} set {column} = %(value)s"
    assert world.database.outcome(world.alice.owner, statement, {"value": value}) == 1
    assert snapshot(world) == before


@pytest.mark.parametrize("table", [table for table in TABLES if UPDATABLE[table]])
def test_an_update_of_the_row_of_another_finds_nothing(world: World, table: str) -> None:
    before = snapshot(world)
    column, value = next(iter(UPDATABLE[table].items()))
    outcome = world.database.outcome(
        world.alice.owner,
        f"update public.{table} set {column} = %(value)s where id = %(id)s",
        {"value": value, "id": world.bob.rows[table]},
    )
    assert outcome == 0
    assert snapshot(world) == before


@pytest.mark.parametrize("table", TABLES)
def test_an_owner_deletes_where_the_contract_says_so(world: World, table: str) -> None:
    statement = f"delete from public.{table} where id = %(id)s"
    outcome = world.database.outcome(world.alice.owner, statement, {"id": world.alice.rows[table]})
    assert outcome == (1 if table in DELETABLE else REFUSED)


@pytest.mark.parametrize("table", DELETABLE)
def test_a_delete_without_a_filter_spares_the_rows_of_others(world: World, table: str) -> None:
    before = snapshot(world)
    assert world.database.outcome(world.alice.owner, f"delete from public.{table}") == 1
    assert snapshot(world) == before


@pytest.mark.parametrize("table", DELETABLE)
def test_a_delete_of_the_row_of_another_finds_nothing(world: World, table: str) -> None:
    before = snapshot(world)
    statement = f"delete from public.{table} where id = %(id)s"
    row = {"id": world.bob.rows[table]}
    assert world.database.outcome(world.alice.owner, statement, row) == 0
    assert snapshot(world) == before


def test_an_upsert_cannot_take_the_row_of_another(world: World) -> None:
    before = snapshot(world)
    row = fresh("projects", world.alice) | {"id": world.bob.project, "name": "mine"}
    statement = insert("projects", row, returning="on conflict (id) do update set name = 'mine'")
    assert world.database.outcome(world.alice.owner, statement, row) == REFUSED
    assert snapshot(world) == before


@pytest.mark.parametrize(
    "statement",
    [
        "select password_hash from public.project_site_users",
        "select * from public.project_site_users",
        "select id from public.project_site_users where password_hash like 'x%'",
        "select id from public.project_site_users order by password_hash",
        "select to_jsonb(u) from public.project_site_users as u",
        "delete from public.project_site_users returning password_hash",
    ],
)
def test_a_password_hash_is_read_by_nobody_but_the_secret_key(world: World, statement: str) -> None:
    assert world.database.outcome(world.alice.owner, statement) == REFUSED
    assert world.database.outcome(SERVICE, statement) == 2


def test_a_forged_claim_without_a_sub_is_a_stranger(world: World) -> None:
    nobody = Caller("authenticated", None, {"user_id": world.alice.owner.sub})
    assert world.database.outcome(nobody, "select id from public.projects") == 0
