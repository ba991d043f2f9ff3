"""Take a backup: one moment of the database, and the files that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from wakti_sb import __version__, migrate
from wakti_sb.backup import rows, schema
from wakti_sb.backup.ahead import ahead
from wakti_sb.backup.archive import Writer, is_plain, writing
from wakti_sb.backup.errors import BackupError
from wakti_sb.backup.objects import Object, Storage, listed
from wakti_sb.backup.queries import query
from wakti_sb.backup.scope import PROJECTS, Table, conditions
from wakti_sb.backup.source import Source, contents
from wakti_sb.events import Listener, Notice, Step
from wakti_sb.migrate.connection import Connection

_MIGRATIONS = "migrations"


@dataclass(frozen=True)
class Taken:
    """What is in a backup.

    Parameters:
        rows: by table.
        files, bytes: how many files, and how large they are together.
    """

    file: Path
    rows: Mapping[str, int]
    files: int
    bytes: int


def take(source: Source, file: Path, *, project: str | None, listener: Listener) -> Taken:
    """Write the backup of everything, or of one project by its id.

    Raise BackupError if it cannot be written or the project is not there.
    """
    with source.snapshot() as connection:
        found = contents(connection)
        chosen: Mapping[str, sql.Composable] | None = None
        if project is not None:
            require_project(connection, project)
            chosen = conditions(found.tables, found.keys, project)
        tables = [one for one in found.tables if chosen is None or one.full_name in chosen]
        objects = listed(connection, project)
        total = len(tables) + len(objects) + 1
        with writing(file) as archive:
            listener(Step("the schema", 0, total))
            _write_schema(source, connection, archive)
            counts = {}
            for number, table in enumerate(tables, start=1):
                listener(Step(f"rows of {table.full_name}", number, total))
                condition = None if chosen is None else chosen[table.full_name]
                counts[table.full_name] = _write_rows(connection, archive, table, condition)
            kept = _write_objects(source, archive, objects, len(tables) + 1, total, listener)
            archive.finish(_manifest(connection, project, tables))
    return Taken(file, counts, len(kept), sum(one.size for one in kept))


def require_project(connection: Connection, project: str) -> None:
    """Raise BackupError unless there is such a project."""
    known = connection.execute("select to_regclass('public.projects') is not null").fetchone()
    if known and known[0]:
        row = connection.execute(
            "select 1 from public.projects where id::text = %s", [project]
        ).fetchone()
        if row is not None:
            return
    raise BackupError("there is no such project.", place=f"{PROJECTS} {project}")


def _write_schema(source: Source, connection: Connection, archive: Writer) -> None:
    row = connection.execute("select pg_export_snapshot()").fetchone()
    assert row is not None  # noqa: S101  # the function always answers
    with archive.member("schema.sql") as write:
        schema.dump(source, str(row[0]), write)
    for applied in history(connection):
        text = ";\n\n".join(one.strip().rstrip(";") for one in applied.statements or ()) + ";\n"
        with archive.member(f"{_MIGRATIONS}/{applied.version}_{applied.name}.sql") as write:
            write(text.encode())


def history(connection: Connection) -> list[migrate.Applied]:
    """The migrations that a database holds, oldest first."""
    known = connection.execute(
        "select to_regclass('supabase_migrations.schema_migrations') is not null"
    ).fetchone()
    if not known or not known[0]:
        return []
    found = connection.execute(migrate.history_query().encode()).fetchall()
    return [migrate.Applied(*row) for row in found]


def _write_rows(
    connection: Connection, archive: Writer, table: Table, condition: sql.Composable | None
) -> int:
    name = f"rows/{table.full_name}"
    with archive.member(name, columns=list(table.columns)) as write:
        return rows.copy_out(connection, table, condition, write)


def _write_objects(
    source: Source,
    archive: Writer,
    objects: list[Object],
    done: int,
    total: int,
    listener: Listener,
) -> list[Object]:
    kept = []
    for one in objects:
        if not is_plain(one.member):
            listener(Notice(f"{one.bucket}/{one.name} leads out of a folder, and is left out."))
    wanted = [one for one in objects if is_plain(one.member)]
    storage = Storage(source.endpoint)
    try:
        for number, (one, content) in enumerate(ahead(wanted, storage.download), start=done):
            listener(Step(f"{one.bucket}/{one.name}", number, total))
            if content is None:
                listener(Notice(f"{one.bucket}/{one.name} has no file, and is left out."))
                continue
            told = {"type": one.type, "cache_control": one.cache_control}
            with archive.member(one.member, **told) as write:
                for chunk in content:
                    write(chunk)
            kept.append(one)
    finally:
        storage.close()
    return kept


def _manifest(connection: Connection, project: str | None, tables: list[Table]) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        buckets = cursor.execute(query("buckets")).fetchall()
        sequences = {} if project else _sequences(connection)
    return {
        "wakti_sb": __version__,
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "project": project,
        "server": connection.info.server_version,
        "versions": [one.version for one in history(connection)],
        "tables": [table.full_name for table in tables],
        "sequences": sequences,
        "buckets": buckets,
    }


def _sequences(connection: Connection) -> dict[str, int]:
    return {str(name): int(value) for name, value in connection.execute(query("sequences"))}
