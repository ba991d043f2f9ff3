"""Run one migration: all of it, or as far as PostgreSQL lets it be undone, nothing of it."""

from __future__ import annotations

import itertools
import re
import time
from contextlib import AbstractContextManager, nullcontext

import psycopg
from psycopg.pq import TransactionStatus

from wakti_sb.errors import MigrationError
from wakti_sb.migrate import history
from wakti_sb.migrate.connection import Connection, Cursor, Target, become
from wakti_sb.migrate.events import (
    FileStarted,
    OnEvent,
    Retrying,
    StatementDone,
    StatementLeftOut,
)
from wakti_sb.migrate.failure import Outcome, Refused, connection_lost, statement_failed
from wakti_sb.migrate.left_out import LeavingOut
from wakti_sb.migrate.position import first_line
from wakti_sb.migrate.preflight import Facts, inspect
from wakti_sb.migrate.reader import Block, Migration, blocks
from wakti_sb.migrate.results import FileReport, StatementReport
from wakti_sb.migrate.session import Timeouts, notices, prepare_session, set_lock_timeout
from wakti_sb.migrate.stand_in import StandIn, stand_in
from wakti_sb.migrate.statements import Statement

# What begins so begins, ends or marks a transaction: no savepoint may stand around it.
_CONTROLS = re.compile(
    r"(?:abort|begin|commit|end|prepare\s+transaction|release|rollback|savepoint|start)\b",
    re.IGNORECASE,
)


class FileRun:
    """A migration that is being applied.

    Parameters:
        facts: what there is of the history; the rest is made in the file's transaction. None for a
            seed, which has no row in it.
        before: the versions that this run has applied already, for error messages.
        leaving_out: what the database has to do without; None for a real one.
    """

    def __init__(
        self,
        connection: Connection,
        target: Target,
        migration: Migration,
        *,
        facts: Facts | None,
        before: tuple[str, ...],
        timeouts: Timeouts,
        on_event: OnEvent,
        leaving_out: LeavingOut | None = None,
    ) -> None:
        self._connection = connection
        self._cursor = connection.cursor()  # one for all statements: making it takes time
        self._target = target
        self._migration = migration
        self._facts = facts
        self._before = before
        self._timeouts = timeouts
        self._on_event = on_event
        self._leaving_out = leaving_out
        self._blocks = blocks(migration)
        self._reports: list[list[StatementReport]] = [[] for _ in self._blocks]
        self._done = 0  # blocks whose effect no rollback can undo
        self._lock_timeout = ""

    def run(self) -> FileReport:
        """Apply and record the migration.

        Raise StatementFailed if the server refuses a statement, ConnectionFailed if it goes away.
        """
        begun = time.perf_counter()
        with notices(self._connection, self._migration.version, self._on_event):
            attempts = self._until_done()
        return FileReport(
            version=self._migration.version,
            name=self._migration.name,
            file=self._migration.file,
            milliseconds=(time.perf_counter() - begun) * 1000,
            attempts=attempts,
            one_transaction=len(self._blocks) == 1,
            statements=tuple(report for block in self._reports for report in block),
        )

    def _until_done(self) -> int:
        for attempt in itertools.count(1):
            try:
                self._attempt()
            except Refused as refused:
                self._give_back(refused)
                if not refused.retryable or attempt == self._timeouts.lock_attempts:
                    raise self._failure(refused) from refused.error
                pause(self._migration, refused, attempt, self._timeouts, self._on_event)
            else:
                break
        return attempt

    def _attempt(self) -> None:
        if self._done == 0:
            self._lock_timeout = prepare_session(
                self._connection, self._timeouts, self._target.role
            )
        last = len(self._blocks) - 1
        for index in range(self._done, len(self._blocks)):
            self._reports[index] = []
            self._run_block(
                self._blocks[index],
                self._reports[index],
                facts=self._facts if index == last else None,
            )
            if self._status() is TransactionStatus.IDLE:
                self._done = index + 1

    def _run_block(
        self, block: Block, reports: list[StatementReport], *, facts: Facts | None
    ) -> None:
        scope: AbstractContextManager[object] = nullcontext()
        if block.transaction:
            scope = self._connection.transaction()
        try:
            with scope:
                for statement in block.statements:
                    done = self._run_or_leave_out(statement)
                    if done is not None:
                        reports.append(done)
                        self._on_event(StatementDone(self._migration.version, done))
                if facts is not None:
                    # The file may have become a role that cannot write the history.
                    become(self._connection, self._target.role)
                    history.create(self._connection, facts)
                    history.record(self._connection, self._migration)
        except psycopg.Error as error:
            raise Refused(None, error) from error

    def _run_or_leave_out(self, statement: Statement) -> StatementReport | None:
        if self._leaving_out is None:
            return self._run_statement(statement)
        declined = self._leaving_out.decline(self._migration.file, statement)
        if declined is not None:
            self._on_event(StatementLeftOut(self._migration.version, declined))
            return None
        scope: AbstractContextManager[object] = nullcontext()
        in_transaction = self._status() is TransactionStatus.INTRANS
        if in_transaction and not _CONTROLS.match(statement.sql, statement.code - statement.offset):
            scope = self._connection.transaction()  # a savepoint
        try:
            with scope:
                return self._run_statement(statement)
        except Refused as refused:
            left_out = self._leaving_out.leave_out(self._migration.file, statement, refused.error)
            if left_out is None:
                raise
        self._on_event(StatementLeftOut(self._migration.version, left_out))
        return None

    def _run_statement(self, statement: Statement) -> StatementReport:
        patient = statement.concurrent and self._has_our_lock_timeout()
        if patient:
            # It stands in nobody's way while it waits, and cut short it leaves a broken index.
            set_lock_timeout(self._connection, "0")
        done = execute(self._cursor, self._migration, statement)
        if patient:
            set_lock_timeout(self._connection, self._lock_timeout)
        return done

    def _has_our_lock_timeout(self) -> bool:
        row = self._connection.execute("select current_setting('lock_timeout')").fetchone()
        return row is not None and row[0] == self._lock_timeout

    def _status(self) -> TransactionStatus:
        return self._connection.info.transaction_status

    def _give_back(self, refused: Refused) -> None:
        """Leave the connection outside a transaction.

        Raise ConnectionFailed if there is no connection any more.
        """
        if self._connection.closed:
            raise connection_lost(
                self._migration,
                refused.statement,
                self._outcome(),
                self._target,
                recorded=self._recorded() if refused.statement is None else False,
                alone=not self._blocks[self._done].transaction,
            ) from refused.error
        if self._status() is not TransactionStatus.IDLE:
            self._connection.execute("rollback")

    def _recorded(self) -> bool | None:
        """Ask a new connection whether the lost one's commit arrived."""
        try:
            with self._target.session(seconds=self._timeouts.connect) as connection:
                facts = inspect(connection, self._target.address, writing=False)
                rows = history.load(connection, facts)
        except MigrationError:
            return None
        return any(row.version == self._migration.version for row in rows)

    def _outcome(self) -> Outcome:
        kept = [item for block in self._blocks[: self._done] for item in block.statements]
        return Outcome(kept=tuple(kept), before=self._before)

    def _failure(self, refused: Refused) -> MigrationError:
        return statement_failed(self._migration, refused, self._outcome(), self._target)


