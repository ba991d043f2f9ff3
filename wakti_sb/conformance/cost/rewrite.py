"""Policies written so that PostgreSQL asks once what it would ask for each row. Pure.

Two forms, as the platform's own advice has them: a call that depends on no row stands in a
`(select …)`, and rows are looked up in an array of keys, which an index can serve, instead of a
subquery that is compared with each row.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator
from typing import Any

from pglast.enums import A_Expr_Kind, BoolExprType, SubLinkType

from ..catalog import Policy, Table
from ..catalog.identifiers import ident, quoted
from ..conditions.expression import ast, conjuncts, copied, is_bool, parsed, printed, walk


def called(expression: str) -> Iterator[str]:
    """The names of all functions that an expression calls, the last part of each."""
    for node in walk(parsed(expression)):
        if isinstance(node, ast.FuncCall):
            yield node.funcname[-1].sval


def wrapped(expression: str, stable: Collection[str]) -> str:
    """The expression with each call that depends on no row inside a `(select …)`.

    Parameters:
        stable: names of the functions for which that changes nothing.
    """
    return printed(_wrapped(parsed(expression), stable))


def as_arrays(expression: str, table: Table) -> str:
    """The expression with `in (select …)` and `exists (…)` as comparisons with an array."""
    return printed(_as_arrays(parsed(expression), table))


def altered(table: Table, policy: Policy, change: Callable[[str], str]) -> str | None:
    """The statement that writes a policy anew; None if nothing changes."""
    parts = []
    for clause, text in (("using", policy.using), ("with check", policy.check)):
        if text is not None and parsed(text) is not None:
            new = change(text)
            if new != printed(parsed(text)):
                parts.append(f"{clause} ({new})")
    if not parts:
        return None
    name = ident(policy.name)
    return f"alter policy {name} on {quoted(table.relation)} {' '.join(parts)};"


def _wrapped(node: Any, stable: Collection[str]) -> Any:
    if isinstance(node, ast.SubLink) and _asks_once(node):
        return node
    if isinstance(node, ast.FuncCall) and node.funcname[-1].sval in stable and not _of_a_row(node):
        select = ast.SelectStmt(targetList=(ast.ResTarget(val=node),))
        return ast.SubLink(subLinkType=SubLinkType.EXPR_SUBLINK, subselect=select)
    return copied(node, lambda each: _wrapped(each, stable))


def _asks_once(node: Any) -> bool:
    select = node.subselect
    return node.subLinkType == SubLinkType.EXPR_SUBLINK and not select.fromClause


def _of_a_row(node: Any) -> bool:
    return any(isinstance(each, ast.ColumnRef) for each in walk(node))


def _as_arrays(node: Any, table: Table) -> Any:
    """Only where a condition must hold: under a `not` null and false would not be the same."""
    if is_bool(node, BoolExprType.AND_EXPR) or is_bool(node, BoolExprType.OR_EXPR):
        made = copy.copy(node)
        made.args = tuple(_as_arrays(each, table) for each in node.args)
        return made
    if not isinstance(node, ast.SubLink):
        return node
    select = node.subselect
    if select.groupClause or select.limitCount or select.op or select.valuesLists:
        return node
    if node.subLinkType == SubLinkType.ANY_SUBLINK and not node.operName:
        return node if _outer(select, table) else _any(node.testexpr, select)
    if node.subLinkType == SubLinkType.EXISTS_SUBLINK:
        return _exists(node, table)
    return node


def _exists(node: Any, table: Table) -> Any:
    """`exists (select from m where m.x = t.y and …)` is `t.y = any (array(select m.x …))`."""
    select = node.subselect
    parts = conjuncts(select.whereClause)
    tied = [part for part in parts if _outer(part, table)]
    if len(tied) != 1 or _outer(select.fromClause, table) or not _equal(tied[0]):
        return node
    sides = (tied[0].lexpr, tied[0].rexpr)
    outer = [side for side in sides if _outer(side, table)]
    inner = [side for side in sides if not _outer(side, table)]
    if len(outer) != 1 or not isinstance(outer[0], ast.ColumnRef) or not _of_a_row(inner[0]):
        return node
    rest = tuple(part for part in parts if part is not tied[0])
    made = copy.copy(select)
    made.targetList = (ast.ResTarget(val=inner[0]),)
    made.whereClause = rest[0] if len(rest) == 1 else None
    if len(rest) > 1:
        made.whereClause = ast.BoolExpr(boolop=BoolExprType.AND_EXPR, args=rest)
    return _any(outer[0], made)


def _any(left: Any, select: Any) -> Any:
    array = ast.SubLink(subLinkType=SubLinkType.ARRAY_SUBLINK, subselect=select)
    kind = A_Expr_Kind.AEXPR_OP_ANY
    return ast.A_Expr(kind=kind, name=(ast.String(sval="="),), lexpr=left, rexpr=array)


def _equal(node: Any) -> bool:
    plain = isinstance(node, ast.A_Expr) and node.kind == A_Expr_Kind.AEXPR_OP
    return plain and node.name[-1].sval == "="


def _outer(node: Any, table: Table) -> bool:
    """Whether it names a column of the policy's own table, as PostgreSQL prints it."""
    name = table.relation.name
    for each in walk(node):
        if isinstance(each, ast.RangeVar):
            alias = each.alias.aliasname if each.alias else each.relname
            if alias == name:
                return True  # the table itself again: what is meant by the name is unclear
        qualified = isinstance(each, ast.ColumnRef) and len(each.fields) > 1
        if qualified and getattr(each.fields[-2], "sval", None) == name:
            return True
    return False
