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


@dataclass(frozen=True)
class LeftOut:
    """A statement that was left out, because this machine lacks an extension.

    Parameters:
        file, line: where it stands.
        statement: its beginning, on one line.
        extension: what it goes back to.
        reason: what the server said.
        made: names of what it would have made.
        concerns: tables, views and functions, with their schema, that are missing or not as they
            should be.
    """

    file: str
    line: int
    statement: str
    extension: str
    reason: str
    made: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()


Event = Step | Notice | LeftOut
Listener = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """A listener for whoever does not care."""


def noting(listener: Listener, left_out: list[LeftOut]) -> Listener:
    """The listener, which also writes down what was left out."""

    def listen(event: Event) -> None:
        if isinstance(event, LeftOut):
            left_out.append(event)
        listener(event)

    return listen
