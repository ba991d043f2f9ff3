"""Pieces of the statements that seed rows, quoted by psycopg."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from psycopg import sql

from ...spec import Relation


def source_of(column: str, type_: str, values: Sequence[str | None]) -> sql.Composable:
    """A subquery that yields each of `values` as the column."""
    rows = sql.SQL(", ").join(sql.SQL("({})").format(sql.Literal(value)) for value in values)
    # format_type() has quoted the type's name already.
    cast = sql.SQL(type_)
    return sql.SQL("(select v.x::text::{} as {} from (values {}) as v (x)) as {}").format(
        cast, sql.Identifier(column), rows, sql.Identifier(f"from_{column}")
    )


def matching(columns: Sequence[str], values: Any) -> sql.Composable:
    """A condition that rows with these values meet, null included."""
    parts = (
        sql.SQL("{} is not distinct from {}").format(
            sql.Identifier(column), sql.Literal(text(values.get(column)))
        )
        if values.get(column) is None
        else assign(column, text(values[column]))
        for column in columns
    )
    return sql.SQL(" and ").join(parts)


def assign(column: str, value: Any) -> sql.Composable:
    """`column = value`."""
    return sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(value))


def relation_name(table: Relation) -> sql.Composable:
    """The quoted name of a relation."""
    return sql.Identifier(table.schema, table.name)


def text(value: Any) -> str | None:
    """A value of to_jsonb() as the text that PostgreSQL reads back."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "{" + ",".join(json.dumps(v) if isinstance(v, str) else str(v) for v in value) + "}"
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value)
