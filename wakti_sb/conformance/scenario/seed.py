"""Make a planned scenario real: rows that satisfy what the catalog demands of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from psycopg import Connection

from ..model import OBJECTS
from .alternatives import alternatives, rehearse
from .folders import ELSEWHERE, file_rows
from .insert import Inserter, pinned
from .model import Scenario
from .ordering import circles
from .reread import Reader

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
    circle = circles(catalog, dict.fromkeys(row.table for row in scenario.rows))
    waiting = [row for row in scenario.rows if row.table in circle]
    for row in scenario.rows:
        seeder.row(row, wait=any(row is not each for each in waiting))
        waiting = [each for each in waiting if each is not row]
    seeder.settle(circle)
    tables = tuple(dict.fromkeys(row.table for row in scenario.rows))
    found = reader.as_found(scenario, tables, _untested(scenario, seeder))
    if further is not None:
        further(seeder, found)
        found = reader.as_found(scenario, tables, _untested(scenario, seeder))
    files = list(file_rows(found))
    if files:
        seeder.bucket(ELSEWHERE)
    for row in files:
        seeder.row(row)
    views = tuple(v.table for v in scenario.spec.view if v.table in catalog.tables)
    for view in views:
        seeder.refresh(view)
    stored = (OBJECTS,) if OBJECTS in seeder.planned else ()
    everything = (*tables, *stored, *views)
    found = reader.as_found(scenario, everything, _untested(scenario, seeder))
    solved = {t: v for t in tables if (v := rehearse(seeder, found, catalog.tables[t]))}
    others = {t: alternatives(connection, found, catalog.tables[t]) for t in tables}
    return replace(found, solved=solved, alternatives=others, _index={})


def _untested(scenario: Scenario, seeder: Inserter) -> dict[str, str]:
    return {**scenario.untested, **seeder.untested}
