"""A database that is away is nobody's fault: 503, when to come back, and no detail."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.site_api.own_function import OwnFunction, Relay, port_of, serving, start, way_to
from tests.site_api.project import NO_RATE_LIMITS, Project, new_project


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    said = answer.json()
    assert said["code"] == "database_unavailable"
    assert said["error"] == "The database cannot be reached, try again"
    assert said["requestId"]
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.slow
def test_what_is_answered_with_try_again_is_never_stored(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    with ThreadPoolExecutor(60) as pool, psycopg.connect(project.endpoint.database) as connection:
        connection.execute("lock table public.project_form_submissions")
        sent = [pool.submit(project.api, "POST", "submit", data={"n": n}) for n in range(60)]
        answers = [one.result() for one in sent]
        connection.rollback()
    for answer in answers:
        assert_unavailable(answer)
    assert project.api("POST", "submit", data={"n": 60}).status_code == 200
    stored = project.rows("public.project_form_submissions")
    assert [row["data"] for row in stored] == [{"n": 60}]


def test_writes_that_wait_in_the_database_hold_up_no_reader(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    with ThreadPoolExecutor(40) as pool, psycopg.connect(project.endpoint.database) as connection:
        connection.execute("lock table public.project_form_submissions")
        waiting = [pool.submit(project.api, "POST", "submit", data={"a": 1}) for _ in range(40)]
        time.sleep(0.1)
        answers = [project.api("GET", "collection/products").status_code for _ in range(5)]
        assert not all(one.done() for one in waiting)
        connection.rollback()
        codes = {one.result().status_code for one in waiting}
    assert answers == [200] * 5
    assert 200 in codes
    assert codes <= {200, 503}  # the lock is waited for a second, which a busy machine uses up


def test_a_submission_that_waits_for_a_hand_over_reaches_the_new_owner(
    project: Project, other_project: Project
) -> None:
    assert project.api("POST", "submit", data={"n": 0}).status_code == 200
    with ThreadPoolExecutor(1) as pool, psycopg.connect(project.endpoint.database) as connection:
        connection.execute(
            "update public.projects set user_id = %s where id = %s",
            [other_project.owner_id, project.id],
        )
        waiting = pool.submit(project.api, "POST", "submit", data={"n": 1})
        time.sleep(0.2)
        assert not waiting.done()
        connection.commit()
        assert waiting.result().status_code == 200
    owners = {str(row["user_id"]) for row in project.rows("public.project_form_submissions")}
    assert owners == {other_project.owner_id}


@pytest.mark.parametrize("action", ["submit", "collection/products", "auth/login"])
def test_a_deletion_and_a_visitors_call_do_not_wait_for_each_other(
    project: Project, action: str
) -> None:
    data = {"email": "user@example.com", "password": "secret123"}
    project.signed_up("user@example.com")
    assert project.api("POST", action, data=data).status_code == 200
    with ThreadPoolExecutor(1) as pool, psycopg.connect(project.endpoint.database) as connection:
        # What a deletion does first, and then all of it.
        connection.execute("select from public.projects where id = %s for update", [project.id])
        waiting = pool.submit(project.api, "POST", action, data=data)
        time.sleep(0.2)
        connection.execute("delete from public.projects where id = %s", [project.id])
        connection.commit()
        answer = waiting.result()
    assert (answer.status_code, answer.json()["code"]) == (403, "backend_not_enabled")


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
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnFunction]:
    """The function with no database at its address."""
    log = tmp_path_factory.mktemp("lonely") / "log"
    url = "postgresql://wakti_edge:top-secret@127.0.0.1:9/postgres"
    with serving(log, WAKTI_DB_URL=url) as function:
        yield function


PROJECT = "00000000-0000-4000-8000-000000000001"


def test_a_function_without_a_database_says_so(lonely: OwnFunction) -> None:
    url = lonely.url
    assert_unavailable(httpx.get(url, params={"action": "health"}))
    for method, body in (
        ("POST", {"action": "submit", "data": {}}),
        ("POST", {"action": "collection/a", "data": {}}),
        ("POST", {"action": "auth/me", "data": {"token": "x"}}),
        ("POST", {"action": "auth/login", "data": {"email": "a@b.cc", "password": "secret123"}}),
    ):
        assert_unavailable(httpx.request(method, url, json={"projectId": PROJECT} | body))
    form: Any = {"data": {"projectId": PROJECT}, "files": {"file": ("a.txt", b"x", "text/plain")}}
    assert_unavailable(httpx.post(url, **form))


def test_the_log_has_a_line_for_each_request_and_no_secret(lonely: OwnFunction) -> None:
    url, log = lonely.url, lonely.log
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


def test_a_database_that_comes_back_is_found_again(db_url: str, tmp_path: Path) -> None:
    health = {"action": "health"}
    with (
        Relay(5432, port_of(db_url)) as relay,
        serving(tmp_path / "log", SUPABASE_DB_URL=way_to(db_url, relay)) as function,
    ):
        for _ in range(2):
            assert httpx.get(function.url, params=health).status_code == 200
            relay.shut()
            assert_unavailable(httpx.get(function.url, params=health))
            relay.open()
            time.sleep(0.2)
        assert httpx.get(function.url, params=health).status_code == 200


TRANSACTION_POOLER = 6543


@pytest.mark.parametrize("port", [5432, TRANSACTION_POOLER])
def test_the_platforms_own_url_is_narrowed_to_the_edge_role(
    db_url: str, tmp_path: Path, port: int
) -> None:
    project = new_project(db_url)
    submit = "function wakti.submit(uuid, text, text, text, text, bytea, uuid)"
    body = {"projectId": project, "action": "submit", "data": {}}
    with (
        Relay(port, port_of(db_url)) as relay,
        serving(tmp_path / "log", SUPABASE_DB_URL=way_to(db_url, relay)) as function,
        psycopg.connect(db_url, autocommit=True) as connection,
    ):
        assert httpx.post(function.url, json=body).status_code == 200
        connection.execute(f"revoke execute on {submit} from wakti_edge")
        answer = httpx.post(function.url, json=body)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        connection.execute(f"grant execute on {submit} to wakti_edge")
        listing = {"projectId": project, "action": "collection/a"}
        assert httpx.get(function.url, params=listing).json() == {"items": [], "total": 0}
        prepared = connection.execute("select count(*) from public.project_form_submissions")
        assert prepared.fetchone() == (1,)


@pytest.mark.slow
@pytest.mark.parametrize("port", [5432, TRANSACTION_POOLER])
def test_a_database_that_restarts_under_load_ends_no_process(
    db_url: str, tmp_path: Path, port: int
) -> None:
    project = new_project(db_url)
    body = {"projectId": project, "action": "collection/a", "data": {"a": "x" * 500}}
    over = time.monotonic() + 4
    seen: Counter[int] = Counter()

    def load(url: str) -> None:
        with httpx.Client(timeout=30) as http:
            while time.monotonic() < over:
                seen[http.post(url, json=body).status_code] += 1

    with (
        Relay(port, port_of(db_url)) as relay,
        serving(tmp_path / "log", SUPABASE_DB_URL=way_to(db_url, relay)) as function,
        psycopg.connect(db_url, autocommit=True) as connection,
        ThreadPoolExecutor(8) as pool,
    ):
        connection.execute(
            """update public.project_backends set features = '{"rate_limits": {"write": 0}}'"""
        )
        running = [pool.submit(load, function.url) for _ in range(8)]
        while time.monotonic() < over:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and backend_type = 'client backend'"  # autovacuum belongs to a superuser
            )
            time.sleep(0.1)
        for one in running:
            one.result()
        assert set(seen) <= {200, 503}
        assert function.process.poll() is None, function.log.read_text()
        # The last cut may still be on its way to a connection that waits for work.
        deadline = time.monotonic() + 5
        while httpx.post(function.url, json=body, timeout=30).status_code != 200:
            assert time.monotonic() < deadline
        answers = [httpx.post(function.url, json=body, timeout=30) for _ in range(12)]
        assert [answer.status_code for answer in answers] == [200] * 12


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({}, "The environment variable SUPABASE_URL is not set"),
        (
            {"SUPABASE_URL": "http://127.0.0.1:9"},
            "The environment variable SUPABASE_PUBLISHABLE_KEYS is not set",
        ),
        (
            {
                "SUPABASE_URL": "http://127.0.0.1:9",
                "SUPABASE_ANON_KEY": "anon",
                "SUPABASE_SERVICE_ROLE_KEY": "service",
                "WAKTI_DB_URL": "postgresql://wakti_edge:top-secret@host:port/x",
            },
            "The environment variable WAKTI_DB_URL is not a URL that can be used here",
        ),
    ],
    ids=["nothing", "no keys", "no URL"],
)
def test_an_environment_that_will_not_do_is_one_clear_line(
    tmp_path: Path, environment: dict[str, str], line: str
) -> None:
    log = tmp_path / "log"
    assert start(log, PORT="1", **environment).wait(timeout=30) == 1
    assert log.read_text() == f"{line}\n"
