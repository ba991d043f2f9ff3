"""Columns of a table in the expressions of its policies. Pure."""

from __future__ import annotations

from typing import Any

from ..catalog import Table
from ..conditions.expression import ast


def column_of(table: Table, node: Any) -> str | None:
    """The column of the table that an expression is, casts aside; None where it is another one."""
    if isinstance(node, ast.TypeCast):
        return column_of(table, node.arg)
    if not isinstance(node, ast.ColumnRef) or not isinstance(node.fields[-1], ast.String):
        return None
    name = str(node.fields[-1].sval)
    return name if table.column(name) is not None else None
