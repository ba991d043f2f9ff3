"""Try a proposal and make smaller what only contradicts itself: a right that no policy grants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import Connection

from ...errors import WaktiError
from ...spec import AllOf, AnyOf, Public, parse, parse_right
from ..cases import derive
from ..catalog import Catalog
from ..model import Problem
from ..run.engine import run_cases
from ..run.preflight import must_be_able, no_hosted_data
from ..scenario import plan, seed
from ..scenario.insert import words_of
from ..transports import SqlTransport
from .draft import Draft, Entry

_MOST_ROUNDS = 8
_SETTLED = "tried: no policy lets more people through"
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


def _settled(draft: Draft, connection: Connection[Any], catalog: Catalog) -> Draft:
    tried: dict[tuple[str, str], set[str]] = {}
    about: set[str] | None = None
    for _ in range(_MOST_ROUNDS):
        locked = _locked_out(draft, connection, catalog, about)
        if not locked:
            break
        entries = []
        for entry in draft.entries:
            changed = entry
            for operation in (o for s, o in locked if s == entry.subject):
                changed = _smaller(changed, operation, tried)
            entries.append(changed)
        draft = replace(draft, entries=tuple(entries))
        about = {subject for subject, _ in locked}
    else:
        return replace(draft, untried=_UNSETTLED)
    return draft


def _locked_out(
    draft: Draft, connection: Connection[Any], catalog: Catalog, about: set[str] | None
) -> set[tuple[str, str]]:
    """What the model opens and the database does not, as object and operation."""
    spec = parse(draft.text, place="the proposal")
    with connection.transaction(force_rollback=True):
        scenario = seed(connection, plan(spec, catalog))
        asked = (c for c in derive(scenario) if about is None or str(c.subject) in about)
        # Nobody can be locked out of what the model does not give.
        rightful = [case for case in asked if case.expected.must]
        verdicts = run_cases(SqlTransport(connection, scenario), rightful)
        return {
            (str(v.case.subject), v.case.operation)
            for v in verdicts
            if v.problem == Problem.LOCKED_OUT
        }


def _smaller(entry: Entry, operation: str, tried: dict[tuple[str, str], set[str]]) -> Entry:
    """The entry with the next smaller right; no right at all in the end."""
    if operation not in entry.rights:
        return entry
    now = entry.rights[operation].right
    known = tried.setdefault((entry.subject, operation), {now})
    smaller = (right for right in _below(now) if right not in known and _leads(entry, right))
    following = next(smaller, "none")
    known.add(following)
    return entry.with_right(operation, following, _SETTLED)


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
