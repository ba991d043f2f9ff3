"""Rows out of a database and into another, by COPY; memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from psycopg import sql
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from wakti_sb.backup.scope import Table
from wakti_sb.migrate.connection import Connection

_PIECE = 1 << 18  # bytes that are written at once


def copy_out(
    connection: Connection,
    table: Table,
    condition: sql.Composable | None,
    write: Callable[[bytes], object],
) -> int:
    """Pass on the rows that meet the condition, in the order of their key; how many there were."""
    where = sql.SQL("") if condition is None else sql.SQL("where {}").format(condition)
    statement = sql.SQL("copy (select {} from {} {}) to stdout").format(
        _columns(table.columns), table.identifier, where
    )
    # By libpq itself: what the driver does around each row takes longer than the server for it.
    wire = connection.pgconn
    begun = wire.exec_(statement.as_bytes(connection))
    if begun.status != ExecStatus.COPY_OUT:
        raise error_from_result(begun)
    try:
        _pass_on(wire, write)
    except BaseException:
        connection.cancel_safe()
        _pass_on(wire, lambda _: None)
        _ended(wire)
        raise
    done = _ended(wire)
    if done.status != ExecStatus.COMMAND_OK:
        raise error_from_result(done)
    return done.command_tuples or 0


def _pass_on(wire: PGconn, write: Callable[[bytes], object]) -> None:
    """Pass on what COPY sends, in large pieces, to its end."""
    gathered = bytearray()
    while True:
        size, row = wire.get_copy_data(0)
        if size < 0:
            break
        gathered += row
        if len(gathered) >= _PIECE:
            write(bytes(gathered))
            gathered.clear()
    write(bytes(gathered))


def _ended(wire: PGconn) -> PGresult:
    """How a command ended; nothing of it is left on the connection."""
    done = last = wire.get_result()
    assert done is not None  # noqa: S101  # (for mypy) a command has a result
    while last is not None:
        last = wire.get_result()
    return done


def copy_in(
    connection: Connection, table: Table, columns: Sequence[str], chunks: Iterable[bytes]
) -> int:
    """Put rows in as they were: the table's own triggers do not run meanwhile; how many."""
    switch = sql.SQL("alter table {} {} trigger user")
    if table.has_triggers:
        connection.execute(switch.format(table.identifier, sql.SQL("disable")))
    statement = sql.SQL("copy {} ({}) from stdin").format(table.identifier, _columns(columns))
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copied:
            for chunk in chunks:
                copied.write(chunk)
        count = cursor.rowcount
    if table.has_triggers:
        connection.execute(switch.format(table.identifier, sql.SQL("enable")))
    return count


def merge_in(
    connection: Connection, table: Table, columns: Sequence[str], chunks: Iterable[bytes]
) -> tuple[int, tuple[str, ...]]:
    """Put accounts in beside those that are there; how many were new, and columns left out.

    The table is the platform's: its columns may be others than where the rows come from.
    """
    staging = sql.Identifier("wakti_restored")
    shape = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(one)) for one in columns)
    connection.execute(sql.SQL("create temporary table {} ({})").format(staging, shape))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy {} from stdin").format(staging)) as copied,
    ):
        for chunk in chunks:
            copied.write(chunk)
    types: dict[str, str] = dict(
        connection.execute(
            "select attname::text, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped"
            " and attgenerated = ''",
            [table.identifier.as_string(connection)],
        ).fetchall()
    )
    both = [one for one in columns if one in types]
    values = sql.SQL(", ").join(
        sql.SQL("{}::{}").format(sql.Identifier(one), _type(types[one])) for one in both
    )
    done = connection.execute(
        sql.SQL("insert into {} ({}) select {} from {} on conflict do nothing").format(
            table.identifier, _columns(both), values, staging
        )
    )
    left_out = []
    for one in columns:
        if one not in types:
            filled = connection.execute(
                sql.SQL("select exists (select from {} where {} is not null)").format(
                    staging, sql.Identifier(one)
                )
            ).fetchone()
            if filled and filled[0]:
                left_out.append(one)
    connection.execute(sql.SQL("drop table {}").format(staging))
    return done.rowcount, tuple(left_out)


def _type(name: str) -> sql.Composable:
    """A type as the server itself spells it."""
    return sql.SQL(name)


def _columns(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))