def started(migration: Migration, index: int, total: int) -> FileStarted:
    """The event for a file that begins: number `index` (from 1) of `total`."""
    count = len(migration.statements)
    return FileStarted(migration.version, migration.name, migration.file, count, index, total)


def pause(
    migration: Migration, refused: Refused, attempt: int, timeouts: Timeouts, on_event: OnEvent
) -> None:
    """Say that the locks could not be taken, and let others finish."""
    seconds = timeouts.backoff * 2 ** (attempt - 1)
    reason = refused.error.diag.message_primary or str(refused.error)
    on_event(
        Retrying(
            migration.version, migration.file, reason, attempt, timeouts.lock_attempts, seconds
        )
    )
    time.sleep(seconds)


def execute(
    cursor: Cursor, migration: Migration, statement: Statement, sql: str | None = None
) -> StatementReport:
    """Run one statement; `sql` in its place, where that is given.

    Raise Refused if the server does not accept it.
    """
    begun = time.perf_counter()
    instead: StandIn | None = None
    try:
        instead = stand_in(cursor, statement) if sql is None else None
        cursor.execute((sql or (instead or statement).sql).encode())
    except psycopg.Error as error:
        as_written = instead is None or instead.sql == statement.sql
        raise Refused(statement, error, as_written=as_written) from error
    note = instead.said if instead is not None else None
    return report(migration, statement, begun, cursor.rowcount, note)


def report(
    migration: Migration, statement: Statement, begun: float, rows: int, note: str | None = None
) -> StatementReport:
    """The report of a statement that began at `begun` (of `time.perf_counter`)."""
    return StatementReport(
        file=migration.file,
        line=statement.line,
        sql=first_line(statement.sql[statement.code - statement.offset :]),
        milliseconds=(time.perf_counter() - begun) * 1000,
        rows=rows if rows >= 0 else None,
        note=note,
    )
