"""The schema as SQL, by the pg_dump that comes with this toolkit's PostgreSQL."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wakti_sb.backup.errors import BackupError
from wakti_sb.backup.source import Source
from wakti_sb.stack.machine import postgres_program

_PLATFORM = ("auth", "storage", "realtime", "vault", "extensions", "graphql", "graphql_public")
_CHUNK = 1 << 20


def dump(source: Source, snapshot: str, write: Callable[[bytes], object]) -> None:
    """Pass on the schema of everything that is not the platform's, as it was at a snapshot.

    Raise BackupError if pg_dump cannot read this server: it may be newer than the program.
    """
    parts = conninfo_to_dict(source.endpoint.database)
    password = str(parts.pop("password", "") or os.environ.get("PGPASSWORD", ""))
    command = [postgres_program("pg_dump"), "--schema-only", f"--snapshot={snapshot}"]
    command += [f"--exclude-schema={name}" for name in _PLATFORM]
    command += [f"--role={source.role}"] if source.role else []
    command += [
        "--dbname",
        make_conninfo("", **{name: str(value) for name, value in parts.items()}),
    ]
    with subprocess.Popen(
        command,
        env={"PATH": os.defpath, "PGPASSWORD": password, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None  # noqa: S101  # both are pipes
        assert process.stderr is not None  # noqa: S101  (for mypy: the pipe was asked for)
        while chunk := process.stdout.read(_CHUNK):
            write(chunk)
        said = source.target.redact(process.stderr.read().decode("utf-8", "replace").strip())
    if process.returncode != 0:
        raise BackupError(
            f"pg_dump cannot read the schema: {said.splitlines()[-1] if said else 'no word'}",
            place=source.target.address,
        )
