"""The project's own API: the stack behind the server, and functions from the files sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
from werkzeug import Request, Response

from tests.deploy.calls import answered
from tests.deploy.state import Deployed
from tests.deploy.worker import Worker

if TYPE_CHECKING:
    from tests.deploy.platform import Platform

_HOP = {
    "host",
    "connection",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "accept-encoding",
}


def project_api(platform: Platform, request: Request, data: bytes) -> Response:
    """What Data API, Auth, Storage and functions of the project answer."""
    base = platform.stack.api_url
    if request.path.startswith("/functions/v1/"):
        name = request.path.removeprefix("/functions/v1/").partition("/")[0]
        with platform.lock:
            found = platform.state.functions.get(name)
            if found is None or name in platform.hidden | platform.lost:
                code = "NOT_FOUND_FUNCTION_BLOB" if found else "NOT_FOUND"
                return answered({"code": code, "message": "Requested function was not found"}, 404)
            worker = _worker(platform, name, found)
        if worker is None:
            return answered({"code": "BOOT_ERROR", "message": "Worker failed to boot"}, 503)
        base = f"http://127.0.0.1:{worker.port}"
    try:
        answer = _forwarded(request, base, data)
    except (httpx.RemoteProtocolError, httpx.ConnectError):
        if not request.path.startswith("/functions/v1/"):
            raise
        # Its process was replaced in the middle; the platform lets an old one finish.
        return project_api(platform, request, data)
    kept = [(n, v) for n, v in answer.headers.items() if n.lower() not in _HOP]
    return Response(answer.content, answer.status_code, kept)


def _worker(platform: Platform, name: str, found: Deployed) -> Worker | None:
    """A process with this version and these secrets; None if it does not come up."""
    edition = (
        found.record["version"],
        found.record["ezbr_sha256"],
        *platform.state.secrets.items(),
    )
    running = platform.workers.get(name)
    if running is not None and running[0] == edition:
        return running[1] if running[1].process is not None else None
    worker = running[1] if running else Worker(platform.folder / name)
    platform.workers[name] = (edition, worker)
    database = platform.stack.database
    env = {
        "SUPABASE_URL": platform.address,
        "SUPABASE_ANON_KEY": str(platform.stack.anon_key),
        "SUPABASE_SERVICE_ROLE_KEY": str(platform.stack.service_role_key),
        "SUPABASE_PUBLISHABLE_KEYS": json.dumps({"default": platform.stack.publishable_key}),
        "SUPABASE_SECRET_KEYS": json.dumps({"default": platform.stack.secret_key}),
        "SUPABASE_DB_URL": database,
        "WAKTI_PBKDF2_ITERATIONS": "1000",
        **platform.state.secrets,
    }
    if worker.start(found.files, found.metadata, env):
        return worker
    worker.stop()
    return None


def _forwarded(request: Request, base: str, data: bytes) -> httpx.Response:
    """What the real part of the project behind this server answers."""
    return httpx.request(
        request.method,
        f"{base}{request.full_path.removesuffix('?')}",
        headers=[(n, v) for n, v in request.headers.items() if n.lower() not in _HOP],
        content=data,
        timeout=60,
    )
