"""Run cases over a transport: each attempt once, controls only where a denial must be earned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..model import Attempt, Call, Case, Outcome, Request, Verdict, table_of
from ..transports import Transport
from .judge import judge, needs_control

TIMED_OUT = "57014"  # query_canceled


@dataclass(frozen=True)
class Progress:
    """How far a run has come."""

    done: int
    total: int
    text: str


Listener = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """A listener for whoever does not care."""


def _target(request: Request) -> str:
    return request.signature if isinstance(request, Call) else table_of(request)


def run_cases(
    transport: Transport,
    cases: Iterable[Case],
    listener: Listener = ignore,
    known: Mapping[Attempt, Outcome] | None = None,
) -> Iterator[Verdict]:
    """The verdict on each case, in order. What is `known` is not tried again."""
    listed = tuple(cases)
    outcomes = dict(known or {})

    endless: dict[tuple[object, ...], Outcome] = {}

    def perform(attempt: Attempt) -> Outcome:
        if attempt not in outcomes:
            alike = (attempt.who.role, type(attempt.request), _target(attempt.request))
            outcome = endless.get(alike) or transport.perform(attempt)
            if outcome.code == TIMED_OUT:  # one wait is enough: the next ones would tell no more
                endless[alike] = outcome
            outcomes[attempt] = outcome
        return outcomes[attempt]

    for number, case in enumerate(listed):
        if number % 25 == 0:
            listener(Progress(number, len(listed), case.subject))
        outcome = perform(case.attempt)
        controls: list[Outcome] = []
        if needs_control(case, outcome):
            for attempt in case.controls:
                controls.append(perform(attempt))
                if controls[-1].kind == "allowed":
                    break
        yield judge(case, outcome, tuple(controls), transport.name)
    listener(Progress(len(listed), len(listed), ""))
