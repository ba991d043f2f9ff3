"""The catalog of a database, read after its migrations."""

from __future__ import annotations

from .model import (
    Argument,
    Bucket,
    Catalog,
    Check,
    Column,
    ForeignKey,
    Function,
    Helper,
    Partition,
    Policy,
    Role,
    Rule,
    Table,
    Unique,
)
from .read import read_catalog

__all__ = [
    "Argument",
    "Bucket",
    "Catalog",
    "Check",
    "Column",
    "ForeignKey",
    "Function",
    "Helper",
    "Partition",
    "Policy",
    "Role",
    "Rule",
    "Table",
    "Unique",
    "read_catalog",
]
