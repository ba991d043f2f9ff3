"""A database that is away is nobody's fault: 503, when to come back, and no detail."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.site_api.project import FUNCTION, Project
from wakti_sb.stack.embedded import deno, paths

ENTRY = Path(__file__).parent.parent.parent / "supabase" / "functions" / FUNCTION / "index.ts"


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    said = answer.json()
    assert said["code"] == "database_unavailable"
    assert said["error"] == "The database cannot be reached, try again"
    assert said["requestId"]
    assert int(answer.headers["retry-after"]) > 0


def test_a_database_that_does_not_answer_in_time(project: Project) -> None:
    with psycopg.connect(project.endpoint.db_url) as connection:
        connection.execute("lock table public.project_form_submissions")
        answer = project.api("POST", "submit", data={"a": 1})
    assert_unavailable(answer)
    assert project.rows("public.project_form_submissions") == []
    assert project.api("POST", "submit", data={"a": 1}).status_code == 200


def test_a_call_that_waits_in_the_database_holds_up_nobody_else(project: Project) -> None:
    with ThreadPoolExecutor(1) as pool, psycopg.connect(project.endpoint.db_url) as connection:
        connection.execute("lock table public.project_form_submissions")
        waiting = pool.submit(project.api, "POST", "submit", data={"a": 1})
        time.sleep(0.1)
        answers = [project.api("GET", "collection/products").status_code for _ in range(20)]
        assert not waiting.done()
        connection.rollback()
        assert waiting.result().status_code == 200
    assert answers == [200] * 20


def test_connections_that_are_cut_are_made_anew(project: Project) -> None:
    assert project.api("POST", "submit", data={}).status_code == 200
    project.sql(
        "select pg_terminate_backend(pid, 1000) from pg_stat_activity"
        " where usename = 'wakti_edge' and datname = current_database()"
    )
    time.sleep(0.1)
    answers = [project.api("POST", "submit", data={}).status_code for _ in range(8)]
    assert answers == [200] * 8


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The function with no database at its address, and the file of its log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = deno.find(paths.cache())
    log = tmp_path_factory.mktemp("lonely") / "log"
    env = {
        "PORT": str(port),
        "SUPABASE_URL": "http://127.0.0.1:9",
        "SUPABASE_ANON_KEY": "anon",
        "SUPABASE_SERVICE_ROLE_KEY": "service",
        "WAKTI_DB_URL": "postgresql://wakti_edge:top-secret@127.0.0.1:9/postgres",
    }
    command = [program.program, "run", "--cached-only", "--allow-net=127.0.0.1", "--allow-env"]
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, ENTRY.name],
            cwd=ENTRY.parent,
            env=os.environ | program.env() | env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}/"
        deadline = time.monotonic() + 20
        while True:
            try:
                httpx.get(url)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        yield url, log
    finally:
        server.terminate()
        server.wait()


PROJECT = "00000000-0000-4000-8000-000000000001"


def test_a_function_without_a_database_says_so(lonely: tuple[str, Path]) -> None:
    url, _ = lonely
    assert_unavailable(httpx.get(url, params={"action": "health"}))
    for method, body in (
        ("POST", {"action": "submit", "data": {}}),
        ("POST", {"action": "collection/a", "data": {}}),
        ("POST", {"action": "auth/me", "data": {"token": "x"}}),
        ("POST", {"action": "auth/login", "data": {"email": "a@b.cc", "password": "secret123"}}),
    ):
        assert_unavailable(httpx.request(method, url, json={"projectId": PROJECT} | body))
    form = {"data": {"projectId": PROJECT}, "files": {"file": ("a.txt", b"x", "text/plain")}}
    assert_unavailable(httpx.post(url, **form))


def test_the_log_has_a_line_for_each_request_and_no_secret(lonely: tuple[str, Path]) -> None:
    url, log = lonely
    before = len(log.read_text().splitlines())
    secrets = {"email": "somebody@example.com", "password": "my-password"}
    body = {"projectId": PROJECT, "action": "auth/login", "data": secrets}
    said = httpx.post(url, json=body, headers={"X-Site-Token": "my-token"}).json()
    [line] = log.read_text().splitlines()[before:]
    assert f'"requestId":"{said["requestId"]}"' in line
    assert '"action":"auth/login"' in line
    assert f'"project":"{PROJECT}"' in line
    assert '"status":503' in line
    for secret in (*secrets.values(), "my-token", "top-secret"):
        assert secret not in log.read_text()


def test_the_database_is_healthy_on_a_stack_that_is_up(project: Project) -> None:
    answer = project.http.get(project.url, params={"action": "health"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
