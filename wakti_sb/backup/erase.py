"""Erase what a project holds, or what it knows of one visitor; say what went, what stays, and why.

Files go first: a row that names a file which is gone can be found again, a file without its row is
public for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from wakti_sb.backup.objects import Storage, listed
from wakti_sb.backup.queries import query
from wakti_sb.backup.scope import PROJECTS, Table, conditions
from wakti_sb.backup.source import Source, contents
from wakti_sb.backup.take import require_project
from wakti_sb.events import Listener, Step
from wakti_sb.migrate.connection import Connection


@dataclass(frozen=True)
class Line:
    """One line of the report.

    Parameters:
        what: a table, or files.
        gone: how many went, or would go.
        stays: how many stay.
        why: the reason for what stays.
    """

    what: str
    gone: int
    stays: int = 0
    why: str = ""


def erase_project(
    source: Source, project: str, *, keep_project: bool, dry_run: bool, listener: Listener
) -> tuple[Line, ...]:
    """Erase everything of one project. Raise BackupError if it is not there.

    Parameters:
        keep_project: whether the row of public.projects stays, which other parts of the product
            use too.
    """
    with source.target.session() as connection:
        require_project(connection, project)
        found = contents(connection)
        chosen = conditions(found.tables, found.keys, project)
        objects = listed(connection, project)
        listener(Step("files", 0, 2))
        if not dry_run:
            _remove_files(source, [(one.bucket, one.name) for one in objects])
        lines = [Line("files", len(objects))]
        listener(Step("rows", 1, 2))
        with connection.transaction(force_rollback=dry_run):
            # Children first: what their parents' rows would take along is counted under its name.
            for table in reversed(found.tables):
                condition = chosen.get(table.full_name)
                if condition is not None:
                    lines.append(
                        _erase_rows(connection, table, condition, keep_project=keep_project)
                    )
    return tuple(lines)


def _erase_rows(
    connection: Connection, table: Table, condition: sql.Composable, *, keep_project: bool
) -> Line:
    name = table.full_name
    if table.schema == "auth" or (name == PROJECTS and keep_project):
        row = connection.execute(
            sql.SQL("select count(*) from {} where {}").format(table.identifier, condition)
        ).fetchone()
        why = (
            "the row is the product's; --with-project takes it too"
            if name == PROJECTS
            else "the owner's account may have other projects"
        )
        return Line(name, 0, int(row[0]) if row else 0, why)
    done = connection.execute(
        sql.SQL("delete from {} where {}").format(table.identifier, condition)
    )
    return Line(name, done.rowcount)


def erase_visitor(
    source: Source, email: str, *, project: str | None, dry_run: bool, listener: Listener
) -> tuple[Line, ...]:
    """Erase a visitor's accounts, what they made, and the submissions that hold their address.

    Files that came with such a submission go too.

    Parameters:
        email: compared without case.
        project: one project's visitor alone; None for every project.
    """
    listener(Step("accounts", 0, 1))
    scope = {"email": email, "project": project}
    with source.target.session() as connection, connection.transaction(force_rollback=dry_run):
        files = connection.execute(query("visitor_files"), scope).fetchall()
        if not dry_run:
            _remove_files(source, [(bucket, name) for bucket, name in files if bucket is not None])
        paths = {"paths": [name for _, name in files]}
        lines = [
            Line("items that the visitor made", _run(connection, "erase_items", scope)),
            Line("files of submissions with the address", _run(connection, "erase_files", paths)),
            Line("submissions with the address", _run(connection, "erase_submissions", scope)),
            Line("sessions", _run(connection, "erase_sessions", scope)),
            Line("answers kept for repetitions", _run(connection, "erase_answers", scope)),
            Line("accounts", _run(connection, "erase_accounts", scope)),
        ]
        lines += _what_stays(connection, scope)
    return tuple(lines)


def _run(connection: Connection, name: str, scope: Mapping[str, Any]) -> int:
    return connection.execute(query(name), scope).rowcount


def _what_stays(connection: Connection, scope: Mapping[str, str | None]) -> Iterator[Line]:
    row = connection.execute(query("mentions"), scope).fetchone()
    items = int(row[0]) if row else 0
    if items:
        why = "others made them; look for the address in the data and decide"
        yield Line("items that mention the address", 0, items, why)
    yield Line("other files", 0, 0, "an upload by itself does not say who sent it")


def _remove_files(source: Source, names: list[tuple[str, str]]) -> None:
    storage = Storage(source.endpoint)
    try:
        for bucket in dict.fromkeys(bucket for bucket, _ in names):
            storage.remove(bucket, [name for other, name in names if other == bucket])
    finally:
        storage.close()
