"""Why one case is as it is."""

from __future__ import annotations

from .one_case import Explanation, explain

__all__ = ["Explanation", "explain"]
