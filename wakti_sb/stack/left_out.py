"""The statements that were left out of a stack's database, and what that means. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wakti_sb.events import LeftOut


def as_json(left_out: Iterable[LeftOut]) -> list[dict[str, Any]]:
    """The statements that were left out, for a machine. Pure."""
    return [
        {
            "place": f"{one.file}:{one.line}",
            "statement": one.statement,
            "extension": one.extension,
            "reason": one.reason,
            "concerns": list(one.concerns),
        }
        for one in left_out
    ]


def reasons(left_out: Iterable[LeftOut]) -> dict[str, str]:
    """What is missing or not as it should be, and why. Pure."""
    found: dict[str, str] = {}
    for one in left_out:
        reason = f"needs {one.extension}: {one.file}:{one.line} was left out"
        found |= {name: reason for name in one.concerns if name not in found}
    return found
