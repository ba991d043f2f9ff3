"""A minute's count for one client address and project."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.site_api.project import PICTURE, Project

USER = {"email": "user@example.com", "password": "secret123"}


def assert_limited(answer: httpx.Response) -> None:
    assert answer.status_code == 429, answer.text
    assert answer.json()["code"] == "rate_limited"
    assert 1 <= int(answer.headers["retry-after"]) <= 60


def limit(project: Project, **limits: int) -> None:
    project.configure(features={"rate_limits": limits})


def test_the_count_of_a_minute_is_exact(project: Project) -> None:
    limit(project, submit=3)
    answers = [project.api("POST", "submit", data={"n": n}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert_limited(answers[-1])
    assert answers[-1].headers["access-control-allow-origin"] == "*"
    assert len(project.rows("public.project_form_submissions")) == 3


def test_the_next_minute_begins_anew(project: Project) -> None:
    limit(project, submit=1)
    project.api("POST", "submit", data={})
    assert_limited(project.api("POST", "submit", data={}))
    project.sql(
        "update wakti.rate_limits set started_at = now() - interval '1 minute'"
        " where project_id = %s",
        project.id,
    )
    # The refusal above is believed for a moment.
    deadline = time.monotonic() + 10
    answer = project.api("POST", "submit", data={})
    while answer.status_code == 429 and time.monotonic() < deadline:
        time.sleep(0.05)
        answer = project.api("POST", "submit", data={})
    assert answer.status_code == 200
    assert_limited(project.api("POST", "submit", data={}))


@pytest.mark.parametrize("name", ["submit", "write", "signup", "login", "upload"])
def test_every_action_has_a_count_of_its_own(project: Project, name: str) -> None:
    project.signed_up("user@example.com")
    limit(project, **{name: 1})
    send: dict[str, Callable[[], httpx.Response]] = {
        "submit": lambda: project.api("POST", "submit", data={}),
        "write": lambda: project.api("POST", "collection/a", data={}),
        "signup": lambda: project.api("POST", "auth/signup", data=USER),
        "login": lambda: project.api("POST", "auth/login", data=USER),
        "upload": lambda: project.upload(PICTURE),
    }
    project.sql("delete from wakti.rate_limits where project_id = %s", project.id)
    for action, request in send.items():
        assert request().status_code in (200, 409), action
        if action == name:
            assert_limited(request())


def test_a_limit_may_be_written_as_a_decimal(project: Project) -> None:
    project.sql(
        """update public.project_backends set features = '{"rate_limits": {"submit": 2.0}}'
        where project_id = %s""",
        project.id,
    )
    codes = [project.api("POST", "submit", data={}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_zero_is_no_limit(project: Project) -> None:
    limit(project, submit=0)
    assert {project.api("POST", "submit", data={}).status_code for _ in range(70)} == {200}
    assert project.rows("wakti.rate_limits") == []


def test_the_default_holds_where_a_project_says_nothing(project: Project) -> None:
    answers = [project.api("POST", "submit", data={}).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


def test_projects_are_counted_apart(project: Project, other_project: Project) -> None:
    limit(project, submit=1)
    limit(other_project, submit=1)
    for one in (project, other_project):
        assert one.api("POST", "submit", data={}).status_code == 200


def test_failed_logins_count(project: Project) -> None:
    project.signed_up("user@example.com")
    limit(project, login=2)
    wrong = {"email": "user@example.com", "password": "wrong-password"}
    codes = [project.api("POST", "auth/login", data=wrong).status_code for _ in range(3)]
    assert codes == [401, 401, 429]
    assert_limited(project.api("POST", "auth/login", data=USER))


def test_a_password_cannot_be_guessed_from_many_addresses(project: Project) -> None:
    project.signed_up("user@example.com")
    limit(project, login=3)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        row = project.sql(
            "select status from wakti.begin_login(%s, null, %s, ' User@Example.com')",
            project.id,
            address,
        )
        assert row == [{"status": 200}]
    assert_limited(project.api("POST", "auth/login", data=USER))


def test_a_caller_cannot_choose_the_address_it_is_counted_by(project: Project) -> None:
    limit(project, submit=1)
    project.api("POST", "submit", data={})
    for header in ("X-Forwarded-For", "CF-Connecting-IP", "X-Real-IP", "Forwarded"):
        assert_limited(project.api("POST", "submit", data={}, headers={header: "192.0.2.9"}))


def test_the_owner_is_not_counted(project: Project) -> None:
    limit(project, write=1)
    for _ in range(3):
        answer = project.api("POST", "collection/a", headers=project.as_owner, data={})
        assert answer.status_code == 200


def test_refused_requests_do_not_lengthen_the_wait(project: Project) -> None:
    limit(project, submit=1)
    project.api("POST", "submit", data={})
    before = project.rows("wakti.rate_limits")
    for _ in range(3):
        assert_limited(project.api("POST", "submit", data={}))
    assert project.rows("wakti.rate_limits") == before


def test_counts_and_tokens_that_have_had_their_day_are_swept(
    project: Project, other_project: Project
) -> None:
    for one in (project, other_project):
        for client in ("192.0.2.1", "192.0.2.2"):
            one.sql(
                "insert into wakti.rate_limits (project_id, action, client, started_at)"
                " values (%s, 'submit', %s, now() - interval '61 minutes')",
                one.id,
                client,
            )
        one.signed_up("user@example.com")
        one.sql(
            "insert into wakti.site_sessions (token_hash, project_id, site_user_id, expires_at)"
            " select sha256(id::text::bytea), project_id, id, now()"
            " from public.project_site_users where project_id = %s",
            one.id,
        )
    with psycopg.connect(project.endpoint.database) as connection:
        connection.execute("set local role wakti_site")
        connection.execute("select set_config('wakti.project', %s, true)", [project.id])
        connection.execute("select wakti.sweep_counts(), wakti.sweep_sessions(%s)", [project.id])
    for one, sessions in ((project, 1), (other_project, 2)):
        assert [row["action"] for row in one.rows("wakti.rate_limits")] == ["signup"]
        assert len(one.rows("wakti.site_sessions")) == sessions


def test_a_sweep_waits_for_no_other_request(project: Project) -> None:
    for client in ("192.0.2.1", "192.0.2.2"):
        project.sql(
            "insert into wakti.rate_limits (project_id, action, client, started_at)"
            " values (%s, 'submit', %s, now() - interval '61 minutes')",
            project.id,
            client,
        )
    with (
        psycopg.connect(project.endpoint.database) as held,
        psycopg.connect(project.endpoint.database) as connection,
    ):
        held.execute("select from wakti.rate_limits where client = '192.0.2.1' for update")
        connection.execute("set local lock_timeout = '100ms'")
        connection.execute("set local role wakti_site")
        connection.execute("select wakti.sweep_counts()")
        connection.commit()
        held.rollback()
        left = [row["client"] for row in project.rows("wakti.rate_limits")]
        connection.execute("select wakti.sweep_counts()")  # others' tests count rows that are seen
    assert left == ["192.0.2.1"]


def test_a_minutes_count_is_exact_under_concurrency(project: Project) -> None:
    limit(project, submit=10, login=5)
    project.signed_up("user@example.com")
    with ThreadPoolExecutor(16) as pool:
        sent = [pool.submit(project.api, "POST", "submit", data={}) for _ in range(40)]
        tried = [pool.submit(project.api, "POST", "auth/login", data=USER) for _ in range(20)]
        for requests, allowed in ((sent, 10), (tried, 5)):
            codes = [request.result().status_code for request in requests]
            assert sorted(codes) == [200] * allowed + [429] * (len(codes) - allowed)
    assert len(project.rows("public.project_form_submissions")) == 10
