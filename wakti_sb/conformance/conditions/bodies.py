"""The bodies of helper functions, with arguments in the place of parameters. Pure."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

from pglast import parse_sql
from pglast.enums import SubLinkType
from pglast.parser import ParseError

from ..catalog import Helper
from .apart import joined_up, set_apart
from .expression import ast, parsed
from .procedural import Reader, UnreadableError, procedure

_ATOMIC = re.compile(r"\s*begin\s+atomic\s+(.*?);?\s*end\s*$", re.IGNORECASE | re.DOTALL)
_RETURNED = re.compile(r"\s*return\s+(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Body:
    """What a function computes: a query, or an expression that reads nothing."""

    select: Any = None
    expression: Any = None


def body_of(helper: Helper, arguments: tuple[Any, ...]) -> Body | None:
    """The body for these arguments; None where it cannot be read, or is not to be."""
    if helper.whole:
        return None
    arguments = set_apart((*arguments, *_defaults(helper, len(arguments))))
    body = _with(helper, arguments)
    if body is None:
        return None
    return Body(joined_up(body.select), joined_up(body.expression))


def _with(helper: Helper, arguments: tuple[Any, ...]) -> Body | None:
    if helper.language == "plpgsql":
        try:
            return _by_procedure(helper, arguments)
        except UnreadableError:
            return None
    text = _text(helper)
    select = _select(text) if text is not None else None
    if select is None:
        return None
    named = {
        name: arguments[place]
        for place, name in enumerate(helper.arguments)
        if name and place < len(arguments)
    }
    return _body(_filled(select, named, arguments, helper.relation.name))


def _body(filled: Any) -> Body:
    bare = not filled.fromClause and filled.whereClause is None and filled.larg is None
    if bare and len(filled.targetList or ()) == 1:
        return Body(expression=filled.targetList[0].val)
    return Body(select=filled)


def _by_procedure(helper: Helper, arguments: tuple[Any, ...]) -> Body:
    """The same of PL/pgSQL. Raise UnreadableError where no query can stand for it."""
    found = procedure(helper.body, helper.arguments)
    if found is None:
        raise UnreadableError("the parser cannot read it")
    named = {f"${place + 1}": each for place, each in enumerate(arguments)}
    named |= {name: each for name, each in zip(helper.arguments, arguments, strict=False) if name}
    reader = Reader(found, named, helper.relation.name)
    if found.returns_rows:
        return _body(reader.select())
    expression = reader.expression()
    one = isinstance(expression, ast.SubLink) and expression.testexpr is None
    if one and expression.subLinkType == SubLinkType.EXPR_SUBLINK:
        return _body(expression.subselect)
    return Body(expression=expression)


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


def unreadable_for(helper: Helper) -> str:
    """Why the conditions in a function's body are not seen; empty where they are."""
    if helper.whole:
        return "the model names it"
    if helper.language == "plpgsql":
        try:
            _by_procedure(helper, tuple(parsed("null") for _ in helper.arguments))
        except UnreadableError as error:
            return str(error)
        return ""
    if helper.language != "sql":
        return f"it is written in {helper.language}"
    text = _text(helper)
    return "" if text is not None and _select(text) is not None else "it is more than a query"
