"""Calls in a policy that PostgreSQL would make for every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wakti_sb.lint.tree import ast, children

_ASKS_THE_REQUEST = frozenset(
    {"auth.uid", "auth.jwt", "auth.role", "auth.email", "current_setting"}
)


def calls_for_each_row(condition: Any) -> Iterator[tuple[str, int]]:
    """Name and location of each call that is not wrapped as `(select auth.uid())`.

    Wrapped so, it no longer depends on the row, and the planner makes it once a statement.
    """
    yield from _bare(condition, once=False)


def _bare(node: Any, *, once: bool) -> Iterator[tuple[str, int]]:
    if node is None:
        return
    if isinstance(node, ast.SelectStmt):
        once = not node.fromClause
    elif isinstance(node, ast.FuncCall) and not once:
        name = ".".join(part.sval for part in node.funcname).removeprefix("pg_catalog.")
        if name in _ASKS_THE_REQUEST:
            yield name, node.location
    for child in children(node):
        yield from _bare(child, once=once)
