"""The use cases: apply, status, repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from wakti_sb.errors import MigrationError
from wakti_sb.migrate import history, plan
from wakti_sb.migrate.connection import Target
from wakti_sb.migrate.dry_run import DryRun
from wakti_sb.migrate.events import FileDone, OnEvent, log_event
from wakti_sb.migrate.execution import FileRun, started
from wakti_sb.migrate.left_out import LeavingOut
from wakti_sb.migrate.preflight import inspect
from wakti_sb.migrate.reader import Migration, require_ends
from wakti_sb.migrate.results import FileReport, Repair, Result, Status
from wakti_sb.migrate.runner_lock import runner_lock
from wakti_sb.migrate.session import Timeouts, prepare_session

_DEFAULT = Timeouts()


def apply(
    db_url: str,
    migrations: Sequence[Migration],
    *,
    dry_run: bool = False,
    include_all: bool = False,
    on_event: OnEvent = log_event,
    timeouts: Timeouts = _DEFAULT,
    leaving_out: LeavingOut | None = None,
    role: str | None = None,
) -> Result:
    """Apply what is pending, each file and its history row in one transaction where possible.

    Parameters:
        dry_run: run everything in one transaction and roll that back.
        include_all: also apply files that are older than the newest applied one.
        on_event: is called with what happens, while it happens.
        leaving_out: what a database of ours has to do without; statements that need it are left
            out and remembered there. Not for a dry run.
        role: whom the session becomes, where whoever logs in is not who migrates.

    Raise UsageError for a URL that cannot be used; ConnectionFailed, DatabaseUnsuitable,
    AnotherRunner or HistoryConflict before anything is changed; StatementFailed or
    ConnectionFailed from the file that failed, and then the files before it stay applied.
    """
    target = Target.parse(db_url, role=role)
    with target.session(seconds=timeouts.connect) as connection:
        inspect(connection, target.address, writing=True)
        waiting = runner_lock(
            connection, target.address, seconds=timeouts.runner, on_event=on_event
        )
        with waiting:
            # Asked again: a runner that was waited for has changed it.
            facts = inspect(connection, target.address, writing=True)
            state = plan.compare(migrations, history.load(connection, facts), target.address)
            pending = plan.pending(migrations, state, include_all=include_all)
            require_ends(pending)
            if dry_run:
                trial = DryRun(connection, target, facts, timeouts=timeouts, on_event=on_event)
                return Result(target.address, True, trial.run(pending))
            done: list[FileReport] = []
            for index, migration in enumerate(pending, start=1):
                on_event(started(migration, index, len(pending)))
                run = FileRun(
                    connection,
                    target,
                    migration,
                    facts=facts,
                    before=tuple(report.version for report in done),
                    timeouts=timeouts,
                    on_event=on_event,
                    leaving_out=leaving_out,
                )
                done.append(run.run())
                facts = replace(facts, has_schema=True, has_table=True, has_columns=True)
                on_event(FileDone(done[-1]))
            return Result(target.address, False, tuple(done))


def status(db_url: str, migrations: Sequence[Migration], *, role: str | None = None) -> Status:
    """What is applied, pending and in conflict; changes nothing and needs no right to write.

    Raise ConnectionFailed or DatabaseUnsuitable.
    """
    target = Target.parse(db_url, role=role)
    with target.session() as connection:
        facts = inspect(connection, target.address, writing=False)
        return plan.compare(migrations, history.load(connection, facts), target.address)


def repair(
    db_url: str,
    version: str,
    state: Literal["applied", "reverted"],
    migrations: Sequence[Migration],
    *,
    on_event: OnEvent = log_event,
    timeouts: Timeouts = _DEFAULT,
) -> Repair:
    """Correct the history without running anything.

    Parameters:
        state: `applied` records the file's version as it is now, `reverted` forgets the version.

    Raise MigrationError if `applied` is asked for and there is no such file; ConnectionFailed,
    DatabaseUnsuitable or AnotherRunner.
    """
    target = Target.parse(db_url)
    migration = next((item for item in migrations if item.version == version), None)
    if state == "applied" and migration is None:
        raise MigrationError(
            f"there is no migration with version {version}",
            remedy="The history holds what a file says, so the file has to be there.",
        )
    with target.session(seconds=timeouts.connect) as connection:
        facts = inspect(connection, target.address, writing=True)
        waiting = runner_lock(
            connection, target.address, seconds=timeouts.runner, on_event=on_event
        )
        with waiting, connection.transaction():
            prepare_session(connection, timeouts, target.role)
            history.create(connection, facts)
            if state == "applied" and migration is not None:
                changed = history.mark_applied(connection, migration)
            else:
                changed = history.mark_reverted(connection, version)
    return Repair(target.address, version, migration.name if migration else "", state, changed)
