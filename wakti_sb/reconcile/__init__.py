"""Files and what is known of them, brought back together: objects, rows, reservations."""

from __future__ import annotations

from wakti_sb.reconcile.find import find
from wakti_sb.reconcile.leftover import Kind, Leftover, explain
from wakti_sb.reconcile.mend import mend

__all__ = ["Kind", "Leftover", "explain", "find", "mend"]
