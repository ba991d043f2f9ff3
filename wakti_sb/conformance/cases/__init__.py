"""Cases: what the model says must be possible and impossible, as attempts. Pure."""

from __future__ import annotations

from ..scenario.statements import text
from .additions import added
from .as_sql import to_sql
from .derive import derive
from .functions import described, matches
from .subject import Subject, short

__all__ = [
    "Subject",
    "added",
    "derive",
    "described",
    "matches",
    "short",
    "text",
    "to_sql",
]
