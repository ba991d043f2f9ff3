"""Policies that compare a column of the row with a claim of the token: as rights. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast.enums import A_Expr_Kind

from ...spec import TokenNames
from ..catalog import Table
from ..conditions import Atom, claimed
from ..conditions.atoms import Helpers
from ..conditions.bodies import body_of
from ..conditions.expression import alternatives, ast, conjuncts, parsed, printed, walk
from .columns import column_of
from .reading import read

# Everybody writes the first ones; the others say nothing of whose a row is.
_NEVER = ("user_metadata", "sub", "role", "aud", "iss", "iat", "exp", "session_id", "aal", "amr")
# Functions that read the token; those of the project may call them.
_READ_BY = ("jwt", "email", "role", "current_setting")
_DEPTH = 3


@dataclass(frozen=True)
class Named:
    """A claim that is compared with a column.

    Parameters:
        right: what it stands for.
        beside_a_person: whether the caller's own rights are asked for too.
    """

    right: TokenNames
    beside_a_person: bool


def named_by_tokens(table: Table, expression: str, helpers: Helpers) -> Iterator[Named]:
    """The claims that a policy compares with columns of its row."""
    if not read((expression,), {}).calls & {*_READ_BY, *helpers}:
        return
    tree = parsed(expression)
    for branch in alternatives(tree) if tree is not None else ():
        parts = conjuncts(branch)
        for part in parts:
            right = _compared(table, part, helpers)
            if right is not None:
                others = [other for other in parts if other is not part]
                yield Named(right, any(map(_asks_who, others)))


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
