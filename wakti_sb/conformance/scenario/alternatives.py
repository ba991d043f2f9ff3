"""What a row can be changed to: tried, and taken back."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Connection, sql

from ..catalog import Table
from .checks import candidates
from .insert import Inserter
from .model import Row, Scenario
from .plan import row_values
from .samples import sample
from .solve import expressions_on
from .statements import assign, matching, relation_name, text
from .together import tried_together

_SPARE = 500  # numbers from here on are those of rows that cases insert


def rehearse(inserter: Inserter, scenario: Scenario, table: Table) -> dict[str, Any]:
    """The values that CHECK constraints want in a further row of this table."""
    first = next((r for r in scenario.rows if r.table == table.relation and r.person), None)
    if first is None or first.person is None or first.world is None:
        return {}
    rows = [row for row in scenario.rows if row.label]
    values = row_values(
        scenario.spec, table, first.world, first.person, _SPARE, rows, inserter.salt
    )
    tried = dict(values)
    try:
        with inserter.connection.transaction(force_rollback=True):
            inserter.made(table, tried, first.person, rehearsal=True)
    except psycopg.Error:
        return {}
    return {name: value for name, value in tried.items() if values.get(name) != value}


def alternatives(connection: Connection[Any], scenario: Scenario, table: Table) -> dict[str, Any]:
    """For each column another value that the row of the owner can take."""
    row = scenario.row(table.relation, "this")
    if row is None:
        return {}
    keys = scenario.key_columns(table.relation)
    other = scenario.row(table.relation, "other")
    pointing = {c for key in table.foreign_keys for c in key.columns}
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.generated:
            continue
        choices = candidates(column, expressions_on(table, column.name), 41, scenario.salt)
        if (further := sample(column, 42, scenario.salt)) is not None:
            choices.append(further)
        if column.name in pointing and other is not None:
            choices = [text(other.values.get(column.name)), *choices]
        now = text(row.values.get(column.name))
        theirs = text(other.values.get(column.name)) if other is not None else None
        for choice in choices:
            known = choice is not None and choice == theirs
            if choice != now and _changes(connection, table, keys, row, column.name, choice, known):
                found[column.name] = choice
                break
    return found


def _changes(
    connection: Connection[Any],
    table: Table,
    keys: tuple[str, ...],
    row: Row,
    column: str,
    value: str | None,
    known: bool,
) -> bool:
    query = sql.SQL("update {} as t set {} where {} returning to_jsonb(t.*) -> {}").format(
        relation_name(table.relation),
        assign(column, value),
        matching(keys, row.values),
        sql.Literal(column),
    )
    try:
        changed = tried_together(connection, [query])[0].rows
    except psycopg.Error as error:
        # A foreign key refuses a value by itself that it takes together with its other column.
        return known and isinstance(error, psycopg.errors.ForeignKeyViolation)
    return bool(changed) and changed[0][0] != row.values.get(column)
