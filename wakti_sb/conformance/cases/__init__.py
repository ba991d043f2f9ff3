"""Cases: what the model says must be possible and impossible, as attempts. Pure."""

from __future__ import annotations

from ..scenario.statements import text
from .additions import added
from .as_sql import to_sql
from .derive import derive, each_once
from .described import Described, short
from .disclosure import may_tell
from .functions import called_with, described_functions, matches
from .new_rows import own_payload

__all__ = [
    "Described",
    "added",
    "called_with",
    "derive",
    "described_functions",
    "each_once",
    "matches",
    "may_tell",
    "own_payload",
    "short",
    "text",
    "to_sql",
]
