"""A connection pooler as the platform has one: Debian's pgbouncer, before a stack's PostgreSQL.

An address of its own in 127/8, so that the ports are the platform's: 5432 keeps a server's session
for a client's, 6543 only for a transaction. Names are ROLE.REF, as there; pgbouncer cannot take the
ref off by itself, so each port serves one role, and checks its password by the server's hash.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SESSIONS, TRANSACTIONS = 5432, 6543
LOGIN_ROLE, EDGE_ROLE = "cli_login_postgres", "wakti_edge"
_TRUSTED = f"host all {LOGIN_ROLE},{EDGE_ROLE} 127.0.0.1/32 trust\n"

_SETTINGS = """
[databases]
postgres = host=127.0.0.1 port={server} dbname=postgres user={role} auth_user=supabase_admin
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users.txt
auth_query = {question}
pool_mode = {mode}
default_pool_size = 8
server_round_robin = 1
ignore_startup_parameters = extra_float_digits
{user}
"""
_QUESTION = (
    "select $1, passwd from pg_catalog.pg_shadow where usename = '{role}' and $1 = '{role}.{ref}'"
    " and (valuntil is null or valuntil > now())"
)


def program() -> str | None:
    """Where pgbouncer is."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def running(folder: Path, server_port: int, hba: Path, ref: str) -> Iterator[str]:
    """Start both; yields the address that they listen on.

    Parameters:
        hba: the server's pg_hba.conf: the pooler has checked who comes through it.
    """
    hba.write_text(_TRUSTED + hba.read_text())
    with psycopg.connect(
        f"postgresql://supabase_admin:postgres@127.0.0.1:{server_port}/postgres"
    ) as connection:
        connection.execute("select pg_reload_conf()")
    host = _free_address()
    started = []
    try:
        for port, mode, role in (
            (SESSIONS, "session", LOGIN_ROLE),
            (TRANSACTIONS, "transaction", EDGE_ROLE),
        ):
            started.append(_start(folder / mode, host, port, mode, role, server_port, ref))
        yield host
    finally:
        for process in started:
            process.kill()
            process.wait()


def _start(
    folder: Path, host: str, port: int, mode: str, role: str, server: int, ref: str
) -> subprocess.Popen[bytes]:
    folder.mkdir()
    (folder / "users.txt").write_text('"supabase_admin" "postgres"\n')
    text = _SETTINGS.format(
        folder=folder,
        host=host,
        port=port,
        mode=mode,
        role=role,
        server=server,
        question=_QUESTION.format(role=role, ref=ref),
        user=f"user = {_user()}" if os.geteuid() == 0 else "",
    )
    (folder / "pgbouncer.ini").write_text(text)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    for parent in list(folder.parents)[:4]:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(program()), str(folder / "pgbouncer.ini")], stdout=log, stderr=log
        )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return process
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    raise AssertionError((folder / "log").read_text())


def _user() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise AssertionError("no unprivileged user")


def _free_address() -> str:
    while True:
        host = f"127.{10 + secrets.randbelow(200)}.{secrets.randbelow(250)}.1"
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind((host, SESSIONS))
                other.bind((host, TRANSACTIONS))
            except OSError:
                continue
            return host
