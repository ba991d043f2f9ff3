"""Split the text of a migration into statements, by PostgreSQL's own parser.

The pieces are exactly those that the official CLI stores in the history: everything between
two separators, comments included, without the semicolon and the white space around it. A piece
of comments alone is kept for that reason, and never sent to the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast import ast, parser

from wakti_sb.migrate.copy import copy_before
from wakti_sb.migrate.errors import StatementFailed
from wakti_sb.migrate.kinds import Kind, is_concurrent, is_platform_only, kind_of
from wakti_sb.migrate.position import end_of_code

# What ECMAScript's `trim` removes: the official CLI cuts statements with it.
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_TRIM = re.compile(f"^[{_SPACE}]+|[{_SPACE}]+$")
_RESTRICT = ("\\restrict", "\\unrestrict")
_COMMENTS = {"SQL_COMMENT", "C_COMMENT"}
_SEMICOLON = "ASCII_59"
_NOT_CODE = {*_COMMENTS, _SEMICOLON}
# What begins so is run in the file's transaction whatever follows. Nothing else of it is asked, so
# no tree is made of the thousands of rows of a dump.
_ROWS = re.compile(r"(?:insert|select|update|delete)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a migration.

    Parameters:
        sql: its text, comments before it included, as it goes to the server and the history.
        offset: where `sql` begins in the file, in characters.
        code: where its first word that is not a comment stands in the file.
        line: of `code`, from 1.
        concurrent: it says CONCURRENTLY, so it waits without standing in others' way.
        platform_only: a PostgreSQL without the platform's extensions may refuse it.
    """

    sql: str
    offset: int
    code: int
    line: int
    kind: Kind
    concurrent: bool = False
    platform_only: bool = False


def split(text: str, file: str) -> tuple[Statement, ...]:
    """The statements of `text`.

    Raise StatementFailed if PostgreSQL's parser does not accept it.
    """
    try:
        spans = parser.split(text, with_parser=True, only_slices=True)
    except parser.ParseError as error:
        raise _syntax_error(error, text, file) from None
    statements = []
    line, counted = 1, 0
    for start, end, span in _pieces(text, spans):
        sql, offset = _trimmed(text, start, end)
        if not sql:
            continue
        code = offset if span is None else span.start
        line, counted = line + text.count("\n", counted, code), code
        if span is None:
            statements.append(Statement(sql, offset, code, line, Kind.COMMENT))
        elif _ROWS.match(text, code):
            statements.append(Statement(sql, offset, code, line, Kind.ORDINARY))
        else:
            node = parser.parse_sql(text[span])[0].stmt
            if isinstance(node, ast.CopyStmt) and not node.filename:
                raise _copy_error(text, code, file)
            marks = (kind_of(node), is_concurrent(node), is_platform_only(node, sql))
            statements.append(Statement(sql, offset, code, line, *marks))
    return tuple(statements)


def words(sql: str) -> tuple[str, ...] | None:
    """The text without comments, white space and the case of keywords: what it says.

    None if it cannot even be cut into words.
    """
    try:
        tokens = parser.scan(sql)
    except parser.ParseError:
        return None
    return tuple(
        _word(sql[token.start : token.end + 1], token)
        for token in tokens
        if token.name not in _NOT_CODE
    )


def without_concurrently(sql: str) -> str:
    """The statement with the word CONCURRENTLY blanked out, every other character in place."""
    for token in parser.scan(sql):
        if token.name == "CONCURRENTLY":
            sql = sql[: token.start] + " " * len("concurrently") + sql[token.end + 1 :]
    return sql


def _word(text: str, token: Any) -> str:
    if token.kind != "NO_KEYWORD" or (token.name == "IDENT" and not text.startswith('"')):
        return text.lower()
    # A checkout with CRLF line ends holds the same function body as one without.
    return text.replace("\r\n", "\n")


def _pieces(text: str, spans: tuple[slice, ...]) -> Iterator[tuple[int, int, slice | None]]:
    """What is between two separators, with the statement that is in it, if there is one."""
    start, behind = 0, 0
    last: slice | None = None
    for span in (*spans, None):
        # Between two statements there are semicolons, comments and white space only.
        for separator in _semicolons(text, behind, len(text) if span is None else span.start):
            yield start, separator, last
            start, last = separator + 1, None
        if span is not None:
            last, behind = span, span.stop
    yield start, len(text), last


def _semicolons(text: str, start: int, end: int) -> Iterator[int]:
    between = text[start:end]
    if between.strip() == ";":
        yield start + between.index(";")
    else:
        for token in parser.scan(between):
            if token.name == _SEMICOLON:
                yield start + token.start


def _trimmed(text: str, start: int, end: int) -> tuple[str, int]:
    piece = text[start:end]
    leading = _TRIM.match(piece)
    offset = start + (leading.end() if leading else 0)
    return _TRIM.sub("", piece), offset


def _syntax_error(error: parser.ParseError, text: str, file: str) -> StatementFailed:
    message, location = error.args
    at_end = location is None
    offset = end_of_code(text) if at_end else location
    copy = copy_before(text, offset)
    if copy is not None:
        return _copy_error(text, copy, file)
    remedy = None
    if not at_end and text.startswith(_RESTRICT, offset):
        remedy = (
            "pg_dump writes this line for psql: delete it, and the one with `\\unrestrict` at the"
            " end. Nothing else depends on them."
        )
    elif not at_end and text.startswith("\\", offset):
        remedy = "This is plain SQL; commands of psql cannot be part of it."
    return StatementFailed(message, file=file, text=text, offset=offset, remedy=remedy)


def _copy_error(text: str, offset: int, file: str) -> StatementFailed:
    return StatementFailed(
        "COPY from or to the client cannot be part of a migration or a seed: its rows are read by"
        " psql, not by the server",
        file=file,
        text=text,
        offset=offset,
        remedy="Write the rows as an insert; `pg_dump --inserts` and `supabase db dump` without"
        " --use-copy do.",
    )
