"""What can go wrong with migrations, beside the base class in `wakti_sb.errors`.

MigrationError
├── StatementFailed      a statement that the parser or the server refused
├── HistoryConflict      the files and the database's history contradict each other
├── DatabaseUnsuitable   not a database that these migrations can be applied to
├── AnotherRunner        somebody else migrates this database at the moment
└── ConnectionFailed       the server cannot be reached, or went away
"""

from __future__ import annotations

from wakti_sb.errors import MigrationError
from wakti_sb.migrate.position import excerpt, locate


class StatementFailed(MigrationError):
    """A statement of a migration that the parser or the server refused.

    Parameters:
        message: the sentence of the parser or the server.
        file: the migration, as the user names it.
        text: the whole text of that file.
        offset: the character in `text` that the message is about.
        sqlstate: the server's five-character code; None when nothing ran yet.
        details: further lines of the server: detail, context.
        remedy: what to do, and what the database now holds.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str,
        text: str,
        offset: int,
        sqlstate: str | None = None,
        details: tuple[str, ...] = (),
        remedy: str | None = None,
    ) -> None:
        position = locate(text, offset)
        sentence = f"{message} (SQLSTATE {sqlstate})" if sqlstate else message
        super().__init__(
            "\n".join([sentence, excerpt(text, offset), *(f"  {line}" for line in details)]),
            place=f"{file}:{position.line}:{position.column}",
            remedy=remedy,
        )
        self.message = message
        self.file = file
        self.line = position.line
        self.column = position.column
        self.sqlstate = sqlstate


class HistoryConflict(MigrationError):
    """The files and the database's history contradict each other.

    Parameters:
        versions: the versions that it is about, oldest first.
    """

    def __init__(self, cause: str, *, versions: tuple[str, ...], place: str, remedy: str) -> None:
        super().__init__(cause, place=place, remedy=remedy)
        self.versions = versions


class DatabaseUnsuitable(MigrationError):
    """Not a database that these migrations can be applied to.

    Parameters:
        missing: the roles, schemas and tables that are not there.
    """

    def __init__(
        self, cause: str, *, place: str, remedy: str, missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(cause, place=place, remedy=remedy)
        self.missing = missing


class AnotherRunner(MigrationError):
    """Somebody else migrates this database at the moment."""


class ConnectionFailed(MigrationError):
    """The server cannot be reached, or went away in the middle."""
