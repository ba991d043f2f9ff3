"""The SQL of adopting: one statement a file.

A finder answers with one row for each problem: id, kind, what is wrong, what `keep` and what
`quarantine` would do. `{table}` and `{owner}` stand for the names of a table and its owner column.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> bytes:
    """The statement in `name`.sql."""
    return (Path(__file__).parent / f"{name}.sql").read_bytes()
