"""What a project holds, for a person: JSON, CSV and the files, in a folder."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from wakti_sb.backup.errors import BackupError
from wakti_sb.backup.objects import Storage, listed
from wakti_sb.backup.scope import Table, conditions
from wakti_sb.backup.source import Source, contents
from wakti_sb.backup.take import require_project
from wakti_sb.events import Listener, Notice, Step
from wakti_sb.migrate.connection import Connection

_SOME = 1000  # rows at a time
_NOT_FOR_READERS = ("auth.", "wakti.")  # accounts of the platform, hashes and sessions
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Exported:
    """What is in an export.

    Parameters:
        rows: by table.
    """

    folder: Path
    rows: Mapping[str, int]
    files: int


def export(
    source: Source,
    folder: Path,
    *,
    project: str,
    hidden: Mapping[str, tuple[str, ...]],
    listener: Listener,
) -> Exported:
    """Write one project into a new folder, which is there once all of it is.

    Parameters:
        hidden: columns by table that nobody is shown, such as a password's hash.

    Raise BackupError if the folder is there already or cannot be written.
    """
    if folder.exists():
        raise BackupError("this folder is there already.", place=str(folder))
    part = folder.with_name(f"{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
        part.mkdir(parents=True)
        with source.snapshot() as connection:
            require_project(connection, project)
            found = contents(connection)
            chosen = conditions(found.tables, found.keys, project)
            tables = [
                one
                for one in found.tables
                if one.full_name in chosen and not one.full_name.startswith(_NOT_FOR_READERS)
            ]
            counts = {}
            for number, table in enumerate(tables):
                listener(Step(f"rows of {table.full_name}", number, len(tables) + 1))
                left_out = hidden.get(table.full_name, ())
                columns = [one for one in table.columns if one not in left_out]
                counts[table.full_name] = _write_table(
                    connection, part, table, columns, chosen[table.full_name]
                )
            files = _write_files(source, connection, part / "files", project, listener)
        part.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Exported(folder, counts, files)


def _write_table(
    connection: Connection,
    folder: Path,
    table: Table,
    columns: list[str],
    condition: sql.Composable,
) -> int:
    statement = sql.SQL("select {} from {} where {} order by 1").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), table.identifier, condition
    )
    count = 0
    name = table.name if table.schema == "public" else table.full_name
    with (
        connection.cursor(name="wakti_export", row_factory=dict_row) as cursor,
        (folder / f"{name}.json").open("w", encoding="utf-8") as as_json,
        # The mark lets spreadsheets see that it is UTF-8.
        (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as as_csv,
    ):
        cursor.itersize = _SOME
        sheet = csv.writer(as_csv)
        sheet.writerow(columns)
        as_json.write("[")
        for row in cursor.execute(statement):
            as_json.write(",\n " if count else "\n ")
            as_json.write(json.dumps(row, ensure_ascii=False, default=str))
            sheet.writerow([_cell(row[one]) for one in columns])
            count += 1
        as_json.write("\n]\n")
    return count


def _cell(value: Any) -> str:
    """A value as a cell. What a visitor wrote must not become a formula in somebody's sheet."""
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_STARTS_A_FORMULA) else text


def _write_files(
    source: Source, connection: Connection, folder: Path, project: str, listener: Listener
) -> int:
    storage, count = Storage(source.endpoint), 0
    try:
        for one in listed(connection, project):
            listener(Step(f"{one.bucket}/{one.name}", 0, 1))
            path = PurePosixPath(one.bucket, one.name)
            if ".." in path.parts or path.is_absolute() or "\x00" in one.name:
                listener(Notice(f"{one.bucket}/{one.name} leads out of the folder: left out."))
                continue
            with storage.download(one) as content:
                if content is None:
                    listener(Notice(f"{one.bucket}/{one.name} has no file: left out."))
                    continue
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as opened:
                    opened.writelines(content)
            count += 1
    finally:
        storage.close()
    return count


def _unwritable(folder: Path, error: OSError) -> BackupError:
    reason = (error.strerror or str(error)).lower()
    return BackupError(f"the export cannot be written: {reason}.", place=str(folder))
