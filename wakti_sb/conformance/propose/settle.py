"""Try a proposal and make smaller what only contradicts itself: a right that no policy grants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg import Connection

from ...errors import WaktiError
from ...spec import OPERATIONS, AllOf, AnyOf, Public, allows, parse, parse_right
from ..cases import derive
from ..cases.described import Described
from ..catalog import Catalog
from ..model import Insert, Problem, Update, Verdict
from ..run.engine import run_cases
from ..run.preflight import must_be_able, no_hosted_data
from ..scenario import Scenario, plan, seed
from ..scenario.insert import words_of
from ..transports import SqlTransport
from .draft import Draft, Entry

_MOST_ROUNDS = 12
_SETTLED = "tried: no policy lets more people through"
_GUARDED = "tried: a trigger refuses the other columns"
_UNSETTLED = (
    f"It was tried {_MOST_ROUNDS} times, and may still give rights that nobody has: "
    "`wakti-sb rls test` names them."
)
_UNTRIED = "It was not tried, so it may give rights that nobody has: {}."


def settled(
    draft: Draft, connection: Connection[Any], catalog: Catalog, *, allow_data: bool = False
) -> Draft:
    """The draft without rights that nobody has; nothing is committed.

    A database that cannot be tried leaves the draft as it is, and `untried` says why.

    Parameters:
        allow_data: go on although it is a hosted database that holds data.
    """
    try:
        must_be_able(connection, catalog)
        if not allow_data:
            no_hosted_data(connection, parse(draft.text), catalog)
        return _settled(draft, connection, catalog)
    except WaktiError as error:
        reason = error.cause
    except psycopg.Error as error:
        reason = words_of(error)
    return replace(draft, untried=_UNTRIED.format(" ".join(reason.split()).rstrip(".")))


@dataclass
class _Search:
    """Rights of one line: those that were or will be tried, and of these the ones to come."""

    known: set[str]
    waiting: list[str] = field(default_factory=list)


_Searches = dict[tuple[str, str], _Search]


def _settled(draft: Draft, connection: Connection[Any], catalog: Catalog) -> Draft:
    tried: _Searches = {}
    about: set[str] | None = None
    for _ in range(_MOST_ROUNDS):
        locked = _locked_out(draft, connection, catalog, about)
        if not locked:
            break
        entries = []
        for entry in draft.entries:
            changed = entry
            for (subject, operation), denied in locked.items():
                # Cases call a function by its name, a proposal by its signature.
                if subject in (entry.subject, entry.subject.partition("(")[0]):
                    changed = _smaller(changed, operation, denied, tried)
            entries.append(changed)
        draft = replace(draft, entries=tuple(entries))
        about = {subject for subject, _ in locked}
    else:
        return replace(draft, untried=_UNSETTLED)
    return draft


@dataclass(frozen=True)
class _Denied:
    """Why a right is too large.

    Parameters:
        parts: of the right, that let somebody in who is not let in.
        columns: those that can be changed, where a trigger refuses others; else none.
    """

    parts: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()


def _locked_out(
    draft: Draft, connection: Connection[Any], catalog: Catalog, about: set[str] | None
) -> dict[tuple[str, str], _Denied]:
    """What the model opens and the database does not, by object and operation, and why."""
    spec = parse(draft.text, place="the proposal")
    with connection.transaction(force_rollback=True):
        scenario = seed(connection, plan(spec, catalog))
        asked = (c for c in derive(scenario) if about is None or str(c.subject) in about)
        # Nobody can be locked out of what the model does not give.
        rightful = [case for case in asked if case.expected.must]
        transport = SqlTransport(connection, scenario)
        verdicts = run_cases(transport, rightful)
        locked = [v for v in verdicts if v.problem == Problem.LOCKED_OUT]
        columns = _changed(transport, scenario, locked)
        return {
            about: _Denied(parts, columns.get(about[0], ()) if about[1] == "update" else ())
            for about, parts in _denied(scenario, locked).items()
        }


def _changed(
    transport: SqlTransport, scenario: Scenario, verdicts: list[Verdict]
) -> dict[str, tuple[str, ...]]:
    """The columns that somebody can change in a row of its own, where code refuses some."""
    found: dict[str, tuple[str, ...]] = {}
    for verdict in verdicts:
        attempt, name = verdict.case.attempt, str(verdict.case.subject)
        request, entry = attempt.request, scenario.spec.entry(name)
        if not isinstance(request, Update) or not request.where or entry is None:
            continue
        if verdict.outcome.kind != "refused by code" or name in found:
            continue
        described = Described(entry, scenario.catalog.tables[entry.table], scenario)
        rows = [row for row in described.rows if described.where(row) == request.where]
        able: list[str] = []
        closed: list[str] = []
        for column in described.changeable() if rows else ():
            values = ((column.name, described.alternative(column, rows[0])),)
            outcome = transport.perform(replace(attempt, request=replace(request, values=values)))
            (closed if outcome.kind == "refused by code" else able).append(column.name)
        if able and closed:
            order = [column.name for column in described.table.columns]
            found[name] = tuple(sorted(able, key=order.index))
    return found


def _denied(scenario: Scenario, verdicts: list[Verdict]) -> dict[tuple[str, str], frozenset[str]]:
    """The parts to blame; where a new row only cannot be read back, they are of its reading."""
    added = {str(v.case.subject) for v in verdicts if _adds(v) and not _reads_back(v)}
    found: dict[tuple[str, str], frozenset[str]] = {}
    for verdict in verdicts:
        subject, operation = str(verdict.case.subject), verdict.case.operation
        if _reads_back(verdict):
            if subject in added:
                continue
            operation = "select"
        before = found.get((subject, operation), frozenset())
        found[subject, operation] = before | _to_blame(scenario, verdict, operation)
    return found


def _to_blame(scenario: Scenario, verdict: Verdict, operation: str) -> frozenset[str]:
    """The one part of a right that lets somebody in who is not let in."""
    case = verdict.case
    entry = scenario.spec.entry(str(case.subject))
    if entry is None or operation not in OPERATIONS:
        return frozenset()
    right = entry.rule(operation).right
    if not isinstance(right, AnyOf):
        return frozenset()
    described = Described(entry, scenario.catalog.tables[entry.table], scenario)
    missed = case.expected.must - verdict.outcome.rows
    rows = [row.values for row in described.rows if described.key(row.values) in missed]
    if isinstance(case.attempt.request, Insert):
        rows = [dict(case.attempt.request.values)]
    found: set[str] = set()
    for values in rows:
        standing = scenario.standing(case.attempt.who, entry, values)
        parts = [str(part) for part in right.parts if allows(part, standing)]
        found |= set(parts) if len(parts) == 1 else set()
    return frozenset(found)


def _adds(verdict: Verdict) -> bool:
    return isinstance(verdict.case.attempt.request, Insert)


def _reads_back(verdict: Verdict) -> bool:
    request = verdict.case.attempt.request
    return isinstance(request, Insert) and bool(request.returning)


def _smaller(entry: Entry, operation: str, denied: _Denied, tried: _Searches) -> Entry:
    """The entry with fewer columns, or the next smaller right; no right at all in the end."""
    if operation not in entry.rights:
        return entry
    line = entry.rights[operation]
    now, parts = line.right, denied.parts
    if denied.columns and set(denied.columns) != set(line.columns or ()):
        return entry.with_columns(operation, denied.columns, _GUARDED)
    search = tried.setdefault((entry.subject, operation), _Search({now}))
    further = [
        right
        for right in dict.fromkeys((*_without(now, parts), *_below(now)))
        if right not in search.known and _leads(entry, right)
    ]
    search.known |= set(further)
    search.waiting = [*further, *search.waiting]
    following = search.waiting.pop(0) if search.waiting else "none"
    return entry.with_right(operation, following, _SETTLED)


def _without(text: str, parts: frozenset[str]) -> Iterator[str]:
    """The right without what let somebody in who is not let in."""
    right = parse_right(text)
    if isinstance(right, AnyOf) and parts:
        left = [str(part) for part in right.parts if str(part) not in parts]
        yield from [" or ".join(left)] if left else []


def _leads(entry: Entry, right: str) -> bool:
    """Whether the entry names the owner that a right asks for."""
    return right != "own" or any(line.key in ("owner", "through") for line in entry.head)


def _below(text: str) -> Iterator[str]:
    """Rights that let fewer people in, the larger ones first."""
    right = parse_right(text)
    if isinstance(right, AnyOf):
        parts = [str(part) for part in right.parts]
        if len(parts) > 2:
            yield from (" or ".join(p for p in parts if p != part) for part in parts)
        yield from parts
    elif isinstance(right, AllOf) and any(isinstance(part, Public) for part in right.parts):
        yield "own"
    elif isinstance(right, Public):
        yield "own" if right.where is not None else "authenticated"
