"""Enum values that a dry run has added: PostgreSQL lets nobody use them before a commit.

A real run commits between files, and where a file says so; a dry run commits nothing. Of a
statement that uses a value behind such a commit it can only say that it cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pglast import ast, parser

from wakti_sb.migrate.connection import Connection
from wakti_sb.migrate.failure import Refused
from wakti_sb.migrate.statements import Statement

_UNSAFE = "55P04"  # unsafe_new_enum_value_usage
_VALUE = re.compile(r'new value "(.*)" of enum type', re.DOTALL)


@dataclass
class Guard:
    """Whether a statement was refused for a value that a real run would have committed."""

    cannot_tell: bool = False


class NewValues:
    """The values that were added so far: to any type, and since what would be a commit."""

    def __init__(self) -> None:
        self._any = False
        self._fresh: set[str] = set()

    def note(self, statement: Statement) -> None:
        """A statement went through."""
        if "enum" in statement.sql.lower() or "add value" in _spaced(statement.sql):
            for raw in parser.parse_sql(statement.sql):
                node: Any = raw.stmt
                if isinstance(node, ast.AlterEnumStmt) and node.newVal:
                    self._any = True
                    self._fresh.add(node.newVal)

    def commit(self) -> None:
        """What a real run does here makes the values good."""
        self._fresh.clear()

    @contextmanager
    def guarding(self, connection: Connection) -> Iterator[Guard]:
        """Undo the statement inside if it is refused for such a value, and tell."""
        guard = Guard()
        if not self._any:
            yield guard
            return
        try:
            with connection.transaction():  # a savepoint
                yield guard
        except Refused as refused:
            if refused.error.sqlstate != _UNSAFE:
                raise
            found = _VALUE.search(refused.error.diag.message_primary or "")
            if found is not None and found[1] in self._fresh:
                raise
            guard.cannot_tell = True


def _spaced(sql: str) -> str:
    return " ".join(sql.lower().split())
