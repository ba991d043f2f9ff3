"""Reads back what became of planned rows, and what else is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection, sql

from ...spec import Relation
from ..catalog import Catalog
from ..model import Identity
from .label import labelled
from .model import Row, Scenario
from .shown import shown_of_ours, shown_to
from .statements import relation_name

MOST_ROWS = 2000  # of a table that holds data already; beyond, only ours are looked at


@dataclass(frozen=True)
class Reader:
    """Reads the tables of a scenario; `planned` are the rows that were inserted."""

    connection: Connection[Any]
    catalog: Catalog
    planned: dict[Relation, list[tuple[Row, dict[str, Any]]]]

    def as_found(
        self, scenario: Scenario, tables: Sequence[Relation], untested: dict[str, str]
    ) -> Scenario:
        """The scenario with the rows that are really there."""
        by_table = {table: list(self.read(table, scenario.identities)) for table in tables}
        rows = [row for found in by_table.values() for row in found]
        partial = frozenset(t for t, found in by_table.items() if len(found) >= MOST_ROWS)
        found = replace(
            scenario,
            rows=tuple(rows),
            untested=untested,
            partial=partial,
            _index={},
        )
        taken: set[tuple[str, str | None]] = set()
        shown: list[Row] = []
        for row in rows:
            named = labelled(found, row) if row.label is None else row
            if (named.table, named.label) in taken:
                named = replace(named, label=None)
            if named.label is not None:
                taken.add((named.table, named.label))
            shown.append(named)
        return replace(found, rows=tuple(shown), _index={})

    def read(self, table: Relation, people: Sequence[Identity]) -> Iterator[Row]:
        """The rows of a table as they are now; planned ones first, in order and with their label.

        A view may ask who is there: it is read once for each of `people`.
        """
        known = self.catalog.tables[table]
        planned = self.planned.get(table, [])
        keys = known.primary_key or tuple(column.name for column in known.columns)
        labels = {_key(made, keys): row for row, made in planned}
        query = sql.SQL("select to_jsonb(t.*) from {} as t limit %s").format(relation_name(table))
        rows = [row[0] for row in self.connection.execute(query, (MOST_ROWS,))]
        if known.is_view and len(rows) >= MOST_ROWS:
            rows.extend(shown_of_ours(self.connection, table, self._marks(), rows))
        elif known.kind == "v":
            rows.extend(shown_to(self.connection, known, people, rows, MOST_ROWS))
        missing = set(labels) - {_key(values, keys) for values in rows}
        rows.extend(made for _, made in planned if _key(made, keys) in missing)
        # A table has no order of its own: where a row lies depends on what was there before.
        order = {key: number for number, key in enumerate(labels)}
        for values in sorted(rows, key=lambda v: order.get(_key(v, keys), len(order))):
            row = labels.get(_key(values, keys))
            if row is None:
                yield Row(table, values)
            else:
                yield replace(row, values=values)

    def _marks(self) -> list[str]:
        """The keys of the rows that were planned."""
        keys = self.catalog.tables
        planned = (
            (keys[t].primary_key, made) for t, rows in self.planned.items() for _, made in rows
        )
        return sorted({str(made[column]) for names, made in planned for column in names})


def _key(values: Any, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(values.get(column)) for column in columns)
