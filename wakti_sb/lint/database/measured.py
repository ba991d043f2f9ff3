"""The lints that ask a database: use, size, versions, queues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg import Connection

from wakti_sb.lint.database.observed import DATABASE, PLATFORM
from wakti_sb.lint.finding import Finding
from wakti_sb.spec import Spec

_QUERY = Path(__file__).with_name("measured.sql")


def measured(connection: Connection[Any], spec: Spec, *, used: bool) -> Iterator[Finding]:
    """What a database tells.

    Parameters:
        used: whether it has seen work: in one that was just made no index is used, and nobody asks.
    """
    given = {"platform": list(PLATFORM), "schemas": list(spec.project.schemas)}
    query = _QUERY.read_text("utf-8")
    for rule, message, remedy in connection.execute(query, given):
        if used or rule != "unused_index":
            yield Finding(rule, DATABASE, 1, 1, message, remedy)
