"""Policies."""

from __future__ import annotations

from typing import Any

from wakti_sb.lint.catalog import Catalog, Policy, Source, Table
from wakti_sb.lint.finding import Place
from wakti_sb.lint.replay.names import relation, roles
from wakti_sb.lint.tree import ast


def apply(node: Any, place: Place, source: Source, catalog: Catalog) -> None:
    """Follow a statement that makes or changes a policy."""
    name = relation(node.table)
    # A policy may stand on a table that the platform made (storage.objects).
    table = catalog.tables.get(name) or catalog.platform_tables.setdefault(name, Table(place))
    before = table.policies.get(node.policy_name)
    if isinstance(node, ast.CreatePolicyStmt) or before is None:
        table.policies[node.policy_name] = Policy(
            node.policy_name,
            roles(node.roles),
            node.qual,
            node.with_check,
            place,
            source,
            getattr(node, "cmd_name", "all"),
            getattr(node, "permissive", True),
        )
        return
    # What `alter policy` does not name stays. Its conditions are where the newer text is.
    table.policies[node.policy_name] = Policy(
        node.policy_name,
        roles(node.roles) or before.roles,
        node.qual or before.using,
        node.with_check or before.check,
        place,
        source if node.qual or node.with_check else before.source,
        before.command,
        before.permissive,
    )
