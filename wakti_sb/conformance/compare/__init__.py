"""Who gains and who loses access between two states of a database."""

from __future__ import annotations

from .access import Change, Difference, Severity
from .whole import compare

__all__ = ["Change", "Difference", "Severity", "compare"]
