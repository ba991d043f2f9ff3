"""Changing rows: one's own, foreign ones, fixed columns, moving in and out, without a filter."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog import Column, ForeignKey
from ..model import (
    BY_GRANT,
    DENIED,
    REFUSED,
    SERVICE,
    USERS,
    Attempt,
    Case,
    Delete,
    Expectation,
    Identity,
    Pairs,
    Update,
    World,
    exactly,
)
from ..scenario import Row, sample
from ..scenario.statements import text
from .insert import closed_parent, intruder, open_to, repointed, under
from .subject import Subject, pairs, whose


def update_cases(subject: Subject) -> Iterator[Case]:
    """Every way to change rows of one table."""
    this = subject.this
    if this is None:
        return
    columns = subject.changeable() or _any_column(subject)
    if not columns:
        return
    for who in subject.people:
        for row in subject.planned:
            own = who.user_id is not None and row.person is not None
            own = own and row.person is not None and row.person.user_id == who.user_id
            if row.label == "this" or own or row.variant:
                yield from _one_row(subject, who, row, columns)
        may = bool(subject.reachable(who, "update").may)
        if not may or (subject.changeable() and _plain(subject, columns[0])):
            yield _unfiltered(subject, who, columns[0])
    yield from _fixed(subject, this)
    yield from _kept(subject, this)
    yield from _whole(subject, this)
    for key in subject.table.foreign_keys:
        if key.table != USERS:
            yield from _moves(subject, key)
    yield from _hand_over(subject)


def _any_column(subject: Subject) -> list[Column]:
    """Where nothing may be changed, what somebody would try."""
    known = subject.scenario.alternatives.get(subject.entry.table, {})
    free = [c for c in subject.table.columns if c.name not in subject.table.primary_key]
    unique = {c for u in subject.table.uniques for c in u.columns}
    return sorted(
        (c for c in free if not c.generated),
        key=lambda c: (c.name not in known, c.name in unique, c.name in subject.pointing),
    )


def _one_row(subject: Subject, who: Identity, row: Row, columns: list[Column]) -> Iterator[Case]:
    changed = columns[:1]
    allowed = subject.may(who, "update", row.values)
    readable = subject.may(who, "select", row.values)
    if allowed and not readable:
        return  # a filter needs the right to read; the unfiltered case covers this row
    if allowed and subject.changeable():
        plain = [c for c in columns if _plain(subject, c)]
        changed = [c for c in plain if _by_itself(subject, c)] or plain or changed
    values = _values(subject, changed, row)
    if allowed and not subject.changeable():
        values = _as_it_is(subject, subject.sendable(), row)
    elif not _plain(subject, changed[0]):
        # Nothing but references and what others refer to: where these may lead is the question of
        # other cases.
        values = _as_it_is(subject, changed, row)
    request = Update(subject.entry.table, values, subject.where(row))
    yield Case(
        id=f"{subject.name}: {who.label} {'can' if allowed else 'cannot'} change {whose(row, who)}",
        object=subject.entry.table,
        operation="update",
        family="own" if allowed else "foreign",
        attempt=Attempt(who, request),
        expected=exactly(subject.key(row.values)) if allowed else DENIED,
        controls=() if allowed else subject.controls(request, row, "select", "update"),
        why=f"update = {subject.entry.update.right}",
    )


def _plain(subject: Subject, column: Column) -> bool:
    """Whether a column of this row takes another value, without regard to other rows."""
    known = subject.scenario.alternatives.get(subject.entry.table)
    return column.name not in subject.pointing and (known is None or column.name in known)


def _by_itself(subject: Subject, column: Column) -> bool:
    """Whether a column can change without another one, and without changing anybody's rights."""
    shared = {c for check in subject.table.checks if len(check.columns) > 1 for c in check.columns}
    return column.name not in subject.conditional and column.name not in shared


def _values(subject: Subject, columns: list[Column], row: Row) -> Pairs:
    return tuple((c.name, subject.alternative(c, row)) for c in columns)


def _as_it_is(subject: Subject, columns: list[Column], row: Row) -> Pairs:
    """The values that the row has; one of a composite type is seeded alike and cannot be read."""
    salt = subject.scenario.salt
    return tuple(
        (c.name, sample(c, 1, salt) if c.fields else text(row.values.get(c.name))) for c in columns
    )


