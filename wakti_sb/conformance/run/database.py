"""Connections whose refusal reads as one sentence."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Connection

from ...errors import ConformanceError
from ...migrate.connection import parts_of, reason_of


def connect(db_url: str, *, autocommit: bool = False) -> Connection[Any]:
    """A connection. Raise ConformanceError if the database does not answer."""
    parts = parts_of(db_url)
    try:
        return psycopg.connect(db_url, connect_timeout=10, autocommit=autocommit)
    except psycopg.Error as error:
        raise ConformanceError(
            f"the database does not answer: {reason_of(error)}",
            place=f"{parts.get('host', 'the local socket')}:{parts.get('port', 5432)}",
            remedy="check --db-url, or bring the stack up with: wakti-sb up",
        ) from None
