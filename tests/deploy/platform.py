"""The hosted platform, as far as deploying sees it: a server that checks what it is sent.

Management API and project API answer at one address. Every request to the Management API is held
against the contract, and what it changes is kept. The database is a real PostgreSQL of a stack of
ours, behind a real pgbouncer; functions run in Deno from the very files that were sent, with the
secrets that were set. What goes wrong, and when, is said by faults.
"""

from __future__ import annotations

import contextlib
import email.parser
import hashlib
import json
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.deploy.contract import Contract, operations, ours
from tests.deploy.faults import PAGE, Fault
from tests.deploy.pooler import LOGIN_ROLE, TRANSACTIONS
from tests.deploy.worker import Worker
from wakti_sb.stack import Endpoint

REF = "abcdefghijklmnopqrst"
TOKEN = "sbp_" + "0123456789abcdef" * 2 + "01234567"
_PERMISSIONS = {key: one["x-permission"] for key, one in operations(ours()).items()}


@dataclass
class Deployed:
    """A function as the platform holds it."""

    record: dict[str, Any]
    files: dict[str, bytes]
    metadata: dict[str, Any]


@dataclass
class State:
    """What requests change, beside the database."""

    functions: dict[str, Deployed] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    postgrest: dict[str, Any] = field(
        default_factory=lambda: {
            "db_schema": "public,graphql_public",
            "max_rows": 1000,
            "db_extra_search_path": "public, extensions",
            "db_pool": None,
            "jwt_secret": "a-jwt-secret-that-nobody-may-see-on-a-screen",
        }
    )
    file_size_limit: int = 50 * 1024 * 1024
    status: str = "ACTIVE_HEALTHY"
    lints: list[dict[str, Any]] = field(default_factory=list)


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
    _workers: dict[str, tuple[tuple[object, ...], Worker]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _contract: Contract = field(default_factory=Contract)

    def reset(self) -> None:
        """A fresh project; the database is the caller's to clean."""
        with self._lock:
            self.state = State()
            for _, worker in self._workers.values():
                worker.stop()
            self._workers.clear()
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
        return self._workers[name][1].log() if name in self._workers else ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """WSGI."""
        with Request(environ) as request:
            return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        begun = time.perf_counter()
        try:
            return self._judged(request)
        finally:
            with self._lock:
                self.seconds += time.perf_counter() - begun

    def _judged(self, request: Request) -> Response:
        data = request.get_data(cache=True)
        method, path = request.method, request.path
        answer: Response | None = None
        with self._lock:
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
        return _json({"message": fault.message}, fault.status, fault.headers)

    def _answer(self, request: Request, data: bytes) -> Response:
        if not request.path.startswith("/v1/"):
            return self._project_api(request, data)
        complaint = self._complaint(request)
        if complaint:
            self.complaints.append(f"{request.method} {request.path}: {complaint}")
            return _json({"message": complaint}, 400)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json({"message": "Unauthorized"}, 401)
        parts = request.path.split("/")[3:]
        if parts[0] != REF:
            return _json({"message": "Project not found"}, 404)
        template = "/".join(["/v1/projects/{ref}", *parts[1:]])
        template = template.replace("/security", "/{kind}").replace("/performance", "/{kind}")
        needed = _PERMISSIONS[(request.method.lower(), template)]
        if self.permissions is not None and needed not in self.permissions:
            return _json({"message": "Your token lacks a permission."}, 403)
        with self._lock:
            return _CALLS[(request.method, "/".join(parts[1:]))](self, request)

    def _complaint(self, request: Request) -> str | None:
        known = {"reveal", "slug", "bundleOnly", "services"}
        if unknown := set(request.args) - known:
            return f"unknown query parameters {unknown}"
        if request.method in ("POST", "PUT", "PATCH") and "content-type" not in request.headers:
            return "a body without its type"
        return self._contract.complaint(request)

    # ── the calls ────────────────────────────────────────────────────────────────────────────────

    def _project(self, _request: Request) -> Response:
        host = {"host": f"db.{REF}.supabase.co", "version": "17.6.1.111"}
        return _json(
            {
                "id": REF,
                "ref": REF,
                "organization_id": REF,
                "organization_slug": REF,
                "name": "a hosted project",
                "region": "eu-central-1",
                "status": self.state.status,
                "database": {**host, "postgres_engine": "17", "release_channel": "ga"},
                "created_at": "2026-01-01T00:00:00Z",
            }
        )

    def _keys(self, request: Request) -> Response:
        seen = request.args.get("reveal") == "true"
        keys = [("default", "publishable", self.stack.publishable_key)]
        keys += [("default", "secret", self.stack.secret_key)]
        keys += [("anon", "legacy", str(self.stack.anon_key))]
        keys += [("service_role", "legacy", str(self.stack.service_role_key))]
        return _json(
            [
                {"name": name, "type": kind, "id": name, "api_key": key if seen else None}
                for name, kind, key in keys
            ]
        )

    def _pooler(self, _request: Request) -> Response:
        url = f"postgresql://postgres.{REF}:[YOUR-PASSWORD]@{self.pooler}:{TRANSACTIONS}/postgres"
        return _json(
            [
                {
                    "identifier": REF,
                    "database_type": "PRIMARY",
                    "db_user": f"postgres.{REF}",
                    "db_host": self.pooler,
                    "db_port": TRANSACTIONS,
                    "db_name": "postgres",
                    "connection_string": url,
                    "connectionString": url,
                    "pool_mode": "transaction",
                    "default_pool_size": None,
                    "max_client_conn": None,
                    "is_using_scram_auth": True,
                }
            ]
        )

    def _login(self, request: Request) -> Response:
        assert request.json is not None
        password = secrets.token_urlsafe(24)
        if self.login_delay:
            threading.Timer(self.login_delay, self._make_login, [password]).start()
        else:
            self._make_login(password)
        return _json({"role": LOGIN_ROLE, "password": password, "ttl_seconds": 300}, 201)

    def _make_login(self, password: str) -> None:
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            known = connection.execute(
                "select 1 from pg_roles where rolname = %s", [LOGIN_ROLE]
            ).fetchone()
            verb = "alter" if known else "create"
            connection.execute(
                f"{verb} role {LOGIN_ROLE} login noinherit password '{password}'"
                " valid until '2100-01-01'".encode()
            )
            connection.execute(f"grant postgres to {LOGIN_ROLE}".encode())

    def _query(self, request: Request) -> Response:
        assert request.json is not None
        with psycopg.connect(self.superuser, row_factory=dict_row) as connection:
            connection.execute("set transaction read only")
            connection.execute("set local role supabase_read_only_user")
            rows = connection.execute(request.json["query"].encode()).fetchall()
        return _json(json.loads(json.dumps(rows, default=str)), 201)

    def _functions(self, _request: Request) -> Response:
        return _json([one.record for one in self.state.functions.values()])

    def _deploy(self, request: Request) -> Response:
        order = _parts(request)
        if order[0] != ("metadata", None) or any(name != "file" for name, _ in order[1:]):
            return self._refuse(f"the parts are not metadata and then files: {order}")
        metadata = json.loads(request.form["metadata"])
        sent = request.files.getlist("file")
        files = {str(part.filename): part.read() for part in sent}
        for part in sent:
            if part.content_type != "application/octet-stream" or str(part.filename).startswith(
                "/"
            ):
                return self._refuse(f"the file {part.filename} is {part.content_type}")
        entry, import_map = metadata["entrypoint_path"], metadata.get("import_map_path")
        if entry not in files or (import_map and next(iter(files)) != import_map):
            return self._refuse(f"entry or import map are not where they belong: {list(files)}")
        slug = request.args["slug"]
        digest = hashlib.sha256(json.dumps(sorted(files)).encode())
        for content in files.values():
            digest.update(content)
        old = self.state.functions.get(slug)
        now = int(time.time() * 1000)
        record = {
            "id": old.record["id"] if old else f"id-{slug}",
            "slug": slug,
            "name": metadata.get("name", slug),
            "status": "ACTIVE",
            "version": old.record["version"] + 1 if old else 1,
            "created_at": old.record["created_at"] if old else now,
            "updated_at": now,
            "verify_jwt": metadata.get("verify_jwt", True),
            "import_map": bool(import_map),
            "entrypoint_path": f"file:///tmp/source/{entry}",
            "ezbr_sha256": digest.hexdigest(),
        }
        if import_map:
            record["import_map_path"] = f"file:///tmp/source/{import_map}"
        made = Deployed(record, files, metadata)
        if request.args.get("bundleOnly") == "true":
            self.bundled[slug] = made
            told = {key: value for key, value in record.items() if key != "updated_at"}
            return _json(told, 201)
        self.state.functions[slug] = made
        self.hidden.discard(slug)
        return _json(record, 201)

    def _activate(self, request: Request) -> Response:
        assert request.json is not None
        for wanted in request.json:
            slug = wanted["slug"]
            there = self.state.functions.get(slug)
            if there and there.record["ezbr_sha256"] == wanted.get("ezbr_sha256"):
                continue
            made = self.bundled[slug]
            if made.record["ezbr_sha256"] != wanted.get("ezbr_sha256"):
                return self._refuse(f"{slug} was not bundled like that")
            self.state.functions[slug] = made
            self.hidden.discard(slug)
        return _json({"functions": [one.record for one in self.state.functions.values()]})

    def _secrets(self, _request: Request) -> Response:
        return _json(
            [
                {"name": name, "value": hashlib.sha256(value.encode()).hexdigest()}
                for name, value in self.state.secrets.items()
            ]
        )

    def _set_secrets(self, request: Request) -> Response:
        assert request.json is not None
        self.state.secrets.update({one["name"]: one["value"] for one in request.json})
        return Response(status=201)

    def _remove_secrets(self, request: Request) -> Response:
        assert request.json is not None
        for name in request.json:
            self.state.secrets.pop(name, None)
        return Response(status=200)

    def _postgrest(self, request: Request) -> Response:
        if request.method == "PATCH":
            assert request.json is not None
            self.state.postgrest.update(request.json)
        return _json(self.state.postgrest)

    def _storage(self, request: Request) -> Response:
        if request.method == "PATCH":
            assert request.json is not None
            self.state.file_size_limit = request.json["fileSizeLimit"]
            return Response(status=200)
        return _json({"fileSizeLimit": self.state.file_size_limit, "features": {}})

    def _health(self, request: Request) -> Response:
        names = request.args.getlist("services")
        return _json([{"name": n, "healthy": True, "status": "ACTIVE_HEALTHY"} for n in names])

    def _advisors(self, _request: Request) -> Response:
        return _json({"lints": self.state.lints})

    def _refuse(self, complaint: str) -> Response:
        self.complaints.append(complaint)
        return _json({"message": complaint}, 400)

    # ── the project itself ───────────────────────────────────────────────────────────────────────

    def _project_api(self, request: Request, data: bytes) -> Response:
        base = self.stack.api_url
        if request.path.startswith("/functions/v1/"):
            name = request.path.removeprefix("/functions/v1/").partition("/")[0]
            with self._lock:
                found = self.state.functions.get(name)
                if found is None or name in self.hidden | self.lost:
                    code = "NOT_FOUND_FUNCTION_BLOB" if found else "NOT_FOUND"
                    return _json({"code": code, "message": "Requested function was not found"}, 404)
                worker = self._worker(name, found)
            if worker is None:
                return _json({"code": "BOOT_ERROR", "message": "Worker failed to boot"}, 503)
            base = f"http://127.0.0.1:{worker.port}"
        try:
            answer = _forwarded(request, base, data)
        except (httpx.RemoteProtocolError, httpx.ConnectError):
            if not request.path.startswith("/functions/v1/"):
                raise
            # Its process was replaced in the middle; the platform lets an old one finish.
            return self._project_api(request, data)
        kept = [(n, v) for n, v in answer.headers.items() if n.lower() not in _HOP]
        return Response(answer.content, answer.status_code, kept)

    def _worker(self, name: str, found: Deployed) -> Worker | None:
        """A process with this version and these secrets; None if it does not come up."""
        edition = (
            found.record["version"],
            found.record["ezbr_sha256"],
            *self.state.secrets.items(),
        )
        running = self._workers.get(name)
        if running is not None and running[0] == edition:
            return running[1] if running[1].process is not None else None
        worker = running[1] if running else Worker(self.folder / name)
        self._workers[name] = (edition, worker)
        database = self.stack.database
        env = {
            "SUPABASE_URL": self.address,
            "SUPABASE_ANON_KEY": str(self.stack.anon_key),
            "SUPABASE_SERVICE_ROLE_KEY": str(self.stack.service_role_key),
            "SUPABASE_PUBLISHABLE_KEYS": json.dumps({"default": self.stack.publishable_key}),
            "SUPABASE_SECRET_KEYS": json.dumps({"default": self.stack.secret_key}),
            "SUPABASE_DB_URL": database,
            "WAKTI_PBKDF2_ITERATIONS": "1000",
            **self.state.secrets,
        }
        if worker.start(found.files, found.metadata, env):
            return worker
        worker.stop()
        return None


_HOP = {
    "host",
    "connection",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "accept-encoding",
}

_CALLS: dict[tuple[str, str], Callable[[Platform, Request], Response]] = {
    ("GET", ""): Platform._project,
    ("GET", "api-keys"): Platform._keys,
    ("GET", "config/database/pooler"): Platform._pooler,
    ("POST", "cli/login-role"): Platform._login,
    ("POST", "database/query/read-only"): Platform._query,
    ("GET", "functions"): Platform._functions,
    ("PUT", "functions"): Platform._activate,
    ("POST", "functions/deploy"): Platform._deploy,
    ("GET", "secrets"): Platform._secrets,
    ("POST", "secrets"): Platform._set_secrets,
    ("DELETE", "secrets"): Platform._remove_secrets,
    ("GET", "postgrest"): Platform._postgrest,
    ("PATCH", "postgrest"): Platform._postgrest,
    ("GET", "config/storage"): Platform._storage,
    ("PATCH", "config/storage"): Platform._storage,
    ("GET", "health"): Platform._health,
    ("GET", "advisors/security"): Platform._advisors,
    ("GET", "advisors/performance"): Platform._advisors,
}


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


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    told = {"x-ratelimit-limit": "120", "x-ratelimit-remaining": "119", "x-ratelimit-reset": "60"}
    return Response(
        json.dumps(body), status, {**told, **(headers or {})}, content_type="application/json"
    )


def _parts(request: Request) -> list[tuple[str, str | None]]:
    """Name and filename of each part of a multipart body, in order."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.parser.BytesParser().parsebytes(head + request.get_data(cache=True))
    return [
        (str(part.get_param("name", header="content-disposition")), part.get_filename())
        for part in message.walk()
        if not part.is_multipart()
    ]


def _forwarded(request: Request, base: str, data: bytes) -> httpx.Response:
    """What the real part of the project behind this server answers."""
    return httpx.request(
        request.method,
        f"{base}{request.full_path.removesuffix('?')}",
        headers=[(n, v) for n, v in request.headers.items() if n.lower() not in _HOP],
        content=data,
        timeout=60,
    )
