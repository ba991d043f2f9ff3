"""The order in which rows can be inserted: parents before children. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ...spec import Relation, Spec
from ..catalog import Catalog, ForeignKey, Table
from ..model import MESSAGES, OBJECTS, USERS


def insertion_order(spec: Spec, catalog: Catalog) -> tuple[Relation, ...]:
    """The tables that need rows, parents before children; a circle is cut where null may stand."""
    order: list[Relation] = []
    open_: list[Relation] = []

    def visit(name: Relation) -> None:
        table = catalog.tables.get(name)
        if name in order or name in open_ or table is None or table.is_view:
            return
        if name in (USERS, OBJECTS, MESSAGES):
            return
        open_.append(name)
        for key in sorted(table.foreign_keys, key=lambda k: not must_have(table, k)):
            if must_have(table, key) or (
                spec.entry(key.table) is not None
                and name not in _demanded(catalog, key.table)
                and not _demanded(catalog, key.table) & set(open_)
            ):
                visit(key.table)
        open_.remove(name)
        order.append(name)

    for owned in spec.relations:
        steps = spec.owner_path(owned)
        memberships = spec.memberships(owned)
        further = (step for path in memberships for step in path.steps)
        for step in (*(steps.steps if steps else ()), *further):
            visit(step.table)
        for parent in owned.through:  # also where no foreign key leads there
            visit(parent)
        visit(owned.table)
        for path in memberships:
            visit(path.members.table)
    for each in spec.places:
        if each.members is not None:
            visit(each.members.table)
    return tuple(order)


def circles(catalog: Catalog, tables: Iterable[Relation]) -> frozenset[Relation]:
    """The tables whose rows need rows that need them: their keys must wait for each other."""
    return frozenset(
        t for t in tables if t in _demanded(catalog, t) and _not_only_itself(catalog, t)
    )


def _not_only_itself(catalog: Catalog, name: Relation) -> bool:
    return any(name in _demanded(catalog, other) for other in _demanded(catalog, name) - {name})


def _demanded(catalog: Catalog, name: Relation) -> set[Relation]:
    """The tables without whose rows this one can have none."""
    found: set[Relation] = set()
    todo = [name]
    while todo:
        table = catalog.tables.get(todo.pop())
        keys = table.foreign_keys if table is not None else ()
        further = {k.table for k in keys if table is not None and must_have(table, k)} - found
        found |= further
        todo.extend(further)
    return found


def must_have(table: Table, key: ForeignKey) -> bool:
    """Whether a row cannot be without the parent that the key points at."""
    return all(needed(table, name) for name in key.columns)


def needed(table: Table, name: str) -> bool:
    """Whether a column cannot be null."""
    column = table.column(name)
    return column is not None and column.not_null
