"""Findings about conditions that were never tried both ways. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..conditions import ARGUMENTS
from ..model import Advice, Condition, Finding, Problem, Subject
from .measure import Measured

_CLOCK = re.compile(
    r"\b(now\(\)|current_(date|time|timestamp)|localtime|clock_timestamp|extract)", re.IGNORECASE
)
_SHOWN = re.compile(rf"\b{ARGUMENTS}\.argument_\d+")
_MOST_SHOWN = 200  # characters of a condition


def as_condition(each: Measured) -> Condition:
    """What a report says about a measured condition."""
    clause = each.clause
    source = clause.source
    subject = Subject.table(clause.table) if source is None else source.subject
    text = _SHOWN.sub("an argument", _short(each.atom.text))
    known = Condition(subject, clause.policy, clause.new_rows, text)
    if each.both_ways:
        return known
    never = each.never if each.atom.text else ()
    return Condition(known.subject, known.policy, known.new_rows, known.text, never, _reason(each))


def untested_conditions(conditions: Iterable[Condition]) -> Iterator[Finding]:
    """One finding for each condition that was never true, or never false, where it counts."""
    for each in conditions:
        if each.both_ways:
            continue
        where = f'policy "{each.policy}" {each.clause}' if each.policy else f"its {each.clause}"
        what = f"never {' and never '.join(each.never)}: {each.text}" if each.never else each.text
        yield Finding(
            id=f"{each.subject}: {where}, {what or each.reason}",
            subject=each.subject,
            problem=Problem.CONDITION,
            reason=each.reason,
            policy=each.policy,
            condition=each.text,
            fix=Advice(
                "describe in wakti.toml what the condition is about, so that rows and people for "
                "it are tried; or excuse it with a reason"
            ),
        )


def _reason(each: Measured) -> str:
    """Why it was not tried both ways."""
    if each.problem:
        return each.problem
    if each.atom.calls:
        return f"{each.atom.calls[0].relation} cannot be looked into"
    if not each.atom.columns and _CLOCK.search(each.atom.text):
        return "a condition on the clock alone, which no row and no caller changes"
    never = " or ".join(each.never)
    return f"no row, person, token or request that was tried makes it {never} where it must refuse"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else f"{line[: _MOST_SHOWN - 1]}…"
