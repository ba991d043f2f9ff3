"""The types that all rooms of the engine share. Pure."""

from __future__ import annotations

from .case import (
    ALLOWED_NEW,
    BY_GRANT,
    DENIED,
    NEW,
    REFUSED,
    Attempt,
    Case,
    Expectation,
    Key,
    exactly,
)
from .finding import Finding, Problem, Report, Timing
from .identity import ANON, SERVICE, WORLDS, Identity, World
from .outcome import DENIALS, Kind, Outcome, refusal
from .platform import API_ROLES, OBJECTS, USERS
from .request import (
    Call,
    Copy,
    Delete,
    Insert,
    Join,
    Pairs,
    Request,
    Select,
    Update,
    Upsert,
    table_of,
)
from .verdict import Status, Verdict, beyond

__all__ = [
    "ALLOWED_NEW",
    "ANON",
    "API_ROLES",
    "BY_GRANT",
    "DENIALS",
    "DENIED",
    "NEW",
    "OBJECTS",
    "REFUSED",
    "SERVICE",
    "USERS",
    "WORLDS",
    "Attempt",
    "Call",
    "Case",
    "Copy",
    "Delete",
    "Expectation",
    "Finding",
    "Identity",
    "Insert",
    "Join",
    "Key",
    "Kind",
    "Outcome",
    "Pairs",
    "Problem",
    "Report",
    "Request",
    "Select",
    "Status",
    "Timing",
    "Update",
    "Upsert",
    "Verdict",
    "World",
    "beyond",
    "exactly",
    "refusal",
    "table_of",
]
