"""The packaged suite: every action of the site API and every ownership rule, by everybody.

`run()` carries it out against any `Endpoint`, with URL and keys; the tests themselves are the
pytest modules in `checks/`.
"""

from __future__ import annotations

from .execute import run
from .model import Cell, Grid, Place, Report, Result, grids
from .probe import check
from .read_only import Look, read_only
from .redaction import HIDDEN, redaction
from .reports import as_json, html, junit, markdown, reason, summary, tables

__all__ = [
    "HIDDEN",
    "Cell",
    "Grid",
    "Look",
    "Place",
    "Report",
    "Result",
    "as_json",
    "check",
    "grids",
    "html",
    "junit",
    "markdown",
    "read_only",
    "reason",
    "redaction",
    "run",
    "summary",
    "tables",
]
