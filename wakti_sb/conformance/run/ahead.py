"""Attempts of many cases together, for a database that is far away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model import Attempt, Case, Outcome
from ..transports import SqlTransport
from .engine import TIMED_OUT, Listener, Progress
from .judge import needs_control

_TOGETHER = 25  # cases: what is sent before the first answer is read


def tried_ahead(
    transport: SqlTransport, cases: Sequence[Case], listener: Listener
) -> dict[Attempt, Outcome]:
    """What came of the attempts, and of the first control of each denial that needs one.

    It ends early where the database gave up by a timeout: then each is waited for by itself, so
    that others of its kind are spared. What is missing is tried by whoever judges the cases.
    """
    known: dict[Attempt, Outcome] = {}
    for start in range(0, len(cases), _TOGETHER):
        some = cases[start : start + _TOGETHER]
        listener(Progress(start, len(cases), some[0].subject))
        known |= transport.perform_all(_new((case.attempt for case in some), known))
        denied = [c for c in some if c.attempt in known and needs_control(c, known[c.attempt])]
        first = (case.controls[0] for case in denied if case.controls)
        known |= transport.perform_all(_new(first, known))
        if any(outcome.code == TIMED_OUT for outcome in known.values()):
            break
    return known


def _new(attempts: Iterable[Attempt], known: dict[Attempt, Outcome]) -> list[Attempt]:
    return list(dict.fromkeys(attempt for attempt in attempts if attempt not in known))
