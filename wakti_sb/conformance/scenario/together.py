"""Statements that go to the database in one round trip, inside a savepoint.

A database may be 50 ms away, and an attempt is half a dozen statements: the way there and back is
what takes the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from ...errors import ConformanceError

_BEGIN = sql.SQL("savepoint together")
_KEEP = sql.SQL("release savepoint together")
_END = sql.SQL("rollback to savepoint together; release savepoint together")


@dataclass(frozen=True)
class Answer:
    """What one statement has returned: its rows, and how many it read or changed."""

    rows: Sequence[tuple[Any, ...]]
    count: int


def tried_together(
    connection: Connection[Any], statements: Sequence[sql.Composable]
) -> tuple[Answer, ...]:
    """The answers to statements that hold their values, each one statement; nothing of them stays.

    Raise psycopg.Error of the first that fails, when all of them have been undone, and
    ConformanceError if one is no SQL at all: then nothing can be undone, for nothing was read.
    """
    return _sent(connection, statements, _END)


def done_together(
    connection: Connection[Any], statements: Sequence[sql.Composable]
) -> tuple[Answer, ...]:
    """The same, but what they have done stays; if one fails, none of it does."""
    return _sent(connection, statements, _KEEP)


def _sent(
    connection: Connection[Any], statements: Sequence[sql.Composable], ending: sql.SQL
) -> tuple[Answer, ...]:
    text = sql.SQL(";\n").join((_BEGIN, *statements, ending))
    cursor = connection.cursor()
    try:
        cursor.execute(text)
    except psycopg.Error as error:
        try:
            connection.execute(_END)
        except psycopg.errors.InvalidSavepointSpecification:
            raise ConformanceError(f"a statement of ours cannot be read: {error}") from None
        raise
    found = []
    for _ in (_BEGIN, *statements):
        rows = cursor.fetchall() if cursor.description is not None else ()
        found.append(Answer(rows, cursor.rowcount))
        cursor.nextset()
    return tuple(found[1:])
