"""Really run migrations, in one transaction that is rolled back at the end.

Its locks are held until then, so others feel a dry run as they would feel the migration.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg
from pglast import ast, enums, parser
from psycopg import sql

from wakti_sb.migrate import history
from wakti_sb.migrate.connection import Connection, Target, become
from wakti_sb.migrate.events import FileDone, OnEvent, StatementDone
from wakti_sb.migrate.execution import execute, pause, report, started
from wakti_sb.migrate.failure import Outcome, Refused, connection_lost, statement_failed
from wakti_sb.migrate.kinds import CONTROLS, Kind, begins
from wakti_sb.migrate.new_values import NewValues
from wakti_sb.migrate.preflight import Facts
from wakti_sb.migrate.queries import query
from wakti_sb.migrate.reader import Migration, blocks
from wakti_sb.migrate.results import FileReport, Lock, StatementReport
from wakti_sb.migrate.session import Timeouts, notices, prepare_session
from wakti_sb.migrate.statements import Statement, without_concurrently

_ALONE = "not tried: PostgreSQL refuses it inside a transaction"
_CONTROL = "not tried: the dry run is one transaction"
_IDLE = "not tried: no transaction of the file's own is open here"
_SAVEPOINT = "tried as a savepoint: the dry run is one transaction"
_INSERT = re.compile(r"insert\s", re.IGNORECASE)
_NEW_VALUE = "not tried: the new enum value is committed before this, and in a dry run never"
_PLAIN = "tried without CONCURRENTLY, on a table that only the dry run sees"


class DryRun:
    """Pending migrations that are being tried."""

    def __init__(
        self,
        connection: Connection,
        target: Target,
        facts: Facts,
        *,
        timeouts: Timeouts,
        on_event: OnEvent,
    ) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._target = target
        self._facts = facts
        self._timeouts = timeouts
        self._on_event = on_event
        self._relations: dict[int, str] = {}
        self._held: set[tuple[int, str]] = set()
        self._shapes: set[str] = set()
        self._untried: list[str] = []
        self._open = False  # whether a transaction of the file's own is
        self._values = NewValues()

    def run(self, migrations: Sequence[Migration]) -> tuple[FileReport, ...]:
        """Try all of the migrations, one after the other, and leave nothing.

        Raise StatementFailed if the server refuses a statement, ConnectionFailed if it goes away.
        """
        for attempt in itertools.count(1):
            try:
                return tuple(
                    replace(report, attempts=attempt) for report in self._attempt(migrations)
                )
            except _Stopped as stopped:
                refused = stopped.refused
                outcome = Outcome(dry_run=True, untried=tuple(self._untried))
                if self._connection.closed:
                    raise connection_lost(
                        stopped.migration, refused.statement, outcome, self._target
                    ) from refused.error
                if not refused.retryable or attempt == self._timeouts.lock_attempts:
                    raise statement_failed(
                        stopped.migration, refused, outcome, self._target
                    ) from refused.error
                pause(stopped.migration, refused, attempt, self._timeouts, self._on_event)
        raise AssertionError

    def _attempt(self, migrations: Sequence[Migration]) -> list[FileReport]:
        prepare_session(self._connection, self._timeouts, self._target.role)
        self._relations = dict(self._connection.execute(query("relations")).fetchall())
        self._held, self._untried, self._shapes = set(), [], set()
        self._values, self._open = NewValues(), False
        reports = []
        with self._connection.transaction(force_rollback=True):
            history.create(self._connection, self._facts)
            for index, migration in enumerate(migrations, start=1):
                self._on_event(started(migration, index, len(migrations)))
                with notices(self._connection, migration.version, self._on_event):
                    reports.append(self._file(migration))
                self._on_event(FileDone(reports[-1]))
        return reports

    def _file(self, migration: Migration) -> FileReport:
        begun = time.perf_counter()
        parts = blocks(migration)
        tried = []
        try:
            # Session settings of a file end with it, as in a real run.
            prepare_session(self._connection, self._timeouts, self._target.role)
            for part in parts:
                for statement in part.statements:
                    tried.append(self._statement(migration, statement))
                    self._on_event(StatementDone(migration.version, tried[-1]))
                if not self._open:
                    self._values.commit()
            become(self._connection, self._target.role)
            self._check_deferred()  # as the commit would
            history.record(self._connection, migration)
        except Refused as refused:
            raise _Stopped(migration, refused) from refused.error
        except psycopg.Error as error:
            raise _Stopped(migration, Refused(None, error)) from error
        return FileReport(
            version=migration.version,
            name=migration.name,
            file=migration.file,
            milliseconds=(time.perf_counter() - begun) * 1000,
            attempts=1,
            one_transaction=len(parts) == 1,
            statements=tuple(tried),
        )

    def _statement(self, migration: Migration, statement: Statement) -> StatementReport:
        begun = time.perf_counter()
        note = None
        if statement.kind in CONTROLS:
            note = self._control(statement)
        elif statement.kind is Kind.ALONE:
            note = _PLAIN if self._ours_alone(statement) else _ALONE
        if note in {_CONTROL, _ALONE, _IDLE, _SAVEPOINT}:
            done = report(migration, statement, begun, -1, note)
        else:
            plain = without_concurrently(statement.sql) if note == _PLAIN else None
            with self._values.guarding(self._connection) as guard:
                done = execute(self._cursor, migration, statement, plain)
                self._values.note(statement)
            if guard.cannot_tell:
                note = _NEW_VALUE
                done = report(migration, statement, begun, -1, note)
            else:
                done = replace(done, note=note or done.note, locks=self._new_locks(statement))
        if note in {_ALONE, _NEW_VALUE}:
            self._untried.append(f"line {done.line} of {migration.file}")
        return done

    def _control(self, statement: Statement) -> str:
        """Do to a savepoint what the file does to a transaction of its own; what to say of it."""
        kind = statement.kind
        if kind is Kind.TWO_PHASE:
            self._open = False
            return _CONTROL
        if begins(kind):
            if not self._open:
                self._connection.execute("savepoint wakti_sb_own")
            self._open = True
            return _SAVEPOINT
        if not self._open:
            return _IDLE
        chained, undone = _ending(statement)
        try:
            if undone:
                self._connection.execute("rollback to savepoint wakti_sb_own")
            else:
                self._check_deferred()
            self._connection.execute("release savepoint wakti_sb_own")
            if chained:
                self._connection.execute("savepoint wakti_sb_own")
        except psycopg.Error as error:
            raise Refused(statement, error) from error
        self._values.commit()
        self._open = chained
        return _SAVEPOINT

    def _check_deferred(self) -> None:
        """What is deferred until a commit is checked now."""
        self._connection.execute("set constraints all immediate")
        self._connection.execute("set constraints all deferred")

    def _new_locks(self, statement: Statement) -> tuple[Lock, ...]:
        """The locks since the last call, on relations that others know as well.

        The second insert of a thousand takes none that the first did not: it is not asked for.
        """
        if _INSERT.match(statement.sql, statement.code - statement.offset):
            shape = parser.fingerprint(statement.sql)
            if shape in self._shapes:
                return ()
            self._shapes.add(shape)
        now = set(self._connection.execute(query("locks")).fetchall())
        new = now - self._held
        self._held = now
        return tuple(
            Lock.of(relation, mode)
            for relation, mode in sorted(
                (self._relations[oid], mode) for oid, mode in new if oid in self._relations
            )
        )

    def _ours_alone(self, statement: Statement) -> bool:
        """Whether an index can be built or dropped without CONCURRENTLY and nobody waits."""
        node: Any = parser.parse_sql(statement.sql)[0].stmt
        if isinstance(node, ast.IndexStmt):
            names = [_names(node.relation)]
        elif isinstance(node, ast.DropStmt):
            names = [[part.sval for part in name] for name in node.objects or ()]
        else:
            return False
        return all(self._oid(name) not in self._relations for name in names)

    def _oid(self, names: list[str]) -> int | None:
        name = sql.Identifier(*names).as_string()
        row = self._connection.execute("select to_regclass(%s)::oid", [name]).fetchone()
        return row[0] if row else None


class _Stopped(Exception):
    """A statement of `migration` was refused."""

    def __init__(self, migration: Migration, refused: Refused) -> None:
        super().__init__(str(refused))
        self.migration = migration
        self.refused = refused


def _ending(statement: Statement) -> tuple[bool, bool]:
    """Of a `commit` or `rollback`: whether it begins the next transaction, and which it is."""
    node: Any = parser.parse_sql(statement.sql)[0].stmt
    return bool(node.chain), node.kind == enums.TransactionStmtKind.TRANS_STMT_ROLLBACK


def _names(relation: Any) -> list[str]:
    return [part for part in (relation.schemaname, relation.relname) if part]
