"""Attempts of the Data API: rows and functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from postgrest import CountMethod, ReturnMethod, SyncPostgrestClient
from supabase import Client

from ...spec import Relation
from ..catalog import Column, Table
from ..model import (
    NEW,
    Call,
    Delete,
    Insert,
    Outcome,
    Pairs,
    Request,
    Select,
    Update,
    Upsert,
    table_of,
)
from ..scenario import Scenario
from .effects import state
from .sql import told

_NUMBERS = ("smallint", "integer", "bigint")


class RowRequests:
    """Sends requests as the user of a client. They raise postgrest.APIError where it is refused."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._schemas: dict[tuple[Client, str], SyncPostgrestClient] = {}

    def select(self, client: Client, request: Select) -> Outcome:
        """Read rows."""
        columns = ",".join(request.columns)
        if request.join is not None:
            hint = f"!{request.join.name}" if request.join.name else ""
            parent = self._table(client, request.join.parent)
            answer = parent.select(f"{request.table.name}{hint}({columns})").execute()
            rows = [row for each in answer.data for row in _inner(each, request.table.name)]
            return self._read(request, rows)
        query = self._table(client, request.table)
        if request.count:
            counted = query.select(columns, count=CountMethod.exact, head=True).execute()
            count = counted.count or 0
            return Outcome("allowed" if count else "zero rows", count=count)
        built = _filtered(query.select(columns), request.where)
        if request.present is not None:
            built = built.not_.is_(request.present, "null")
        if request.order is not None:
            built = built.order(request.order)
        return self._read(request, built.execute().data)

    def call(self, client: Client, request: Call) -> Outcome:
        """Execute a function."""
        arguments = {
            name: _argument(value, type_)
            for (name, value), type_ in zip(request.arguments, request.types, strict=False)
        }
        schema = self._schema(client, request.function.schema)
        answer = json.dumps(schema.rpc(request.function.name, arguments).execute().data)
        rows = told(request, answer) if request.tells else frozenset({NEW})
        return Outcome("allowed" if rows else "zero rows", rows, 1, message=answer[:200])

    def write(self, client: Client, request: Request) -> int:
        """Send it without asking for rows back; how many rows the API says it has written."""
        asked: dict[str, Any] = {"returning": ReturnMethod.minimal, "count": CountMethod.exact}
        table = self._table(client, table_of(request))
        match request:
            case Insert(table=name, values=values):
                query = table.insert(self._json(name, values), **asked)
            case Upsert(table=name, values=values, key=key):
                rows = self._json(name, values)
                query = table.upsert(rows, on_conflict=",".join(key), **asked)
            case Update(table=name, values=values, where=where):
                query = table.update(self._json(name, values), **asked)
                query = self._aimed(query, name, where)
            case Delete(table=name, where=where):
                query = self._aimed(table.delete(**asked), name, where)
            case _:
                return 0
        return int(query.execute().count or 0)

    def _table(self, client: Client, table: Relation) -> Any:
        return self._schema(client, table.schema).table(table.name)

    def _schema(self, client: Client, name: str) -> SyncPostgrestClient:
        """What `client.schema` makes, once."""
        found = self._schemas.get((client, name))
        if found is None:
            found = self._schemas[client, name] = client.schema(name)
        return found

    def _read(self, request: Select, rows: list[Any]) -> Outcome:
        table = self.scenario.catalog.tables[request.table]
        key = table.primary_key
        names = key if key and set(key) <= set(request.columns) else request.columns
        keys = frozenset(state(rows, names))
        return Outcome("allowed" if keys else "zero rows", keys, len(rows))

    def _aimed(self, query: Any, table: Relation, where: Pairs) -> Any:
        """With a filter that every row passes if it has none: the platform refuses that (21000)."""
        if where:
            return _filtered(query, where)
        known = self.scenario.catalog.tables[table]
        if known.primary_key:
            return query.not_.is_(known.primary_key[0], "null")
        name = known.columns[0].name
        return query.or_(f"{name}.is.null,{name}.not.is.null")

    def _json(self, table: Relation, values: Pairs) -> dict[str, Any]:
        known: Table = self.scenario.catalog.tables[table]
        return {name: _value(known.column(name), value) for name, value in values}


def _filtered(query: Any, where: Pairs) -> Any:
    for name, value in where:
        query = query.is_(name, "null") if value is None else query.eq(name, value)
    return query


def _inner(row: Mapping[str, Any], name: str) -> list[Any]:
    found = row.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _value(column: Column | None, value: Any) -> Any:
    """A text as JSON of the column's type."""
    if column is None or value is None:
        return value
    if column.base in ("json", "jsonb"):
        return json.loads(value)
    if column.category == "A":
        return [part for part in value.strip("{}").replace('"', "").split(",") if part]
    return _argument(value, column.base)


def _argument(value: Any, type_: str) -> Any:
    if value is None:
        return None
    if type_ == "boolean":
        return value == "true"
    return int(value) if type_ in _NUMBERS else value
