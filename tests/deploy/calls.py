"""The calls of the Management API that deploying makes, and what they change."""

from __future__ import annotations

import email.parser
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row
from werkzeug import Request, Response

from tests.deploy.pooler import LOGIN_ROLE, TRANSACTIONS
from tests.deploy.state import REF, Deployed

if TYPE_CHECKING:
    from tests.deploy.platform import Platform


def answered(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    told = {"x-ratelimit-limit": "120", "x-ratelimit-remaining": "119", "x-ratelimit-reset": "60"}
    return Response(
        json.dumps(body), status, {**told, **(headers or {})}, content_type="application/json"
    )


def _project(platform: Platform, _request: Request) -> Response:
    host = {"host": f"db.{REF}.supabase.co", "version": "17.6.1.111"}
    return answered(
        {
            "id": REF,
            "ref": REF,
            "organization_id": REF,
            "organization_slug": REF,
            "name": "a hosted project",
            "region": "eu-central-1",
            "status": platform.state.status,
            "database": {**host, "postgres_engine": "17", "release_channel": "ga"},
            "created_at": "2026-01-01T00:00:00Z",
        }
    )


def _keys(platform: Platform, request: Request) -> Response:
    seen = request.args.get("reveal") == "true"
    keys = [("default", "publishable", platform.stack.publishable_key)]
    keys += [("default", "secret", platform.stack.secret_key)]
    keys += [("anon", "legacy", str(platform.stack.anon_key))]
    keys += [("service_role", "legacy", str(platform.stack.service_role_key))]
    return answered(
        [
            {"name": name, "type": kind, "id": name, "api_key": key if seen else None}
            for name, kind, key in keys
        ]
    )


def _pooler(platform: Platform, _request: Request) -> Response:
    url = f"postgresql://postgres.{REF}:[YOUR-PASSWORD]@{platform.pooler}:{TRANSACTIONS}/postgres"
    return answered(
        [
            {
                "identifier": REF,
                "database_type": "PRIMARY",
                "db_user": f"postgres.{REF}",
                "db_host": platform.pooler,
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


def _login(platform: Platform, request: Request) -> Response:
    assert request.json is not None
    password = secrets.token_urlsafe(24)
    if platform.login_delay:
        threading.Timer(platform.login_delay, _make_login, [platform, password]).start()
    else:
        _make_login(platform, password)
    return answered({"role": LOGIN_ROLE, "password": password, "ttl_seconds": 300}, 201)


def _make_login(platform: Platform, password: str) -> None:
    with psycopg.connect(platform.superuser, autocommit=True) as connection:
        known = connection.execute(
            "select 1 from pg_roles where rolname = %s", [LOGIN_ROLE]
        ).fetchone()
        verb = "alter" if known else "create"
        connection.execute(
            f"{verb} role {LOGIN_ROLE} login noinherit password '{password}'"
            " valid until '2100-01-01'".encode()
        )
        connection.execute(f"grant postgres to {LOGIN_ROLE}".encode())


def _query(platform: Platform, request: Request) -> Response:
    assert request.json is not None
    with psycopg.connect(platform.superuser, row_factory=dict_row) as connection:
        connection.execute("set transaction read only")
        connection.execute("set local role supabase_read_only_user")
        rows = connection.execute(request.json["query"].encode()).fetchall()
    return answered(json.loads(json.dumps(rows, default=str)), 201)


def _functions(platform: Platform, _request: Request) -> Response:
    return answered([one.record for one in platform.state.functions.values()])


def _deploy(platform: Platform, request: Request) -> Response:
    order = _parts(request)
    if order[0] != ("metadata", None) or any(name != "file" for name, _ in order[1:]):
        return _refuse(platform, f"the parts are not metadata and then files: {order}")
    metadata = json.loads(request.form["metadata"])
    sent = request.files.getlist("file")
    files = {str(part.filename): part.read() for part in sent}
    for part in sent:
        if part.content_type != "application/octet-stream" or str(part.filename).startswith("/"):
            return _refuse(platform, f"the file {part.filename} is {part.content_type}")
    entry, import_map = metadata["entrypoint_path"], metadata.get("import_map_path")
    if entry not in files or (import_map and next(iter(files)) != import_map):
        return _refuse(platform, f"entry or import map are not where they belong: {list(files)}")
    slug = request.args["slug"]
    digest = hashlib.sha256(json.dumps(sorted(files)).encode())
    for content in files.values():
        digest.update(content)
    old = platform.state.functions.get(slug)
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
        platform.bundled[slug] = made
        told = {key: value for key, value in record.items() if key != "updated_at"}
        return answered(told, 201)
    platform.state.functions[slug] = made
    platform.hidden.discard(slug)
    return answered(record, 201)


def _activate(platform: Platform, request: Request) -> Response:
    assert request.json is not None
    for wanted in request.json:
        slug = wanted["slug"]
        there = platform.state.functions.get(slug)
        if there and there.record["ezbr_sha256"] == wanted.get("ezbr_sha256"):
            continue
        made = platform.bundled[slug]
        if made.record["ezbr_sha256"] != wanted.get("ezbr_sha256"):
            return _refuse(platform, f"{slug} was not bundled like that")
        platform.state.functions[slug] = made
        platform.hidden.discard(slug)
    return answered({"functions": [one.record for one in platform.state.functions.values()]})


def _secrets(platform: Platform, _request: Request) -> Response:
    return answered(
        [
            {"name": name, "value": hashlib.sha256(value.encode()).hexdigest()}
            for name, value in platform.state.secrets.items()
        ]
    )


def _set_secrets(platform: Platform, request: Request) -> Response:
    assert request.json is not None
    platform.state.secrets.update({one["name"]: one["value"] for one in request.json})
    return Response(status=201)


def _remove_secrets(platform: Platform, request: Request) -> Response:
    assert request.json is not None
    for name in request.json:
        platform.state.secrets.pop(name, None)
    return Response(status=200)


def _postgrest(platform: Platform, request: Request) -> Response:
    if request.method == "PATCH":
        assert request.json is not None
        platform.state.postgrest.update(request.json)
    return answered(platform.state.postgrest)


def _storage(platform: Platform, request: Request) -> Response:
    if request.method == "PATCH":
        assert request.json is not None
        platform.state.file_size_limit = request.json["fileSizeLimit"]
        return Response(status=200)
    return answered({"fileSizeLimit": platform.state.file_size_limit, "features": {}})


def _health(_platform: Platform, request: Request) -> Response:
    names = request.args.getlist("services")
    return answered([{"name": n, "healthy": True, "status": "ACTIVE_HEALTHY"} for n in names])


def _advisors(platform: Platform, _request: Request) -> Response:
    return answered({"lints": platform.state.lints})


def _refuse(platform: Platform, complaint: str) -> Response:
    platform.complaints.append(complaint)
    return answered({"message": complaint}, 400)


def _parts(request: Request) -> list[tuple[str, str | None]]:
    """Name and filename of each part of a multipart body, in order."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.parser.BytesParser().parsebytes(head + request.get_data(cache=True))
    return [
        (str(part.get_param("name", header="content-disposition")), part.get_filename())
        for part in message.walk()
        if not part.is_multipart()
    ]


CALLS: dict[tuple[str, str], Callable[[Platform, Request], Response]] = {
    ("GET", ""): _project,
    ("GET", "api-keys"): _keys,
    ("GET", "config/database/pooler"): _pooler,
    ("POST", "cli/login-role"): _login,
    ("POST", "database/query/read-only"): _query,
    ("GET", "functions"): _functions,
    ("PUT", "functions"): _activate,
    ("POST", "functions/deploy"): _deploy,
    ("GET", "secrets"): _secrets,
    ("POST", "secrets"): _set_secrets,
    ("DELETE", "secrets"): _remove_secrets,
    ("GET", "postgrest"): _postgrest,
    ("PATCH", "postgrest"): _postgrest,
    ("GET", "config/storage"): _storage,
    ("PATCH", "config/storage"): _storage,
    ("GET", "health"): _health,
    ("GET", "advisors/security"): _advisors,
    ("GET", "advisors/performance"): _advisors,
}
