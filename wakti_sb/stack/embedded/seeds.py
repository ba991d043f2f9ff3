"""Run the seed files of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from wakti_sb.errors import MigrationError
from wakti_sb.migrate import LeavingOut
from wakti_sb.migrate.kinds import Kind
from wakti_sb.migrate.statements import split


def sow(
    connection: psycopg.Connection[Any], file: Path, place: str, leaving_out: LeavingOut | None
) -> None:
    """Run a seed file, without the statements that need what the database does without.

    Parameters:
        place: what the file is called in errors.

    Raise MigrationError if it fails.
    """
    text = file.read_text("utf-8")
    try:
        if leaving_out is None:
            connection.execute(text.encode())
        else:
            _piece_by_piece(connection, text, place, leaving_out)
    except psycopg.Error as error:
        raise MigrationError(
            f"the seed fails: {error.diag.message_primary or error}", place=place
        ) from error


def _piece_by_piece(
    connection: psycopg.Connection[Any], text: str, place: str, leaving_out: LeavingOut
) -> None:
    for statement in split(text, place):
        if statement.kind is Kind.COMMENT:
            continue
        try:
            with connection.transaction():
                connection.execute(statement.sql.encode())
        except psycopg.Error as error:
            if leaving_out.leave_out(place, statement, error) is None:
                raise
