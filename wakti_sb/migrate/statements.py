"""Split the text of a migration into statements, by PostgreSQL's own parser.

The pieces are exactly those that the official CLI stores in the history: everything between
two separators, comments included, without the semicolon and the white space around it. A piece
of comments alone is kept for that reason, and never sent to the server.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pglast import ast, enums, parser

from wakti_sb.migrate.errors import StatementFailed
from wakti_sb.migrate.position import end_of_code

# What ECMAScript's `trim` removes: the official CLI cuts statements with it.
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_TRIM = re.compile(f"^[{_SPACE}]+|[{_SPACE}]+$")
_COMMENTS = {"SQL_COMMENT", "C_COMMENT"}
_SEMICOLON = "ASCII_59"
_NOT_CODE = {*_COMMENTS, _SEMICOLON}


class Kind(Enum):
    """How a statement has to be run."""

    ORDINARY = "ordinary"  # in the file's transaction
    ALONE = "alone"  # the server refuses it inside a transaction
    BEGIN = "begin"  # a plain `begin`
    COMMIT = "commit"  # a plain `commit`
    CONTROL = "control"  # any other statement that begins or ends a transaction
    COMMENT = "comment"  # nothing to run


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a migration.

    Parameters:
        sql: its text, comments before it included, as it goes to the server and the history.
        offset: where `sql` begins in the file, in characters.
        code: where its first word that is not a comment stands in the file.
        concurrent: it says CONCURRENTLY, so it waits without standing in others' way.
    """

    sql: str
    offset: int
    code: int
    kind: Kind
    concurrent: bool = False


def split(text: str, file: str) -> tuple[Statement, ...]:
    """The statements of `text`.

    Raise StatementFailed if PostgreSQL's parser does not accept it.
    """
    try:
        parsed = parser.parse_sql(text)
        tokens = parser.scan(text)
    except parser.ParseError as error:
        raise _syntax_error(error, text, file) from None
    spans = [_span(raw, text) for raw in parsed]
    codes = [token.start for token in tokens if token.name not in _NOT_CODE]
    following = iter(parsed)
    node = next(following, None)
    statements = []
    for start, end in _pieces(text, _separators(tokens, spans)):
        sql, offset = _trimmed(text, start, end)
        if not sql:
            continue
        if node is None or _span(node, text)[0] >= end:
            statements.append(Statement(sql, offset, offset, Kind.COMMENT))
            continue
        code = codes[bisect_left(codes, start)]
        if isinstance(node.stmt, ast.CopyStmt) and not node.stmt.filename:
            raise _copy_error(text, code, file)
        kind, concurrent = _kind(node.stmt), _concurrent(node.stmt)
        statements.append(Statement(sql, offset, code, kind, concurrent))
        node = next(following, None)
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


def _separators(tokens: Iterable[Any], spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Offsets of the semicolons between statements, not those inside one (`begin atomic`)."""
    index = 0
    for token in tokens:
        if token.name != _SEMICOLON:
            continue
        while index < len(spans) and spans[index][1] <= token.start:
            index += 1
        if index == len(spans) or token.start < spans[index][0]:
            yield token.start


def _span(raw: ast.RawStmt, text: str) -> tuple[int, int]:
    start = raw.stmt_location or 0
    return start, start + raw.stmt_len if raw.stmt_len else len(text)


def _pieces(text: str, separators: Iterable[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for separator in separators:
        yield start, separator
        start = separator + 1
    yield start, len(text)


def _trimmed(text: str, start: int, end: int) -> tuple[str, int]:
    piece = text[start:end]
    leading = _TRIM.match(piece)
    offset = start + (leading.end() if leading else 0)
    return _TRIM.sub("", piece), offset


def _syntax_error(error: parser.ParseError, text: str, file: str) -> StatementFailed:
    message, location = error.args
    at_end = location is None
    offset = end_of_code(text) if at_end else location
    remedy = None
    if not at_end and text[offset : offset + 1] == "\\":
        remedy = "A migration is plain SQL; commands of psql cannot be part of it."
    return StatementFailed(message, file=file, text=text, offset=offset, remedy=remedy)


def _copy_error(text: str, offset: int, file: str) -> StatementFailed:
    return StatementFailed(
        "COPY from or to the client cannot be part of a migration",
        file=file,
        text=text,
        offset=offset,
        remedy="Write the rows as an insert.",
    )


def _kind(node: Any) -> Kind:
    if isinstance(node, ast.TransactionStmt):
        return _transaction_kind(node)
    return Kind.ALONE if _refuses_transaction(node) else Kind.ORDINARY


def _transaction_kind(node: Any) -> Kind:
    kinds = enums.TransactionStmtKind
    inner = (
        kinds.TRANS_STMT_SAVEPOINT,
        kinds.TRANS_STMT_RELEASE,
        kinds.TRANS_STMT_ROLLBACK_TO,
    )
    if node.kind in inner:
        return Kind.ORDINARY
    if node.kind in (kinds.TRANS_STMT_BEGIN, kinds.TRANS_STMT_START) and not node.options:
        return Kind.BEGIN
    if node.kind == kinds.TRANS_STMT_COMMIT and not node.chain:
        return Kind.COMMIT
    return Kind.CONTROL


def _refuses_transaction(node: Any) -> bool:
    """What PostgreSQL will not run inside a transaction block (its PreventInTransactionBlock)."""
    match node:
        case (
            ast.AlterSystemStmt()
            | ast.CreatedbStmt()
            | ast.DropdbStmt()
            | ast.CreateTableSpaceStmt()
            | ast.DropTableSpaceStmt()
            | ast.CreateSubscriptionStmt()  # unless it makes no slot on the publisher
            | ast.AlterSubscriptionStmt()  # when it refreshes
            | ast.DropSubscriptionStmt()
        ):
            return True
        case ast.VacuumStmt():
            return bool(node.is_vacuumcmd)
        case ast.ClusterStmt():
            return node.relation is None
        case ast.DiscardStmt():
            return bool(node.target == enums.DiscardMode.DISCARD_ALL)
        case ast.AlterDatabaseStmt():
            return any(option.defname == "tablespace" for option in node.options or ())
        case ast.ReindexStmt():
            kinds = enums.ReindexObjectType
            single = (kinds.REINDEX_OBJECT_INDEX, kinds.REINDEX_OBJECT_TABLE)
            return node.kind not in single or _on(node.params, "concurrently")
    return _concurrent(node)


def _concurrent(node: Any) -> bool:
    match node:
        case ast.IndexStmt() | ast.DropStmt():
            return bool(node.concurrent)
        case ast.ReindexStmt():
            return _on(node.params, "concurrently")
        case ast.AlterTableStmt():
            return any(
                isinstance(command.def_, ast.PartitionCmd) and command.def_.concurrent
                for command in node.cmds or ()
            )
    return False


def _on(options: Iterable[Any] | None, name: str) -> bool:
    """Whether a boolean option is on; named without a value it is."""
    for option in options or ():
        if option.defname == name:
            value = getattr(option.arg, "sval", getattr(option.arg, "ival", True))
            return str(value).lower() in {"true", "on", "1"}
    return False
