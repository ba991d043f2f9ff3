"""The settings of the session in which migrations run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.errors import Diagnostic

from wakti_sb.migrate.connection import Connection, become
from wakti_sb.migrate.events import OnEvent, ServerNotice
from wakti_sb.migrate.queries import query


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for what, in seconds.

    Parameters:
        lock: for a lock on a table, before the file is rolled back (`lock_timeout`).
        lock_attempts: how often a file is tried that cannot have its locks.
        backoff: the pause after the first such attempt; it doubles with each.
        runner: for another runner on the same database.
        connect: for the server to answer.
    """

    lock: float = 4.0
    lock_attempts: int = 6
    backoff: float = 0.5
    runner: float = 60.0
    connect: int = 10


def prepare_session(connection: Connection, timeouts: Timeouts, role: str | None) -> str:
    """Give the session its role and its defaults; the lock_timeout, as the server writes it."""
    connection.execute(query("session"))
    become(connection, role)
    milliseconds = f"{round(timeouts.lock * 1000)}ms"
    return set_lock_timeout(connection, milliseconds)


def set_lock_timeout(connection: Connection, value: str) -> str:
    """Set the session's lock_timeout; what the server made of it."""
    row = connection.execute("select set_config('lock_timeout', %s, false)", [value]).fetchone()
    return str(row[0]) if row else value


@contextmanager
def notices(connection: Connection, version: str, on_event: OnEvent) -> Iterator[None]:
    """Pass on what the server says beside its answers."""

    def pass_on(said: Diagnostic) -> None:
        on_event(ServerNotice(version, said.severity or "", said.message_primary or ""))

    connection.add_notice_handler(pass_on)
    try:
        yield
    finally:
        connection.remove_notice_handler(pass_on)
