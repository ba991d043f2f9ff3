"""Lint: row level security, migration safety, SQL style, and the edge functions' TypeScript."""

from __future__ import annotations

from wakti_sb.lint.database import DATABASE
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.groups import ABOUT, GROUPS, group_of
from wakti_sb.lint.rules import BY_SUPABASE_NAME, RULES
from wakti_sb.lint.run import Database, Report, lint

__all__ = [
    "ABOUT",
    "BY_SUPABASE_NAME",
    "DATABASE",
    "GROUPS",
    "RULES",
    "Database",
    "Finding",
    "Report",
    "group_of",
    "lint",
]
