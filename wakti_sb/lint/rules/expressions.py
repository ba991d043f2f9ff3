"""What a condition of a policy comes down to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import enums

from wakti_sb.lint.tree import ast, walk

_CURRENT = {
    enums.SQLValueFunctionOp.SVFOP_CURRENT_USER,
    enums.SQLValueFunctionOp.SVFOP_USER,
    enums.SQLValueFunctionOp.SVFOP_SESSION_USER,
    enums.SQLValueFunctionOp.SVFOP_CURRENT_ROLE,
}


def always_true(node: Any) -> bool:
    """Whether a condition holds for every row and everybody; None is no condition."""
    match node:
        case ast.A_Const(val=ast.Boolean(boolval=value)):
            return bool(value)
        case ast.TypeCast():
            text = getattr(getattr(node.arg, "val", None), "sval", "")
            return text in {"t", "true"} or always_true(node.arg)
        case ast.A_Expr(
            lexpr=ast.A_Const(isnull=False, val=left), rexpr=ast.A_Const(isnull=False, val=right)
        ):
            return bool(node.name[-1].sval == "=" and left == right)
        case ast.NullTest(arg=ast.A_Const()):
            wanted: bool = node.nulltesttype == enums.NullTestType.IS_NULL
            return bool(node.arg.isnull) is wanted
        case ast.BoolExpr() if node.boolop == enums.BoolExprType.OR_EXPR:
            return any(always_true(part) for part in node.args)
        case ast.BoolExpr() if node.boolop == enums.BoolExprType.AND_EXPR:
            return all(always_true(part) for part in node.args)
    return False


def unwrapped(node: Any) -> Any:
    """The expression inside casts and `(select …)`."""
    while True:
        match node:
            case ast.TypeCast():
                node = node.arg
            case ast.SubLink(subselect=ast.SelectStmt(fromClause=None, targetList=(one,))):
                node = one.val
            case _:
                return node


def call_name(node: Any) -> str | None:
    """The name of a call, with its schema where one is written."""
    if isinstance(node, ast.FuncCall):
        return ".".join(part.sval for part in node.funcname).removeprefix("pg_catalog.")
    return None


def calls(node: Any) -> Iterator[tuple[str, Any]]:
    """Every call below `node`, with its name."""
    for each in walk(node):
        name = call_name(each)
        if name is not None:
            yield name, each


def alternatives(node: Any) -> tuple[Any, ...]:
    """The parts of an `or`, any of which is enough; else the condition itself."""
    if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.OR_EXPR:
        return tuple(part for arg in node.args for part in alternatives(arg))
    return (node,)


def columns(node: Any) -> frozenset[str]:
    """The last names of all columns below `node`."""
    found = set()
    for each in walk(node):
        if isinstance(each, ast.ColumnRef) and isinstance(each.fields[-1], ast.String):
            found.add(each.fields[-1].sval)
    return frozenset(found)


def is_database_role(node: Any) -> bool:
    """Whether `node` is `current_user` or its like."""
    node = unwrapped(node)
    return isinstance(node, ast.SQLValueFunction) and node.op in _CURRENT


def text_of(node: Any) -> str | None:
    """A constant text."""
    node = unwrapped(node)
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.String):
        return str(node.val.sval)
    return None


def asks_only_for_a_sign_in(node: Any) -> bool:
    """Whether one way through a condition is open to everybody who is signed in."""
    return any(_signed_in(part) for part in alternatives(node))


def asks_for_nobody(node: Any) -> bool:
    """Whether one way through a condition is open where nobody is signed in."""
    is_null = enums.NullTestType.IS_NULL
    return any(
        isinstance(part, ast.NullTest)
        and part.nulltesttype == is_null
        and call_name(unwrapped(part.arg)) == "auth.uid"
        for part in alternatives(node)
    )


def _signed_in(node: Any) -> bool:
    match node:
        case ast.NullTest() if node.nulltesttype == enums.NullTestType.IS_NOT_NULL:
            return call_name(unwrapped(node.arg)) == "auth.uid"
        case ast.A_Expr() if node.name[-1].sval == "=":
            sides = (unwrapped(node.lexpr), unwrapped(node.rexpr))
            named = {call_name(side) for side in sides}
            texts = {text_of(side) for side in sides}
            return "auth.role" in named and "authenticated" in texts
        case ast.BoolExpr() if node.boolop == enums.BoolExprType.AND_EXPR:
            return all(_signed_in(part) or always_true(part) for part in node.args)
    return False
