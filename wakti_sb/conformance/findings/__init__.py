"""Findings: what is wrong, once each, with what reproduces it and what would close it."""

from __future__ import annotations

from .causes import causes
from .collect import collect, excuse
from .culprit import culprit, deciding
from .disagree import disagreements
from .places import NOWHERE, Place, place_of, policy_lines
from .reproduce import script
from .request import http_parts, http_text
from .static import check_names, misnamed, static_findings

__all__ = [
    "NOWHERE",
    "Place",
    "causes",
    "check_names",
    "collect",
    "culprit",
    "deciding",
    "disagreements",
    "excuse",
    "http_parts",
    "http_text",
    "misnamed",
    "place_of",
    "policy_lines",
    "script",
    "static_findings",
]
