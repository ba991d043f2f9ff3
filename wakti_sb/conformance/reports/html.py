"""One self-contained page: the matrix as its picture, each cell with what is behind it. Pure."""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from ..cases import to_sql
from ..findings import Report, http_text
from ..judge import Verdict
from .matrix import OPERATIONS, Cell, cells

_COLOURS = {"passed": "good", "failed": "bad", "unproven": "open"}
_SIGNS = {"passed": "✓", "failed": "✗", "unproven": "?"}


def html(report: Report) -> str:
    """The page's text; it loads nothing from anywhere."""
    found = cells(report.verdicts)
    by_key = {(cell.object, cell.identity, cell.operation): cell for cell in found}
    operations = [o for o in OPERATIONS if any(cell.operation == o for cell in found)]
    rows: list[dict[str, Any]] = []
    for name, who in dict.fromkeys((cell.object, cell.identity) for cell in found):
        first = not any(row["object"] == name for row in rows)
        line = [by_key.get((name, who, operation)) for operation in operations]
        numbered = [
            cell and _cell(cell, f"c{len(rows)}-{number}") for number, cell in enumerate(line)
        ]
        rows.append({"object": name, "identity": who, "first": first, "cells": numbered})
    text = resources.files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return page.from_string(text).render(report=report, operations=operations, rows=rows)


def _cell(cell: Cell, anchor: str) -> dict[str, Any]:
    return {
        "anchor": anchor,
        "operation": cell.operation,
        "sign": cell.sign,
        "word": "may" if cell.allowed else "no",
        "colour": _COLOURS[cell.status],
        "cases": [_case(verdict) for verdict in cell.verdicts],
    }


def _case(verdict: Verdict) -> dict[str, Any]:
    case = verdict.case
    return {
        "id": case.id,
        "status": verdict.status,
        "sign": _SIGNS[verdict.status],
        "colour": _COLOURS[verdict.status],
        "transport": verdict.transport,
        "reason": verdict.reason,
        "why": case.why,
        "policy": verdict.decided_by,
        "request": http_text(case.attempt),
        "sql": to_sql(case.attempt.request),
    }
