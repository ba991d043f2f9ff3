"""PocketBase with a record like ours: what a user might pick instead."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.load import Request, wait_for

_FIELDS = [
    {"name": "project_id", "type": "text", "required": True},
    {"name": "name", "type": "text", "required": True},
    {"name": "data", "type": "json"},
    {"name": "status", "type": "text"},
    {"name": "created", "type": "autodate", "onCreate": True},
]


def find() -> str | None:
    """The program: beside this Python, where pip puts it, or on PATH."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("pocketbase", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))


@contextmanager
def pocketbase(
    program: str,
    folder: Path,
    port: int,
    project: str,
    message: dict[str, object],
    items: list[dict[str, object]],
) -> Iterator[dict[str, Request]]:
    """Run PocketBase with an open collection for forms and one of 20 items; yield its requests."""
    email, password = "bench@example.com", secrets.token_urlsafe(12)
    data = f"--dir={folder}"
    subprocess.run(
        [program, "superuser", "upsert", email, password, data], check=True, capture_output=True
    )
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [program, "serve", f"--http=127.0.0.1:{port}", data],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{url}/api/health")
        with httpx.Client(base_url=f"{url}/api") as client:
            _prepare(client, email, password, project, items)
        yield {
            "submit": Request(
                f"{url}/api/collections/forms/records",
                {"project_id": project, "name": "contact", "data": message, "status": "unread"},
            ),
            "list": Request(
                f"{url}/api/collections/items/records?perPage=20&sort=-created"
                f"&filter=project_id%3D%22{project}%22%26%26name%3D%22products%22"
            ),
        }
    finally:
        server.terminate()
        server.wait()


def _prepare(
    client: httpx.Client, email: str, password: str, project: str, items: list[dict[str, object]]
) -> None:
    answer = client.post(
        "/collections/_superusers/auth-with-password",
        json={"identity": email, "password": password},
    )
    client.headers["Authorization"] = answer.raise_for_status().json()["token"]
    for name in ("forms", "items"):
        index = f"create index idx_{name} on {name} (project_id, name, created)"
        description = {
            "name": name,
            "type": "base",
            "fields": _FIELDS,
            "listRule": "",
            "createRule": "",
            "indexes": [index],
        }
        client.post("/collections", json=description).raise_for_status()
    for item in items:
        record = {"project_id": project, "name": "products", "data": item, "status": "active"}
        client.post("/collections/items/records", json=record).raise_for_status()
