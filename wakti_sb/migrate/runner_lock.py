"""One runner a database at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from wakti_sb.migrate.connection import Connection
from wakti_sb.migrate.errors import AnotherRunner
from wakti_sb.migrate.events import OnEvent, WaitingForRunner
from wakti_sb.migrate.queries import query

KEY = int.from_bytes(b"wakti-sb")
_PAUSE = 0.2


@contextmanager
def runner_lock(
    connection: Connection, address: str, *, seconds: float, on_event: OnEvent
) -> Iterator[None]:
    """Hold the advisory lock; wait `seconds` for another runner at most.

    It is asked for again and again rather than waited for in the server: a session that waits
    there keeps a snapshot open, and the other runner's CREATE INDEX CONCURRENTLY would wait for
    that, each for the other.

    Raise AnotherRunner if it is still held after that time.
    """
    deadline = time.monotonic() + seconds
    told = False
    while not _try(connection):
        pid, application = _holder(connection)
        if time.monotonic() >= deadline:
            who = f"{application} (server process {pid})" if pid else "another runner"
            raise AnotherRunner(
                f"{who} is migrating this database, for more than {seconds:g} s already",
                place=address,
                remedy="Run this again when it has finished.",
            )
        if not told:
            on_event(WaitingForRunner(pid, application, seconds))
            told = True
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        # A lost connection has lost the lock as well.
        if not connection.closed:
            try:
                connection.execute("select pg_advisory_unlock(%s)", [KEY])
            except psycopg.Error:
                connection.close()


def _try(connection: Connection) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [KEY]).fetchone()
    return bool(row and row[0])


def _holder(connection: Connection) -> tuple[int | None, str]:
    row = connection.execute(query("runner_holder"), {"key": KEY}).fetchone()
    return (row[0], row[1] or "somebody") if row else (None, "somebody")
