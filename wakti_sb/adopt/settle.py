"""Carry a choice out: keep rows for their project's owner, or move them to a quarantine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from psycopg import errors, sql

from wakti_sb.adopt.inspect import look
from wakti_sb.adopt.problem import TABLES, Choice, Inspection, Problem, Settlement
from wakti_sb.adopt.queries import query
from wakti_sb.errors import MigrationError
from wakti_sb.migrate.connection import Connection, Target


def settle(
    db_url: str, choice: Choice, *, only: Sequence[str] = (), lock_seconds: float = 5
) -> Settlement:
    """Settle every problem that waits for a choice, all of them or none.

    Each row that is touched is copied as it was into wakti_quarantine first, in the same
    transaction: nothing is ever dropped. Rows that cannot be kept stay as they are.

    Parameters:
        only: tables or ids of rows; without them everything.
        lock_seconds: how long to wait for others to let go of the tables.

    Raise MigrationError if other sessions hold on to the tables, or the database refuses;
    UsageError and ConnectionFailed as `inspect` does.
    """
    target = Target.parse(db_url)
    with target.session() as connection:
        try:
            with connection.transaction():
                timeout = f"{round(lock_seconds * 1000)}ms"
                connection.execute("select set_config('lock_timeout', %s, true)", (timeout,))
                return _settle(connection, target.address, choice, only)
        except errors.LockNotAvailable:
            raise MigrationError(
                f"other sessions kept the tables for {lock_seconds:g} s; nothing was changed",
                place=target.address,
                remedy="Run it again when they are done (see pg_stat_activity).",
            ) from None


def _settle(
    connection: Connection, address: str, choice: Choice, only: Sequence[str]
) -> Settlement:
    before = look(connection, address)
    if not before.open:
        return Settlement(0, 0, before)
    _lock(connection, before)
    # What was written before the lock was there counts too.
    problems = [
        problem
        for problem in look(connection, address).open
        if (not only or problem.table in only or problem.id in only)
        and (choice == "quarantine" or problem.keep is not None)
    ]
    by_table: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_table[problem.table].append(problem)
    touched = 0
    for table, found in by_table.items():
        touched += _copy(connection, table, choice, found)
        if choice == "quarantine":
            ids = sorted({problem.id for problem in found})
            _run(connection, "quarantine_remove", table, ids=ids)
        else:
            _keep(connection, table, found)
    after = look(connection, address)
    return Settlement(*((touched, 0) if choice == "keep" else (0, touched)), after)


def _lock(connection: Connection, before: Inspection) -> None:
    names = ("projects", *before.tables)
    tables = sql.SQL(", ").join(sql.Identifier("public", name) for name in names)
    connection.execute(_composed("lock_tables", tables=tables))


def _copy(connection: Connection, table: str, choice: Choice, found: Sequence[Problem]) -> int:
    """Copy the rows as they are into the quarantine; return how many."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for problem in found:
        reasons[problem.id].append(problem.what)
    columns = connection.execute(query("columns"), {"table": table}).fetchall()
    for name in ("quarantine_schema", "quarantine_schema_closed"):
        connection.execute(query(name))
    for name in ("quarantine_table", "quarantine_table_closed"):
        _run(connection, name, table)
    for column, of_type in columns:
        # The type is how the server itself writes it.
        kind = sql.SQL(of_type)
        _run(connection, "quarantine_column", table, column=sql.Identifier(column), type=kind)
    statement = _composed(
        "quarantine_copy",
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(sql.Identifier(column) for column, _ in columns),
        qualified=sql.SQL(", ").join(sql.Identifier("t", column) for column, _ in columns),
    )
    values = {
        "action": "changed" if choice == "keep" else "moved",
        "ids": list(reasons),
        "reasons": ["; ".join(each) for each in reasons.values()],
    }
    return connection.execute(statement, values).rowcount


def _keep(connection: Connection, table: str, found: Sequence[Problem]) -> None:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for problem in found:
        by_kind[problem.kind].append(problem.id)
    for kind, ids in by_kind.items():
        _run(connection, f"keep_{kind}", table, ids=ids)


def _run(
    connection: Connection,
    name: str,
    table: str,
    *,
    ids: Sequence[str] | None = None,
    **parts: sql.Composable,
) -> None:
    owner = sql.Identifier(TABLES[table])
    statement = _composed(name, table=sql.Identifier(table), owner=owner, **parts)
    values: dict[str, Any] | None = None if ids is None else {"ids": list(ids)}
    connection.execute(statement, values)


def _composed(name: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query(name).decode()).format(**parts)
