"""Which ports a stack listens on."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from wakti_sb.errors import EnvironmentProblem

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where a stack answers, all on 127.0.0.1.

    Parameters:
        api: the gateway.
        db: PostgreSQL.
    """

    api: int
    db: int


def free(count: int) -> list[int]:
    """`count` different ports on which nobody listens at the moment."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]


def listens(port: int) -> bool:
    """Whether somebody does on this port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def require_free(port: int, *, purpose: str) -> None:
    """Raise EnvironmentProblem, naming the holder where it can be known, if `port` is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise EnvironmentProblem(
                f"port {port} ({purpose}) is taken{_holder(port)}.",
                remedy="Stop that program, or run: wakti-sb up --port 0",
            ) from error


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and getattr(connection.laddr, "port", None) == port and connection.pid:
                name = psutil.Process(connection.pid).name()
                return f" by {name} (process {connection.pid})"
    except psutil.Error:
        pass  # other users' processes are not ours to see
    return " by another program"
