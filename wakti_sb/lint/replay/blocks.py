"""SQL inside `do` blocks: what is written out there is replayed like any other statement.

Dynamic SQL is followed only where it is one constant text: what `execute format(…)` will run is
known to nobody before it runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pglast import parser

from wakti_sb.lint.catalog import Source
from wakti_sb.lint.tree import ast, parsed


def statements_inside(node: Any, source: Source) -> Iterator[Source]:
    """The SQL statements in the body of a `do`, both arms of every `if` among them."""
    body = next(option for option in node.args if option.defname == "as")
    try:
        parsed = json.loads(parser.parse_plpgsql_json(_as_function(body.arg.sval)))
    except parser.ParseError:
        return  # not PL/pgSQL, or something that only the server can judge
    first = source.shift + source.text.count("\n", 0, body.arg_location)
    for line, sql in _queries(parsed):
        yield Source(source.file, sql, first + line - 1)


def _as_function(body: str) -> str:
    quote = "$wakti$" if "$wakti$" not in body else "$wakti_sb$"
    return f"do {quote}{body}{quote}"


def _queries(tree: Any) -> Iterator[tuple[int, str]]:
    if isinstance(tree, list):
        for item in tree:
            yield from _queries(item)
    elif isinstance(tree, dict):
        for kind, value in tree.items():
            if kind == "PLpgSQL_stmt_execsql":
                yield value["lineno"], value["sqlstmt"]["PLpgSQL_expr"]["query"]
            elif kind == "PLpgSQL_stmt_dynexecute":
                constant = _constant(value["query"]["PLpgSQL_expr"]["query"])
                if constant is not None:
                    yield value["lineno"], constant
            else:
                yield from _queries(value)


def _constant(expression: str) -> str | None:
    value = parsed(f"select {expression}")[0].stmt.targetList[0].val
    if isinstance(value, ast.A_Const) and isinstance(value.val, ast.String):
        return str(value.val.sval)
    return None
