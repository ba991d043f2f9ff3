"""Seeds: rows for a new database, read and run as migrations are, and in no history."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wakti_sb.migrate.connection import Target
from wakti_sb.migrate.events import FileDone, OnEvent, log_event
from wakti_sb.migrate.execution import FileRun, started
from wakti_sb.migrate.left_out import LeavingOut
from wakti_sb.migrate.reader import Migration, read_file, require_ends
from wakti_sb.migrate.results import FileReport
from wakti_sb.migrate.session import Timeouts

_DEFAULT = Timeouts()


def read_seed(path: Path, name: str) -> Migration:
    """A seed file, called `name` in messages.

    Raise MigrationError if it cannot be read, StatementFailed if the parser finds a syntax error.
    """
    return read_file("", path.stem, path, name)


def sow(
    db_url: str,
    seeds: Sequence[Migration],
    *,
    on_event: OnEvent = log_event,
    timeouts: Timeouts = _DEFAULT,
    leaving_out: LeavingOut | None = None,
) -> tuple[FileReport, ...]:
    """Run seeds, each in one transaction where possible.

    Raise StatementFailed or ConnectionFailed from the file that failed; those before it stay.
    """
    target = Target.parse(db_url)
    require_ends(seeds)
    done: list[FileReport] = []
    with target.session(seconds=timeouts.connect) as connection:
        for index, seed in enumerate(seeds, start=1):
            on_event(started(seed, index, len(seeds)))
            run = FileRun(
                connection,
                target,
                seed,
                facts=None,
                before=(),
                timeouts=timeouts,
                on_event=on_event,
                leaving_out=leaving_out,
            )
            done.append(run.run())
            on_event(FileDone(done[-1]))
    return tuple(done)
