"""What a column holds so that a condition of the model is met, or is not. Pure."""

from __future__ import annotations

from typing import Any

from ...spec import Condition
from ..catalog import Column, Table
from .checks import enumerated
from .samples import sample

# For `COLUMN <= now()`: dates that every type of date and time reads.
_PAST, _FUTURE = "2001-02-03", "2101-02-03"


def leads(condition: Condition, table: Table) -> bool:
    """Whether a condition asks for nothing but whether a row has a parent."""
    keys = {column for key in table.foreign_keys for column in key.columns}
    return condition.operator in ("null", "not null") and condition.column in keys


def value_that_meets(condition: Condition, column: Column, number: int, salt: str) -> Any:
    """A value with which the condition holds."""
    match condition.operator:
        case "true" | "false":
            return condition.operator
        case "null":
            return None
        case "not null":
            return sample(column, number, salt)
        case "past":
            return _PAST
        case _:
            return _literal(condition.value)


def value_that_fails(condition: Condition, column: Column, table: Table) -> Any:
    """A value with which it does not."""
    match condition.operator:
        case "true":
            return "false"
        case "false":
            return "true"
        case "null":
            return sample(column, 7)
        case "not null":
            return None
        case "past":
            return _FUTURE
    checks = tuple(c.expression for c in table.checks if column.name in c.columns)
    choices = enumerated(column, (*checks, *column.domain_checks))
    wanted = _literal(condition.value)
    if column.base == "boolean":
        return "false" if wanted == "true" else "true"
    return next((c for c in choices if c != wanted), sample(column, 7))


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
