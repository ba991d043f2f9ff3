"""Rules about keys that reach over the line between one person's rows and another's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import enums

from wakti_sb.lint.catalog import API_ROLES, Catalog, ForeignKey, Policy, Table
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.replay.names import schema_of
from wakti_sb.lint.rules.expressions import always_true, calls, columns
from wakti_sb.lint.tree import ast, walk
from wakti_sb.spec import Spec

_ASKING = frozenset({"auth.uid", "auth.jwt", "current_setting"})


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    for name, table in catalog.tables.items():
        if schema_of(name) not in spec.project.schemas or not table.row_security:
            continue
        lets_in = [
            policy
            for policy in table.policies.values()
            if policy.permissive and policy.for_the_api and policy.command in ("insert", "all")
        ]
        if not lets_in or not any("insert" in table.privileges.get(r, ()) for r in API_ROLES):
            continue
        scope = _scope(table)
        yield from _unique(name, table, scope)
        for key in table.foreign_keys.values():
            yield from _parent(name, key, lets_in, catalog)


def _scope(table: Table) -> frozenset[str]:
    """Columns that the policies compare with who is asking."""
    found: set[str] = set()
    for policy in table.policies.values():
        for condition in policy.conditions:
            for node in walk(condition):
                found |= _compared(node)
    return frozenset(found & {*table.columns})


def _compared(node: Any) -> frozenset[str]:
    match node:
        case ast.A_Expr(lexpr=left, rexpr=right) if node.name and node.name[-1].sval == "=":
            for one, other in ((left, right), (right, left)):
                if isinstance(one, ast.ColumnRef) and _asks(other):
                    return columns(one)
        case ast.SubLink(testexpr=ast.ColumnRef() as column):
            if node.subLinkType == enums.SubLinkType.ANY_SUBLINK:
                return columns(column)
    return frozenset()


def _asks(node: Any) -> bool:
    return any(name in _ASKING for name, _ in calls(node))


def _unique(name: str, table: Table, scope: frozenset[str]) -> Iterator[Finding]:
    pointing = {column for key in table.foreign_keys.values() for column in key.columns}
    for index in table.indexes.values():
        named = {column for column in index.columns if column is not None}
        if not scope or not index.unique or index.primary or None in index.columns:
            continue
        if named & scope or all(c in pointing or table.types.get(c) == "uuid" for c in named):
            continue
        yield Finding.at(
            index.place or table.place,
            "unique-key-across-tenants",
            f"{name} ({', '.join(sorted(named))}) is unique over everybody's rows: a refusal tells"
            " that somebody has that value",
            f"begin the key with {', '.join(sorted(scope))}, where that is not meant",
        )


def _parent(
    name: str, key: ForeignKey, lets_in: list[Policy], catalog: Catalog
) -> Iterator[Finding]:
    parent = catalog.tables.get(key.target)
    if parent is None or not parent.row_security or _everybody_reads(parent):
        return
    if key.target == name:
        return
    for policy in lets_in:
        check = policy.check if policy.check is not None else policy.using
        if check is None or always_true(check):
            continue  # another rule says it
        if any(not known.startswith("auth.") and "." in known for known, _ in calls(check)):
            continue  # a function of theirs may ask
        if not set(key.columns) & columns(check):
            yield Finding.at(
                key.place,
                "foreign-key-unchecked",
                f'policy "{policy.name}" lets rows into {name} without asking whose'
                f" {key.target} row ({', '.join(key.columns)}) they point at: one's own row can"
                " hang under a stranger's, and a refusal tells whether that row is there",
                f"check {', '.join(key.columns)} too: exists (select from {key.target} …)",
            )
            return


def _everybody_reads(table: Table) -> bool:
    return any(
        policy.permissive
        and policy.command in ("select", "all")
        and policy.using is not None
        and always_true(policy.using)
        for policy in table.policies.values()
    )
