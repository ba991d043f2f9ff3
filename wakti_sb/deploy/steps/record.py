"""What was sent, remembered in the project's own database, so that every machine sees it."""

from __future__ import annotations

from wakti_sb.deploy.queries import query
from wakti_sb.migrate.connection import Connection


def write(connection: Connection, kind: str, name: str, digest: str, edition: str = "") -> None:
    """Remember what was sent. Part of the caller's transaction, where there is one."""
    connection.execute(query("record_table").encode())
    row = {"kind": kind, "name": name, "digest": digest, "edition": edition}
    connection.execute(query("record_write").encode(), row)


def forget(connection: Connection, kind: str, name: str) -> None:
    """Forget it, so that the next deployment sends it again."""
    connection.execute(query("record_table").encode())
    connection.execute(query("record_forget").encode(), {"kind": kind, "name": name})
