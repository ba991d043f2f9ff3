"""One set of statements that closes what a run has found, tried in copies of the database."""

from __future__ import annotations

from .closing import Repair, repair

__all__ = ["Repair", "repair"]
