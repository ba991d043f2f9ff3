"""Values that may make a condition true or false, from the way it is written. Pure."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..catalog import Column, Table
from ..conditions import Atom, claimed, is_null_test, paths_of
from ..model import Identity
from ..scenario import Scenario, Values, sample
from ..scenario.checks import candidates, enumerated
from ..scenario.solve import expressions_on
from ..scenario.statements import text

_MOST_COMBINATIONS = 240
_MOST_PARENTS = 4
_NONE: Any = object()
_NEAR = (timedelta(), timedelta(hours=1), timedelta(days=1), timedelta(days=8), timedelta(days=40))
_MOMENTS = ("date", "timestamp", "time")


def assignments(
    scenario: Scenario, atoms: Sequence[Atom], table: Table, columns: Sequence[str], row: Values
) -> list[dict[str, Any]]:
    """What to put into these columns of a row, likely values first; never what is there."""
    known = [c for name in columns if (c := table.column(name)) and not c.generated]
    most = max(2, int(_MOST_COMBINATIONS ** (1 / max(len(known), 1))))
    choices = [
        [(c.name, value) for value in _likely(scenario, table, c, atoms, row, most)] for c in known
    ]
    combinations = itertools.islice(itertools.product(*choices), _MOST_COMBINATIONS)
    now = {column.name: text(row.get(column.name)) for column in known}
    return [found for each in combinations if (found := dict(each)) and found != now]


def _likely(
    scenario: Scenario,
    table: Table,
    column: Column,
    atoms: Sequence[Atom],
    row: Values,
    most: int,
) -> list[str | None]:
    """The first values that each condition on the column suggests, turn by turn."""
    asked = [a for a in atoms if any(name == column.name for _, name in a.columns)] or list(atoms)
    suggested = [list(_values(scenario, table, column, atom, row)) for atom in asked]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*suggested, fillvalue=_NONE))
    return [v for v in dict.fromkeys(turns) if v is not _NONE][: max(most, len(asked))]


def takes_no_other(table: Table, columns: Sequence[str]) -> list[dict[str, Any]] | None:
    """All values that the columns can take; None where they are not counted in a type or CHECK."""
    choices: list[list[tuple[str, str | None]]] = []
    for name in columns:
        column = table.column(name)
        if column is None:
            return None
        known: tuple[str | None, ...] = ("true", "false") if column.base == "boolean" else ()
        known = known or column.labels or enumerated(column, expressions_on(table, name))
        if not known:
            return None
        null = () if column.not_null else (None,)
        choices.append([(name, value) for value in (*known, *null)])
    return [dict(each) for each in itertools.product(*choices)] if choices else None


def asks_for_null(atom: Atom, table: Table, columns: Sequence[str]) -> bool:
    """Whether a condition asks whether a column is null that never is."""
    known = [table.column(name) for name in columns]
    return is_null_test(atom) and all(c is not None and c.not_null for c in known)


def _values(
    scenario: Scenario, table: Table, column: Column, atom: Atom, row: Values
) -> Iterator[str | None]:
    expressions = (atom.text, *expressions_on(table, column.name))
    people = [who for who in scenario.identities if who.user_id is not None]
    if column.base in ("uuid", "text") and "auth." in atom.text:
        # Others first: a row that names them beside its owner.
        yield from (w.user_id for w in sorted(people, key=lambda w: w.world == "this"))
    yield from _from_tokens(people, atom)
    for key in table.foreign_keys:
        if key.columns == (column.name,):
            rows = [r for r in scenario.of(key.table) if r.label]
            others = sorted(rows, key=lambda r: r.world == "this")
            yield from (text(r.values.get(key.parent_columns[0])) for r in others[:_MOST_PARENTS])
    if column.base in ("json", "jsonb"):
        yield from _documents(atom)
    if column.base.startswith(_MOMENTS):
        yield from _moments()
    if column.category == "A":
        yield from (f"{{{who.user_id}}}" for who in people if column.base == "uuid[]")
    for _, other in atom.columns:
        if other != column.name and other in row:
            yield text(row[other])
    yield from candidates(column, expressions, 61, scenario.salt)
    if not column.not_null:
        yield None
    yield sample(column, 62, scenario.salt)


def _from_tokens(people: Sequence[Identity], atom: Atom) -> Iterator[str]:
    for each in claimed(atom):
        for who in people:
            value: Any = who.token if each.source == "token" else who.headers
            for key in each.path:
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                yield str(value)


def _documents(atom: Atom) -> Iterator[str]:
    """Documents that hold, at the paths that are read, the values that are named."""
    for path, values in paths_of(atom):
        for value in (*values, "other", True, False, None, 1):
            found: Any = value
            for key in reversed(path):
                found = {key: found}
            yield json.dumps(found)


def _moments() -> Iterator[str]:
    now = datetime.now(UTC)
    for distance in _NEAR:
        yield (now - distance).isoformat()
        yield (now + distance).isoformat()
    yield "2000-01-01T00:00:00+00:00"
    yield "2100-01-01T00:00:00+00:00"
