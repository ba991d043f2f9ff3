"""Which extensions a folder of migrations asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pglast import ast, parser

from wakti_sb.migrate.reader import Migration


@dataclass(frozen=True, slots=True)
class Wanted:
    """A `create extension`.

    Parameters:
        file, line: where it stands.
    """

    name: str
    file: str
    line: int

    @property
    def place(self) -> str:
        """File and line, for a person."""
        return f"{self.file}:{self.line}"


def wanted(migrations: Iterable[Migration]) -> Iterator[Wanted]:
    """Each `create extension` of the files that is a statement of its own, in order."""
    for migration in migrations:
        for statement in migration.statements:
            if "extension" not in statement.sql.lower():
                continue
            for raw in parser.parse_sql(statement.sql):
                if isinstance(raw.stmt, ast.CreateExtensionStmt):
                    yield Wanted(str(raw.stmt.extname), migration.file, statement.line)
