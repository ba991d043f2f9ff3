"""Removing rows, and overwriting them by an upsert."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import DENIED, Attempt, Case, Delete, Identity, Upsert, exactly
from ..scenario import Row
from ..scenario.statements import text
from .insert import own_payload
from .subject import Subject, pairs, whose


def delete_cases(subject: Subject) -> Iterator[Case]:
    """Every way to remove rows of one table."""
    if subject.this is None:
        return
    for who in subject.people:
        for row in subject.planned:
            own = row.person is not None and row.person.user_id == who.user_id
            if row.label == "this" or row.variant or (own and who.user_id is not None):
                case = _one_row(subject, who, row)
                if case is not None:
                    yield case
        yield _unfiltered(subject, who)


def _one_row(subject: Subject, who: Identity, row: Row) -> Case | None:
    allowed = subject.may(who, "delete", row.values)
    if allowed and not subject.may(who, "select", row.values):
        return None  # a filter needs the right to read; the unfiltered case covers this row
    request = Delete(subject.entry.table, subject.where(row))
    arrange = blocking(subject)
    return Case(
        id=f"{subject.name}: {who.label} {'can' if allowed else 'cannot'} delete {whose(row, who)}",
        object=subject.entry.table,
        operation="delete",
        family="own" if allowed else "foreign",
        attempt=Attempt(who, request, arrange),
        expected=exactly(subject.key(row.values)) if allowed else DENIED,
        controls=()
        if allowed
        else subject.controls(request, row, "select", "delete", arrange=arrange),
        why=f"delete = {subject.entry.delete.right}",
    )


def _unfiltered(subject: Subject, who: Identity) -> Case:
    this = subject.this
    assert this is not None  # noqa: S101  (the caller has looked)
    request = Delete(subject.entry.table)
    arrange = blocking(subject)
    expected = subject.reachable(who, "delete")
    words = "deletes only what it may" if expected.may else "deletes nothing"
    return Case(
        id=f"{subject.name}: {who.label} {words} without a filter",
        object=subject.entry.table,
        operation="delete",
        family="unfiltered",
        attempt=Attempt(who, request, arrange),
        expected=expected,
        controls=()
        if expected.must
        else subject.controls(request, this, "delete", arrange=arrange),
        why=f"delete = {subject.entry.delete.right}",
    )


def blocking(subject: Subject) -> tuple[Delete, ...]:
    """Rows of other tables that forbid a delete: they are taken away first, deepest first."""
    catalog, found = subject.scenario.catalog, []
    todo, seen = [subject.entry.table], {subject.entry.table}
    while todo:
        parent = todo.pop()
        for table in catalog.tables.values():
            keys = [key for key in table.foreign_keys if key.table == parent]
            if not keys or table.relation in seen:
                continue
            seen.add(table.relation)
            todo.append(table.relation)
            rows = subject.scenario.of(table.relation)
            blocks = (key for key in keys if key.blocks)
            if any(row.values.get(key.columns[0]) is not None for key in blocks for row in rows):
                found.append(Delete(table.relation))
    return tuple(reversed(found))


def upsert_cases(subject: Subject) -> Iterator[Case]:
    """An insert with somebody else's key must not turn into an update of that row."""
    this = subject.this
    key = subject.table.primary_key
    numbered = any((c := subject.table.column(name)) and c.identity == "a" for name in key)
    if this is None or not key or numbered:
        return  # nobody can name a key that the database alone hands out
    for who in subject.people:
        if who.user_id is None or who.user_id == (this.person and this.person.user_id):
            continue
        values = own_payload(subject, who)
        values = {**values, **{name: this.values.get(name) for name in key}}
        for column in subject.changeable()[:1]:
            values[column.name] = subject.alternative(column, this)  # a change that can be seen
        if set(values) <= set(key):
            continue
        update = subject.may(who, "update", this.values)
        if subject.may(who, "insert", values) and update:
            continue
        request = Upsert(subject.entry.table, pairs(values), key)
        back = {name: this.values.get(name) for name in values}
        same = Upsert(subject.entry.table, tuple((n, text(v)) for n, v in back.items()), key)
        yield Case(
            id=f"{subject.name}: {who.label} cannot take over {whose(this, who)} by an upsert",
            object=subject.entry.table,
            operation="upsert",
            family="foreign",
            attempt=Attempt(who, request, subject.out_of_the_way(values, this)),
            expected=DENIED,
            controls=(
                *subject.controls(same, this, "select", "insert", "update"),
                *subject.controls(
                    request, this, "insert", arrange=subject.out_of_the_way(values, this)
                ),
            ),
            why=f"insert = {subject.entry.insert.right}, update = {subject.entry.update.right}",
        )
