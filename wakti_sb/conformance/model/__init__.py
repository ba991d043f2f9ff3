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
from .cause import Cause, Harm
from .condition import Condition
from .family import ABOUT_COLUMNS, Family
from .finding import Finding, Report, Timing
from .fix import Advice, Fix, Statements
from .identity import ANON, SERVICE, WORLDS, Identity, World
from .outcome import DENIALS, Kind, Outcome, refusal
from .platform import API_ROLES, ELSEWHERE, MESSAGES, OBJECTS, USERS
from .problem import Problem
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
from .root import Root
from .subject import Subject, SubjectKind
from .verdict import Status, Verdict, beyond

__all__ = [
    "ABOUT_COLUMNS",
    "ALLOWED_NEW",
    "ANON",
    "API_ROLES",
    "BY_GRANT",
    "DENIALS",
    "DENIED",
    "ELSEWHERE",
    "MESSAGES",
    "NEW",
    "OBJECTS",
    "REFUSED",
    "SERVICE",
    "USERS",
    "WORLDS",
    "Advice",
    "Attempt",
    "Call",
    "Case",
    "Cause",
    "Condition",
    "Copy",
    "Delete",
    "Expectation",
    "Family",
    "Finding",
    "Fix",
    "Harm",
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
    "Root",
    "Select",
    "Statements",
    "Status",
    "Subject",
    "SubjectKind",
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
