"""The SQL that backups need: one statement a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> bytes:
    """The statement in `name`.sql."""
    return (Path(__file__).parent / f"{name}.sql").read_bytes()
