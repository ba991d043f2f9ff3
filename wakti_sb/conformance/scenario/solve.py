"""Find values that CHECK constraints accept, by asking PostgreSQL about candidates."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.errors import CheckViolation

from ..catalog import Table
from .checks import candidates
from .statements import source_of, text


def expressions_on(table: Table, column: str) -> tuple[str, ...]:
    """The CHECK expressions that speak of a column, its domain's too."""
    known = table.column(column)
    checks = tuple(c.expression for c in table.checks if column in c.columns)
    return (*checks, *(known.domain_checks if known else ()))


def mend(
    connection: Connection[Any],
    table: Table,
    values: dict[str, Any],
    error: CheckViolation,
    *,
    attempt: int,
    pinned: set[str],
    salt: str,
) -> bool:
    """Find values for the columns of the violated constraint; False if none are found."""
    name = error.diag.constraint_name
    check = next((check for check in table.checks if check.name == name), None)
    if check is None:
        return _mend_domain(table, values, attempt, salt)
    pointing = {column for key in table.foreign_keys for column in key.columns}
    pointing |= pinned & set(values)
    columns = [c for n in check.columns if (c := table.column(n)) and not c.generated]
    sources = []
    for column in columns:
        if column.name in pointing:
            tried: list[str | None] = [text(values.get(column.name))]
        else:
            expressions = expressions_on(table, column.name)
            tried = candidates(column, expressions, 17 + attempt, salt)
        sources.append(source_of(column.name, column.type, tried))
    all_of = [c.expression for c in table.checks if {*c.columns} <= {*check.columns}]
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


def _mend_domain(table: Table, values: dict[str, Any], attempt: int, salt: str) -> bool:
    """Try the next candidate in every column whose domain has a check."""
    mended = False
    for column in table.columns:
        if column.domain_checks and column.name in values:
            tried = candidates(column, column.domain_checks, 17, salt)[1:]
            if attempt < len(tried) and tried[attempt] is not None:
                values[column.name], mended = tried[attempt], True
    return mended
