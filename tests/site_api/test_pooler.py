"""Every action through a real transaction pooler: Debian's pgbouncer, as the platform's is one."""

from __future__ import annotations

import getpass
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.site_api.own_function import Relay, serving
from tests.site_api.project import NO_RATE_LIMITS, PICTURE, Project

PORT = 6543  # where the platform's transaction pooler listens
PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed"),
]


@contextmanager
def pooler(db_url: str, folder: Path) -> Iterator[str]:
    """pgbouncer in transaction mode in front of a database; its URL for the same person."""
    there = urlsplit(db_url)
    host = Relay(PORT, 0).host  # an address of our own
    folder.chmod(0o755)
    users = folder / "users.txt"
    users.write_text(f'"{there.username}" "{there.password}"\n')
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        "[databases]\n"
        f"postgres = host=127.0.0.1 port={there.port} dbname={there.path.removeprefix('/')}\n"
        "[pgbouncer]\n"
        f"listen_addr = {host}\nlisten_port = {PORT}\nunix_socket_dir =\n"
        f"auth_type = plain\nauth_file = {users}\n"
        "pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 100\n"
    )
    assert PROGRAM is not None
    as_user = ["-u", "nobody"] if getpass.getuser() == "root" else []
    log = folder / "pgbouncer.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [PROGRAM, *as_user, str(settings)], stdout=output, stderr=subprocess.STDOUT
        )
    url = f"postgresql://{there.username}:{there.password}@{host}:{PORT}/postgres"
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                psycopg.connect(url, prepare_threshold=None).close()
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def pooled(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The project, asked of a function that reaches the database through the pooler alone."""
    folder = tmp_path_factory.mktemp("pooler")
    for parent in (folder, *folder.parents):
        if parent.is_relative_to(tmp_path_factory.getbasetemp().parent):
            parent.chmod(0o755)
    endpoint = project.endpoint
    keys = {
        "SUPABASE_URL": endpoint.api_url,
        "SUPABASE_PUBLISHABLE_KEYS": json.dumps({"default": endpoint.publishable_key}),
        "SUPABASE_SECRET_KEYS": json.dumps({"default": endpoint.secret_key}),
        "WAKTI_PBKDF2_ITERATIONS": "1000",
    }
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    with (
        pooler(endpoint.database, folder) as url,
        serving(folder / "function.log", SUPABASE_DB_URL=url, **keys) as function,
    ):
        at = Pooled(
            replace(endpoint, functions_url=function.url.rstrip("/")),
            project.id,
            project.owner_id,
            project.owner_email,
            project.http,
        )
        yield at


class Pooled(Project):
    """The same project at the address of another function."""

    @property
    def url(self) -> str:
        return f"{self.endpoint.functions_url}/"


def test_every_action_works_through_a_transaction_pooler(pooled: Project) -> None:
    assert pooled.http.get(pooled.url, params={"action": "health"}).json() == {"status": "ok"}
    assert pooled.api("POST", "submit", data={"a": 1}).json()["success"] is True
    item = pooled.api("POST", "collection/a", data={"a": 1}).json()["item"]
    assert pooled.api("PUT", "collection/a", id=item["id"], data={"a": 2}).status_code == 200
    for query in ({}, {"where.a": "2"}, {"id": item["id"]}, {"order": "data.a"}):
        assert pooled.api("GET", "collection/a", **query).json()["total"] == 1
    assert pooled.api("DELETE", "collection/a", id=item["id"]).json() == {"success": True}
    user = {"email": "user@example.com", "password": "secret123"}
    token = pooled.signed_up(**user)
    assert pooled.api("POST", "auth/login", data=user).status_code == 200
    assert pooled.api("POST", "auth/me", data={"token": token}).status_code == 200
    assert pooled.api("POST", "auth/logout", data={"token": token}).status_code == 200
    stored = pooled.upload(PICTURE)
    assert stored.status_code == 200, stored.text
    [row] = pooled.rows("public.project_uploads")
    gone = pooled.api("POST", "upload/delete", headers=pooled.as_owner, id=str(row["id"]))
    assert gone.json() == {"success": True}


def test_calls_at_once_do_not_mix_through_a_pooler(pooled: Project, other_project: Project) -> None:
    """The settings that bind a call to its project end with its transaction."""
    other = replace(pooled, id=other_project.id, owner_id=other_project.owner_id)
    other_project.configure(features={"rate_limits": NO_RATE_LIMITS})
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(
                lambda n: (pooled, other)[n % 2].api("POST", "collection/a", data={"n": n}),
                range(120),
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    for rest, one in enumerate((pooled, other)):
        numbers = {row["data"]["n"] for row in one.rows("public.project_collections")}
        assert numbers == set(range(rest, 120, 2))
    roles = pooled.sql(
        "select count(*) from pg_stat_activity where application_name = 'project-backend-api'"
        " and datname = current_database() and usename = 'postgres'"
    )
    assert roles[0]["count"] <= 3
