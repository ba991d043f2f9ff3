"""Migrations: read a folder of them, apply what is pending, keep the official CLI's history."""

from __future__ import annotations

from wakti_sb.migrate.errors import (
    AnotherRunner,
    ConnectionFailed,
    DatabaseUnsuitable,
    HistoryConflict,
    StatementFailed,
)
from wakti_sb.migrate.events import (
    Event,
    FileDone,
    FileSkipped,
    FileStarted,
    OnEvent,
    Retrying,
    ServerNotice,
    StatementDone,
    StatementLeftOut,
    WaitingForRunner,
)
from wakti_sb.migrate.history import Applied, history_query
from wakti_sb.migrate.left_out import LeavingOut
from wakti_sb.migrate.plan import compare, pending
from wakti_sb.migrate.reader import Migration, read
from wakti_sb.migrate.results import (
    Entry,
    FileReport,
    Lock,
    Repair,
    Result,
    StatementReport,
    Status,
)
from wakti_sb.migrate.runner import apply, repair, status
from wakti_sb.migrate.seeds import read_seed, sow
from wakti_sb.migrate.session import Timeouts

__all__ = [  # noqa: RUF022  # grouped by what they are
    # use cases
    "read",
    "apply",
    "status",
    "repair",
    "read_seed",
    "sow",
    # the same without a connection
    "Applied",
    "compare",
    "history_query",
    "pending",
    # what they take
    "Migration",
    "LeavingOut",
    "OnEvent",
    "Timeouts",
    # what they return
    "Entry",
    "FileReport",
    "Lock",
    "Repair",
    "Result",
    "StatementReport",
    "Status",
    # what they tell on the way
    "Event",
    "FileDone",
    "FileSkipped",
    "FileStarted",
    "Retrying",
    "ServerNotice",
    "StatementDone",
    "StatementLeftOut",
    "WaitingForRunner",
    # what they raise
    "AnotherRunner",
    "ConnectionFailed",
    "DatabaseUnsuitable",
    "HistoryConflict",
    "StatementFailed",
]
