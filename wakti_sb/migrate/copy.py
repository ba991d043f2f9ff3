"""Find the `copy … from stdin` whose rows the parser took for SQL. Pure."""

from __future__ import annotations

import re

from pglast import ast, parser

_COPY = re.compile(r"^[ \t]*copy\b[^;]*\bfrom\s+stdin\b[^;]*;", re.IGNORECASE | re.MULTILINE)


def copy_before(text: str, offset: int) -> int | None:
    """Where the first such statement before `offset` begins; None if there is none.

    What looks like one inside a string or a function's body is none: the text up to its semicolon
    is no whole statement.
    """
    for found in _COPY.finditer(text, 0, offset):
        try:
            last = parser.parse_sql(text[: found.end()])[-1]
        except parser.ParseError:
            continue
        if isinstance(last.stmt, ast.CopyStmt) and not last.stmt.filename:
            return last.stmt_location or 0
    return None
