"""What expressions, and the functions that they call, read: tables, columns, texts. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from pglast import parse_plpgsql, parse_sql
from pglast.parser import ParseError

from ...spec import Relation
from ..catalog import Helper
from ..conditions.expression import ast, parsed, walk

_DEPTH = 3  # of functions that call functions
_REMEMBERED = 1_000  # policies of many tables say the same
_ATOMIC = re.compile(r"\s*begin\s+atomic\s+(.*?);?\s*end\s*$", re.IGNORECASE | re.DOTALL)
_RETURNED = re.compile(r"\s*return\s+(.*)$", re.IGNORECASE | re.DOTALL)
# A body says by itself only how its function is called, not what it returns.
_RESULTS = ("boolean", "setof record", "trigger", "void")


@dataclass(frozen=True)
class Read:
    """Names and texts that stand in SQL.

    Parameters:
        tables: those that queries read.
        columns: by their last name.
        calls: functions, by their last name.
        texts: the constants that are texts.
        compared: those of them that a column, by its last name, is compared with by `=` or IN.
    """

    tables: frozenset[Relation] = frozenset()
    columns: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    compared: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: Read) -> Read:
        """What both read."""
        return Read(
            self.tables | other.tables,
            self.columns | other.columns,
            self.calls | other.calls,
            self.texts | other.texts,
            self.compared | other.compared,
        )


def read(expressions: Iterable[str], helpers: Mapping[str, tuple[Helper, ...]]) -> Read:
    """What expressions read, and the bodies of `helpers` that they call, by name."""
    todo = [_in_expression(text) for text in expressions]
    whole = Read()
    known: set[str] = set()
    for _ in range(_DEPTH + 1):
        whole = reduce(or_, todo, whole)
        called = {name for each in todo for name in each.calls} & set(helpers) - known
        known |= called
        todo = [_in_body(helper) for name in sorted(called) for helper in helpers[name]]
    return whole


@lru_cache(_REMEMBERED)
def _in_expression(text: str) -> Read:
    tree = parsed(text)
    return Read() if tree is None else _in_trees((tree,))


@lru_cache(_REMEMBERED)
def _in_body(helper: Helper) -> Read:
    return _in_trees(trees(helper))


def _in_trees(found: Iterable[Any]) -> Read:
    nodes = [node for tree in found for node in walk(tree)]
    return Read(
        frozenset(
            Relation.of(n.schemaname or "public", n.relname)
            for n in nodes
            if isinstance(n, ast.RangeVar)
        ),
        frozenset(
            str(n.fields[-1].sval)
            for n in nodes
            if isinstance(n, ast.ColumnRef) and isinstance(n.fields[-1], ast.String)
        ),
        frozenset(str(n.funcname[-1].sval) for n in nodes if isinstance(n, ast.FuncCall)),
        frozenset(
            str(n.val.sval)
            for n in nodes
            if isinstance(n, ast.A_Const) and isinstance(n.val, ast.String)
        ),
        frozenset(pair for n in nodes if isinstance(n, ast.A_Expr) for pair in _compared(n)),
    )


def _compared(node: Any) -> Iterator[tuple[str, str]]:
    """The texts that one comparison by `=` or IN names, each with each of its columns."""
    if node.name[-1].sval != "=":
        return
    inside = [each for side in (node.lexpr, node.rexpr) for each in _leaves(side)]
    for column in inside:
        if isinstance(column, ast.ColumnRef) and isinstance(column.fields[-1], ast.String):
            for each in inside:
                if isinstance(each, ast.A_Const) and isinstance(each.val, ast.String):
                    yield str(column.fields[-1].sval), str(each.val.sval)


def _leaves(side: Any) -> Iterator[Any]:
    """Columns and constants of one side: itself, cast or not, or the elements of a list."""
    match side:
        case ast.TypeCast(arg=arg):
            yield from _leaves(arg)
        case ast.A_ArrayExpr(elements=elements):
            for each in elements or ():
                yield from _leaves(each)
        case tuple():
            for each in side:
                yield from _leaves(each)
        case ast.ColumnRef() | ast.A_Const():
            yield side


def trees(helper: Helper) -> tuple[Any, ...]:
    """The statements and expressions in a function's body; none where it cannot be read."""
    if helper.language == "plpgsql":
        return tuple(_of_plpgsql(helper.body))
    if helper.language != "sql":
        return ()
    source = helper.body.strip()
    atomic = _ATOMIC.match(source)
    source = atomic[1] if atomic else source
    returned = _RETURNED.match(source)
    return _statements(f"select {returned[1]}" if returned else source)


def _of_plpgsql(body: str) -> Iterator[Any]:
    for result in _RESULTS:
        quoted = json.dumps(result)[1:-1]
        function = f"create function f() returns {quoted} language plpgsql as $wakti${body}$wakti$"
        try:
            made = parse_plpgsql(function)
        except (ParseError, ValueError):
            continue
        for text in _queries(made):
            # An expression stands without its SELECT, an assignment with its variable.
            assigned = re.sub(r"^\s*[\w.]+\s*:?=\s*", "", text)
            ways = (text, f"select {text}", f"select {assigned}")
            yield from next((found for way in ways if (found := _statements(way))), ())
        return


def _queries(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "query" and isinstance(value, str):
                yield value
            else:
                yield from _queries(value)
    elif isinstance(node, list):
        for each in node:
            yield from _queries(each)


def _statements(text: str) -> tuple[Any, ...]:
    try:
        return tuple(each.stmt for each in parse_sql(text))
    except (ParseError, ValueError):
        return ()