def _unfiltered(subject: Subject, who: Identity, column: Column) -> Case:
    """Without a filter no SELECT policy is asked: only those for UPDATE stand in the way."""
    this = subject.this
    assert this is not None  # noqa: S101  (the caller has looked)
    plain = _plain(subject, column)
    values = (_values if plain else _as_it_is)(subject, [column], this)
    request = Update(subject.entry.table, values)
    expected = subject.reachable(who, "update")
    # A row that holds the value already does not show whether it was reached.
    same = {
        subject.key(row.values)
        for row in subject.rows
        if text(row.values.get(column.name)) == dict(request.values)[column.name]
    }
    expected = Expectation(expected.may, expected.must - same)
    others = (expected.may and "changes only what it may") or "changes nothing"
    return Case(
        id=f"{subject.name}: {who.label} {others} without a filter",
        object=subject.entry.table,
        operation="update",
        family="unfiltered",
        attempt=Attempt(who, request),
        expected=expected,
        controls=()
        if expected.must
        else (
            *subject.controls(request, this, "update"),
            # One row, where a unique column cannot take the same value in all of them.
            Attempt(SERVICE, Update(request.table, request.values, subject.where(this))),
        ),
        why=f"update = {subject.entry.update.right}",
    )


def _fixed(subject: Subject, this: Row) -> Iterator[Case]:
    """Columns that stay as they are: all but the listed ones, or those declared immutable."""
    rule = subject.entry.update
    listed = rule.columns
    who = next(subject.rightful(this, "select", "update"), None)
    who = who or next(subject.rightful(this, "select"), None)
    if who is None:
        return
    for column in subject.table.columns:
        open_ = column.name not in (
            subject.entry.immutable if listed is None else set(_names(subject)) - set(listed)
        )
        if column.name in subject.entry.fixed:
            open_ = False
        if column.name in subject.entry.kept or column.generated or column.identity == "a":
            continue
        if open_:
            continue
        other = subject.alternative(column, this)
        if other == text(this.values.get(column.name)):
            other = sample(column, 41, subject.scenario.salt)  # its present value would pass
        request = Update(subject.entry.table, ((column.name, other),), subject.where(this))
        yield Case(
            id=f"{subject.name}: {who.label} cannot change {column.name} of {whose(this, who)}",
            object=subject.entry.table,
            operation="update",
            family="fixed column",
            attempt=Attempt(who, request),
            expected=DENIED,
            controls=(
                Attempt(SERVICE, request),
                *subject.controls(_base(subject, this), this, "select", "update"),
            ),
            why=f"fixed = {', '.join(subject.entry.fixed)}"
            if column.name in subject.entry.fixed
            else f"update columns = {', '.join(listed or ()) or 'none'}",
            column=column.name,
            by=_refusals(subject, column.name),
        )


def _refusals(subject: Subject, column: str) -> tuple[str, ...]:
    """What counts as a refusal to change a column; a change that is swallowed is none."""
    if column in subject.entry.fixed:
        return REFUSED
    return BY_GRANT if subject.entry.update.columns is not None else ()


def _kept(subject: Subject, this: Row) -> Iterator[Case]:
    """Columns that the database keeps: whatever is sent for them is put aside."""
    who = next(subject.rightful(this, "select", "update"), None)
    for column in subject.columns(subject.entry.kept):
        if who is None:
            return
        about = (column.name,)
        values = ((column.name, subject.alternative(column, this)),)
        request = Update(subject.entry.table, values, subject.where(this), about)
        yield Case(
            id=f"{subject.name}: {who.label} cannot set {column.name} of {whose(this, who)}",
            object=subject.entry.table,
            operation="update",
            family="kept column",
            attempt=Attempt(who, request),
            expected=DENIED,
            controls=subject.controls(_base(subject, this), this, "select", "update"),
            why=f"kept = {', '.join(subject.entry.kept)}",
            column=column.name,
        )


def _whole(subject: Subject, this: Row) -> Iterator[Case]:
    """Clients write whole rows: what stays as it is may be sent along."""
    who = next(subject.rightful(this, "select", "update"), None)
    columns = subject.sendable()
    if who is None or not subject.entry.granted or not columns:
        return
    changed = [c for c in subject.changeable()[:1] if _plain(subject, c)]
    same = [c for c in columns if c not in changed]
    values = (*_values(subject, changed, this), *_as_it_is(subject, same, this))
    yield Case(
        id=f"{subject.name}: {who.label} can write {whose(this, who)} whole",
        object=subject.entry.table,
        operation="update",
        family="own",
        attempt=Attempt(who, Update(subject.entry.table, values, subject.where(this))),
        expected=exactly(subject.key(this.values)),
        why=f"fixed = {', '.join(subject.entry.fixed)}",
    )


