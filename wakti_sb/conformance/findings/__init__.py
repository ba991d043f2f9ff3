"""Findings: what is wrong, once each, with what reproduces it and what would close it."""

from __future__ import annotations

from .collect import collect, excuse
from .culprit import culprit, deciding
from .disagree import disagreements
from .reproduce import script
from .request import http_parts, http_text
from .static import check_names, static_findings

__all__ = [
    "check_names",
    "collect",
    "culprit",
    "deciding",
    "disagreements",
    "excuse",
    "http_parts",
    "http_text",
    "script",
    "static_findings",
]
