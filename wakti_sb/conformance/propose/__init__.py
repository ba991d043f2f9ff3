"""An ownership model, proposed from the live schema."""

from __future__ import annotations

from .proposal import propose

__all__ = ["propose"]
