"""An ownership model, proposed from the live schema."""

from __future__ import annotations

from .draft import GUESS
from .proposal import propose, proposed_from

__all__ = ["GUESS", "propose", "proposed_from"]
