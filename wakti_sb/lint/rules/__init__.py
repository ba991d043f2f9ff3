"""The rules of our own, over what all migrations together leave behind.

A table, policy or function is judged as the last migration left it: what a later one mends is no
longer a finding, and what was released wrong stays one until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakti_sb.lint.catalog import Catalog
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.rules import (
    functions,
    openings,
    policies,
    roles,
    storage,
    tables,
    tenants,
    views,
)
from wakti_sb.lint.rules.registry import BY_SUPABASE_NAME, RULES
from wakti_sb.spec import Spec

__all__ = ["BY_SUPABASE_NAME", "RULES", "judge"]


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    yield from tables.judge(catalog, spec)
    yield from policies.judge(catalog)
    yield from openings.judge(catalog, spec)
    yield from tenants.judge(catalog, spec)
    yield from views.judge(catalog, spec)
    yield from functions.judge(catalog, spec)
    yield from storage.judge(catalog)
    yield from roles.judge(catalog, spec)
