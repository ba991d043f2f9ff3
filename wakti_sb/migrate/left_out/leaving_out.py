"""Decide whether a statement that was refused is left out, and remember what was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psycopg
from pglast import ast, parser

from wakti_sb.events import LeftOut
from wakti_sb.migrate.left_out.made import Effect, effect
from wakti_sb.migrate.left_out.missing import Missing, missing_from
from wakti_sb.migrate.left_out.provided import known, provider
from wakti_sb.migrate.position import first_line
from wakti_sb.migrate.statements import Statement

_NOT_ALLOWED = "42501"
STAND_INS = frozenset({"vector"})  # extensions of the embedded server's own that are not the same
# They make nothing, and take nothing away.
_ABOUT_WHAT_IS_THERE = (ast.GrantStmt, ast.CommentStmt, ast.AlterOwnerStmt)
_EVERYBODYS = {"", "public", "pg_catalog"}


class LeavingOut:
    """What is left out of a database.

    Parameters:
        extensions: which it has to do without.
        earlier: what was left out of it before.
    """

    def __init__(self, extensions: Sequence[str], earlier: Sequence[LeftOut] = ()) -> None:
        self._extensions = tuple(extensions)
        self._named: frozenset[str] = frozenset()
        # By place, since a file that had to wait for a lock is tried again.
        self._left_out = {(one.file, one.line): one for one in earlier}
        self._schemas: dict[str, str] = {}

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """All of it, in the order in which it was met."""
        return tuple(self._left_out.values())

    def lack(self, extensions: Iterable[str]) -> None:
        """Leave out what only names these or their objects, and nothing that would need them."""
        self._named = frozenset(extensions)

    def forget(self, file: str) -> None:
        """Nothing of this file was kept, so it left nothing out."""
        self._left_out = {place: one for place, one in self._left_out.items() if place[0] != file}

    def decline(self, file: str, statement: Statement) -> LeftOut | None:
        """Remember a statement that makes an extension which the server only stands in for.

        Whoever does without it has neither the original nor the stand-in. None for any other.
        """
        if "extension" not in statement.sql.lower():
            return None
        for raw in parser.parse_sql(statement.sql):
            node = raw.stmt
            if not isinstance(node, ast.CreateExtensionStmt) or node.extname is None:
                continue
            if node.extname in STAND_INS and node.extname in self._extensions:
                one = LeftOut(
                    file=file,
                    line=statement.line,
                    statement=first_line(statement.sql[statement.code - statement.offset :]),
                    extension=node.extname,
                    reason=f'extension "{node.extname}" is not available',
                    made=effect(statement.sql).made,
                    concerns=effect(statement.sql).concerns,
                )
                self._left_out[one.file, one.line] = one
                self._remember_schema(statement.sql, node.extname)
                return one
        return None

    def leave_out(self, file: str, statement: Statement, error: psycopg.Error) -> LeftOut | None:
        """Remember a statement of `file` as left out; None if it has to be an error."""
        message = error.diag.message_primary or ""
        missing = missing_from(error.sqlstate, message) or _handler(error.sqlstate, statement.sql)
        if missing is None:
            return None
        named = self._only_named(missing, statement.sql)
        cause = (named, "") if named is not None else self._cause(missing, statement.sql)
        if cause is None:
            return None
        extension, because = cause
        done = effect(statement.sql) if named is None else Effect()
        place = f"{file}:{statement.line}"
        one = LeftOut(
            file=file,
            line=statement.line,
            statement=first_line(statement.sql[statement.code - statement.offset :]),
            extension=extension,
            reason=f"{message}{because}",
            made=done.made,
            concerns=(*done.concerns, place) if done.unknown else done.concerns,
        )
        self._left_out[one.file, one.line] = one
        if missing.kind == "extension" and extension in self._extensions:
            self._remember_schema(statement.sql, extension)
        return one

    def _only_named(self, missing: Missing, sql: str) -> str | None:
        """The extension that is lacking and only named, as a dump names all that there was."""
        if missing.kind == "extension":
            return missing.name if missing.name in self._named else None
        nodes = [raw.stmt for raw in parser.parse_sql(sql)]
        if not self._named or not all(isinstance(node, _ABOUT_WHAT_IS_THERE) for node in nodes):
            return None
        return provider(missing, self._named)

    def _cause(self, missing: Missing, sql: str) -> tuple[str, str] | None:
        """The extension that it goes back to, and what to say of the way there."""
        came_with = provider(missing, self._extensions) or self._schemas.get(missing.schema)
        if came_with is not None:
            return came_with, ""
        for one in reversed(self.left_out):
            if any(_is(made, missing, sql) for made in one.made):
                return one.extension, f", left out at {one.file}:{one.line}"
        return None

    def _remember_schema(self, sql: str, extension: str) -> None:
        """Of an extension nobody knows: what is missing from the schema it was meant for is its."""
        for raw in parser.parse_sql(sql):
            if not isinstance(raw.stmt, ast.CreateExtensionStmt) or known(extension):
                continue
            for option in raw.stmt.options or ():
                if option.defname == "schema" and option.arg.sval not in _EVERYBODYS:
                    self._schemas[option.arg.sval] = extension


def _handler(sqlstate: str | None, sql: str) -> Missing | None:
    """The handler of a foreign data wrapper: the right to make one is asked for before it is."""
    nodes = [raw.stmt for raw in parser.parse_sql(sql)] if sqlstate == _NOT_ALLOWED else []
    for node in nodes:
        for option in node.func_options or () if isinstance(node, ast.CreateFdwStmt) else ():
            if option.defname == "handler" and option.arg:
                return Missing("function", "", option.arg[-1].sval)
    return None


def _is(made: str, missing: Missing, sql: str) -> bool:
    """Whether what a statement would have made is what `sql` misses."""
    owner, is_column, column = made.partition("#")
    if missing.kind == "column" or is_column:
        table = owner.rpartition(".")[2]
        # The server seldom tells the table of a column; then at least the statement names it.
        told = missing.table.rpartition(".")[2] == table if missing.table else table in sql
        return missing.kind == "column" and column == missing.name and told
    schema, _, name = made.rpartition(".")
    if name != missing.name:
        return False
    return not schema or not missing.schema or schema == missing.schema
