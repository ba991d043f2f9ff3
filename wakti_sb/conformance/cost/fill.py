"""Fill the tables of a model: a statement a table, from the rows that were seeded.

Everything happens in a copy of the database that is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ...spec import Relation
from ..catalog import Column, ForeignKey, Table
from ..model import USERS
from ..scenario import Scenario, uuid_for
from ..scenario.insert import words_of
from ..scenario.ordering import insertion_order
from ..scenario.statements import matching, relation_name
from .numbering import Numbering

_ROWS_A_WORLD = 40
_FEWEST_WORLDS = 20
_TEMPLATES = 12  # rows of each table that the others are made after
_NUMBER = q.Identifier("wakti_n")
_FREE = {  # values of a type that differ for each n, beside that of a seeded row
    "uuid": "md5({salt} || n)::uuid",
    "integer": "1000000 + n",
    "bigint": "1000000 + n",
    "smallint": "(n % 32000)::smallint",
    "numeric": "n",
    "real": "n",
    "double precision": "n",
    "date": "seeded.{column} + n::integer",
    "timestamp without time zone": "seeded.{column} + n * interval '1 minute'",
    "timestamp with time zone": "seeded.{column} + n * interval '1 minute'",
}
_TEXT = (
    "case when seeded.{column} like '%@%' then 'w' || lpad(n::text, 7, '0') || '@example.com'"
    " when seeded.{column} like 'http%' then 'https://example.com/w' || lpad(n::text, 7, '0')"
    " else 'w' || lpad(n::text, 7, '0') end"
)


@dataclass
class Filler:
    """Fills one table after the other, parents first.

    Parameters:
        connection: in a transaction that holds the rows of `scenario`.
        rows: for each table.
        filled: how many each came to hold.
        unfilled: why a table could not be filled.
    """

    connection: Connection[Any]
    scenario: Scenario
    rows: int
    filled: dict[Relation, int] = field(default_factory=dict)
    unfilled: dict[str, str] = field(default_factory=dict)
    _staged: dict[Relation, int] = field(default_factory=dict)

    def run(self) -> None:
        """Fill all tables that the model describes or needs."""
        self.unfilled.update(self.scenario.untested)
        spec, catalog = self.scenario.spec, self.scenario.catalog
        self.numbering = Numbering(spec, catalog, max(self.rows // _ROWS_A_WORLD, _FEWEST_WORLDS))
        self._without_triggers()
        order = [catalog.tables[relation] for relation in insertion_order(spec, catalog)]
        each = any(self.numbering.one_each(table) for table in order)
        self._users(self.rows if each else self.numbering.worlds)
        for table in order:
            if str(table.relation) in self.unfilled:
                continue
            try:
                with self.connection.transaction():
                    self._table(table)
            except psycopg.Error as error:
                self.unfilled[str(table.relation)] = words_of(error)

    def _without_triggers(self) -> None:
        """Neither triggers nor checks of foreign keys, where the role may say so."""
        try:
            with self.connection.transaction():
                self.connection.execute("set local session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            return

    def _users(self, users: int) -> None:
        this, other = (who.user_id for who in self.scenario.identities[:2])
        stage = self._stage(USERS)
        query = q.SQL(
            "create temp table {} as select n as {}, case n when 1 then {} when 2 then {}"
            " else md5('wakti-cost-user-' || n) end::uuid as id from generate_series(1, {}) as n"
        ).format(stage, _NUMBER, q.Literal(this), q.Literal(other), q.Literal(users))
        self.connection.execute(query)
        fill = q.SQL(
            "insert into auth.users (id, aud, role, email)"
            " select id, 'authenticated', 'authenticated', id || '@example.com'"
            " from {} where {} > 2"
        ).format(stage, _NUMBER)
        try:
            with self.connection.transaction():
                self.connection.execute(fill)
        except psycopg.Error as error:
            self.unfilled[str(USERS)] = words_of(error)
        self._analyzed(stage)
        self._staged[USERS] = users

    def _table(self, table: Table) -> None:
        """The seeded rows are number 1 and 2, so that the people of the scenario have rows too."""
        stage, name = self._stage(table.relation), relation_name(table.relation)
        execute = self.connection.execute
        execute(
            q.SQL(
                "create temp table {} as select 0::bigint as {}, t.* from {} as t limit 0"
            ).format(stage, _NUMBER, name)
        )
        for number, label in ((1, "this"), (2, "other")):
            row = self.scenario.row(table.relation, label)
            if row is not None:
                keys = self.scenario.key_columns(table.relation)
                execute(
                    q.SQL("insert into {} select {}, t.* from {} as t where {} limit 1").format(
                        stage, q.Literal(number), name, matching(keys, row.values)
                    )
                )
        columns = [column for column in table.columns if not column.generated]
        listed = q.SQL(", ").join(q.Identifier(column.name) for column in columns)
        execute(self._made(table, columns, stage, listed))
        before = self._count(name)
        execute(
            q.SQL(
                "insert into {} ({}) overriding system value select {} from {} where {} > 2"
                " order by {} on conflict do nothing"
            ).format(name, listed, listed, stage, _NUMBER, _NUMBER)
        )
        after = self._count(name)
        if after - before < self._count(stage) - 2 and table.primary_key:
            same = q.SQL(" and ").join(
                q.SQL("t.{} = s.{}").format(q.Identifier(c), q.Identifier(c))
                for c in table.primary_key
            )
            execute(
                q.SQL("delete from {} as s where not exists (select from {} as t where {})").format(
                    stage, name, same
                )
            )
        self._analyzed(stage)
        self.filled[table.relation] = after
        self._staged[table.relation] = self._count(stage)

    def _made(
        self, table: Table, columns: list[Column], stage: q.Composable, listed: q.Composable
    ) -> q.Composed:
        """The statement that makes the rows of a table beside it."""
        values: dict[str, q.Composable] = {}
        joins: list[q.Composable] = []
        for number, key in enumerate(self.numbering.keys(table)):
            for name, value in self._pointing(table, key, number, joins):
                values.setdefault(name, value)
        for column in columns:
            if column.name not in values:
                values[column.name] = self._own(table, column)
        return q.SQL(
            "insert into {} ({}, {}) with seeds as materialized ("
            "select row_number() over () - 1 as wakti_i, t.* from {} as t limit {}),"
            " numbers as (select n, (n - 1) % {} + 1 as w, (n - 1) / {} as k"
            " from generate_series(3, {}) as n)"
            " select n, {} from numbers"
            " inner join seeds as seeded on seeded.wakti_i = n % (select count(*) from seeds) {}"
        ).format(
            stage,
            _NUMBER,
            listed,
            relation_name(table.relation),
            q.Literal(_TEMPLATES),
            q.Literal(self.numbering.worlds),
            q.Literal(self.numbering.worlds),
            q.Literal(self.rows),
            q.SQL(", ").join(values[column.name] for column in columns),
            q.SQL(" ").join(joins),
        )

    def _pointing(
        self, table: Table, key: ForeignKey, number: int, joins: list[q.Composable]
    ) -> Iterator[tuple[str, q.Composable]]:
        """What the columns of a key hold; where the seeded row points nowhere, none does."""
        if key.table == table.relation or key.table not in self._staged:
            return
        alias = q.Identifier(f"parent_{number}")
        joins.append(
            q.SQL("inner join {} as {} on {}.{} = {}").format(
                self._stage(key.table),
                alias,
                alias,
                _NUMBER,
                q.SQL(self.numbering.parent(table, key, self._staged[key.table])),
            )
        )
        for column, theirs in zip(key.columns, key.parent_columns, strict=True):
            known = table.column(column)
            if known is not None:
                yield (
                    column,
                    q.SQL("case when seeded.{} is not null then {}.{}::text::{} end").format(
                        q.Identifier(column),
                        alias,
                        q.Identifier(theirs),
                        q.SQL(known.type),  # format_type() has quoted it
                    ),
                )

    def _own(self, table: Table, column: Column) -> q.Composable:
        """A value as in a seeded row; another one for each row where it has to differ."""
        seeded = q.SQL("seeded.{}").format(q.Identifier(column.name))
        unique = any(column.name in each.columns for each in table.uniques)
        itself = any(column.name in key.columns for key in table.foreign_keys)
        if not unique or itself or column.labels:
            return seeded
        base = column.base.split("(")[0]
        text = _FREE.get(base) or (_TEXT if column.category == "S" else None)
        if text is None:
            return seeded
        salt = q.Literal(f"{table.relation}.{column.name}.")
        value: q.Composable = q.SQL(text).format(column=q.Identifier(column.name), salt=salt)
        if column.length is not None and column.category == "S":
            value = q.SQL("right({}, {})").format(value, q.Literal(column.length))
        return q.SQL("case when {} is not null then ({})::{} end").format(
            seeded, value, q.SQL(column.type)
        )

    def _stage(self, relation: Relation) -> q.Identifier:
        return q.Identifier("pg_temp", f"wakti_{uuid_for('stage', relation)}")

    def _count(self, name: q.Composable) -> int:
        row = self.connection.execute(q.SQL("select count(*) from {}").format(name)).fetchone()
        return int(row[0]) if row is not None else 0

    def _analyzed(self, stage: q.Composable) -> None:
        self.connection.execute(q.SQL("analyze {}").format(stage))
