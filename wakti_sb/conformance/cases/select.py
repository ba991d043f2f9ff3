"""Reading: one row, all rows, a count, through a relation, and columns that are hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import allows
from ..catalog import ForeignKey
from ..model import (
    DENIED,
    SERVICE,
    Attempt,
    Case,
    Delete,
    Expectation,
    Family,
    Identity,
    Join,
    Select,
    exactly,
)
from ..scenario import Row
from ..scenario.statements import text
from .described import Described, short


def select_cases(described: Described) -> Iterator[Case]:
    """Every way to read rows of one table."""
    if not described.visible:
        return
    for who in described.people:
        for row in _rows_for(described, who):
            yield _one_row(described, who, row)
        yield _unfiltered(described, who)
        if described.entry.table not in described.scenario.partial and not described.open_to(who):
            yield _count(described, who)
        yield from _embedded(described, who)
        yield from _no_longer_shared(described, who)
    yield from _hidden(described)


def _rows_for(described: Described, who: Identity) -> Iterator[Row]:
    """Rows of this side, and whatever is the person's own."""
    for row in described.planned:
        own = row.person is not None and row.person.user_id == who.user_id
        if row.label == "this" or row.variant or (own and who.user_id is not None):
            yield row


def _one_row(described: Described, who: Identity, row: Row) -> Case:
    request = Select(described.entry.table, described.visible, described.where(row))
    allowed = described.may(who, "select", row.values)
    return Case(
        id=f"{described.name}: {who.label} {_can(allowed)} see {described.whose(row, who)}",
        subject=described.about,
        operation="select",
        family=Family.OWN if allowed else Family.FOREIGN,
        attempt=Attempt(who, request),
        expected=exactly(described.key(row.values)) if allowed else DENIED,
        controls=() if allowed else described.controls(request, row, "select"),
        why=f"select = {described.entry.select.right}",
    )


def _no_longer_shared(described: Described, who: Identity) -> Iterator[Case]:
    """Who reads a row because it is shared with them, once the share is taken away."""
    row, scenario = described.this, described.scenario
    path = scenario.spec.share_path(described.entry)
    if row is None or path is None or described.table.is_view:
        return
    standing = scenario.standing(who, described.entry, row.values)
    right = described.entry.select.right
    alone = allows(right, standing) and not allows(right, replace(standing, shares=None))
    key = scenario.shared(described.entry, row.values)
    mine = [
        share
        for share in scenario.of(path.members.table)
        if str(share.values.get(path.members.key)) == key
        and str(share.values.get(path.members.user)) == who.user_id
    ]
    if not alone or not mine:
        return
    request = Select(described.entry.table, described.visible, described.where(row))
    removed = tuple(
        Delete(
            path.members.table,
            tuple((c, text(s.values.get(c))) for c in scenario.key_columns(path.members.table)),
        )
        for s in mine
    )
    yield Case(
        id=f"{described.name}: {who.label} cannot see this row once the share is gone",
        subject=described.about,
        operation="select",
        family=Family.FOREIGN,
        attempt=Attempt(who, request, removed),
        expected=DENIED,
        controls=(Attempt(who, request),),
        why=f"select = {right}",
    )


def _unfiltered(described: Described, who: Identity) -> Case:
    request = Select(described.entry.table, described.visible)
    expected = described.reachable(who, "select")
    sees = "sees only what is open to it" if expected.may else "sees nothing"
    return _all_rows(
        described, who, request, expected, f"{who.label} {sees} without a filter", Family.UNFILTERED
    )


def _count(described: Described, who: Identity) -> Case:
    request = Select(described.entry.table, described.visible[:1], count=True)
    expected = described.reachable(who, "select")
    return _all_rows(
        described, who, request, expected, f"{who.label} counts no rows of others", Family.COUNT
    )


def _embedded(described: Described, who: Identity) -> Iterator[Case]:
    """The rows that come along when a row they point at is asked for."""
    scenario = described.scenario
    if described.table.is_view:
        return  # its keys are those of its tables, which have these cases themselves
    for key in described.table.foreign_keys:
        parent = scenario.spec.entry(key.table)
        if parent is None or key.table == described.entry.table or parent.is_view:
            continue
        if all(row.values.get(key.columns[0]) is None for row in described.rows):
            continue  # nothing comes along
        columns = tuple(zip(key.columns, key.parent_columns, strict=True))
        if set(key.columns) - set(described.visible) or set(key.parent_columns) & set(
            parent.hidden
        ):
            continue
        request = Select(
            described.entry.table, described.visible, join=Join(key.table, columns, key.name)
        )
        expected = _along(described, who, key)
        named = f" by {', '.join(key.columns)}" if _twice(described, key.table) else ""
        sentence = f"{who.label} reaches no row of others through {short(key.table)}{named}"
        case = _all_rows(described, who, request, expected, sentence, Family.EMBEDDED)
        if not expected.must:
            others = (w for w in described.people if _along(described, w, key).must)
            rightful = [Attempt(w, request) for w in (*list(others)[:1], SERVICE)]
            case = replace(case, controls=tuple(rightful))
        yield case


