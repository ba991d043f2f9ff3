"""Put a backup into a project: migrations where there are none, files, then all rows at once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import sql

from wakti_sb import migrate
from wakti_sb.backup import rows
from wakti_sb.backup.archive import Reader, reading
from wakti_sb.backup.errors import BackupError, TargetOccupied
from wakti_sb.backup.objects import Object, Storage
from wakti_sb.backup.scope import PROJECTS, Table
from wakti_sb.backup.source import Contents, Source, contents
from wakti_sb.backup.take import history
from wakti_sb.events import Listener, Notice, Step
from wakti_sb.migrate.connection import Connection

_BUCKET = (
    "insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)"
    " values (%(name)s, %(name)s, %(public)s, %(file_size_limit)s, %(allowed_mime_types)s)"
    " on conflict (id) do nothing"
)


@dataclass(frozen=True)
class Restored:
    """What a restore put in.

    Parameters:
        rows: by table.
        files: how many.
    """

    rows: Mapping[str, int]
    files: int


def restore(source: Source, file: Path, *, listener: Listener) -> Restored:
    """Restore a backup into an empty project, or one project beside others.

    The archive is read to its end and compared with its checksums first. Files go before rows, and
    rows in one transaction: stopped anywhere, it can be run again.

    Raise ArchiveDamaged, TargetOccupied, or BackupError if the target has other migrations.
    """
    listener(Step("comparing the backup with its checksums", 0, 3))
    with reading(file) as archive:
        _bring_up(source, archive, listener)
        with source.target.session() as connection:
            found = contents(connection)
            _require_room(connection, archive, found, source)
            with connection.transaction():
                for bucket in archive.manifest["buckets"]:
                    connection.execute(_BUCKET, bucket)
            files = _put_objects(source, archive, listener)
            listener(Step("rows", 2, 3))
            with connection.transaction():
                connection.execute("set local statement_timeout = 0")
                counts = _put_rows(connection, archive, found, listener)
                for name, value in archive.manifest["sequences"].items():
                    sequence = sql.Identifier(*name.split(".", 1)).as_string(connection)
                    connection.execute("select setval(%s::regclass, %s)", [sequence, value])
    return Restored(counts, files)


def _bring_up(source: Source, archive: Reader, listener: Listener) -> None:
    """The same migrations as where the backup comes from, applied if there are none."""
    wanted = list(archive.manifest["versions"])
    with source.target.session() as connection:
        there = [one.version for one in history(connection)]
    if there == wanted:
        return
    if there:
        missing = [one for one in wanted if one not in there]
        more = [one for one in there if one not in wanted]
        raise BackupError(
            "the target has other migrations than the backup:"
            f" {len(missing)} are missing there, {len(more)} are there and not in it.",
            place=source.target.address,
            remedy="Restore into a project with the same migrations, or one without any.",
        )
    listener(Step(f"applying {len(wanted)} migrations", 0, 3))
    with tempfile.TemporaryDirectory(prefix="wakti-sb-") as name:
        for member in archive.members("migrations"):
            target = Path(name) / Path(member).name
            target.write_bytes(b"".join(archive.chunks(member)))
        migrate.apply(source.endpoint.database, migrate.read(Path(name)), role=source.role)


def _require_room(connection: Connection, archive: Reader, found: Contents, source: Source) -> None:
    project = archive.manifest["project"]
    # The tables that people know come first, as one is named.
    for name in sorted(archive.manifest["tables"], key=lambda each: not each.startswith("public.")):
        table = found.table(name)
        if table is None:
            raise BackupError(
                f"the target has no table {name}.",
                place=source.target.address,
                remedy="Bring its migrations to where the backup was taken.",
            )
        if name.startswith("auth.") or (project and name != PROJECTS):
            continue
        condition = (
            sql.SQL("where id = {}").format(sql.Literal(project)) if project else sql.SQL("")
        )
        row = connection.execute(
            sql.SQL("select exists (select from {} {})").format(table.identifier, condition)
        ).fetchone()
        if row and row[0]:
            what = "this project already" if project else f"rows in {name} already"
            raise TargetOccupied(
                f"the target holds {what}.",
                place=source.target.address,
                remedy="Restore into another one; for the local stack: wakti-sb reset",
            )


def _put_objects(source: Source, archive: Reader, listener: Listener) -> int:
    members = archive.members("objects")
    storage = Storage(source.endpoint)
    try:
        for number, (member, told) in enumerate(members.items()):
            listener(Step(f"files, {number} of {len(members)}", 1, 3))
            storage.upload(_object(member, told), archive.chunks(member))
    finally:
        storage.close()
    return len(members)


def _object(member: str, told: Mapping[str, Any]) -> Object:
    _, bucket, name = member.split("/", 2)
    return Object(bucket, name, told["type"], told["cache_control"], told["bytes"])


def _put_rows(
    connection: Connection, archive: Reader, found: Contents, listener: Listener
) -> dict[str, int]:
    wanted = archive.members("rows")
    counts = {}
    for table in found.tables:
        told = wanted.get(f"rows/{table.full_name}")
        if told is None:
            continue
        columns, chunks = told["columns"], archive.chunks(f"rows/{table.full_name}")
        if table.schema == "auth":
            counts[table.full_name], left_out = rows.merge_in(connection, table, columns, chunks)
            for column in left_out:
                listener(Notice(f"{table.full_name} has no column {column} there: left out."))
        else:
            _clear(connection, archive, table)
            counts[table.full_name] = rows.copy_in(connection, table, columns, chunks)
    return counts


def _clear(connection: Connection, archive: Reader, table: Table) -> None:
    """Rows that triggers made for the accounts, in tables that were empty before."""
    if archive.manifest["project"] is None:
        connection.execute(sql.SQL("delete from {}").format(table.identifier))
