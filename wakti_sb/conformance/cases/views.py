"""Writing through a view: nobody may do more there than in the table that it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ...spec import Nobody, Owned, Rule
from ...spec import Operation as SpecOperation
from ..catalog import Table
from ..model import (
    API_ROLES,
    SERVICE,
    Attempt,
    Call,
    Case,
    Copy,
    Delete,
    Expectation,
    Family,
    Insert,
    Pairs,
    Request,
    Select,
    Update,
    Upsert,
)
from .delete import delete_cases, upsert_cases
from .described import Described
from .insert import insert_cases
from .update import update_cases

_FAMILIES: tuple[tuple[str, Callable[[Described], Iterator[Case]]], ...] = (
    ("insert", insert_cases),
    ("update", update_cases),
    ("delete", delete_cases),
    ("upsert", upsert_cases),
)


def view_write_cases(described: Described) -> Iterator[Case]:
    """Every way to change rows through one view.

    An operation that the entry mentions is tried like that of a table. One that it does not mention
    is nobody's, but the table's own rules go on: with `security_invoker` a view with PostgreSQL's
    usual grants lets people do just what the table lets them do, and that harms nobody.
    """
    base = _base(described)
    for operation, family in _FAMILIES:
        parts = ("insert", "update") if operation == "upsert" else (operation,)
        if not all(part in described.table.writes for part in parts):
            continue
        if all(part in described.entry.model_fields_set for part in parts):
            yield from family(described)
        elif all(_granted(described.table, part) for part in parts):
            if base is not None and set(base.table.primary_key) <= set(_names(described.table)):
                yield from _translated(described, base, family(base))
            else:
                yield from _modest(family(_with_rules_of(described, base)))


def _base(described: Described) -> Described | None:
    """The described table behind a view over one table, with a key that tells rows apart."""
    bases = described.table.bases
    entry = described.scenario.spec.entry(bases[0]) if len(bases) == 1 else None
    table = described.scenario.catalog.tables.get(bases[0]) if bases else None
    if entry is None or table is None or entry.is_view or not table.primary_key:
        return None
    return Described(entry, table, described.scenario)


def _granted(table: Table, operation: str) -> bool:
    """Whether a role of the API may try at all."""
    holders = set(table.deleters) if operation == "delete" else set()
    for column in table.columns:
        holders |= set(column.inserters if operation == "insert" else ())
        holders |= set(column.updaters if operation == "update" else ())
    return bool(holders & set(API_ROLES))


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _with_rules_of(described: Described, base: Described | None) -> Described:
    """The view with the table's rules where it has none of its own."""
    operations: tuple[SpecOperation, ...] = ("insert", "update", "delete")
    rules: dict[str, Rule] = {}
    for operation in operations:
        if operation in described.entry.model_fields_set or base is None:
            continue
        rule = base.entry.rule(operation)
        columns = rule.columns and tuple(c for c in rule.columns if c in _names(described.table))
        rules[operation] = Rule(Nobody(), ()) if columns == () else Rule(rule.right, columns)
    entry: Owned = described.entry.model_copy(update=rules)
    return Described(entry, described.table, described.scenario)


def _modest(cases: Iterable[Case]) -> Iterator[Case]:
    """Only what must not be reached: a view need not let anybody write."""
    for case in cases:
        if not case.expected.must:
            yield case
        elif case.family == Family.UNFILTERED:
            expected = Expectation(case.expected.may, known=case.expected.known)
            controls = (*case.controls, replace(case.attempt, who=SERVICE))
            yield replace(case, expected=expected, controls=controls)


def _translated(described: Described, base: Described, cases: Iterable[Case]) -> Iterator[Case]:
    """The table's own cases, with the view in its place."""
    columns = {c.name for c in described.table.columns if not c.generated}
    shown = {base.key(row.values) for row in described.rows}
    for case in _modest(cases):
        request = _through(described, case.attempt.request, columns)
        whole = _complete(described, base, case.attempt.request, columns)
        if request is None or not whole or not _in_view(base, case.attempt.request, shown):
            continue
        if case.column is not None and case.column not in columns:
            continue
        controls = (
            Attempt(control.who, translated, control.arrange)
            for control in case.controls
            if (translated := _through(described, control.request, columns)) is not None
        )
        sentence = case.id.partition(": ")[2]
        yield replace(
            case,
            id=f"{described.name}: {sentence}",
            subject=described.about,
            attempt=replace(case.attempt, request=request),
            controls=tuple(controls),
        )


def _through(described: Described, request: Request, columns: set[str]) -> Request | None:
    """The same request to the view; None where nothing of it is left."""
    view = described.entry.table
    match request:
        case Insert(values=values):
            return Insert(view, _only(values, columns))
        case Upsert(values=values, key=key):
            return Upsert(view, _only(values, columns), key)
        case Update(values=values, where=where):
            kept = _only(values, columns)
            return Update(view, kept, where) if kept else None
        case Delete(where=where):
            return Delete(view, where)
        case Select() | Call() | Copy():
            return None


def _only(values: Pairs, columns: set[str]) -> Pairs:
    return tuple((name, value) for name, value in values if name in columns)


def _complete(described: Described, base: Described, request: Request, columns: set[str]) -> bool:
    """Whether the view takes everything that the request depends on."""
    names = set(_names(described.table))
    match request:
        case Insert() | Upsert():
            return all(c.name in columns for c in base.table.columns if c.required)
        case Update(where=where) | Delete(where=where):
            return all(name in names for name, _ in where)
    return True


def _in_view(base: Described, request: Request, shown: set[tuple[str, ...]]) -> bool:
    """Whether the row that the request names is one of those that the view shows."""
    where = dict(request.where) if isinstance(request, Update | Delete) else {}
    if isinstance(request, Upsert):
        where = {name: value for name, value in request.values if name in request.key}
    key = base.table.primary_key
    return not where or not set(key) <= set(where) or tuple(str(where[k]) for k in key) in shown
