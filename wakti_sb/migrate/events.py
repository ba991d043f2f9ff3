"""What happens while migrations are read and applied, for whoever shows it.

The functions of this package never print: they call `on_event` with one of these.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from wakti_sb.events import LeftOut
from wakti_sb.migrate.results import FileReport, StatementReport

_log = logging.getLogger("wakti_sb.migrate")


@dataclass(frozen=True, slots=True)
class FileSkipped:
    """A file in the migrations folder that is not a migration and will not be applied."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingForRunner:
    """Another runner holds the lock on this database; waiting for it.

    Parameters:
        pid: its server process; None when it has just gone.
        application: what it calls itself.
        seconds: how long this runner will wait at most.
    """

    pid: int | None
    application: str
    seconds: float


@dataclass(frozen=True, slots=True)
class FileStarted:
    """A migration begins: number `index` (from 1) of `total`."""

    version: str
    name: str
    file: str
    statements: int
    index: int
    total: int


@dataclass(frozen=True, slots=True)
class StatementDone:
    """A statement ran; in a dry run the report also names its locks."""

    version: str
    report: StatementReport


@dataclass(frozen=True, slots=True)
class StatementLeftOut:
    """A statement needs an extension that the database has to do without."""

    version: str
    left_out: LeftOut


@dataclass(frozen=True, slots=True)
class ServerNotice:
    """The server said something about a statement: `raise notice`, a warning."""

    version: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class Retrying:
    """A lock could not be taken: the file is rolled back and tried again after `seconds`."""

    version: str
    file: str
    reason: str
    attempt: int
    attempts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FileDone:
    """A migration is applied and recorded; in a dry run: went through."""

    report: FileReport


Event = (
    FileSkipped
    | WaitingForRunner
    | FileStarted
    | StatementDone
    | StatementLeftOut
    | ServerNotice
    | Retrying
    | FileDone
)
OnEvent = Callable[[Event], None]


def log_event(event: Event) -> None:
    """What is done with an event when nobody listens: a warning must not get lost."""
    if isinstance(event, FileSkipped):
        _log.warning("skipping migration %s: %s", event.file, event.reason)
