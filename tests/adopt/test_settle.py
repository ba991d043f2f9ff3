"""A choice settles the rows, and nothing is lost by it."""

from __future__ import annotations

import threading

import psycopg
import pytest

from tests.adopt import rows
from tests.adopt.evidence import TABLES, checksum, everything
from wakti_sb import adopt
from wakti_sb.errors import MigrationError

ABOUT_ADOPTING = {"adopted_at", "adopt_action", "adopt_reason"}
OPEN_ROWS = sum(
    count for (_, kind), count in rows.WRONG.items() if kind not in ("filled", "unserved_name")
)


@pytest.mark.slow
def test_kept_rows_stay_and_belong_to_the_projects_owner(live_project: str) -> None:
    before = everything(live_project)
    foreign = {p.id for p in adopt.inspect(live_project).problems if p.kind == "foreign_owner"}
    done = adopt.settle(live_project, "keep")
    after = everything(live_project)
    assert (done.changed, done.moved, done.after.open) == (OPEN_ROWS, 0, ())
    for table, owner in adopt.TABLES.items():
        assert after[table].keys() == before[table].keys()
        for row_id in foreign & after[table].keys():
            changed = {
                column
                for column, value in after[table][row_id].items()
                if value != before[table][row_id][column]
            }
            # The first release's own triggers stamp a change.
            assert changed - {"updated_at"} == {owner}


@pytest.mark.slow
def test_rows_that_no_choice_was_about_are_the_same_byte_for_byte(live_project: str) -> None:
    before = everything(live_project)
    touched = {p.id for p in adopt.inspect(live_project).open}
    adopt.settle(live_project, "keep")
    after = everything(live_project)
    for table in TABLES:
        columns = next(iter(before[table].values())).keys()
        assert checksum(after[table], columns, touched) == checksum(before[table], columns, touched)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("choice", ["keep", "quarantine"])
def test_the_quarantine_holds_every_touched_row_as_it_was(
    live_project: str, choice: adopt.Choice
) -> None:
    before = everything(live_project)
    touched = {p.id for p in adopt.inspect(live_project).open}
    adopt.settle(live_project, choice)
    held = everything(live_project, "wakti_quarantine")
    assert sum(map(len, held.values())) == len(touched) == OPEN_ROWS
    for table in TABLES:
        for row_id, row in held[table].items():
            kept = {name: value for name, value in row.items() if name not in ABOUT_ADOPTING}
            assert kept == before[table][row_id]
            assert row["adopt_action"] == ("changed" if choice == "keep" else "moved")
            assert row["adopt_reason"]


def test_quarantined_rows_are_moved_not_copied(live_project: str) -> None:
    before = everything(live_project)
    done = adopt.settle(live_project, "quarantine")
    after, held = everything(live_project), everything(live_project, "wakti_quarantine")
    assert (done.changed, done.moved, done.after.open) == (0, OPEN_ROWS, ())
    for table in TABLES:
        assert after[table].keys() | held[table].keys() == before[table].keys()
        assert not after[table].keys() & held[table].keys()


@pytest.mark.slow
def test_settling_again_finds_nothing_left_to_do(live_project: str) -> None:
    adopt.settle(live_project, "quarantine")
    before = everything(live_project), everything(live_project, "wakti_quarantine")
    again = adopt.settle(live_project, "keep")
    assert (again.changed, again.moved) == (0, 0)
    assert (everything(live_project), everything(live_project, "wakti_quarantine")) == before


def test_a_choice_can_be_about_one_table_or_one_row(live_project: str) -> None:
    row = next(p.id for p in adopt.inspect(live_project).open if p.table == "project_uploads")
    adopt.settle(live_project, "quarantine", only=["project_backends", row])
    held = everything(live_project, "wakti_quarantine")
    assert {table: len(rows) for table, rows in held.items() if rows} == {
        "project_backends": 3,
        "project_uploads": 1,
    }
    done = adopt.settle(live_project, "keep")
    assert done.changed == OPEN_ROWS - 4
    assert done.after.open == ()


def test_nobody_reaches_the_quarantine_over_the_api(live_project: str) -> None:
    adopt.settle(live_project, "quarantine")
    for role in ("anon", "authenticated", "service_role"):
        with psycopg.connect(live_project) as connection:
            connection.execute(f"set role {role}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select from wakti_quarantine.project_uploads")


def test_a_row_without_an_owner_to_keep_it_for_waits(first_release: str) -> None:
    with psycopg.connect(first_release) as connection:
        connection.execute("alter table projects alter column user_id drop not null")
        rows.fill(connection)
        connection.execute("update projects set user_id = null where slug = 'site-0'")
    done = adopt.settle(first_release, "keep")
    assert {problem.keep for problem in done.after.open} == {None}
    assert adopt.settle(first_release, "quarantine").after.open == ()


def test_sessions_that_hold_the_tables_are_waited_for_and_then_named(live_project: str) -> None:
    before = everything(live_project)
    with psycopg.connect(live_project) as holder:
        holder.execute("update project_uploads set filename = filename")
        with pytest.raises(MigrationError, match="nothing was changed"):
            adopt.settle(live_project, "keep", lock_seconds=0.2)
        holder.rollback()
    assert everything(live_project) == before


def test_a_row_written_while_it_waits_is_settled_too(live_project: str) -> None:
    with psycopg.connect(live_project) as holder:
        stranger = holder.execute(
            "select u.id, p.id from auth.users u, projects p where u.id <> p.user_id limit 1"
        ).fetchone()
        assert stranger is not None
        holder.execute(
            "insert into project_form_submissions (user_id, project_id, data)"
            " values (%s, %s, '{}')",
            stranger,
        )
        done: list[adopt.Settlement] = []
        settling = threading.Thread(target=lambda: done.append(adopt.settle(live_project, "keep")))
        settling.start()
        _wait_until_somebody_waits(live_project)
        holder.commit()
        settling.join(timeout=30)
    assert done[0].changed == OPEN_ROWS + 1
    assert done[0].after.open == ()


def _wait_until_somebody_waits(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(500):
            waiting = connection.execute(
                "select count(*), pg_sleep(0.01) from pg_locks where not granted"
            ).fetchone()
            assert waiting is not None
            if waiting[0]:
                return
    raise AssertionError("nobody waited for the lock")
