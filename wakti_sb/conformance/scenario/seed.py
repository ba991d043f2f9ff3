"""Make a planned scenario real: rows that satisfy what the catalog demands of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from psycopg import Connection

from ...spec import Relation
from ..model import ELSEWHERE, MESSAGES, OBJECTS
from .alternatives import alternatives, rehearse
from .folders import file_rows
from .hook import as_hooked, hooked
from .insert import Inserter, pinned
from .model import Scenario
from .ordering import circles
from .reread import Reader
from .topics import message_rows

Further = Callable[[Inserter, Scenario], None]


def seed(
    connection: Connection[Any], scenario: Scenario, further: Further | None = None
) -> Scenario:
    """Insert the rows of `scenario` and read back what became of them.

    `further` may insert rows beside the planned ones. The caller decides whether the transaction is
    committed. A table whose rows cannot be made is named in `untested` with the database's own
    words.
    """
    catalog = scenario.catalog
    seeder = Inserter(connection, catalog, scenario.salt, pinned(scenario.spec))
    reader = Reader(connection, catalog, seeder.planned)
    seeder.users(scenario.identities)
    if any(row.table == OBJECTS for row in scenario.rows):
        seeder.bucket(ELSEWHERE)
    circle = circles(catalog, dict.fromkeys(row.table for row in scenario.rows))
    waiting = [row for row in scenario.rows if row.table in circle]
    for row in scenario.rows:
        seeder.row(row, wait=any(row is not each for each in waiting))
        waiting = [each for each in waiting if each is not row]
    seeder.settle(circle)
    tables = tuple(dict.fromkeys(row.table for row in scenario.rows))
    found = hooked(connection, reader.as_found(scenario, tables, _untested(scenario, seeder)))
    scenario = replace(scenario, identities=found.identities, untested=found.untested)
    found = _completed(found, scenario, tables)
    if further is not None:
        further(seeder, found)
        found = reader.as_found(scenario, tables, _untested(scenario, seeder))
        found = _completed(found, scenario, tables)
    files = list(file_rows(found))
    if files:
        seeder.bucket(ELSEWHERE)
    for row in (*files, *message_rows(found)):
        seeder.row(row)
    views = tuple(v.table for v in scenario.spec.view if v.table in catalog.tables)
    for view in views:
        seeder.refresh(view)
    stored = tuple(table for table in (OBJECTS, MESSAGES) if table in seeder.planned)
    everything = (*tables, *stored, *views)
    found = reader.as_found(scenario, everything, _untested(scenario, seeder))
    found = _completed(found, scenario, tables)
    solved = {t: v for t in tables if (v := rehearse(seeder, found, catalog.tables[t]))}
    others = {t: alternatives(connection, found, catalog.tables[t]) for t in tables}
    asked = {table: tuple(values) for table, values in seeder.further.items()}
    return replace(found, solved=solved, alternatives=others, further=asked, _index={})


def _untested(scenario: Scenario, seeder: Inserter) -> dict[str, str]:
    return {**scenario.untested, **seeder.untested}


def _completed(found: Scenario, scenario: Scenario, tables: tuple[Relation, ...]) -> Scenario:
    """What was found, with the claims of the access token hook and all that is untested."""
    found = as_hooked(found, scenario)
    return replace(found, untested={**_without_owners_row(found, tables), **found.untested})


def _without_owners_row(found: Scenario, tables: tuple[Relation, ...]) -> dict[str, str]:
    """Described tables whose cases have no row to stand on: a later row took its place."""
    return {
        str(table): "the owner's row did not stay as it was planned"
        for table in tables
        if found.spec.entry(table) is not None
        and found.spec.members_in(table) is None
        and found.row(table, "this") is None
    }
