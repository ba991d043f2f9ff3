"""The edge function as a process of a test's own, and a way to the database that can be shut."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from tests.site_api.project import FUNCTION
from wakti_sb.stack.embedded import deno, paths

FOLDER = Path(__file__).parent.parent.parent / "supabase" / "functions" / FUNCTION

# No other test listens there: every address of 127.0.0.0/8 is this machine.
_addresses = (f"127.77.{os.getpid() % 250}.{number}" for number in itertools.count(1))


@dataclass(frozen=True)
class OwnFunction:
    """A running function: its address, its log, its process."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]


def start(log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Start the function with this environment and nothing else of ours."""
    program = deno.find(paths.cache())
    command = [program.program, "run", "--quiet", "--cached-only", "--allow-net", "--allow-env"]
    with log.open("w") as output:
        return subprocess.Popen(
            [*command, "index.ts"],
            cwd=FOLDER,
            env=os.environ | program.env() | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


@contextmanager
def serving(log: Path, **environment: str) -> Iterator[OwnFunction]:
    """The function, answering; it is stopped afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keys = {"SUPABASE_ANON_KEY": "anon", "SUPABASE_SERVICE_ROLE_KEY": "service"}
    api = {"SUPABASE_URL": "http://127.0.0.1:9", "PORT": str(port)}
    process = start(log, **(keys | api | environment))
    url = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                httpx.options(url)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        yield OwnFunction(url, log, process)
    finally:
        process.terminate()
        process.wait()


class Relay:
    """A port that leads to another, as a pooler in front of a database does.

    Parameters:
        port: what callers connect to.
        target: the port that it leads to.
    """

    def __init__(self, port: int, target: int) -> None:
        self.host = next(_addresses)
        self.port = port
        self._target = target
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def open(self) -> None:
        """Let callers in."""
        self._listener = socket.create_server((self.host, self.port))
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Cut every connection and take no more."""
        if self._listener is None:
            return
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._listener, self._open = None, []

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [caller, server]
                self._join(caller, server)

    def _join(self, caller: socket.socket, server: socket.socket) -> None:
        """Pass on what each end sends."""
        for ends in ((caller, server), (server, caller)):
            threading.Thread(target=_pass_on, args=ends, daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def way_to(db_url: str, relay: Relay) -> str:
    """The database's URL by way of a relay."""
    return db_url.replace(f"127.0.0.1:{urlsplit(db_url).port}", f"{relay.host}:{relay.port}")


def port_of(db_url: str) -> int:
    """Where a database listens."""
    port = urlsplit(db_url).port
    assert port
    return port
