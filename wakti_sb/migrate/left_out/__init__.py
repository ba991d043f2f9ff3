"""Go on without an extension: leave out the statements that need it, and what depends on those.

PostgreSQL decides: each statement is tried, and only one that it refuses because something is not
there is looked at further. It is left out if what is missing comes with the extension, or would
have been made by a statement that was left out before. Any other refusal stays an error.
"""

from __future__ import annotations

from wakti_sb.migrate.left_out.leaving_out import STAND_INS, LeavingOut
from wakti_sb.migrate.left_out.missing import Missing, missing_from
from wakti_sb.migrate.left_out.provided import provider
from wakti_sb.migrate.left_out.wanted import Wanted, wanted

__all__ = ["STAND_INS", "LeavingOut", "Missing", "Wanted", "missing_from", "provider", "wanted"]
