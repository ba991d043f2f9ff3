"""Policies that show rows to everybody by a condition on the row alone: as rights. Pure.

Only conditions that say by their names that a row is published count; any other is a question of
who may see it, and stays a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast.enums import A_Expr_Kind, BoolExprType, BoolTestType, NullTestType

from ...spec import AllOf, AnyOf, Authenticated, Condition, Public, Right
from ..catalog import Table
from ..conditions.expression import alternatives, ast, conjuncts, parsed
from .columns import column_of

_OPEN = (
    "publish", "published", "public", "visible", "listed", "live", "released", "release",
    "approved", "active", "open", "available", "enabled",
)  # fmt: skip
_CLOSED = ("draft", "hidden", "private", "unlisted")
_OPEN_VALUES = (*_OPEN, "everyone", "everybody", "anyone", "world")
_NOW = ("now", "current_timestamp", "current_date", "transaction_timestamp", "clock_timestamp")


def opened(table: Table, expression: str, *, anon: bool) -> Iterator[Right]:
    """What a SELECT policy opens to everybody, or (not `anon`) to everybody who is signed in."""
    tree = parsed(expression)
    for branch in alternatives(tree) if tree is not None else ():
        found = [_conditions(table, each) for each in conjuncts(branch)]
        if all(found) and any(all(map(_says_so, each)) for each in found):
            parts = [_any_of([Public(condition) for condition in each]) for each in found]
            parts = parts if anon else [Authenticated(), *parts]
            yield parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def columns_of(right: Right) -> frozenset[str]:
    """The columns that conditions of a right look at."""
    if isinstance(right, Public):
        return frozenset({right.where.column} if right.where is not None else ())
    parts: tuple[Right, ...] = getattr(right, "parts", ())
    return frozenset(column for part in parts for column in columns_of(part))


def _any_of(parts: list[Right]) -> Right:
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _says_so(condition: Condition) -> bool:
    words = set(re.split(r"[^a-z]+", condition.column.lower()))
    match condition.operator:
        case "true" | "past" | "not null":
            return bool(words & {*_OPEN})
        case "false":
            return bool(words & {*_CLOSED})
        case "=" if isinstance(condition.value, bool):
            return bool(words & {*(_OPEN if condition.value else _CLOSED)})
        case "=":
            return str(condition.value).lower() in _OPEN_VALUES
        case _:
            return False


def _conditions(table: Table, node: Any) -> list[Condition]:
    """A condition on the row as the model says it, several where one of them will do."""
    match node:
        case ast.TypeCast(arg=arg) if not isinstance(arg, ast.A_Const):
            return _conditions(table, arg)
        case ast.ColumnRef() if (name := column_of(table, node)) is not None:
            return [Condition(name)]
        case ast.BoolExpr(boolop=BoolExprType.NOT_EXPR):
            name = column_of(table, next(iter(node.args)))
            return [] if name is None else [Condition(name, "false")]
        case ast.BooleanTest(arg=arg) if (name := column_of(table, arg)) is not None:
            kinds = {BoolTestType.IS_TRUE: "true", BoolTestType.IS_FALSE: "false"}
            kind = kinds.get(node.booltesttype)
            return [] if kind is None else [Condition(name, kind)]
        case ast.NullTest(arg=arg) if (name := column_of(table, arg)) is not None:
            null = node.nulltesttype == NullTestType.IS_NULL
            return [Condition(name, "null" if null else "not null")]
        case ast.A_Expr():
            return _compared(table, node)
    return []


def _compared(table: Table, node: Any) -> list[Condition]:
    operator = node.name[-1].sval
    left, right = column_of(table, node.lexpr), column_of(table, node.rexpr)
    if node.kind == A_Expr_Kind.AEXPR_OP and operator in ("<", "<=") and left is not None:
        return [Condition(left, "past")] if _is_now(node.rexpr) else []
    if node.kind == A_Expr_Kind.AEXPR_OP and operator in (">", ">=") and right is not None:
        return [Condition(right, "past")] if _is_now(node.lexpr) else []
    if operator != "=" or left is None:
        return []
    if node.kind == A_Expr_Kind.AEXPR_OP:
        values = [_value(node.rexpr)]
    elif node.kind == A_Expr_Kind.AEXPR_IN:
        values = [_value(each) for each in node.rexpr]
    elif node.kind == A_Expr_Kind.AEXPR_OP_ANY:
        values = [_value(each) for each in _elements(node.rexpr)]
    else:
        return []
    return [] if None in values else [Condition(left, "=", value) for value in values]


def _elements(node: Any) -> tuple[Any, ...]:
    if isinstance(node, ast.TypeCast):
        return _elements(node.arg)
    return tuple(node.elements or ()) if isinstance(node, ast.A_ArrayExpr) else ()


def _value(node: Any) -> str | int | bool | None:
    if isinstance(node, ast.TypeCast):
        return _value(node.arg)
    if not isinstance(node, ast.A_Const) or node.isnull:
        return None
    if isinstance(node.val, ast.String):
        return str(node.val.sval)
    if isinstance(node.val, ast.Boolean):
        return bool(node.val.boolval)
    return int(node.val.ival) if isinstance(node.val, ast.Integer) else None


def _is_now(node: Any) -> bool:
    if isinstance(node, ast.TypeCast):
        return _is_now(node.arg)
    if isinstance(node, ast.SubLink) and not node.subselect.fromClause:
        targets: Any = node.subselect.targetList or ()
        return len(targets) == 1 and _is_now(targets[0].val)
    if isinstance(node, ast.FuncCall):
        return str(node.funcname[-1].sval) in _NOW
    return isinstance(node, ast.SQLValueFunction)
