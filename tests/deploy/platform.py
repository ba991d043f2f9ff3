"""The hosted platform, as far as deploying sees it: a server that checks what it is sent.

Management API and project API answer at one address. Every request to the Management API is held
against the contract, and what it changes is kept. The database is a real PostgreSQL of a stack of
ours, behind a real pgbouncer; functions run in Deno from the very files that were sent, with the
secrets that were set. What goes wrong, and when, is said by faults.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.deploy.calls import CALLS, answered
from tests.deploy.contract import Contract, operations, ours
from tests.deploy.faults import PAGE, Fault
from tests.deploy.project_api import project_api
from tests.deploy.state import REF, Deployed, State
from tests.deploy.worker import Worker
from wakti_sb.stack import Endpoint

TOKEN = "sbp_" + "0123456789abcdef" * 2 + "01234567"
_PERMISSIONS = {key: one["x-permission"] for key, one in operations(ours()).items()}


@dataclass
class Platform:
    """The server.

    Parameters:
        stack: whose database and API are behind it.
        pooler: the address of its pgbouncer.
        folder: for the functions' files.
    """

    stack: Endpoint
    pooler: str
    folder: Path
    address: str = ""
    state: State = field(default_factory=State)
    faults: list[Fault] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    permissions: set[str] | None = None  # of the token; None: all
    seconds: float = 0.0  # that answering took
    victim: int | None = None  # the process that a `kill` ends
    bundled: dict[str, Deployed] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)  # functions that are ACTIVE and not found
    login_delay: float = 0.0  # seconds until the pooler knows a new login
    lost: set[str] = field(default_factory=set)  # the same, whatever is sent
    renew: Callable[[], None] = lambda: None  # makes project and database fresh
    workers: dict[str, tuple[tuple[object, ...], Worker]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _contract: Contract = field(default_factory=Contract)

    def reset(self) -> None:
        """A fresh project; the database is the caller's to clean."""
        with self.lock:
            self.state = State()
            for _, worker in self.workers.values():
                worker.stop()
            self.workers.clear()
            self.bundled.clear()
            self.hidden.clear()
            self.lost.clear()
            self.faults.clear()
            self.complaints.clear()
            self.requests.clear()
            self.permissions = None
            self.login_delay = 0.0

    @property
    def superuser(self) -> str:
        """The database as its superuser."""
        return self.stack.database.replace("postgres:postgres@", "supabase_admin:postgres@")

    def log_of(self, name: str) -> str:
        """What a function printed."""
        return self.workers[name][1].log() if name in self.workers else ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """WSGI."""
        with Request(environ) as request:
            return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        begun = time.perf_counter()
        try:
            return self._judged(request)
        finally:
            with self.lock:
                self.seconds += time.perf_counter() - begun

    def _judged(self, request: Request) -> Response:
        data = request.get_data(cache=True)
        method, path = request.method, request.path
        answer: Response | None = None
        with self.lock:
            self.requests.append((method, path))
            fault = next((one for one in self.faults if one.meets(method, path)), None)
        if fault is not None and fault.moment == "before":
            answer = self._fail(fault, request)
        if answer is None:
            answer = self._answer(request, data)
            if fault is not None:
                answer = self._fail(fault, request)
        return answer

    def _fail(self, fault: Fault, request: Request) -> Response:
        if fault.kind == "kill":
            assert self.victim is not None
            os.kill(self.victim, signal.SIGKILL)
            time.sleep(0.05)
        if fault.kind in ("kill", "lost"):
            connection = request.environ["werkzeug.socket"]
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            return Response(status=500)
        if fault.kind == "page":
            return Response(PAGE, fault.status or 502, content_type="text/html; charset=utf-8")
        return answered({"message": fault.message}, fault.status, fault.headers)

    def _answer(self, request: Request, data: bytes) -> Response:
        if not request.path.startswith("/v1/"):
            return project_api(self, request, data)
        complaint = self._complaint(request)
        if complaint:
            self.complaints.append(f"{request.method} {request.path}: {complaint}")
            return answered({"message": complaint}, 400)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return answered({"message": "Unauthorized"}, 401)
        parts = request.path.split("/")[3:]
        if parts[0] != REF:
            return answered({"message": "Project not found"}, 404)
        template = "/".join(["/v1/projects/{ref}", *parts[1:]])
        template = template.replace("/security", "/{kind}").replace("/performance", "/{kind}")
        needed = _PERMISSIONS[(request.method.lower(), template)]
        if self.permissions is not None and needed not in self.permissions:
            return answered({"message": "Your token lacks a permission."}, 403)
        with self.lock:
            return CALLS[(request.method, "/".join(parts[1:]))](self, request)

    def _complaint(self, request: Request) -> str | None:
        known = {"reveal", "slug", "bundleOnly", "services"}
        if unknown := set(request.args) - known:
            return f"unknown query parameters {unknown}"
        if request.method in ("POST", "PUT", "PATCH") and "content-type" not in request.headers:
            return "a body without its type"
        return self._contract.complaint(request)


@contextlib.contextmanager
def serving(platform: Platform) -> Iterator[Platform]:
    """The platform at an address of its own until the end."""
    server = make_server("127.0.0.1", 0, platform, threaded=True, request_handler=_Quiet)
    platform.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        platform.reset()


class _Quiet(WSGIRequestHandler):
    """Writes no log: broken connections are what is tried here."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  (its name)
        """Nothing."""
