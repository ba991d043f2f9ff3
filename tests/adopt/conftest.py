"""A live project of the first release, in a database of its own."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.adopt import rows

SCHEMA = Path(__file__).with_name("first_release.sql")


@pytest.fixture
def first_release(empty_database: str) -> str:
    """URL of a database with the first release's schema and no rows."""
    with psycopg.connect(empty_database) as connection:
        connection.execute(SCHEMA.read_bytes())
    return empty_database


@pytest.fixture
def live_project(first_release: str) -> str:
    """URL of a database with the first release's schema and all rows, sound and wrong."""
    with psycopg.connect(first_release) as connection:
        rows.fill(connection)
    return first_release
