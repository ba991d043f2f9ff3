"""Removing rows, and overwriting them by an upsert."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog import ForeignKey
from ..model import (
    DENIED,
    USERS,
    Attempt,
    Case,
    Delete,
    Expectation,
    Family,
    Identity,
    Key,
    Upsert,
)
from ..scenario import Row, Values
from ..scenario.statements import text
from .described import Described, can, pairs
from .new_rows import own_payload


def delete_cases(described: Described) -> Iterator[Case]:
    """Every way to remove rows of one table."""
    if described.this is None:
        return
    for who in described.people:
        for row in described.planned:
            own = row.person is not None and row.person.user_id == who.user_id
            if row.label == "this" or row.variant or (own and who.user_id is not None):
                case = _one_row(described, who, row)
                if case is not None:
                    yield case
        yield _unfiltered(described, who)


def _one_row(described: Described, who: Identity, row: Row) -> Case | None:
    allowed = described.may(who, "delete", row.values)
    if allowed and not described.may(who, "select", row.values):
        return None  # a filter needs the right to read; the unfiltered case covers this row
    request = Delete(described.entry.table, described.where(row))
    arrange = blocking(described)
    return Case(
        id=f"{described.name}: {who.label} {can(allowed)} delete {described.whose(row, who)}",
        subject=described.about,
        operation="delete",
        family=Family.OWN if allowed else Family.FOREIGN,
        attempt=Attempt(who, request, arrange),
        expected=_with_children(described, frozenset({described.key(row.values)}))
        if allowed
        else DENIED,
        controls=()
        if allowed
        else described.controls(request, row, "select", "delete", arrange=arrange),
        why=f"delete = {described.entry.delete.right}",
    )


def _unfiltered(described: Described, who: Identity) -> Case:
    this = described.this
    assert this is not None  # noqa: S101  (the caller has looked)
    request = Delete(described.entry.table)
    arrange = blocking(described)
    reachable = described.reachable(who, "delete")
    expected = _with_children(described, reachable.may, reachable.must)
    words = "deletes only what it may" if expected.may else "deletes nothing"
    return Case(
        id=f"{described.name}: {who.label} {words} without a filter",
        subject=described.about,
        operation="delete",
        family=Family.UNFILTERED,
        attempt=Attempt(who, request, arrange),
        expected=expected,
        controls=()
        if expected.must
        else described.controls(request, this, "delete", arrange=arrange),
        why=f"delete = {described.entry.delete.right}",
    )


def _with_children(
    described: Described, may: frozenset[Key], must: frozenset[Key] | None = None
) -> Expectation:
    """These rows, and those of the same table that go with them because they point at one."""
    keys = [key for key in described.table.foreign_keys if key.table == described.entry.table]
    found, grown = set[Key](), set(may)
    while grown - found:
        found |= grown
        parents = [row.values for row in described.rows if described.key(row.values) in found]
        for row in described.rows if keys else ():
            if any(_points(key, row.values, parent) for key in keys for parent in parents):
                grown.add(described.key(row.values))
    return Expectation(frozenset(found), may if must is None else must)


def _points(key: ForeignKey, row: Values, parent: Values) -> bool:
    pairs = zip(key.columns, key.parent_columns, strict=True)
    return all(text(row.get(c)) == text(parent.get(p)) is not None for c, p in pairs)


def blocking(described: Described) -> tuple[Delete, ...]:
    """Rows of other tables that forbid a delete: they are taken away first, deepest first."""
    catalog, found = described.scenario.catalog, []
    todo, seen = [described.entry.table], {described.entry.table}
    while todo:
        parent = todo.pop()
        for table in catalog.tables.values():
            keys = [key for key in table.foreign_keys if key.table == parent]
            if not keys or table.relation in seen:
                continue
            seen.add(table.relation)
            todo.append(table.relation)
            rows = described.scenario.of(table.relation)
            blocks = (key for key in keys if key.blocks)
            if any(row.values.get(key.columns[0]) is not None for key in blocks for row in rows):
                found.append(Delete(table.relation))
    return tuple(reversed(found))


def upsert_cases(described: Described) -> Iterator[Case]:
    """An insert with somebody else's key must not turn into an update of that row."""
    this = described.this
    key = described.table.primary_key
    numbered = any((c := described.table.column(name)) and c.identity == "a" for name in key)
    if this is None or not key or numbered:
        return  # nobody can name a key that the database alone hands out
    for who in described.people:
        if who.user_id is None or who.user_id == (this.person and this.person.user_id):
            continue
        values = own_payload(described, who)
        values = {**values, **{name: this.values.get(name) for name in key}}
        naming = {c for k in described.table.foreign_keys if k.table == USERS for c in k.columns}
        for column in [c for c in described.changeable() if c.name not in naming][:1]:
            values[column.name] = described.alternative(column, this)  # a change that can be seen
        if set(values) <= set(key):
            continue
        update = described.may(who, "update", this.values)
        if described.may(who, "insert", values) and update:
            continue
        request = Upsert(described.entry.table, pairs(values), key)
        back = {name: this.values.get(name) for name in values}
        same = Upsert(described.entry.table, tuple((n, text(v)) for n, v in back.items()), key)
        yield Case(
            id=f"{described.name}: {who.label} "
            f"cannot take over {described.whose(this, who)} by an upsert",
            subject=described.about,
            operation="upsert",
            family=Family.FOREIGN,
            attempt=Attempt(who, request, described.out_of_the_way(values, this)),
            expected=DENIED,
            controls=(
                *_rightful_upserts(described, this, key),
                *described.controls(same, this, "select", "insert", "update"),
                *described.controls(
                    request, this, "insert", arrange=described.out_of_the_way(values, this)
                ),
            ),
            why=f"insert = {described.entry.insert.right}, update = {described.entry.update.right}",
        )


def _rightful_upserts(described: Described, row: Row, key: tuple[str, ...]) -> Iterator[Attempt]:
    """Whoever may overwrite the row, with what it would write into a row of its own."""
    who = next(described.rightful(row, "select", "insert", "update"), None)
    if who is not None:
        values = {**own_payload(described, who), **{name: row.values.get(name) for name in key}}
        if not set(values) <= set(key):
            request = Upsert(described.entry.table, pairs(values), key)
            yield Attempt(who, request, described.out_of_the_way(values, row))
            # Where rules keep the row as it is: as a new one.
            yield Attempt(who, request, described.out_of_the_way(values))
