"""Columns of a person's own row that decide what the person may do elsewhere. Pure.

`profiles.is_admin` is one where a policy asks for it. Whoever may change its own row must not be
able to change these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...spec import Relation
from ..catalog import Catalog
from ..conditions import by_name
from ..conditions.expression import ast, parsed, walk
from .reading import trees

_ROLES = ("role", "roles", "user_role", "access_level", "permission", "permissions")
_ASKS_WHO = ("uid", "jwt", "current_setting")


def deciding(catalog: Catalog) -> dict[Relation, frozenset[str]]:
    """These columns, by table, as far as policies and the functions that they call ask for them."""
    found: dict[Relation, set[str]] = {}
    for tree in _trees(catalog):
        for select in (node for node in walk(tree) if isinstance(node, ast.SelectStmt)):
            if select.fromClause and _asks_who(select):
                for relation, column in _columns(catalog, select):
                    found.setdefault(relation, set()).add(column)
    return {relation: frozenset(columns) for relation, columns in found.items()}


def _trees(catalog: Catalog) -> Iterator[Any]:
    policies = [policy for table in catalog.tables.values() for policy in table.policies]
    texts = dict.fromkeys(t for p in policies for t in (p.using, p.check) if t)
    known = [tree for text in texts if (tree := parsed(text)) is not None]
    yield from known
    helpers = by_name(catalog.helpers)
    calls = (n for tree in known for n in walk(tree) if isinstance(n, ast.FuncCall))
    for name in dict.fromkeys(str(call.funcname[-1].sval) for call in calls):
        for helper in helpers.get(name, ()):
            yield from trees(helper)


def _asks_who(select: Any) -> bool:
    calls = (node for node in walk(select) if isinstance(node, ast.FuncCall))
    return any(str(call.funcname[-1].sval) in _ASKS_WHO for call in calls)


def _columns(catalog: Catalog, select: Any) -> Iterator[tuple[Relation, str]]:
    """The columns of one query that are true or false, compared with a text, or told as a role."""
    tables = {
        (each.alias.aliasname if each.alias else each.relname): Relation.of(
            each.schemaname or "public", each.relname
        )
        for item in select.fromClause
        for each in walk(item)
        if isinstance(each, ast.RangeVar)
    }
    compared = {
        id(side)
        for node in walk(select)
        if isinstance(node, ast.A_Expr) and node.name[-1].sval == "="
        for one, other in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr))
        if _holds_texts(other)
        for side in (walk(one) if not isinstance(one, tuple) else ())
    }
    for node in walk(select):
        if not isinstance(node, ast.ColumnRef) or not isinstance(node.fields[-1], ast.String):
            continue
        name = str(node.fields[-1].sval)
        qualifier = str(node.fields[-2].sval) if len(node.fields) > 1 else ""
        relation = tables.get(qualifier) if qualifier else next(iter(tables.values()), None)
        known = catalog.tables.get(relation) if relation is not None else None
        column = known.column(name) if known is not None else None
        if relation is None or column is None or (not qualifier and len(tables) > 1):
            continue
        if column.base == "boolean" or id(node) in compared or name in _ROLES:
            yield relation, name


def _holds_texts(side: Any) -> bool:
    """Whether it is a text, or a list of some."""
    sides = side if isinstance(side, tuple) else (side,)
    nodes = [node for each in sides for node in walk(each)]
    texts = [n for n in nodes if isinstance(n, ast.A_Const) and isinstance(n.val, ast.String)]
    return bool(texts) and not any(isinstance(n, ast.ColumnRef | ast.FuncCall) for n in nodes)
