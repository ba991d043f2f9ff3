"""Several attempts on their way to the database at once, where it is far away.

Each is in a savepoint of its own, as in `together`, and they are carried out one after the other;
only their journeys overlap. The protocol's pipeline does that: it answers in the order of what was
sent, and what comes behind a statement that fails is left out up to the next sync.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.abc import Transformer as Loader
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from .together import Answer

_BEGIN = sql.SQL("savepoint ahead")
_END = (sql.SQL("rollback to savepoint ahead"), sql.SQL("release savepoint ahead"))
_FAR = 0.003  # seconds there and back from which on it is worth it
_TIMES = 3

Answers = tuple[Answer, ...] | psycopg.Error


def is_far(connection: Connection[Any]) -> bool:
    """Whether a statement waits for its journey rather than for the database.

    The quickest of several counts: a machine that is busy is not far away.
    """
    return min(_journey(connection) for _ in range(_TIMES)) > _FAR


def _journey(connection: Connection[Any]) -> float:
    began = time.perf_counter()
    connection.execute("select 1")
    return time.perf_counter() - began


def tried_ahead(
    connection: Connection[Any], several: Sequence[Sequence[sql.Composable]]
) -> list[Answers]:
    """The answers to each group of statements, or the error of its first that fails.

    The statements hold their values; nothing of them stays. Raise psycopg.OperationalError if the
    connection is lost.
    """
    pgconn = connection.pgconn
    pgconn.enter_pipeline_mode()
    try:
        for statements in several:
            for part in ((_BEGIN, *statements), _END):
                for statement in part:
                    pgconn.send_query_params(statement.as_bytes(connection), None)
                pgconn.pipeline_sync()
        came = _results(pgconn)
        return [_answers(connection, came, len(statements)) for statements in several]
    finally:
        with suppress(psycopg.OperationalError):  # a connection that is lost has no mode
            pgconn.exit_pipeline_mode()


def _answers(connection: Connection[Any], came: Iterator[PGresult], count: int) -> Answers:
    parts = [_until_sync(came), _until_sync(came)]
    for results in parts:
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                return error_from_result(result)
    reader = Transformer(connection)
    return tuple(_answer(reader, result) for result in parts[0][1 : count + 1])


def _answer(reader: Loader, result: PGresult) -> Answer:
    if result.status != ExecStatus.TUPLES_OK:
        return Answer((), -1 if result.command_tuples is None else result.command_tuples)
    reader.set_pgresult(result)
    return Answer(reader.load_rows(0, result.ntuples, tuple), result.ntuples)


def _until_sync(came: Iterator[PGresult]) -> list[PGresult]:
    found: list[PGresult] = []
    while (result := next(came)).status != ExecStatus.PIPELINE_SYNC:
        found.append(result)
    return found


def _results(pgconn: PGconn) -> Iterator[PGresult]:
    """What comes back, as it comes, while the rest is still sent."""
    unsent, ended = True, False
    while True:
        if unsent:
            unsent = pgconn.flush() == 1
        while pgconn.is_busy():
            writing = [pgconn.socket] if unsent else []
            readable, _, _ = select.select([pgconn.socket], writing, [])
            if readable:
                pgconn.consume_input()
            if unsent:
                unsent = pgconn.flush() == 1
        result = pgconn.get_result()
        if result is not None:
            yield result
        elif ended:  # nothing stands behind a result but one mark that it has ended
            raise psycopg.OperationalError("the connection is lost")
        ended = result is None
