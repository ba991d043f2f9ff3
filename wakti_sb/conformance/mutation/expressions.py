"""A policy's expression, taken apart with PostgreSQL's own parser. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import parse_sql
from pglast.ast import BoolExpr, FuncCall, Node, SubLink
from pglast.enums import BoolExprType
from pglast.parser import ParseError
from pglast.stream import RawStream


def conjuncts_removed(expression: str | None) -> Iterator[tuple[str, str]]:
    """Each condition that `and` joins, and the expression without it; inside subqueries too."""
    if expression is None:
        return
    for number in range(_count(expression)):
        tree = _parsed(expression)
        found = list(_ands(tree))
        position = 0
        for node in found:
            parts: tuple[Any, ...] = tuple(node.args)
            for index, removed in enumerate(parts):
                if position == number:
                    node.args = tuple(a for i, a in enumerate(parts) if i != index)
                    yield _printed(removed), _printed(_target(tree))
                position += 1


def asks_who(expression: str) -> bool:
    """Whether an expression depends on anything but the row: it calls a function or looks about."""
    return _looks_about(_target(_parsed(expression)))


def _looks_about(node: Any) -> bool:
    if isinstance(node, SubLink):
        return True
    if isinstance(node, FuncCall) and not _printed(node).startswith("storage."):
        return True
    if isinstance(node, Node):
        return any(_looks_about(getattr(node, name)) for name in node)
    return isinstance(node, tuple) and any(map(_looks_about, node))


def without_folder_test(expression: str | None) -> str | None:
    """The expression with every condition on the path made true; None if it has none."""
    if expression is None or "foldername" not in expression:
        return None
    tree = _parsed(expression)
    target = _target(tree)
    kept = [part for part in _parts(target) if "foldername" not in _printed(part)]
    if not kept:
        return "true"
    return " and ".join(f"({_printed(part)})" for part in kept)


def _parts(node: Any) -> list[Any]:
    if _is_and(node):
        return list(node.args)
    return [node]


def _count(expression: str) -> int:
    return sum(len(node.args) for node in _ands(_parsed(expression)))


def _parsed(expression: str) -> Any:
    try:
        (statement,) = parse_sql(f"select {expression}")
    except ParseError:
        (statement,) = parse_sql("select true")
    return statement.stmt


def _target(tree: Any) -> Any:
    (column,) = tree.targetList
    return column.val


def _ands(node: Any) -> Iterator[Any]:
    """Every AND with more than one part left, outermost first."""
    if _is_and(node) and len(node.args) > 1:
        yield node
    if isinstance(node, SubLink):
        yield from _ands(node.subselect)
        yield from _ands(node.testexpr)
        return
    if isinstance(node, Node):
        for name in node:
            yield from _ands(getattr(node, name))
    elif isinstance(node, tuple):
        for each in node:
            yield from _ands(each)


def _is_and(node: Any) -> bool:
    return isinstance(node, BoolExpr) and node.boolop == BoolExprType.AND_EXPR


def _printed(node: Any) -> str:
    return str(RawStream()(node))
