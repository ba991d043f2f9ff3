"""What long work tells while it is under way; the command line shows it, tests ignore it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A piece of work begins.

    Parameters:
        text: what is being done, for a person: `starting PostgreSQL`.
        done: how many steps are behind us.
        total: how many there are in all.
    """

    text: str
    done: int
    total: int


@dataclass(frozen=True)
class Notice:
    """Something a person should know, though all is well.

    Parameters:
        text: one sentence.
    """

    text: str


Event = Step | Notice
Listener = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """A listener for whoever does not care."""
