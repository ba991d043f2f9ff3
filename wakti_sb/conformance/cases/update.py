"""Changing rows: one's own, foreign ones, fixed columns, moving in and out, without a filter."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..catalog import Column
from ..model import (
    BY_GRANT,
    DENIED,
    REFUSED,
    SERVICE,
    Attempt,
    Case,
    Expectation,
    Family,
    Identity,
    Pairs,
    Update,
    exactly,
)
from ..scenario import Row, sample
from ..scenario.statements import text
from .described import Described, can
from .moves import move_cases


def update_cases(described: Described) -> Iterator[Case]:
    """Every way to change rows of one table."""
    this = described.this
    if this is None:
        return
    columns = described.changeable() or _any_column(described)
    if not columns:
        return
    for who in described.people:
        for row in described.planned:
            own = who.user_id is not None and row.person is not None
            own = own and row.person is not None and row.person.user_id == who.user_id
            if row.label == "this" or own or row.variant:
                yield from _one_row(described, who, row, columns)
        may = bool(described.reachable(who, "update").may)
        if not may or (described.changeable() and _plain(described, columns[0])):
            yield _unfiltered(described, who, columns[0])
    yield from _fixed(described, this)
    yield from _kept(described, this)
    yield from _whole(described, this)
    yield from move_cases(described, partial(_base, described))


def _any_column(described: Described) -> list[Column]:
    """Where nothing may be changed, what somebody would try."""
    known = described.scenario.alternatives.get(described.entry.table, {})
    free = [c for c in described.table.columns if c.name not in described.table.primary_key]
    unique = {c for u in described.table.uniques for c in u.columns}
    return sorted(
        (c for c in free if not c.generated),
        key=lambda c: (c.name not in known, c.name in unique, c.name in described.pointing),
    )


def _one_row(
    described: Described, who: Identity, row: Row, columns: list[Column]
) -> Iterator[Case]:
    changed = columns[:1]
    allowed = described.may(who, "update", row.values)
    readable = described.may(who, "select", row.values)
    if allowed and not readable:
        return  # a filter needs the right to read; the unfiltered case covers this row
    if allowed and described.changeable():
        plain = [c for c in columns if _plain(described, c)]
        # Each value was tried by itself: columns that a check ties together change one at a time.
        changed = [c for c in plain if _by_itself(described, c)] or plain[:1] or changed
    values = _values(described, changed, row)
    if not described.changeable() and (allowed or described.sendable()):
        values = _as_it_is(described, described.sendable() or changed, row)
    elif not _plain(described, changed[0]):
        # Nothing but references and what others refer to: where these may lead is the question of
        # other cases.
        values = _as_it_is(described, changed, row)
    request = Update(described.entry.table, values, described.where(row))
    yield Case(
        id=f"{described.name}: {who.label} {can(allowed)} change {described.whose(row, who)}",
        subject=described.about,
        operation="update",
        family=Family.OWN if allowed else Family.FOREIGN,
        attempt=Attempt(who, request),
        expected=exactly(described.key(row.values)) if allowed else DENIED,
        controls=() if allowed else described.controls(request, row, "select", "update"),
        why=f"update = {described.entry.update.right}",
    )


def _plain(described: Described, column: Column) -> bool:
    """Whether a column of this row takes another value, without regard to other rows."""
    known = described.scenario.alternatives.get(described.entry.table)
    return column.name not in described.pointing and (known is None or column.name in known)


def _by_itself(described: Described, column: Column) -> bool:
    """Whether a column can change without another one, and without changing anybody's rights."""
    shared = {
        c for check in described.table.checks if len(check.columns) > 1 for c in check.columns
    }
    return column.name not in described.conditional and column.name not in shared


def _values(described: Described, columns: list[Column], row: Row) -> Pairs:
    return tuple((c.name, described.alternative(c, row)) for c in columns)


def _as_it_is(described: Described, columns: list[Column], row: Row) -> Pairs:
    """The values that the row has; one of a composite type is seeded alike and cannot be read."""
    salt = described.scenario.salt
    return tuple(
        (c.name, sample(c, 1, salt) if c.fields else text(row.values.get(c.name))) for c in columns
    )


