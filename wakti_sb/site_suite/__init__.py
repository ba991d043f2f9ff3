"""The packaged suite: every action of the site API and every ownership rule, by everybody.

`run()` carries it out against any `Endpoint`, with URL and keys; the tests themselves are the
pytest modules in `checks/`.
"""

from __future__ import annotations

from .execute import run
from .model import Place, Report, Result
from .probe import check, workers_for
from .read_only import Look, read_only
from .redaction import HIDDEN, redaction

__all__ = [
    "HIDDEN",
    "Look",
    "Place",
    "Report",
    "Result",
    "check",
    "read_only",
    "redaction",
    "run",
    "workers_for",
]
