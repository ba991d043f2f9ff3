"""What visitors were told: one entry for each request, to be compared with what is stored."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Action = Literal[
    "submit",
    "create",
    "update",
    "delete",
    "signup",
    "upload",
    "list",
    "suspended",
    "page",
    "insert",
]


@dataclass(frozen=True)
class Answer:
    """A request and what came back.

    Parameters:
        action: what was asked for.
        project: of which project.
        marker: a text that only this request carries, into whatever it writes.
        subject: the item that it changes; None where it makes something new.
        seconds: how long its caller waited.
        status: of the answer; None if the connection ended without one, so that nobody can know
            what happened.
        retry_after: whether a refusal said when to come back.
        unknown: whether the caller was told that nobody knows whether it was done.
        made: the id, or for an upload the path, that a success named.
    """

    action: Action
    project: str
    marker: str
    subject: str | None
    seconds: float
    status: int | None
    retry_after: bool
    unknown: bool
    made: str | None

    @property
    def succeeded(self) -> bool:
        """Whether the caller was told that it happened."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the caller was told that it did not happen."""
        return self.status is not None and self.status >= 400 and not self.unknown


class Ledger:
    """Every answer of a run, in the order in which they came."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []
        self._lock = threading.Lock()
        self._run = secrets.token_hex(3)
        self._numbers = itertools.count()

    def marker(self) -> str:
        """A text that nothing else holds, of this run or another."""
        return f"m{self._run}n{next(self._numbers):06d}x"

    def write(self, answer: Answer) -> None:
        """Keep an answer."""
        with self._lock:
            self._answers.append(answer)

    def answers(self, *actions: Action) -> list[Answer]:
        """The answers of these actions; of all where none is named."""
        with self._lock:
            return [one for one in self._answers if not actions or one.action in actions]

    def changes(self) -> Iterator[tuple[str, list[Answer]]]:
        """Updates and deletions by item. One visitor changes an item, one request at a time."""
        by_item: dict[str, list[Answer]] = {}
        for one in self.answers("update", "delete"):
            if one.subject is not None:
                by_item.setdefault(one.subject, []).append(one)
        yield from by_item.items()

    def forget_projects_but(self, kept: set[str]) -> None:
        """Leave out what was said about projects that are gone: their rows went with them."""
        with self._lock:
            self._answers = [one for one in self._answers if one.project in kept]

    def forget(self) -> None:
        """Begin anew, as after a reset."""
        with self._lock:
            self._answers.clear()