def _unfiltered(described: Described, who: Identity, column: Column) -> Case:
    """Without a filter no SELECT policy is asked: only those for UPDATE stand in the way."""
    this = described.this
    assert this is not None  # noqa: S101  (the caller has looked)
    plain = _plain(described, column)
    values = (_values if plain else _as_it_is)(described, [column], this)
    request = Update(described.entry.table, values)
    expected = described.reachable(who, "update")
    # A row that holds the value already does not show whether it was reached.
    same = {
        described.key(row.values)
        for row in described.rows
        if text(row.values.get(column.name)) == dict(request.values)[column.name]
    }
    expected = Expectation(expected.may, expected.must - same)
    others = (expected.may and "changes only what it may") or "changes nothing"
    return Case(
        id=f"{described.name}: {who.label} {others} without a filter",
        subject=described.about,
        operation="update",
        family=Family.UNFILTERED,
        attempt=Attempt(who, request),
        expected=expected,
        controls=()
        if expected.must
        else (
            *described.controls(_base(described, this), this, "select", "update")[:-1],
            *described.controls(request, this, "update"),
            # One row, where a unique column cannot take the same value in all of them.
            Attempt(SERVICE, Update(request.table, request.values, described.where(this))),
        ),
        why=f"update = {described.entry.update.right}",
    )


def _fixed(described: Described, this: Row) -> Iterator[Case]:
    """Columns that stay as they are: all but the listed ones, or those declared immutable."""
    rule = described.entry.update
    listed = rule.columns
    who = next(described.rightful(this, "select", "update"), None)
    who = who or next(described.rightful(this, "select"), None)
    if who is None:
        return
    for column in described.table.columns:
        open_ = column.name not in (
            described.entry.immutable if listed is None else set(_names(described)) - set(listed)
        )
        if column.name in described.entry.fixed:
            open_ = False
        if column.name in described.entry.kept or column.generated or column.identity == "a":
            continue
        if open_:
            continue
        other = described.alternative(column, this)
        if other == text(this.values.get(column.name)):
            other = sample(column, 41, described.scenario.salt)  # its present value would pass
        request = Update(described.entry.table, ((column.name, other),), described.where(this))
        yield Case(
            id=f"{described.name}: {who.label} "
            f"cannot change {column.name} of {described.whose(this, who)}",
            subject=described.about,
            operation="update",
            family=Family.FIXED_COLUMN,
            attempt=Attempt(who, request),
            expected=DENIED,
            controls=(
                *described.controls(_base(described, this), this, "select", "update")[:-1],
                Attempt(SERVICE, request),
            ),
            why=f"fixed = {', '.join(described.entry.fixed)}"
            if column.name in described.entry.fixed
            else f"update columns = {', '.join(listed or ()) or 'none'}",
            column=column.name,
            by=_refusals(described, column.name),
        )


def _refusals(described: Described, column: str) -> tuple[str, ...]:
    """What counts as a refusal to change a column; a change that is swallowed is none."""
    if column in described.entry.fixed:
        return REFUSED
    return BY_GRANT if described.entry.update.columns is not None else ()


def _kept(described: Described, this: Row) -> Iterator[Case]:
    """Columns that the database keeps: whatever is sent for them is put aside."""
    who = next(described.rightful(this, "select", "update"), None)
    for column in described.columns(described.entry.kept):
        if who is None:
            return
        about = (column.name,)
        values = ((column.name, described.alternative(column, this)),)
        request = Update(described.entry.table, values, described.where(this), about)
        yield Case(
            id=f"{described.name}: {who.label} "
            f"cannot set {column.name} of {described.whose(this, who)}",
            subject=described.about,
            operation="update",
            family=Family.KEPT_COLUMN,
            attempt=Attempt(who, request),
            expected=DENIED,
            controls=described.controls(_base(described, this), this, "select", "update"),
            why=f"kept = {', '.join(described.entry.kept)}",
            column=column.name,
        )


def _whole(described: Described, this: Row) -> Iterator[Case]:
    """Clients write whole rows: what stays as it is may be sent along."""
    who = next(described.rightful(this, "select", "update"), None)
    columns = described.sendable()
    if who is None or not described.entry.granted or not columns:
        return
    changed = [c for c in described.changeable()[:1] if _plain(described, c)]
    same = [c for c in columns if c not in changed]
    values = (*_values(described, changed, this), *_as_it_is(described, same, this))
    yield Case(
        id=f"{described.name}: {who.label} can write {described.whose(this, who)} whole",
        subject=described.about,
        operation="update",
        family=Family.OWN,
        attempt=Attempt(who, Update(described.entry.table, values, described.where(this))),
        expected=exactly(described.key(this.values)),
        why=f"fixed = {', '.join(described.entry.fixed)}",
    )


def _names(described: Described) -> Iterator[str]:
    return (column.name for column in described.table.columns)


def _base(described: Described, row: Row) -> Update:
    """A plain change of the row, for a control that proves the row can be reached at all."""
    columns = described.changeable() or _any_column(described)
    values = _values(described, columns[:1], row)
    if not described.changeable() and described.entry.granted and described.sendable():
        values = _as_it_is(described, described.sendable(), row)
    elif not _plain(described, columns[0]):
        values = _as_it_is(described, columns[:1], row)
    return Update(described.entry.table, values, described.where(row))