def _names(subject: Subject) -> Iterator[str]:
    return (column.name for column in subject.table.columns)


def _base(subject: Subject, row: Row) -> Update:
    """A plain change of the row, for a control that proves the row can be reached at all."""
    columns = subject.changeable() or _any_column(subject)
    values = _values(subject, columns[:1], row)
    if not subject.changeable() and subject.entry.granted:
        values = _as_it_is(subject, subject.sendable(), row)
    elif not _plain(subject, columns[0]):
        values = _as_it_is(subject, columns[:1], row)
    return Update(subject.entry.table, values, subject.where(row))


def _moves(subject: Subject, key: ForeignKey) -> Iterator[Case]:
    """Let a row point at somebody else's parent, or take somebody's row over."""
    who, world = intruder(subject, "update")
    here: World = "other" if world == "this" else "this"
    mine = subject.scenario.row(subject.entry.table, here)
    theirs = subject.scenario.row(subject.entry.table, world)
    home = subject.scenario.row(key.table, here)
    if mine is None or theirs is None or home is None:
        return
    before = dict(mine.values)
    parent = closed_parent(subject, who, key, world, before, "update")
    parent = parent or subject.scenario.row(key.table, world)
    if parent is None:
        return
    by = f" by {', '.join(key.columns)}"
    for target, words in repointed(subject, key, parent):
        values = {**mine.values, **target}
        if open_to(subject, who, key, parent, values, "update"):
            continue
        named = "" if words == "its own row" else " in the owner's name"
        sentence = f"cannot move a row into {under(parent, world)}{named}{by}"
        yield _move(subject, who, mine, target, sentence)
        yield _move(subject, who, mine, target, f"{sentence} without a filter", unfiltered=True)
    for target, words in repointed(subject, key, home):
        if subject.may(who, "update", theirs.values):
            continue
        named = "" if words == "its own row" else " in its own name"
        yield _move(
            subject, who, theirs, target, f"cannot take {whose(theirs, who)} over{named}{by}"
        )


def _hand_over(subject: Subject) -> Iterator[Case]:
    """Give a row away: into the name of somebody else."""
    owner = subject.entry.owner
    if owner is None or subject.table.column(owner) is None:
        return
    who, world = intruder(subject, "update")
    mine = subject.scenario.row(subject.entry.table, "other" if world == "this" else "this")
    theirs = subject.scenario.row(subject.entry.table, world)
    if mine is None or theirs is None:
        return
    target = {owner: theirs.values.get(owner)}
    if subject.may_write(who, "update", {**mine.values, **target}):
        return
    sentence = f"cannot put its own row into another's name by {owner}"
    yield _move(subject, who, mine, target, sentence)
    yield _move(subject, who, mine, target, f"{sentence} without a filter", unfiltered=True)


def _move(
    subject: Subject,
    who: Identity,
    row: Row,
    target: dict[str, object],
    sentence: str,
    *,
    unfiltered: bool = False,
) -> Case:
    where = () if unfiltered else subject.where(row)
    request = Update(subject.entry.table, pairs(target), where)
    arrange = list(subject.out_of_the_way({**row.values, **target}, row))
    if unfiltered and any(set(u.columns) <= set(target) for u in subject.table.uniques):
        # One row is left, or a unique key would answer before a policy can.
        rest = (r for r in subject.rows if subject.key(r.values) != subject.key(row.values))
        arrange.extend(Delete(subject.entry.table, subject.where(r)) for r in rest)
    out = tuple(dict.fromkeys(arrange))
    single = Update(subject.entry.table, pairs(target), subject.where(row))
    base = _base(subject, row)
    return Case(
        id=f"{subject.name}: {who.label} {sentence}",
        object=subject.entry.table,
        operation="update",
        family="foreign parent",
        attempt=Attempt(who, request, out),
        expected=DENIED,
        controls=(
            Attempt(SERVICE, single, out),
            *subject.controls(base, row, "select", "update"),
        ),
        why=f"update = {subject.entry.update.right}",
        column=next(iter(target)),
    )