def _along(described: Described, who: Identity, key: ForeignKey) -> Expectation:
    """The rows that come along with parents which the model shows to `who`."""
    scenario, parent = described.scenario, described.scenario.spec.entry(key.table)
    seen = {
        tuple(str(row.values.get(p)) for p in key.parent_columns)
        for row in scenario.of(key.table)
        if parent is not None and scenario.may(who, "select", parent, row.values)
    }
    # A parent that is open by mistake is its own finding: its children are judged alone.
    rows = [row for row in described.rows if described.may(who, "select", row.values)]
    there = [
        row
        for row in rows
        if row.label and tuple(str(row.values.get(c)) for c in key.columns) in seen
    ]
    return Expectation(
        frozenset(described.key(row.values) for row in rows),
        frozenset(described.key(row.values) for row in there),
    )


def _twice(described: Described, parent: str) -> bool:
    return sum(key.table == parent for key in described.table.foreign_keys) > 1


def _all_rows(
    described: Described,
    who: Identity,
    request: Select,
    expected: Expectation,
    sentence: str,
    family: Family,
) -> Case:
    if described.entry.table in described.scenario.partial:
        known = frozenset(described.key(row.values) for row in described.rows)
        expected = replace(expected, known=known)
    if described.open_to(who):
        expected = replace(expected, known=expected.may)
    row = described.this
    controls: tuple[Attempt, ...] = ()
    if not expected.must:
        controls = (
            described.controls(request, row, "select") if row else (Attempt(SERVICE, request),)
        )
    return Case(
        id=f"{described.name}: {sentence}",
        subject=described.about,
        operation="select",
        family=family,
        attempt=Attempt(who, request),
        expected=expected,
        controls=controls,
        why=f"select = {described.entry.select.right}",
    )


def _hidden(described: Described) -> Iterator[Case]:
    """Columns that nobody but the secret key reads: also not by filter, order or relation."""
    row = described.this
    if row is None:
        return
    # Columns are granted to roles: a reader of each role that may see the row.
    readers: dict[str, Identity] = {}
    for reader in described.rightful(row, "select"):
        readers.setdefault(reader.role, reader)
    for who in readers.values() or described.people[:1]:
        yield from _hidden_from(described, row, who)


def _hidden_from(described: Described, row: Row, who: Identity) -> Iterator[Case]:
    key = described.key_columns
    for column in described.entry.hidden:
        if described.table.column(column) is None:
            continue
        where = described.where(row)
        plain = Select(described.entry.table, key, where)
        ways = {
            f"read {column}": Select(described.entry.table, (*key, column), where),
            f"filter by {column}": Select(described.entry.table, key, where, present=column),
            f"order by {column}": Select(described.entry.table, key, where, order=column),
        }
        for foreign in described.table.foreign_keys[:1]:
            columns = tuple(zip(foreign.columns, foreign.parent_columns, strict=True))
            join = Join(foreign.table, columns, foreign.name)
            if described.scenario.spec.entry(foreign.table) is not None:
                ways[f"read {column} through {short(foreign.table)}"] = Select(
                    described.entry.table, (*key, column), where, join=join
                )
        for way, request in ways.items():
            shown = replace(plain, join=request.join)
            # Who could read nothing of the row shows nothing by failing to read this of it.
            rightful = [Attempt(who, shown)] if described.may(who, "select", row.values) else []
            yield Case(
                id=f"{described.name}: {who.label} cannot {way}",
                subject=described.about,
                operation="select",
                family=Family.HIDDEN_COLUMN,
                attempt=Attempt(who, request),
                expected=DENIED,
                controls=(*rightful, Attempt(SERVICE, request)),
                why=f"hidden = {', '.join(described.entry.hidden)}",
                column=column,
            )


def _can(allowed: bool) -> str:
    return "can" if allowed else "cannot"
