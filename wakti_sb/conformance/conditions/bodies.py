"""The bodies of helper functions, with arguments in the place of parameters. Pure."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

from pglast import parse_sql
from pglast.parser import ParseError

from ..catalog import Helper
from .expression import ast, parsed

# One statement and no variable: what it returns is all that it does.
_RETURN = re.compile(r"\s*begin\s+return\s+(?!query\b)([^;]+);\s*end\s*;?\s*$", re.IGNORECASE)
_QUERY = re.compile(r"\s*begin\s+return\s+query\s+([^;]+);\s*(?:return\s*;\s*)?end\s*;?\s*$", re.I)
_ATOMIC = re.compile(r"\s*begin\s+atomic\s+(.*?);?\s*end\s*$", re.IGNORECASE | re.DOTALL)
_RETURNED = re.compile(r"\s*return\s+(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Body:
    """What a function computes: a query, or an expression that reads nothing."""

    select: Any = None
    expression: Any = None


def body_of(helper: Helper, arguments: tuple[Any, ...]) -> Body | None:
    """The body for these arguments; None where it cannot be read."""
    text = _text(helper)
    select = _select(text) if text is not None else None
    if select is None:
        return None
    arguments = (*arguments, *_defaults(helper, len(arguments)))
    named = {
        name: arguments[place]
        for place, name in enumerate(helper.arguments)
        if name and place < len(arguments)
    }
    filled = _filled(select, named, arguments, helper.relation.name)
    bare = not filled.fromClause and filled.whereClause is None and filled.larg is None
    if bare and len(filled.targetList or ()) == 1:
        return Body(expression=filled.targetList[0].val)
    return Body(select=filled)


def _defaults(helper: Helper, given: int) -> tuple[Any, ...]:
    """What stands for the arguments that a call leaves out."""
    found: list[Any] = []
    for text in helper.defaults[given:]:
        tree = parsed(text) if text is not None else None
        if tree is None:
            break
        found.append(tree)
    return tuple(found)


def _text(helper: Helper) -> str | None:
    """The one query that the function is."""
    source = helper.body.strip()
    if helper.language == "sql":
        atomic = _ATOMIC.match(source)
        source = atomic[1] if atomic else source
        returned = _RETURNED.match(source)
        return f"select {returned[1]}" if returned else source
    if helper.language == "plpgsql":
        if found := _RETURN.match(source):
            return f"select {found[1]}"
        if found := _QUERY.match(source):
            return found[1]
    return None


def _select(text: str) -> Any | None:
    try:
        statements = parse_sql(text)
    except (ParseError, ValueError):
        return None
    last = statements[-1].stmt if statements else None
    return last if len(statements) == 1 and isinstance(last, ast.SelectStmt) else None


def _filled(node: Any, named: dict[str, Any], given: tuple[Any, ...], function: str) -> Any:
    """A copy of the tree with arguments in the place of parameters."""
    if isinstance(node, ast.ParamRef) and 0 < node.number <= len(given):
        return given[node.number - 1]
    if isinstance(node, ast.ColumnRef):
        parts = [part.sval for part in node.fields if isinstance(part, ast.String)]
        if len(parts) == 1 and parts[0] in named:
            return named[parts[0]]
        if len(parts) == 2 and parts[0] == function and parts[1] in named:
            return named[parts[1]]
        return node
    if isinstance(node, ast.Node):
        made = copy.copy(node)
        for name in node:
            setattr(made, name, _filled(getattr(node, name), named, given, function))
        return made
    if isinstance(node, tuple | list):
        return tuple(_filled(each, named, given, function) for each in node)
    return node


def readable(helper: Helper) -> bool:
    """Whether the conditions in a function's body can be seen."""
    text = _text(helper)
    return text is not None and _select(text) is not None
