"""What a SECURITY DEFINER function tells where the model does not say whose data that may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import Function as Entry
from ...spec import Nobody, Relation
from ..catalog import Function
from ..model import SERVICE, USERS, Attempt, Call, Case, Expectation, Family, Identity, Key, Subject
from ..scenario import Scenario
from ..scenario.statements import text
from .changes import admits, aimed_calls
from .described import short

_SHORTEST = 8  # characters of a value that tells a row from all others
_TELLS_NOTHING = ("void", "boolean", "trigger", "event_trigger")
Mark = tuple[str, Key]


def disclosure_cases(
    scenario: Scenario, entry: Entry, function: Function, label: str, usual: Call
) -> Iterator[Case]:
    """Calls by everybody who may call, with the owner's rows as arguments.

    The function reads with its owner's rights: no policy stands between a caller and the tables.
    What those would not show to the caller must not come out.
    """
    silent = isinstance(entry.execute, Nobody) or function.result in _TELLS_NOTHING
    if entry.of is not None or not function.definer or silent:
        return
    marks = tuple(_marks(scenario))
    calls = {c.arguments: (t, c) for t, c in _calls(scenario, entry, function, usual)}
    for target, call in calls.values():
        words = f" by the key of {short(target)}" if target is not None else ""
        given = {value for _, value in call.arguments if value is not None}
        # What the caller has said itself is no news.
        telling = replace(call, changes=False, tells=tuple(m for m in marks if m[0] not in given))
        for who in scenario.identities:
            if who is SERVICE or not admits(entry, who):
                continue
            yield Case(
                id=f"{label}: {who.label} learns only what the tables tell it{words}",
                subject=Subject.function(str(call.function)),
                operation="execute",
                family=Family.DATA,
                attempt=Attempt(who, telling),
                expected=Expectation(frozenset(_open(scenario, who))),
                why="data = what the tables let it select",
                silent=True,
                transports=("sql",),
            )


def _calls(
    scenario: Scenario, entry: Entry, function: Function, usual: Call
) -> Iterator[tuple[Relation | None, Call]]:
    yield None, usual
    yield from aimed_calls(scenario, entry, function, usual)


def _marks(scenario: Scenario) -> Iterator[Mark]:
    """Values that only one row of all tables holds, and the e-mail addresses of the people."""
    holders: dict[str, set[Key]] = {}
    for row in scenario.rows:
        owned = scenario.spec.entry(row.table)
        if owned is None or owned.is_view:
            continue
        key = (str(row.table), *scenario.key(row.table, row.values))
        for value in row.values.values():
            if len(mark := text(value) or "") >= _SHORTEST:
                holders.setdefault(mark, set()).add(key)
    for who in scenario.identities:
        if who.user_id is not None:
            email = str(who.token["email"])
            holders.setdefault(email, set()).add((str(USERS), who.user_id))
    for mark, keys in sorted(holders.items()):
        if len(keys) == 1:
            yield mark, next(iter(keys))


def _open(scenario: Scenario, who: Identity) -> Iterator[Key]:
    if who.user_id is not None:
        yield (str(USERS), who.user_id)
    for row in scenario.rows:
        owned = scenario.spec.entry(row.table)
        if owned is not None and scenario.may(who, "select", owned, row.values):
            yield (str(row.table), *scenario.key(row.table, row.values))
