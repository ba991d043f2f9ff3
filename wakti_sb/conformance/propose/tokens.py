"""Policies that ask for a claim of the token, or compare it with a column: as rights. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast.enums import A_Expr_Kind

from ...spec import AnyOf, Claim, Right, TokenNames
from ..catalog import Table
from ..conditions import Atom, claimed
from ..conditions.atoms import Helpers
from ..conditions.bodies import body_of
from ..conditions.expression import alternatives, ast, conjuncts, parsed, printed, walk
from .columns import column_of
from .reading import read

# Everybody writes the first ones; the others say nothing of whose a row is.
_NEVER = ("user_metadata", "sub", "role", "aud", "iss", "iat", "exp", "session_id", "amr")
_EQUAL = (A_Expr_Kind.AEXPR_OP, A_Expr_Kind.AEXPR_IN, A_Expr_Kind.AEXPR_OP_ANY)
# Functions that read the token; those of the project may call them.
_READ_BY = ("jwt", "email", "role", "current_setting")
_DEPTH = 3


@dataclass(frozen=True)
class Named:
    """Claims that are asked for together.

    Parameters:
        rights: what they stand for.
        beside_a_person: whether the caller's own rights are asked for too.
    """

    rights: tuple[Right, ...]
    beside_a_person: bool

    def __str__(self) -> str:
        """As one right."""
        several = len(self.rights) > 1
        parts = (f"({r})" if several and isinstance(r, AnyOf) else str(r) for r in self.rights)
        return " and ".join(parts)


def named_by_tokens(table: Table, expression: str, helpers: Helpers) -> Iterator[Named]:
    """The claims that each alternative of a policy asks for."""
    if not read((expression,), {}).calls & {*_READ_BY, *helpers}:
        return
    tree = parsed(expression)
    for branch in alternatives(tree) if tree is not None else ():
        parts = [each for part in conjuncts(branch) for each in _opened(part, helpers)]
        found = [(part, _asked(table, part, helpers)) for part in parts]
        rights = tuple(dict.fromkeys(right for _, right in found if right is not None))
        if rights:
            others = [part for part, right in found if right is None]
            yield Named(rights, any(map(_asks_who, others)))


def _opened(node: Any, helpers: Helpers, depth: int = 0) -> list[Any]:
    """The conditions of a function of the project that is one expression; else the call."""
    while isinstance(node, ast.SubLink) and not node.subselect.fromClause and not node.testexpr:
        targets: Any = node.subselect.targetList or ()
        if len(targets) != 1:
            break
        node = targets[0].val
    if isinstance(node, ast.FuncCall) and depth < _DEPTH:
        for helper in helpers.get(str(node.funcname[-1].sval), ()):
            body = body_of(helper, tuple(node.args or ()))
            if body is not None and body.expression is not None:
                parts = conjuncts(body.expression)
                return [each for part in parts for each in _opened(part, helpers, depth + 1)]
    return [node]


def _asked(table: Table, node: Any, helpers: Helpers) -> Right | None:
    return _compared(table, node, helpers) or _constant(node)


def _constant(node: Any) -> Right | None:
    """A claim that has to be one of some texts, or true."""
    if isinstance(node, ast.CoalesceExpr):
        return _constant(node.args[0])
    compares = isinstance(node, ast.A_Expr) and node.kind in _EQUAL and node.name[-1].sval == "="
    if not compares and not isinstance(node, ast.TypeCast):
        return None
    if any(isinstance(each, ast.ColumnRef | ast.SubLink) and _from(each) for each in walk(node)):
        return None
    found = claimed(Atom(printed(node)))
    if len(found) != 1 or found[0].source != "token" or found[0].path[:1] in {(n,) for n in _NEVER}:
        return None
    values = [value for value in found[0].values if value]
    if not values or not found[0].path:
        return None
    claims = tuple(Claim(found[0].path, value) for value in values)
    return claims[0] if len(claims) == 1 else AnyOf(claims)


def _from(node: Any) -> bool:
    """Whether it is more than `(select …)` around one value."""
    return isinstance(node, ast.ColumnRef) or bool(node.subselect.fromClause)


def _compared(table: Table, node: Any, helpers: Helpers) -> TokenNames | None:
    if not isinstance(node, ast.A_Expr) or node.kind != A_Expr_Kind.AEXPR_OP:
        return None
    if node.name[-1].sval != "=":
        return None
    for one, other in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr)):
        column, path = column_of(table, one), _path(other, helpers)
        if column is not None and path is not None and path[0] not in _NEVER:
            return TokenNames(path, column)
    return None


def _path(node: Any, helpers: Helpers, depth: int = 0) -> tuple[str, ...] | None:
    """The claim that an expression reads, through functions of the project."""
    found = claimed(Atom(printed(node)))
    if (
        len(found) == 1
        and found[0].source == "token"
        and found[0].path
        and not any(found[0].values)
    ):
        return found[0].path
    for each in walk(node) if depth < _DEPTH else ():
        if not isinstance(each, ast.FuncCall):
            continue
        for helper in helpers.get(str(each.funcname[-1].sval), ()):
            body = body_of(helper, tuple(each.args or ()))
            if body is not None and body.expression is not None:
                return _path(body.expression, helpers, depth + 1)
    return None


def _asks_who(node: Any) -> bool:
    calls = (each for each in walk(node) if isinstance(each, ast.FuncCall | ast.SubLink))
    return any(
        isinstance(each, ast.SubLink) or str(each.funcname[-1].sval) == "uid" for each in calls
    )
