"""What a database tells that migrations do not: use, size, versions, what really is there."""

from __future__ import annotations

from wakti_sb.lint.database.measured import measured
from wakti_sb.lint.database.observed import DATABASE, observed

__all__ = ["DATABASE", "measured", "observed"]
