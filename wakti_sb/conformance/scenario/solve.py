"""Find values that CHECK constraints accept, by asking PostgreSQL about candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.errors import CheckViolation

from ..catalog import Column, Table
from .checks import candidates
from .statements import source_of, text

_MOST_COMBINATIONS = 200_000  # of candidates that PostgreSQL is asked about at once


def expressions_on(table: Table, column: str) -> tuple[str, ...]:
    """The CHECK expressions that speak of a column, its domain's too."""
    known = table.column(column)
    about = [c for c in table.checks if column in c.columns]
    checks = tuple(c.expression for c in about) + tuple(text for c in about for text in c.asked)
    return (*checks, *(known.domain_checks if known else ()))


def mend(
    connection: Connection[Any],
    table: Table,
    values: dict[str, Any],
    error: CheckViolation,
    *,
    attempt: int,
    number: int,
    pinned: set[str],
    references: Mapping[str, list[str | None]],
    salt: str,
) -> bool:
    """Find values for the columns of the violated constraint; False if none are found.

    Another `number` leads to other values, as far as the constraint leaves a choice. `references`
    are what columns of foreign keys may hold instead, as another person than the first.
    """
    name = error.diag.constraint_name
    check = next((check for check in table.checks if check.name == name), None)
    if check is None:
        return _mend_domain(connection, table, values, number, salt)
    pointing = {column for key in table.foreign_keys for column in key.columns}
    pointing |= pinned & set(values)
    # At first the columns of this check alone; then all that are tied to them by further ones.
    names = check.columns if attempt == 0 else _tied(table, check.columns)
    columns = [c for n in names if (c := table.column(n)) and not c.generated]
    most = max(2, int(_MOST_COMBINATIONS ** (1 / max(len(columns), 1))))
    sources = []
    for column in columns:
        if column.name in pointing:
            tried: list[str | None] = [text(values.get(column.name))]
            if column.name not in pinned:
                tried.extend(r for r in references.get(column.name, ()) if r not in tried)
            if not column.not_null and column.name not in pinned and None not in tried:
                tried.append(None)  # one of several references has to be there, or none
        else:
            expressions = expressions_on(table, column.name)
            tried = _shortened(candidates(column, expressions, number, salt), most)
        sources.append(source_of(column.name, column.type, tried))
    all_of = [c.expression for c in table.checks if {*c.columns} <= {*names}]
    texts = sql.SQL(", ").join(
        sql.SQL("{}, {}::text").format(sql.Literal(c.name), sql.Identifier(c.name)) for c in columns
    )
    query = sql.SQL("select json_build_object({}) from {} where {} limit 1").format(
        texts,
        sql.SQL(" cross join ").join(sources),
        # The catalog's own text of the constraint: it is not ours to quote.
        sql.SQL(" and ").join(sql.SQL(f"({text}) is not false") for text in all_of),
    )
    try:
        with connection.transaction():
            row = connection.execute(query).fetchone()
    except psycopg.Error:
        return False
    if row is None:
        return False
    values.update(row[0])
    return True


def _tied(table: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    """These columns and all that share a check with one of them, over any number of checks."""
    found = dict.fromkeys(columns)
    while True:
        further = [
            name
            for check in table.checks
            if set(check.columns) & set(found)
            for name in check.columns
            if name not in found
        ]
        if not further:
            return tuple(found)
        found.update(dict.fromkeys(further))


def _shortened(values: list[str | None], most: int) -> list[str | None]:
    """The likeliest few; null stays among them."""
    if len(values) <= most:
        return values
    return [*values[: most - 1], None] if values[-1] is None else values[:most]


def _mend_domain(
    connection: Connection[Any], table: Table, values: dict[str, Any], number: int, salt: str
) -> bool:
    """The first candidate that the domain takes, in every column whose domain has a check."""
    mended = False
    for column in table.columns:
        if not column.domain_checks or column.name not in values:
            continue
        for choice in candidates(column, column.domain_checks, number, salt):
            if choice is not None and _taken(connection, column, choice):
                mended = mended or choice != values[column.name]
                values[column.name] = choice
                break
    return mended


def _taken(connection: Connection[Any], column: Column, value: str) -> bool:
    # format_type() has quoted the type's name already.
    query = sql.SQL("select {}::text::{}").format(sql.Literal(value), sql.SQL(column.type))
    try:
        with connection.transaction():
            connection.execute(query)
    except psycopg.Error:
        return False
    return True
