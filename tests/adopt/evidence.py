"""What a database holds, in a form that can be compared before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

import psycopg
from psycopg import sql

TABLES = (
    "project_backends",
    "project_uploads",
    "project_form_submissions",
    "project_collections",
    "project_collection_schemas",
    "project_site_users",
)
Rows = dict[str, dict[str, Any]]


def everything(url: str, schema: str = "public") -> dict[str, Rows]:
    """Each table's rows by id."""
    return {table: rows_of(url, f"{schema}.{table}") for table in TABLES}


def rows_of(url: str, table: str) -> Rows:
    """A table's rows by id; none if it is not there."""
    with psycopg.connect(url) as connection:
        if connection.execute("select to_regclass(%s)", (table,)).fetchone() == (None,):
            return {}
        query = sql.SQL("select t.id::text, to_jsonb(t) from {} as t").format(
            sql.Identifier(*table.split("."))
        )
        return dict(connection.execute(query).fetchall())


def checksum(rows: Rows, columns: Collection[str], without: Collection[str] = ()) -> str:
    """One digest of these columns over all rows but some."""
    digest = hashlib.sha256()
    for row_id in sorted(rows.keys() - set(without)):
        values = [rows[row_id].get(column) for column in sorted(columns)]
        digest.update(json.dumps([row_id, values]).encode())
    return digest.hexdigest()
