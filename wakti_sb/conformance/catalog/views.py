"""What a view inherits from its table: keys, constraints and defaults. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...spec import Relation
from .model import Column, Table


def completed(table: Table, tables: Mapping[Relation, Table]) -> Table:
    """A view over one table with what the table's columns of the same name and type demand.

    A row written through the view has to meet that as well. Anything else comes back unchanged:
    which table the columns of a join come from, and whether its keys still hold, is not told.
    """
    base = tables.get(table.bases[0]) if len(table.bases) == 1 else None
    if table.kind != "v" or base is None or not table.writes:
        return table
    same = {column.name for column in table.columns if _same(column, base)}
    return replace(
        table,
        columns=tuple(_like(column, base) for column in table.columns),
        checks=tuple(check for check in base.checks if set(check.columns) <= same),
        foreign_keys=tuple(key for key in base.foreign_keys if set(key.columns) <= same),
        uniques=tuple(unique for unique in base.uniques if set(unique.columns) <= same),
    )


def _same(column: Column, base: Table) -> bool:
    known = base.column(column.name)
    return known is not None and known.type == column.type


def _like(column: Column, base: Table) -> Column:
    known = base.column(column.name)
    if known is None or known.type != column.type:
        return column
    return replace(
        column,
        not_null=known.not_null,
        default=column.default or known.default,
        generated=column.generated or known.generated,
        identity=known.identity,
    )
