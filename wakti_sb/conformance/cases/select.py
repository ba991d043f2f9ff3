"""Reading: one row, all rows, a count, through a relation, and columns that are hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..model import DENIED, SERVICE, Attempt, Case, Expectation, Identity, Join, Select, exactly
from ..scenario import Row
from .subject import Subject, short, whose


def select_cases(subject: Subject) -> Iterator[Case]:
    """Every way to read rows of one table."""
    if not subject.visible:
        return
    for who in subject.people:
        for row in _rows_for(subject, who):
            yield _one_row(subject, who, row)
        yield _unfiltered(subject, who)
        if subject.entry.table not in subject.scenario.partial and not subject.open_to(who):
            yield _count(subject, who)
        yield from _embedded(subject, who)
    yield from _hidden(subject)


def _rows_for(subject: Subject, who: Identity) -> Iterator[Row]:
    """Rows of this side, and whatever is the person's own."""
    for row in subject.planned:
        own = row.person is not None and row.person.user_id == who.user_id
        if row.label == "this" or row.variant or (own and who.user_id is not None):
            yield row


def _one_row(subject: Subject, who: Identity, row: Row) -> Case:
    request = Select(subject.entry.table, subject.visible, subject.where(row))
    allowed = subject.may(who, "select", row.values)
    return Case(
        id=f"{subject.name}: {who.label} {_can(allowed)} see {whose(row, who)}",
        object=subject.entry.table,
        operation="select",
        family="own" if allowed else "foreign",
        attempt=Attempt(who, request),
        expected=exactly(subject.key(row.values)) if allowed else DENIED,
        controls=() if allowed else subject.controls(request, row, "select"),
        why=f"select = {subject.entry.select.right}",
    )


def _unfiltered(subject: Subject, who: Identity) -> Case:
    request = Select(subject.entry.table, subject.visible)
    expected = subject.reachable(who, "select")
    sees = "sees only what is open to it" if expected.may else "sees nothing"
    return _all_rows(
        subject, who, request, expected, f"{who.label} {sees} without a filter", "unfiltered"
    )


def _count(subject: Subject, who: Identity) -> Case:
    request = Select(subject.entry.table, subject.visible[:1], count=True)
    expected = subject.reachable(who, "select")
    return _all_rows(
        subject, who, request, expected, f"{who.label} counts no rows of others", "count"
    )


def _embedded(subject: Subject, who: Identity) -> Iterator[Case]:
    """The rows that come along when a row they point at is asked for."""
    scenario = subject.scenario
    if subject.table.is_view:
        return  # its keys are those of its tables, which have these cases themselves
    for key in subject.table.foreign_keys:
        parent = scenario.spec.entry(key.table)
        if parent is None or key.table == subject.entry.table or parent.is_view:
            continue
        if all(row.values.get(key.columns[0]) is None for row in subject.rows):
            continue  # nothing comes along
        columns = tuple(zip(key.columns, key.parent_columns, strict=True))
        if set(key.columns) - set(subject.visible) or set(key.parent_columns) & set(parent.hidden):
            continue
        request = Select(
            subject.entry.table, subject.visible, join=Join(key.table, columns, key.name)
        )
        seen = {
            tuple(str(row.values.get(p)) for p in key.parent_columns)
            for row in scenario.of(key.table)
            if scenario.may(who, "select", parent, row.values)
        }
        rows = [
            row
            for row in subject.rows
            if tuple(str(row.values.get(c)) for c in key.columns) in seen
            and subject.may(who, "select", row.values)
        ]
        expected = Expectation(
            frozenset(subject.key(row.values) for row in rows),
            frozenset(subject.key(row.values) for row in rows if row.label),
        )
        named = f" by {', '.join(key.columns)}" if _twice(subject, key.table) else ""
        sentence = f"{who.label} reaches no row of others through {short(key.table)}{named}"
        yield _all_rows(subject, who, request, expected, sentence, "embedded")


def _twice(subject: Subject, parent: str) -> bool:
    return sum(key.table == parent for key in subject.table.foreign_keys) > 1


def _all_rows(
    subject: Subject,
    who: Identity,
    request: Select,
    expected: Expectation,
    sentence: str,
    family: str,
) -> Case:
    if subject.entry.table in subject.scenario.partial:
        known = frozenset(subject.key(row.values) for row in subject.rows)
        expected = replace(expected, known=known)
    if subject.open_to(who):
        expected = replace(expected, known=expected.may)
    row = subject.this
    controls: tuple[Attempt, ...] = ()
    if not expected.must:
        controls = subject.controls(request, row, "select") if row else (Attempt(SERVICE, request),)
    return Case(
        id=f"{subject.name}: {sentence}",
        object=subject.entry.table,
        operation="select",
        family=family,
        attempt=Attempt(who, request),
        expected=expected,
        controls=controls,
        why=f"select = {subject.entry.select.right}",
    )


def _hidden(subject: Subject) -> Iterator[Case]:
    """Columns that nobody but the secret key reads: also not by filter, order or relation."""
    row = subject.this
    if row is None:
        return
    # Columns are granted to roles: a reader of each role that may see the row.
    readers: dict[str, Identity] = {}
    for reader in subject.rightful(row, "select"):
        readers.setdefault(reader.role, reader)
    for who in readers.values() or subject.people[:1]:
        yield from _hidden_from(subject, row, who)


def _hidden_from(subject: Subject, row: Row, who: Identity) -> Iterator[Case]:
    key = subject.key_columns
    for column in subject.entry.hidden:
        if subject.table.column(column) is None:
            continue
        where = subject.where(row)
        ways = {
            f"read {column}": Select(subject.entry.table, (*key, column), where),
            f"filter by {column}": Select(subject.entry.table, key, where, present=column),
            f"order by {column}": Select(subject.entry.table, key, where, order=column),
        }
        for foreign in subject.table.foreign_keys[:1]:
            columns = tuple(zip(foreign.columns, foreign.parent_columns, strict=True))
            join = Join(foreign.table, columns, foreign.name)
            if subject.scenario.spec.entry(foreign.table) is not None:
                ways[f"read {column} through {short(foreign.table)}"] = Select(
                    subject.entry.table, (*key, column), where, join=join
                )
        for way, request in ways.items():
            yield Case(
                id=f"{subject.name}: {who.label} cannot {way}",
                object=subject.entry.table,
                operation="select",
                family="hidden column",
                attempt=Attempt(who, request),
                expected=DENIED,
                controls=(Attempt(SERVICE, request),),
                why=f"hidden = {', '.join(subject.entry.hidden)}",
                column=column,
            )


def _can(allowed: bool) -> str:
    return "can" if allowed else "cannot"
