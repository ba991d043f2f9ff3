"""A policy's expression, changed at one condition at a time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pglast.enums import BoolExprType, SubLinkType

from ..conditions.expression import ast, is_bool, parsed, printed, walk

Set = Callable[[Any], None]


def conjuncts_removed(expression: str | None) -> Iterator[tuple[str, str]]:
    """Each condition that `and` joins, and the expression without it; inside subqueries too."""
    yield from _removed(expression, BoolExprType.AND_EXPR)


def disjuncts_removed(expression: str | None) -> Iterator[tuple[str, str]]:
    """Each condition that `or` joins, and the expression without it; inside subqueries too."""
    yield from _removed(expression, BoolExprType.OR_EXPR)


def conditions_fixed(expression: str | None, value: bool) -> Iterator[tuple[str, str]]:
    """Each atomic condition, and the expression with `value` in its place."""
    if expression is None:
        return
    for number in range(len(_slots(expression)[1])):
        holder, slots = _slots(expression)
        node, put = slots[number]
        text = printed(node)
        put(ast.A_Const(isnull=False, val=ast.Boolean(boolval=value)))
        yield text, printed(holder[0])


def simplified(expression: str) -> str:
    """The same without constants that decide nothing: two changes may come to one."""
    tree = parsed(expression)
    return expression if tree is None else printed(_simple(tree))


def _simple(node: Any) -> Any:
    if isinstance(node, ast.BoolExpr) and node.boolop != BoolExprType.NOT_EXPR:
        idle = node.boolop == BoolExprType.AND_EXPR
        parts = [_simple(each) for each in node.args]
        if any(_constant(each) is (not idle) for each in parts):
            return ast.A_Const(isnull=False, val=ast.Boolean(boolval=not idle))
        kept = [each for each in parts if _constant(each) is not idle]
        if len(kept) < 2:
            return kept[0] if kept else ast.A_Const(isnull=False, val=ast.Boolean(boolval=idle))
        node.args = tuple(kept)
        return node
    if isinstance(node, ast.SubLink) and isinstance(node.subselect, ast.SelectStmt):
        if node.subselect.whereClause is not None:
            where = _simple(node.subselect.whereClause)
            node.subselect.whereClause = None if _constant(where) is True else where
        return node
    if isinstance(node, ast.A_Expr):
        node.lexpr, node.rexpr = _simple(node.lexpr), _simple(node.rexpr)
    return node


def _constant(node: Any) -> bool | None:
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.Boolean):
        return bool(node.val.boolval)
    return None


def asks_who(expression: str) -> bool:
    """Whether an expression depends on anything but the row: it calls a function or looks about."""
    tree = parsed(expression)
    return any(
        isinstance(node, ast.SubLink)
        or (isinstance(node, ast.FuncCall) and not printed(node).startswith("storage."))
        for node in walk(tree)
    )


def without_folder_test(expression: str | None) -> str | None:
    """The expression with every condition on the path made true; None if it has none."""
    if expression is None or "foldername" not in expression:
        return None
    target: Any = parsed(expression)
    parts = list(target.args) if is_bool(target, BoolExprType.AND_EXPR) else [target]
    kept = [part for part in parts if "foldername" not in printed(part)]
    if not kept:
        return "true"
    return " and ".join(f"({printed(part)})" for part in kept)


def _removed(expression: str | None, kind: BoolExprType) -> Iterator[tuple[str, str]]:
    if expression is None or (tree := parsed(expression)) is None:
        return
    places = [
        (number, index)
        for number, node in enumerate(_joining(tree, kind))
        for index in range(len(node.args))
    ]
    for number, index in places:
        tree = parsed(expression)
        node: Any = _joining(tree, kind)[number]
        removed = node.args[index]
        node.args = tuple(each for i, each in enumerate(node.args) if i != index)
        yield printed(removed), printed(tree)


def _joining(tree: Any, kind: BoolExprType) -> list[Any]:
    return [node for node in walk(tree) if is_bool(node, kind) and len(node.args) > 1]


def _slots(expression: str) -> tuple[list[Any], list[tuple[Any, Set]]]:
    """The tree in a list of one, and its atomic conditions with what replaces each."""
    holder = [parsed(expression)]

    def put(node: Any) -> None:
        holder[0] = node

    return holder, list(_atoms(holder[0], put)) if holder[0] is not None else []


def _atoms(node: Any, put: Set) -> Iterator[tuple[Any, Set]]:
    match node:
        case None | ast.A_Const():
            return
        case ast.BoolExpr():
            for index, each in enumerate(node.args):
                yield from _atoms(each, _into(node, index))
        case ast.BooleanTest():
            yield from _atoms(node.arg, lambda new: setattr(node, "arg", new))
        case ast.SubLink() if node.subLinkType == SubLinkType.EXISTS_SUBLINK:
            yield from _where(node.subselect)
        case _:
            if any(isinstance(e, ast.ColumnRef | ast.FuncCall | ast.SubLink) for e in walk(node)):
                yield node, put
            for each in walk(node):
                if isinstance(each, ast.SubLink):
                    yield from _where(each.subselect)


def _where(select: Any) -> Iterator[tuple[Any, Set]]:
    if isinstance(select, ast.SelectStmt) and select.whereClause is not None:
        yield from _atoms(select.whereClause, lambda new: setattr(select, "whereClause", new))


def _into(node: Any, index: int) -> Set:
    def put(new: Any) -> None:
        node.args = tuple(new if i == index else each for i, each in enumerate(node.args))

    return put
