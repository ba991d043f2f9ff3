"""Cases: what the model says must be possible and impossible, as attempts. Pure."""

from __future__ import annotations

from ..scenario.statements import text
from .additions import added
from .derive import derive
from .functions import described, matches
from .model import Attempt, Case, Expectation, Key
from .requests import Call, Copy, Delete, Insert, Request, Select, Update, Upsert, to_sql
from .subject import Subject, short

__all__ = [
    "Attempt",
    "Call",
    "Case",
    "Copy",
    "Delete",
    "Expectation",
    "Insert",
    "Key",
    "Request",
    "Select",
    "Subject",
    "Update",
    "Upsert",
    "added",
    "derive",
    "described",
    "matches",
    "short",
    "text",
    "to_sql",
]
