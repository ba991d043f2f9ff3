"""The stack that all tests of a run share: a reset keeps the people of the tests."""

from __future__ import annotations

import json
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from wakti_sb.pytest_plugin.people import ADDRESSES
from wakti_sb.stack import EmbeddedStack, Endpoint

# In the order in which one refers to another. What the database generates is left to it.
_TABLES: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("users", "id"),
    ("identities", "user_id"),
    ("sessions", "user_id"),
    ("refresh_tokens", "user_id"),
)
_COLUMNS = """
select a.attname
from pg_attribute as a
left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = %s::regclass
  and a.attnum > 0
  and not a.attisdropped
  and a.attgenerated = ''
  and a.attidentity = ''
  and coalesce(pg_get_expr(d.adbin, d.adrelid), '') not like 'nextval(%%'
order by a.attnum
"""


class SharedStack(EmbeddedStack):
    """A stack whose people are signed in for the length of the run."""

    def reset(self) -> Endpoint:
        """A clean database with every migration applied, no files, and the people of the tests.

        Their rows come back as they were, so triggers on `auth.users` run for them again; what
        they had written is gone.

        Raise StackError if the stack is down.
        """
        database = self.endpoint().database
        with psycopg.connect(database) as connection:
            people = {table: _rows(connection, table, key) for table, key in _TABLES}
        endpoint = super().reset()
        with psycopg.connect(database) as connection:
            for table, rows in people.items():
                _put_back(connection, table, rows)
        return endpoint


def _rows(
    connection: psycopg.Connection[Any], table: LiteralString, key: LiteralString
) -> list[Any]:
    statement = sql.SQL(
        "select to_jsonb(row) from auth.{table} as row where row.{key}::text in"
        " (select id::text from auth.users where email like %s)"
    ).format(table=sql.Identifier(table), key=sql.Identifier(key))
    return [row for (row,) in connection.execute(statement, [ADDRESSES])]


def _put_back(connection: psycopg.Connection[Any], table: LiteralString, rows: list[Any]) -> None:
    found = connection.execute(_COLUMNS, [f"auth.{table}"]).fetchall()
    columns = sql.SQL(", ").join(sql.Identifier(name) for (name,) in found)
    statement = sql.SQL(
        "insert into auth.{table} ({columns})"
        " select {columns} from jsonb_populate_recordset(null::auth.{table}, %s)"
        " on conflict do nothing"
    ).format(table=sql.Identifier(table), columns=columns)
    connection.execute(statement, [json.dumps(rows)])
