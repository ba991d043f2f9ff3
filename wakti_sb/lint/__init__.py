"""Lint: SQL style, migration safety, row level security, and the edge functions' TypeScript."""

from __future__ import annotations

from wakti_sb.lint.finding import Finding
from wakti_sb.lint.rules import RULES
from wakti_sb.lint.run import Report, lint

__all__ = ["RULES", "Finding", "Report", "lint"]
