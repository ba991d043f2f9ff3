"""Put seeded rows back as they were after a request that was really carried out."""

from __future__ import annotations

import json
from typing import Any

from psycopg import Connection, sql

from ...spec import Relation
from ..catalog import USERS, Table
from ..scenario import Scenario
from .effects import State, state

_PASSES = 3  # a trigger may answer a repair with a row of its own


class Restorer:
    """Remembers the seeded tables and repairs them.

    Parameters:
        connection: autocommit, as a role that bypasses row level security.
        scenario: what was seeded.
    """

    def __init__(self, connection: Connection[Any], scenario: Scenario) -> None:
        self.connection = connection
        self.scenario = scenario
        tables = dict.fromkeys(row.table for row in scenario.rows)
        catalog = scenario.catalog.tables
        self.tables = tuple(t for t in tables if not catalog[t].is_view)
        self.snapshot = {table: self.read(table) for table in self.tables}

    def read(self, table: Relation) -> State:
        """The rows of a table by their key."""
        query = sql.SQL("select to_jsonb(t.*) from {} as t").format(_name(table))
        rows = (row[0] for row in self.connection.execute(query))
        return state(rows, self.scenario.key_columns(table))

    def restore(self) -> None:
        """Remove what is new, bring back what is gone, undo what has changed."""
        for _ in range(_PASSES):
            if not self._once():
                return
        # A value that a trigger always renews (updated_at) cannot be put back: it is the new state.
        self.snapshot = {table: self.read(table) for table in self.tables}

    def remove(self) -> None:
        """Take away everything that was seeded, and what came with it."""
        ids = [who.user_id for who in self.scenario.identities if who.user_id is not None]
        with self.connection.transaction():
            self.connection.execute("set local storage.allow_delete_query = 'true'")
            for table in reversed(self.tables):
                planned = [row for row in self.scenario.of(table) if row.label is not None]
                for row in planned:
                    self._delete(table, row.values)
            query = sql.SQL("delete from {} where id = any (%s)").format(_name(USERS))
            self.connection.execute(query, (ids,))

    def _once(self) -> bool:
        """One pass; whether anything had to be done."""
        current = {table: self.read(table) for table in self.tables}
        if current == self.snapshot:
            return False
        with self.connection.transaction():
            self.connection.execute("set local storage.allow_delete_query = 'true'")
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
        return True

    def _delete(self, table: Relation, row: Any) -> None:
        columns = self.scenario.key_columns(table)
        query = sql.SQL("delete from {} as t where {}").format(_name(table), _where(columns))
        key = json.dumps({column: row.get(column) for column in columns})
        self.connection.execute(query, (key,) * len(columns))

    def _insert(self, table: Table, row: Any) -> None:
        columns = _columns(table)
        query = sql.SQL(
            "insert into {0} ({1}) overriding system value"
            " select {1} from jsonb_populate_record(null::{0}, %s) on conflict do nothing"
        ).format(_name(table.relation), columns)
        self.connection.execute(query, (json.dumps(row),))

    def _update(self, table: Table, row: Any) -> None:
        keys = self.scenario.key_columns(table.relation)
        query = sql.SQL(
            "update {0} as t set ({1}) = (select {1} from jsonb_populate_record(null::{0}, %s))"
            " where {2}"
        ).format(_name(table.relation), _columns(table, identity=False), _where(keys))
        key = json.dumps({column: row.get(column) for column in keys})
        self.connection.execute(query, (json.dumps(row), *(key,) * len(keys)))


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


def _name(table: Relation) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)
