"""Which rows of a table with thousands are looked at: those that a run can have to do with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import sql

from ...spec import Relation
from ..catalog import ForeignKey
from ..model import USERS
from ..scenario import Scenario
from ..scenario.statements import text


def about_ours(scenario: Scenario, table: Relation) -> sql.Composed:
    """The condition of the seeded rows, and of any that belong to our people or under our rows.

    The others are no attempt's doing: a new row of ours, or in the name of one of ours, is seen.
    """
    known = scenario.catalog.tables[table]
    keys = scenario.key_columns(table)
    parts = [_is(keys, row.values) for row in scenario.of(table) if row.label]
    for name, values in _belonging(scenario, table).items():
        column = known.column(name)
        if column is not None and values:
            parts.append(
                sql.SQL("{} = any ({}::{}[])").format(
                    sql.Identifier(name), sql.Literal(sorted(values)), sql.SQL(column.type)
                )
            )
    return sql.SQL(" or ").join(parts) if parts else sql.SQL("{}").format(False)


def _belonging(scenario: Scenario, table: Relation) -> dict[str, set[str]]:
    """By column: the people of the run that it may name, or the keys of its rows."""
    found: dict[str, set[str]] = {}
    people = {who.user_id for who in scenario.identities if who.user_id is not None}
    owned = scenario.spec.entry(table)
    if owned is not None and owned.owner:
        found[owned.owner] = set(people)
    for key in scenario.catalog.tables[table].foreign_keys:
        for name, values in _parents(scenario, key, people):
            found.setdefault(name, set()).update(values)
    return found


def _parents(
    scenario: Scenario, key: ForeignKey, people: set[str]
) -> Iterable[tuple[str, set[str]]]:
    if key.table == USERS:
        return [(name, people) for name in key.columns]
    if scenario.spec.entry(key.table) is None:
        return []
    seeded = [row.values for row in scenario.of(key.table) if row.label]
    pairs = zip(key.columns, key.parent_columns, strict=True)
    return [(name, _texts(seeded, parent)) for name, parent in pairs]


def _texts(rows: Iterable[Mapping[str, Any]], column: str) -> set[str]:
    return {value for row in rows if (value := text(row.get(column))) is not None}


def _is(columns: tuple[str, ...], values: Mapping[str, Any]) -> sql.Composed:
    parts = (
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(text(values.get(column))))
        for column in columns
    )
    return sql.SQL("({})").format(sql.SQL(" and ").join(parts))
