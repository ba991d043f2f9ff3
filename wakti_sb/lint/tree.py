"""Walks over PostgreSQL's parse tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pglast.ast
import pglast.parser

# pglast calls every field optional, since anybody may build a tree; the parser leaves none out that
# the grammar asks for. Without types the patterns below say what they mean.
ast: Any = pglast.ast


def parsed(text: str) -> tuple[Any, ...]:
    """The statements of a text, each with its location. Raise ParseError."""
    return tuple(pglast.parser.parse_sql(text))


def children(node: Any) -> Iterator[Any]:
    """The nodes directly below `node`."""
    values = node if isinstance(node, tuple) else (getattr(node, name) for name in node)
    for value in values:
        if isinstance(value, ast.Node | tuple):
            yield value


def walk(node: Any) -> Iterator[Any]:
    """`node` and every node below it."""
    if node is None:
        return
    yield node
    for child in children(node):
        yield from walk(child)
