"""After `adopt`, `migrate` brings a live project to ours, and every row is still there."""

from __future__ import annotations

import psycopg
import pytest

from tests.adopt import history, rows
from tests.adopt.evidence import TABLES, checksum, everything, rows_of
from wakti_sb import adopt, migrate
from wakti_sb.errors import MigrationError

MIGRATIONS = history.migrations()
MOVED = {"password_hash"}  # to a table of its own; a test below follows it
STAMPS = {"updated_at"}  # the first release's triggers change it with any other change


def migrated(url: str) -> None:
    migrate.apply(url, migrate.read(MIGRATIONS))


def old_columns(table: dict[str, dict[str, object]]) -> set[str]:
    return set(next(iter(table.values())).keys())


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["keep", "quarantine"])
def test_no_row_and_no_value_is_lost(live_project: str, choice: adopt.Choice) -> None:
    before = everything(live_project)
    wrong = {p.id for p in adopt.inspect(live_project).problems}
    adopt.settle(live_project, choice)
    migrated(live_project)
    after, held = everything(live_project), everything(live_project, "wakti_quarantine")
    mended = set(rows_of_adopted(live_project))
    for table in TABLES:
        moved = held[table].keys() if choice == "quarantine" else set()
        assert len(after[table]) + len(moved) == rows.totals()[table]
        assert after[table].keys() | moved == before[table].keys()
        columns = old_columns(before[table]) - MOVED
        assert checksum(after[table], columns, wrong) == checksum(before[table], columns, wrong)
        for row_id in after[table].keys() - held[table].keys() - mended:
            same = columns - STAMPS
            assert {c: after[table][row_id][c] for c in same} == {
                c: before[table][row_id][c] for c in same
            }


@pytest.mark.slow
def test_check_named_every_row_that_migrate_mends_and_no_other(live_project: str) -> None:
    adopt.settle(live_project, "quarantine")
    left = adopt.inspect(live_project)
    named = {p.id for p in left.problems if p.settled_by == "migrate"}
    migrated(live_project)
    assert set(rows_of_adopted(live_project)) == named


@pytest.mark.slow
def test_what_migrate_mends_is_kept_as_it_was(live_project: str) -> None:
    before = everything(live_project)
    adopt.settle(live_project, "quarantine")
    migrated(live_project)
    for row_id, (table, old) in rows_of_adopted(live_project).items():
        columns = before[table][row_id].keys() - MOVED
        assert {c: old[c] for c in columns} == {c: before[table][row_id][c] for c in columns}
        assert not old.keys() & MOVED


@pytest.mark.slow
def test_nothing_is_left_to_adopt_but_names_that_the_api_refuses(live_project: str) -> None:
    adopt.settle(live_project, "keep")
    migrated(live_project)
    assert {p.kind for p in adopt.inspect(live_project).problems} == {"unserved_name"}


@pytest.mark.slow
def test_migrate_stops_at_a_row_that_nobody_settled_and_goes_on_afterwards(
    live_project: str,
) -> None:
    before = everything(live_project)
    with pytest.raises(MigrationError):
        migrated(live_project)
    adopt.settle(live_project, "keep")
    migrated(live_project)
    after = everything(live_project)
    assert {table: set(after[table]) for table in TABLES} == {
        table: set(before[table]) for table in TABLES
    }


@pytest.mark.slow
def test_a_wrong_row_written_in_between_stops_migrate_until_it_is_settled(
    live_project: str,
) -> None:
    adopt.settle(live_project, "keep")
    with psycopg.connect(live_project) as connection:
        connection.execute(
            "update project_collections set user_id = (select id from auth.users"
            " where id <> user_id limit 1) where id = (select min(id::text)::uuid"
            " from project_collections)"
        )
    with pytest.raises(MigrationError, match="project_collections_owner_fkey"):
        migrated(live_project)
    (problem,) = adopt.inspect(live_project).open
    assert problem.kind == "foreign_owner"
    assert adopt.settle(live_project, "keep").changed == 1
    migrated(live_project)


@pytest.mark.slow
def test_every_hole_of_the_old_policies_is_closed(live_project: str) -> None:
    adopt.settle(live_project, "keep")
    migrated(live_project)
    with psycopg.connect(live_project) as connection:
        old = connection.execute(
            "select policyname from pg_policies where policyname ~ '^(Users|Owners|Public) can'"
            " and tablename <> 'projects'"
        ).fetchall()
        owner, project = connection.execute(
            "select u.id, p.id from auth.users u, projects p where u.id <> p.user_id limit 1"
        ).fetchone() or ("", "")
        connection.execute("set local role authenticated")
        connection.execute("select set_config('request.jwt.claims', %s, true)", (claims(owner),))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into project_collections (project_id, user_id, collection_name, data)"
                " values (%s, %s, 'products', '{}')",
                (project, owner),
            )
    assert old == []


@pytest.mark.slow
def test_an_owner_still_reaches_every_row_and_lists_and_deletes_old_objects(
    live_project: str,
) -> None:
    adopt.settle(live_project, "keep")
    migrated(live_project)
    with psycopg.connect(live_project) as connection:
        owner, paths = connection.execute(
            "select p.user_id, array_agg(u.storage_path) from projects p"
            " join project_uploads u on u.project_id = p.id"
            " join storage.objects o on o.name = u.storage_path"
            " where starts_with(u.storage_path, p.user_id::text) group by 1 order by 1 limit 1"
        ).fetchone() or ("", [])
        counts: dict[str, int] = dict(
            connection.execute(
                "select 'own', count(*) from project_uploads u join projects p"
                " on p.id = u.project_id where p.user_id = %s"
                " union all select 'all', count(*) from project_uploads",
                (owner,),
            ).fetchall()
        )
        connection.execute("set local role authenticated")
        connection.execute("select set_config('request.jwt.claims', %s, true)", (claims(owner),))
        seen = connection.execute("select count(*) from project_uploads").fetchone()
        listed = connection.execute(
            "select name from storage.objects where bucket_id = 'project-uploads'"
        ).fetchall()
        connection.execute("set local storage.allow_delete_query = 'true'")
        removed = connection.execute("delete from storage.objects where name = %s", (paths[0],))
        assert seen == (counts["own"],)
        assert counts["own"] < counts["all"]
        assert {name for (name,) in listed} >= set(paths)
        assert removed.rowcount == 1


@pytest.mark.slow
def test_old_password_hashes_are_kept_for_the_next_login(live_project: str) -> None:
    before = rows_of(live_project, "public.project_site_users")
    adopt.settle(live_project, "keep")
    migrated(live_project)
    hashes = {row_id: row["password_hash"] for row_id, row in before.items()}
    with psycopg.connect(live_project) as connection:
        moved = connection.execute(
            "select site_user_id::text, password_hash from wakti.site_credentials"
        ).fetchall()
    after = rows_of(live_project, "public.project_site_users")
    assert dict(moved) == {row_id: kept for row_id, kept in hashes.items() if kept}
    assert {row["password_hash"] for row in after.values()} == {"sha256", "none"}
    assert rows.old_hash(f"{rows.PASSWORD} 42") in hashes.values()


def rows_of_adopted(url: str) -> dict[str, tuple[str, dict[str, object]]]:
    """What `migrate` mended, by id: the table, and the row as it was."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select row_id::text, table_name, old_row from wakti.adopted_rows"
        )
        return {row_id: (table, old) for row_id, table, old in found}


def claims(user: object) -> str:
    return f'{{"sub": "{user}", "role": "authenticated"}}'
