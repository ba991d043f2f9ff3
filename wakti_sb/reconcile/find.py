"""Looks for leftovers in a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import errors

from wakti_sb.errors import EnvironmentProblem
from wakti_sb.reconcile.leftover import Leftover

_QUERY = Path(__file__).with_name("find.sql").read_text("utf-8")
_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def find(
    connection: psycopg.Connection[tuple[object, ...]],
    bucket: str,
    paths: Sequence[str] | None = None,
) -> list[Leftover]:
    """The leftovers in a bucket, all or those at some paths.

    Raise EnvironmentProblem where the database has none of this backend's tables.
    """
    given = {"bucket": bucket, "paths": list(paths) if paths is not None else None, "id": _ID}
    try:
        rows = connection.execute(_QUERY, given).fetchall()
    except (errors.UndefinedTable, errors.UndefinedColumn) as error:
        raise EnvironmentProblem(
            "this database does not have the backend's tables.",
            place=connection.info.dbname,
            remedy="Apply the migrations first: wakti-sb migrate",
        ) from error
    return [Leftover(*row) for row in rows]  # type: ignore[arg-type]  # a row's columns are of any type
