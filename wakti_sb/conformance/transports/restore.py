"""Put seeded rows back as they were after a request that was really carried out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import Connection, sql

from ...spec import Relation
from ..catalog import Table
from ..model import OBJECTS
from ..scenario import Scenario
from ..scenario.statements import relation_name
from .effects import State, state

_PASSES = 3  # a trigger may answer a repair with a row of its own
# Each transaction that writes gets a number, and a snapshot tells which have ended. The whole
# of it is compared: a long one may end after younger ones without moving the highest number.
_MOMENT = "select pg_current_snapshot()::text"


class Restorer:
    """Remembers the seeded tables and repairs them; files are the store's.

    Parameters:
        connection: autocommit, as a role that bypasses row level security.
        scenario: what was seeded.
    """

    def __init__(self, connection: Connection[Any], scenario: Scenario) -> None:
        self.connection = connection
        self.scenario = scenario
        tables = dict.fromkeys(row.table for row in scenario.rows)
        catalog = scenario.catalog.tables
        self.tables = tuple(t for t in tables if not catalog[t].is_view and t != OBJECTS)
        self._every_row = _every_row(connection, self.tables)
        self._read_at = self._seen_at = ""
        self._told: dict[Relation, tuple[str, State]] = {}
        self.snapshot: Mapping[Relation, State] = self.read_all()
        self._seen_at = self._read_at

    def read(self, table: Relation) -> State:
        """The rows of a table by their key."""
        query = sql.SQL("select to_jsonb(t.*) from {} as t").format(relation_name(table))
        rows = (row[0] for row in self.connection.execute(query))
        return state(rows, self.scenario.key_columns(table))

    def read_all(self) -> dict[Relation, State]:
        """The same of every table, in one round trip."""
        return self._understood(self.connection.execute(self._every_row))

    def _understood(self, told: Iterable[tuple[str, str]]) -> dict[Relation, State]:
        """The rows of every table; what is as it was when it was last read is not taken apart."""
        texts = dict(told)
        self._read_at = texts.pop("")
        for table in self.tables:
            text = texts[str(table)]
            if table not in self._told or self._told[table][0] != text:
                self._told[table] = text, state(json.loads(text), self.scenario.key_columns(table))
        return {table: self._told[table][1] for table in self.tables}

    def restore(self, now: Mapping[Relation, State] | None = None) -> bool:
        """Remove what is new, bring back what is gone, undo what has changed; whether it had to.

        Parameters:
            now: what `read_all` has just told, if somebody has asked it.
        """
        if now is None and self.untouched():
            return False
        current: Mapping[Relation, State] = self.read_all() if now is None else now
        for number in range(_PASSES):
            if current == self.snapshot:
                self._seen_at = self._read_at
                return number > 0
            current = self._repaired(current)
        # A value that a trigger always renews (updated_at) cannot be put back: it is the new state.
        self.snapshot = current
        self._seen_at = self._read_at
        return True

    def untouched(self) -> bool:
        """Whether no transaction has written since the rows were last seen to be as seeded.

        One that has written need not have changed a row of the run: False proves nothing.
        """
        row = self.connection.execute(_MOMENT).fetchone()
        return row is not None and row[0] == self._seen_at

    def _repaired(self, current: Mapping[Relation, State]) -> Mapping[Relation, State]:
        """Every table after its repair, in one round trip."""
        with self.connection.pipeline():
            with self.connection.transaction():
                self._repair(current)
            told = self.connection.execute(self._every_row)
            return self._understood(told)

    def _repair(self, current: Mapping[Relation, State]) -> None:
        for table in reversed(self.tables):
            for key in set(current[table]) - set(self.snapshot[table]):
                self._delete(table, current[table][key])
        for table in self.tables:
            known = self.scenario.catalog.tables[table]
            for key, row in self.snapshot[table].items():
                if key in current[table] and current[table][key] != row:
                    self._update(known, row)
            # Last, when no changed row holds the unique key of one that is gone.
            for key, row in self.snapshot[table].items():
                if key not in current[table]:
                    self._insert(known, row)

    def _delete(self, table: Relation, row: Any) -> None:
        columns = self.scenario.key_columns(table)
        query = sql.SQL("delete from {} as t where {}").format(
            relation_name(table), _where(columns)
        )
        key = json.dumps({column: row.get(column) for column in columns})
        self.connection.execute(query, (key,) * len(columns))

    def _insert(self, table: Table, row: Any) -> None:
        columns = _columns(table)
        query = sql.SQL(
            "insert into {0} ({1}) overriding system value"
            " select {1} from jsonb_populate_record(null::{0}, %s) on conflict do nothing"
        ).format(relation_name(table.relation), columns)
        self.connection.execute(query, (json.dumps(row),))

    def _update(self, table: Table, row: Any) -> None:
        keys = self.scenario.key_columns(table.relation)
        query = sql.SQL(
            "update {0} as t set ({1}) = (select {1} from jsonb_populate_record(null::{0}, %s))"
            " where {2}"
        ).format(relation_name(table.relation), _columns(table, identity=False), _where(keys))
        key = json.dumps({column: row.get(column) for column in keys})
        self.connection.execute(query, (json.dumps(row), *(key,) * len(keys)))


def _every_row(connection: Connection[Any], tables: Sequence[Relation]) -> str:
    """The rows of each table as one text with its name, and with none the moment they are of.

    The rows have an order, so that the same rows make the same text.
    """
    parts = (
        sql.SQL(
            "select {}, coalesce(jsonb_agg(r order by r), '[]')::text"
            " from (select to_jsonb(t) as r from {} as t) as each"
        ).format(sql.Literal(table), relation_name(table))
        for table in tables
    )
    moment = sql.SQL("select '', pg_current_snapshot()::text")
    return sql.SQL(" union all ").join((moment, *parts)).as_string(connection)


def _columns(table: Table, *, identity: bool = True) -> sql.Composable:
    names = (
        column.name
        for column in table.columns
        if not column.generated and (identity or column.identity != "a")
    )
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _where(columns: tuple[str, ...]) -> sql.Composable:
    parts = (
        sql.SQL("to_jsonb(t.{}) = %s::jsonb -> {}").format(
            sql.Identifier(column), sql.Literal(column)
        )
        for column in columns
    )
    return sql.SQL(" and ").join(parts)
