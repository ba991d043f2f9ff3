"""The names of tables in a helper's body, kept apart from those in its arguments. Pure.

A body may read the very table that it is called for: `owns(shelves.id)` over `from shelves where
id = $1`. With the argument in the parameter's place `shelves.id` would be the row looked at inside.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from .expression import ast, copied, walk

_OUTSIDE = "outside "  # no name of a table begins so


def set_apart(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with names that nothing in a body can have."""
    return tuple(_renamed(each, lambda name: f"{_OUTSIDE}{name}") for each in arguments)


def joined_up(body: Any) -> Any:
    """The body with the arguments' own names again; its tables that are called so get others."""
    outside = {
        name.removeprefix(_OUTSIDE) for name in _qualifiers(body) if name.startswith(_OUTSIDE)
    }
    inside = {_visible(each) for each in walk(body) if isinstance(each, ast.RangeVar)}
    others = {name: _free(name, outside | inside) for name in outside & inside}
    body = _aliased(body, others)
    return _renamed(body, lambda name: others.get(name, name.removeprefix(_OUTSIDE)))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_inside"
    return name


def _visible(table: Any) -> str:
    return str(table.alias.aliasname if table.alias is not None else table.relname)


def _qualifiers(node: Any) -> set[str]:
    parts = (each.fields for each in walk(node) if isinstance(each, ast.ColumnRef))
    return {str(fields[-2].sval) for fields in parts if len(fields) > 1}


def _aliased(node: Any, others: dict[str, str]) -> Any:
    """A copy in which tables with one of these names get the other one."""
    if isinstance(node, ast.RangeVar):
        if (name := others.get(_visible(node))) is None:
            return node
        made = copy.copy(node)
        columns = node.alias.colnames if node.alias is not None else None
        made.alias = ast.Alias(aliasname=name, colnames=columns)
        return made
    return copied(node, lambda each: _aliased(each, others))


def _renamed(node: Any, change: Callable[[str], str]) -> Any:
    """A copy whose columns name their tables otherwise."""
    if isinstance(node, ast.ColumnRef):
        if len(node.fields) < 2:
            return node
        name = change(str(node.fields[-2].sval))
        return ast.ColumnRef(fields=(ast.String(sval=name), node.fields[-1]))
    return copied(node, lambda each: _renamed(each, change))
