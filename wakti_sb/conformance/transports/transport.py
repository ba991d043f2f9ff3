"""A way for an attempt to travel."""

from __future__ import annotations

from typing import Protocol

from ..model import Attempt, Outcome


class Transport(Protocol):
    """A way for an attempt to travel."""

    @property
    def name(self) -> str:
        """`sql` or `client`."""

    def perform(self, attempt: Attempt) -> Outcome:
        """Send the request, look at its effect, undo it."""
