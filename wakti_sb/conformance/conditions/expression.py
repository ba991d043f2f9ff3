"""Expressions as PostgreSQL's own parser sees them. Pure."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pglast.ast
from pglast import parse_sql
from pglast.enums import A_Expr_Kind, BoolExprType, JoinType, NullTestType
from pglast.parser import ParseError
from pglast.stream import RawStream

# pglast calls every field optional, since anybody may build a tree; the parser leaves none out that
# SQL demands.
ast: Any = pglast.ast


def parsed(expression: str) -> Any | None:
    """The tree of an expression; None if it cannot be read."""
    try:
        statements: Any = parse_sql(f"select {expression}")
    except (ParseError, ValueError):
        return None
    (column,) = statements[0].stmt.targetList
    return column.val


def printed(node: Any) -> str:
    """The text of a tree, on one line."""
    return str(RawStream()(node))


def unreadable(expression: str) -> bool:
    """Whether the parser gives up."""
    return parsed(expression) is None


def is_bool(node: Any, kind: BoolExprType) -> bool:
    """Whether a node is an AND, an OR or a NOT."""
    return isinstance(node, ast.BoolExpr) and node.boolop == kind


UNSETTLED: Any = object()
"""What `settled` says of a condition that depends on something."""


def settled(node: Any) -> Any:
    """True, False or None where a condition is that by the way it is written; else UNSETTLED."""
    match node:
        case ast.TypeCast(arg=arg):
            return settled(arg)
        case ast.A_Const(isnull=True):
            return None
        case ast.A_Const(val=ast.Boolean(boolval=value)):
            return bool(value)
        case ast.NullTest(arg=arg) if _constant(arg):
            null = _null(arg)
            return null if node.nulltesttype == NullTestType.IS_NULL else not null
        case ast.A_Expr(kind=A_Expr_Kind.AEXPR_OP) if _null(node.lexpr) or _null(node.rexpr):
            return None
        case ast.BoolExpr(args=args):
            parts = [settled(each) for each in args]
            decides = node.boolop == BoolExprType.OR_EXPR
            if node.boolop == BoolExprType.NOT_EXPR:
                return parts[0] if parts[0] in (None, UNSETTLED) else not parts[0]
            if any(part is decides for part in parts):
                return decides
            if not decides and any(part is None for part in parts):
                return None  # never true, whatever the others are
            if all(part is (not decides) for part in parts):
                return not decides
    return UNSETTLED


def _constant(node: Any) -> bool:
    return isinstance(node, ast.A_Const) or (isinstance(node, ast.TypeCast) and _constant(node.arg))


def _null(node: Any) -> bool:
    if isinstance(node, ast.TypeCast):
        return _null(node.arg)
    return isinstance(node, ast.A_Const) and bool(node.isnull)


def alternatives(node: Any) -> list[Any]:
    """The parts that OR joins, of which one is enough; the node itself where there is none."""
    if is_bool(node, BoolExprType.OR_EXPR):
        return [part for each in node.args for part in alternatives(each)]
    return [node]


def conjuncts(node: Any) -> list[Any]:
    """The conditions that AND joins; the node itself where it joins none."""
    if node is None:
        return []
    if is_bool(node, BoolExprType.AND_EXPR):
        return [part for each in node.args for part in conjuncts(each)]
    return [node]


def sources(items: Any) -> tuple[list[Any], list[Any]]:
    """What a FROM clause reads, item by item, and the conditions of its inner joins."""
    found: list[Any] = []
    conditions: list[Any] = []
    for item in items or ():
        plain = isinstance(item, ast.JoinExpr) and not (item.alias or item.usingClause)
        if plain and item.jointype == JoinType.JOIN_INNER and not item.isNatural:
            for side in (item.larg, item.rarg):
                more, joined = sources((side,))
                found.extend(more)
                conditions.extend(joined)
            conditions.extend(conjuncts(item.quals))
        else:
            found.append(item)
    return found, conditions


def walk(node: Any) -> Iterator[Any]:
    """A node and everything below it."""
    if isinstance(node, ast.Node):
        yield node
        for name in node:
            yield from walk(getattr(node, name))
    elif isinstance(node, tuple | list):
        for each in node:
            yield from walk(each)


def unqualified(expression: str) -> str:
    """The same without the names of tables before the columns; as it is if it cannot be read."""
    tree = parsed(expression)
    return expression if tree is None else printed(_bare_columns(tree))


def _bare_columns(node: Any) -> Any:
    if isinstance(node, ast.SubLink):
        return node
    if isinstance(node, ast.ColumnRef):
        return ast.ColumnRef(fields=node.fields[-1:])
    return copied(node, _bare_columns)


def qualified(node: Any, table: str) -> Any:
    """A copy in which the columns of `table` bear its name; subqueries say it themselves."""
    if isinstance(node, ast.SubLink):
        return node
    if isinstance(node, ast.ColumnRef):
        if len(node.fields) > 1:
            return node
        return ast.ColumnRef(fields=(ast.String(sval=table), *node.fields))
    return copied(node, lambda each: qualified(each, table))


def copied(node: Any, change: Callable[[Any], Any]) -> Any:
    """A copy whose parts are changed; what has none comes back as it is."""
    if isinstance(node, ast.Node):
        made = copy.copy(node)
        for name in node:
            setattr(made, name, change(getattr(node, name)))
        return made
    if isinstance(node, tuple | list):
        return tuple(change(each) for each in node)
    return node
