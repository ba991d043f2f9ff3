"""The Supabase Python client over HTTP: what users really do, against any endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
from postgrest import APIError, CountMethod, ReturnMethod
from psycopg import Connection
from supabase import Client, ClientOptions, create_client

from ...errors import ConformanceError
from ...spec import Relation
from ...stack.endpoint import Endpoint
from ..cases import Attempt, Call, Delete, Insert, Request, Select, Update, Upsert
from ..cases.model import NEW
from ..cases.requests import Pairs, table_of, to_sql
from ..catalog import Column, Table
from ..scenario import Identity, Scenario
from .effects import State, changed, state
from .outcome import Outcome, refusal
from .restore import Restorer
from .sql import entered, told
from .tokens import access_token

_TIMEOUT = 30.0  # seconds; longer than any statement may run
_NUMBERS = ("smallint", "integer", "bigint")


class ClientTransport:
    """Attempts through the API; what they change is undone row by row.

    Parameters:
        endpoint: where the API answers.
        connection: autocommit, to the same database, as a role that sees everything.
        scenario: rows that are committed there.
    """

    name = "client"

    def __init__(self, endpoint: Endpoint, connection: Connection[Any], scenario: Scenario) -> None:
        self.endpoint = endpoint
        self.connection = connection
        self.scenario = scenario
        self.restorer = Restorer(connection, scenario)
        self._clients: dict[Identity, Client] = {}
        self._connections: list[httpx.Client] = []
        # One for all: to read the authorities takes longer than to try a case.
        self._trusted = httpx.create_ssl_context()

    def close(self) -> None:
        """Close the connections to the API."""
        for connection in self._connections:
            connection.close()

    def perform(self, attempt: Attempt) -> Outcome:
        """Do it, look what came of it, undo it."""
        request = attempt.request
        writes = not isinstance(request, Select | Call)
        for delete in attempt.arrange:
            self.connection.execute(to_sql(delete))
        before = self.restorer.read(table_of(request)) if writes else {}
        try:
            outcome = self._send(attempt, before)
        except APIError as error:
            code = str(error.code or "")
            outcome = entered(request, refusal(code, error.message or str(error)))
        except httpx.HTTPError as error:
            outcome = Outcome("error", message=f"no answer from the API: {error}")
        if attempt.arrange or (writes and outcome.kind == "allowed") or isinstance(request, Call):
            self.restorer.restore()
        return outcome

    def _send(self, attempt: Attempt, before: State) -> Outcome:
        client = self._client(attempt.who)
        request = attempt.request
        if isinstance(request, Select):
            return self._select(client, request)
        if isinstance(request, Call):
            return self._call(client, request)
        count = self._write(client, request)
        after = self.restorer.read(table_of(request))
        rows = changed(request, before, after, count)
        return Outcome("allowed" if rows else "zero rows", rows, len(rows))

    def _select(self, client: Client, request: Select) -> Outcome:
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

    def _read(self, request: Select, rows: list[Any]) -> Outcome:
        table = self.scenario.catalog.tables[request.table]
        key = table.primary_key
        names = key if key and set(key) <= set(request.columns) else request.columns
        keys = frozenset(state(rows, names))
        return Outcome("allowed" if keys else "zero rows", keys, len(rows))

    def _call(self, client: Client, request: Call) -> Outcome:
        arguments = {
            name: _argument(value, type_)
            for (name, value), type_ in zip(request.arguments, request.types, strict=False)
        }
        schema = client.schema(request.function.schema)
        answer = json.dumps(schema.rpc(request.function.name, arguments).execute().data)
        rows = told(request, answer) if request.tells else frozenset({NEW})
        return Outcome("allowed" if rows else "zero rows", rows, 1, message=answer[:200])

    def _write(self, client: Client, request: Request) -> int:
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
                query = _filtered(table.update(self._json(name, values), **asked), where)
            case Delete(where=where):
                query = _filtered(table.delete(**asked), where)
            case _:
                return 0
        return int(query.execute().count or 0)

    def _table(self, client: Client, table: Relation) -> Any:
        return client.schema(table.schema).table(table.name)

    def _json(self, table: Relation, values: Pairs) -> dict[str, Any]:
        known: Table = self.scenario.catalog.tables[table]
        return {name: _value(known.column(name), value) for name, value in values}

    def _client(self, who: Identity) -> Client:
        if who not in self._clients:
            self._clients[who] = self._connect(who)
        return self._clients[who]

    def _connect(self, who: Identity) -> Client:
        """A client as `who` would make it: the publishable key and the person's own token."""
        url, key = self.endpoint.api_url, self.endpoint.publishable_key
        headers: dict[str, str] = {}
        if who.role == "service_role" and who.user_id is None:
            key = self.endpoint.secret_key
        elif who.user_id is not None:
            headers["Authorization"] = f"Bearer {self._token(who)}"
        connection = httpx.Client(timeout=_TIMEOUT, verify=self._trusted)
        self._connections.append(connection)
        options = ClientOptions(
            auto_refresh_token=False,
            persist_session=False,
            headers=headers,
            httpx_client=connection,
        )
        return create_client(url, key, options)

    def _token(self, who: Identity) -> str:
        if self.endpoint.jwt_secret is None:
            raise ConformanceError(
                "the client transport has to sign tokens and this endpoint tells no JWT secret",
                remedy="give --jwt-secret, or run over SQL only",
            )
        issuer = f"{self.endpoint.api_url}/auth/v1"
        return access_token(who, self.endpoint.jwt_secret, issuer)


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
