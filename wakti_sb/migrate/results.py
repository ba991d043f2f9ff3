"""What the functions of this package return; `dataclasses.asdict` makes each of them JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_BLOCKS = {
    "AccessExclusiveLock": "reads and writes",
    "ExclusiveLock": "writes",
    "ShareRowExclusiveLock": "writes",
    "ShareLock": "writes",
    "ShareUpdateExclusiveLock": "schema changes",
}


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on a relation that was there before the migrations began.

    Parameters:
        relation: schema and name.
        mode: as `pg_locks` names it.
        blocks: what others have to wait with until the transaction ends; empty for a lock
            that ordinary reads and writes take too.
    """

    relation: str
    mode: str
    blocks: str

    @classmethod
    def of(cls, relation: str, mode: str) -> Lock:
        """The lock, with what it blocks (PostgreSQL manual, "Table-Level Lock Modes")."""
        return cls(relation, mode, _BLOCKS.get(mode, ""))


@dataclass(frozen=True, slots=True)
class StatementReport:
    """One statement that ran, or in a dry run could not be tried.

    Parameters:
        sql: the statement's beginning, on one line.
        rows: how many it touched or returned; None where that means nothing.
        locks: in a dry run, the locks it took that no statement before it held.
        note: why it was not run as it is written, or only in the dry run.
    """

    file: str
    line: int
    sql: str
    milliseconds: float
    rows: int | None
    locks: tuple[Lock, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """One migration that was applied (dry run: tried).

    Parameters:
        attempts: 1, and one more for each time a lock could not be taken.
        one_transaction: whether the whole file and its history row were one transaction.
    """

    version: str
    name: str
    file: str
    milliseconds: float
    attempts: int
    one_transaction: bool
    statements: tuple[StatementReport, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What `apply` did; `files` is empty when there was nothing to do."""

    database: str
    dry_run: bool
    files: tuple[FileReport, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that were applied, in order."""
        return tuple(file.version for file in self.files)


State = Literal["applied", "pending", "out of order", "changed", "file missing"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One version, on disk or in the database's history or both.

    Parameters:
        file: the path; None when there is no such file.
    """

    version: str
    name: str
    file: str | None
    state: State


@dataclass(frozen=True, slots=True)
class Status:
    """Every version that the files or the database know, oldest first."""

    database: str
    entries: tuple[Entry, ...]

    def of(self, *states: State) -> tuple[Entry, ...]:
        """The entries in one of these states."""
        return tuple(entry for entry in self.entries if entry.state in states)

    @property
    def pending(self) -> tuple[Entry, ...]:
        """What is on disk and not in the database."""
        return self.of("pending", "out of order")

    @property
    def conflicts(self) -> tuple[Entry, ...]:
        """What `apply` would refuse to go over."""
        return self.of("out of order", "changed", "file missing")


@dataclass(frozen=True, slots=True)
class Repair:
    """What `repair` did to the history of one version."""

    database: str
    version: str
    name: str
    state: Literal["applied", "reverted"]
    changed: bool
