"""Every line of "What an owner may do with its own rows", with the same attempt by others."""

from __future__ import annotations

from typing import Any

import psycopg
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
KEPT = {
    "projects": {"updated_at"},
    "project_backends": {"enabled_at", "updated_at"},
    "project_uploads": {"uploaded_at"},
    "project_form_submissions": set(),
    "project_collections": {"updated_at"},
    "project_collection_schemas": {"updated_at"},
    "project_site_users": {"last_login"},
}
UPDATABLE: dict[str, dict[str, Any]] = {
    "projects": {"name": "other"},
    "project_backends": {
        "enabled": True,
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
    "project_collections": {"data": {"b": 2}, "status": "deleted", "sort_order": 3},
    "project_collection_schemas": {"schema": {"fields": []}, "display_name": "Things"},
    "project_site_users": {
        "status": "suspended",
        "display_name": "V",
        "metadata": {"vip": True},
    },
}
DELETABLE = TABLES


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
    rows = world.database.ask(world.alice.owner, f"select id, t.* from public.{table} as t")
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


@pytest.mark.parametrize("table", TABLES)
def test_a_whole_row_passes_and_a_changed_column_is_refused_by_its_name(
    world: World, table: str
) -> None:
    database, own = world.database, world.alice.rows[table]
    allowed = {*UPDATABLE[table], *KEPT[table]}
    for column in sorted(columns(database, table)):
        same = f"update public.{table} set {column} = {column} where id = %(id)s"
        assert database.outcome(world.alice.owner, same, {"id": own}) == 1, column
        if column in allowed:
            continue
        ((value,),) = database.run(
            f"select {column}::text from public.{table} where id = %(id)s",
            {"id": world.bob.rows[table]},
        )
        change = f"update public.{table} set {column} = %(value)s where id = %(id)s"
        other = {
            "filename": "other",
            "file_type": "image/gif",
            "size_bytes": 7,
            "status": "pending",
            "email": "other@example.com",
            "form_name": "other",
            "data": {"z": 1},
            "origin": "https://a.example",
            "blocked": True,
            "collection_name": "other",
            "created_by": an_id(7, 1),
            "created_at": "2020-01-01",
            "password_hash": "other",
        }
        values = {"value": other.get(column, value), "id": own}
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
            database.ask(world.alice.owner, change, values)
        sentence = f"{column} of {table} cannot be changed"
        assert refused.value.diag.message_primary == sentence
        assert database.outcome(SERVICE, same, {"id": own}) == 1


@pytest.mark.parametrize("table", [table for table in TABLES if UPDATABLE[table]])
def test_an_owner_updates_the_listed_columns(world: World, table: str) -> None:
    for column, value in UPDATABLE[table].items():
        statement = f"update public.{table} set {column} = %(value)s where id = %(id)s"
        row = {"value": value, "id": world.alice.rows[table]}
        assert world.database.outcome(world.alice.owner, statement, row) == 1, column


@pytest.mark.parametrize(("table", "column"), [(t, c) for t in TABLES for c in sorted(KEPT[t])])
def test_what_the_database_keeps_is_stamped_whatever_an_owner_sends(
    world: World, table: str, column: str
) -> None:
    seen = f"select {column} from public.{table} where id = %(id)s"
    own = {"id": world.alice.rows[table]}
    before = world.database.run(seen, own)
    change = f"update public.{table} set {column} = '2001-01-01' where id = %(id)s"
    assert world.database.outcome(world.alice.owner, change, own) == 1
    assert world.database.run(seen, own) == before
    if table in INSERTABLE:
        row = renewed(world.database, table, world.alice) | {column: "2001-01-01"}
        statement = insert(table, row, returning=f"returning {column}")
        ((stamp,),) = world.database.ask(world.alice.owner, statement, row)
        assert stamp is None or stamp.year > 2001


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


def test_a_password_hash_is_read_by_nobody(world: World) -> None:
    secret = "ab" * 32
    row = fresh("project_site_users", world.alice)
    row |= {"password_hash": secret, "email": "second@example.com"}
    world.database.ask(SERVICE, insert("project_site_users", row), row)
    for who in (world.alice.owner, SERVICE):
        rows = world.database.ask(who, "select to_jsonb(u)::text from project_site_users as u")
        assert rows
        assert secret not in str(rows)
        hidden = "select * from wakti.site_credentials"
        assert world.database.outcome(who, hidden) == REFUSED
    kept = "select password_hash from wakti.site_credentials where password_hash = %(hash)s"
    assert world.database.run(kept, {"hash": secret}) == [(secret,)]


@pytest.mark.parametrize(
    ("written", "scheme", "kept"),
    [
        ("ab" * 32, "sha256", 1),
        ("pbkdf2_sha256$1000$c2FsdA==$aGFzaA==", "pbkdf2_sha256", 1),
        ("unknown", "unknown", 1),  # what an account of the first release may have
        ("", "none", 0),
        ("sha256", "sha256", 1),  # what the column tells, written back: nothing changes
    ],
)
def test_a_hash_written_into_the_column_is_moved(
    world: World, written: str, scheme: str, kept: int
) -> None:
    own = {"id": world.alice.rows["project_site_users"], "hash": "ab" * 32}
    write = "update project_site_users set password_hash = %(hash)s where id = %(id)s"
    assert world.database.outcome(SERVICE, write, own) == 1
    assert world.database.outcome(SERVICE, write, own | {"hash": written}) == 1
    read = "select password_hash from project_site_users where id = %(id)s"
    assert world.database.run(read, own) == [(scheme,)]
    count = "select count(*) from wakti.site_credentials where site_user_id = %(id)s"
    assert world.database.run(count, own) == [(kept,)]


def test_a_forged_claim_without_a_sub_is_a_stranger(world: World) -> None:
    nobody = Caller("authenticated", None, {"user_id": world.alice.owner.sub})
    assert world.database.outcome(nobody, "select id from public.projects") == 0
