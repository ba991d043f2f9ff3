"""A script that shows a finding on an empty copy of the schema and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator

from psycopg import sql

from ...spec import Relation
from ..cases import to_sql
from ..model import USERS, Attempt, Call, table_of
from ..scenario import Row, Scenario
from ..scenario.statements import text


def script(scenario: Scenario, attempt: Attempt) -> str:
    """The statements, to be run as postgres: seed, become somebody, try, roll back."""
    needed = _needed(scenario, attempt)
    lines = [
        "begin;",
        *_users(scenario, needed, attempt),
        *(_insert(scenario, row) for row in needed),
    ]
    lines.extend(f"{to_sql(delete)};" for delete in attempt.arrange)
    claims = json.dumps(attempt.who.token)
    lines.append(f"select {_set('role', attempt.who.role)}, {_set('request.jwt.claims', claims)};")
    lines.extend(f"select {_set(name, value)};" for name, value in attempt.settings)
    lines.append(f"{to_sql(attempt.request)};")
    lines.append("rollback;")
    return "\n".join(lines)


def _set(name: str, value: str) -> str:
    return f"set_config({_literal(name)}, {_literal(value)}, true)"


def _needed(scenario: Scenario, attempt: Attempt) -> list[Row]:
    """The planned rows of the request's table and of every table that one of them leads to."""
    request = attempt.request
    start = table_of(request)
    tables: set[Relation] = set()
    todo = [start]
    if isinstance(request, Call) or scenario.catalog.tables[start].is_view:
        todo = [row.table for row in scenario.rows]
    for bucket in scenario.spec.bucket:
        todo.extend(s.relation for path in bucket.paths for s in path if s.kind == "row")
    while todo:
        name = todo.pop()
        table = scenario.catalog.tables.get(name)
        if name in tables or table is None or table.is_view:
            continue
        tables.add(name)
        todo.extend(key.table for key in table.foreign_keys)
        entry = scenario.spec.entry(name)
        paths = scenario.spec.memberships(entry) if entry is not None else ()
        todo.extend(path.members.table for path in paths)
    return [row for row in scenario.rows if row.label and row.table in tables]


def _users(scenario: Scenario, rows: list[Row], attempt: Attempt) -> Iterator[str]:
    ids = {who.user_id: who for who in scenario.identities if who.user_id}
    used = {str(v) for row in rows for v in row.values.values()}
    if isinstance(attempt.request, Call):
        used |= {str(v) for each in attempt.request.others for _, v in each.where}
    values = ", ".join(f"({_literal(i)}, {_literal(f'{i}@example.com')})" for i in ids if i in used)
    if values:
        yield f"insert into {USERS} (id, email) values {values};"  # noqa: S608  (quoted above)


def _insert(scenario: Scenario, row: Row) -> str:
    """Without what the database fills in by itself: times would differ from run to run."""
    values = {}
    for column in scenario.catalog.tables[row.table].columns:
        value = row.values.get(column.name)
        filled = column.generated or (column.default is not None and "now()" in column.default)
        if value is not None and not filled:
            values[column.name] = text(value)
    return (
        sql.SQL("insert into {} ({}) overriding system value values ({}) on conflict do nothing;")
        .format(
            sql.Identifier(row.table.schema, row.table.name),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Literal, values.values())),
        )
        .as_string(None)
    )


def _literal(value: str) -> str:
    return sql.Literal(value).as_string(None)
