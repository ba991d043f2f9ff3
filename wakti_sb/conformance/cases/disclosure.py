"""What a SECURITY DEFINER function tells where the model does not say whose data that may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ...spec import Function as Entry
from ...spec import Nobody, Owned, Relation, allows
from ..catalog import Function
from ..model import (
    DENIED,
    SERVICE,
    USERS,
    Attempt,
    Call,
    Case,
    Expectation,
    Family,
    Identity,
    Key,
    Subject,
)
from ..scenario import Row, Scenario, Values
from ..scenario.statements import text
from .changes import COMMENT, TEXTS, admits, aimed_calls, exact_calls
from .described import keyed, short
from .ranges import wide_calls

_SHORTEST = 8  # characters of a value that tells a row from all others
_MOST_CONTROLS = 3  # people
_QUOTES = ("'", '"')
_WORD = re.compile(r"\w+")
_TELLS_NOTHING = ("trigger", "event_trigger")
Mark = tuple[str, Key]


def disclosure_cases(
    scenario: Scenario, entry: Entry, function: Function, label: str, usual: Call
) -> Iterator[Case]:
    """Calls by everybody who may call, with the owner's rows as arguments.

    The function reads with its owner's rights: no policy stands between a caller and the tables.
    What those would not show to the caller must not come out.
    """
    silent = isinstance(entry.execute, Nobody) or function.result in _TELLS_NOTHING
    declared = "data" in entry.model_fields_set
    if entry.of is not None or silent or not (function.definer or declared):
        return
    told = f"{entry.data}" if declared else "what the tables let it select"
    marks = tuple(_marks(scenario))
    reads = function.definer and function.result != "void" and _reads(scenario, function)
    calls = {c.arguments: (t, c) for t, c in possible_calls(scenario, entry, function, usual)}
    controls = tuple(_controls(scenario, entry, [call for _, call in calls.values()]))
    for target, call in calls.values():
        words = f" by the key of {short(target)}" if target is not None else ""
        given = [value for _, value in call.arguments if value is not None]
        # What the caller has said itself is no news, be it a part of what it has said.
        news = tuple(mark for mark in marks if not any(mark[0] in value for value in given))
        for who in scenario.identities:
            if who is SERVICE or not admits(entry, who):
                continue
            closed = keyed(scenario, _closed(scenario, entry, who))
            what = "only what is open to it" if declared else "only what the tables tell it"
            yield Case(
                id=f"{label}: {who.label} learns {what}{words}",
                subject=Subject.function(str(call.function)),
                operation="execute",
                family=Family.DATA,
                attempt=Attempt(who, replace(call, changes=False, tells=news, without=closed)),
                expected=Expectation(frozenset(_open(scenario, entry, who))),
                controls=controls if reads else (),
                why=f"data = {told}",
                silent=not reads,
                transports=("sql",),
            )


def quote_cases(
    scenario: Scenario, entry: Entry, function: Function, label: str, usual: Call
) -> Iterator[Case]:
    """A quote in each text: where it breaks a statement, anybody can write that statement anew.

    One ends a value, the other one a name: `order by "…"` is open to the second alone.
    """
    texts = [a.name for a in function.arguments if a.type in TEXTS]
    if not texts or isinstance(entry.execute, Nobody):
        return
    who = next((w for w in scenario.identities if w is not SERVICE and admits(entry, w)), None)
    if who is None:
        return
    for call in dict.fromkeys(
        c for quote in _QUOTES for c in _quoted(function, usual, texts, quote)
    ):
        yield Case(
            id=f"{label}: a quote in an argument breaks no statement",
            subject=Subject.function(str(usual.function)),
            operation="execute",
            family=Family.QUOTE,
            attempt=Attempt(who, call),
            expected=DENIED,
            why="texts are values, never parts of a statement",
            silent=True,
            transports=("sql",),
        )


def _quoted(function: Function, usual: Call, texts: list[str], quote: str) -> Iterator[Call]:
    """The usual call with a quote in each of its texts; then in those too that may be left out."""
    quoted = tuple((name, quote if name in texts else value) for name, value in usual.arguments)
    if quoted != usual.arguments:
        yield replace(usual, arguments=quoted, quoted=True)
    given = dict(usual.arguments)
    named = [a for a in function.arguments if a.name in given or a.name in texts]
    if all(a.name for a in named):
        filled = tuple((a.name, quote if a.name in texts else given[a.name]) for a in named)
        types = tuple(a.type for a in named)
        yield replace(usual, arguments=filled, types=types, quoted=True)


def _reads(scenario: Scenario, function: Function) -> bool:
    """Whether it names a described table: its answers then have to depend on rows for somebody."""
    words = set(_WORD.findall(COMMENT.sub(" ", function.source).lower()))
    return any(owned.table.name.lower() in words for owned in scenario.spec.owned)


def _controls(scenario: Scenario, entry: Entry, calls: list[Call]) -> Iterator[Attempt]:
    """Calls whose answer is another one without the owner's rows: the owner's first."""
    people = [w for w in scenario.identities if w is not SERVICE and admits(entry, w)]
    listed = [*sorted(people, key=lambda w: w.world != "this")[:_MOST_CONTROLS], SERVICE]
    ours = (row for row in reversed(scenario.rows) if row.label and row.world == "this")
    described = (row for row in ours if _is_table(scenario, row))
    without = keyed(scenario, described)
    for who in listed:
        yield from (Attempt(who, replace(c, changes=False, without=without)) for c in calls)


def _is_table(scenario: Scenario, row: Row) -> bool:
    owned = scenario.spec.entry(row.table)
    return owned is not None and not owned.is_view


def may_tell(scenario: Scenario, entry: Entry, owned: Owned, who: Identity, values: Values) -> bool:
    """Whether a call by `who` may tell of a row: by `data`, else as the table itself does."""
    if "data" not in entry.model_fields_set:
        return scenario.may(who, "select", owned, values)
    return allows(entry.data, scenario.standing(who, owned, values))


def _closed(scenario: Scenario, entry: Entry, who: Identity) -> Iterator[Row]:
    """The planned rows of which `who` may learn nothing, children first."""
    for row in reversed(scenario.rows):
        owned = scenario.spec.entry(row.table)
        described = owned is not None and not owned.is_view and row.label is not None
        if described and owned and not may_tell(scenario, entry, owned, who, row.values):
            yield row


def possible_calls(
    scenario: Scenario, entry: Entry, function: Function, usual: Call
) -> Iterator[tuple[Relation | None, Call]]:
    """The calls to try, and the table whose key each is made with, where it is one."""
    yield None, usual
    yield from aimed_calls(scenario, entry, function, usual)
    for call in (
        *wide_calls(entry, function, usual),
        *exact_calls(scenario, entry, function, usual),
    ):
        yield None, call


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


def _open(scenario: Scenario, entry: Entry, who: Identity) -> Iterator[Key]:
    if who.user_id is not None:
        yield (str(USERS), who.user_id)
    for row in scenario.rows:
        owned = scenario.spec.entry(row.table)
        if owned is not None and may_tell(scenario, entry, owned, who, row.values):
            yield (str(row.table), *scenario.key(row.table, row.values))
