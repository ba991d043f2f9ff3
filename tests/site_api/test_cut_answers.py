"""A connection to the database that is cut between a commit and its answer: what the caller is told
is what happened, or that it is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.site_api.cutter import Cutter
from tests.site_api.own_function import port_of, serving, way_to
from tests.site_api.project import new_project

ACCOUNT = {"email": "visitor@example.com", "password": "secret123"}
UNKNOWN = "The database broke off, and it is not known whether this was done"


class Site:
    """A project of a function that reaches its database through a cutter."""

    def __init__(self, url: str, db_url: str, cutter: Cutter) -> None:
        self.url = url
        self.cutter = cutter
        self._db_url = db_url
        self.project = new_project(db_url)

    def ask(self, method: str, action: str, key: str | None = None, **body: Any) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        whole = {"projectId": self.project, "action": action} | body
        return httpx.request(method, self.url, json=whole, headers=headers, timeout=30)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._db_url) as connection:
            return connection.execute(query.encode(), {"project": self.project}).fetchall()

    def items(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select data, status from public.project_collections where project_id = %(project)s"
        )

    def submissions(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select data from public.project_form_submissions where project_id = %(project)s"
            " order by created_at"
        )


@pytest.fixture
def site(db_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    log = tmp_path_factory.mktemp("cut") / "log"
    rounds = {"WAKTI_PBKDF2_ITERATIONS": "10"}
    with (
        Cutter(5432, port_of(db_url), db_url) as cutter,
        serving(log, SUPABASE_DB_URL=way_to(db_url, cutter), **rounds) as function,
    ):
        yield Site(function.url, db_url, cutter)
        assert cutter.cuts == 1


def test_a_form_that_was_stored_is_answered_with_success(site: Site) -> None:
    site.cutter.cut_the_answer('"success":true')
    answer = site.ask("POST", "submit", data={"n": 1})
    assert answer.status_code == 200, answer.text
    [row] = site.rows(
        "select id::text from public.project_form_submissions where project_id = %(project)s"
    )
    assert answer.json() == {"success": True, "id": row[0]}


def test_a_form_that_never_arrived_is_stored_once(site: Site) -> None:
    assert site.ask("POST", "submit", data={"n": 0}).status_code == 200
    site.cutter.cut_the_call("never-arrived")
    assert site.ask("POST", "submit", data={"n": "never-arrived"}).status_code == 200
    assert site.submissions() == [({"n": 0},), ({"n": "never-arrived"},)]


def test_an_item_that_was_made_is_answered_as_it_is(site: Site) -> None:
    site.cutter.cut_the_answer('"item":')
    answer = site.ask("POST", "collection/a", data={"n": 1})
    assert answer.status_code == 200, answer.text
    assert answer.json()["item"]["data"] == {"n": 1}
    assert answer.headers["access-control-allow-origin"] == "*"
    assert site.items() == [({"n": 1}, "active")]


@pytest.mark.parametrize("change", [{}, {"merge": True}])
def test_a_replacement_or_a_merge_is_answered_with_success(
    site: Site, change: dict[str, Any]
) -> None:
    made = site.ask("POST", "collection/a", data={"n": 1}).json()["item"]["id"]
    site.cutter.cut_the_answer('"item":')
    answer = site.ask("PUT", "collection/a", id=made, data={"n": 2}, **change)
    assert (answer.status_code, answer.json()["item"]["data"]) == (200, {"n": 2})
    assert site.items() == [({"n": 2}, "active")]


def test_a_sum_is_not_raised_twice_and_the_caller_hears_that_it_is_not_known(site: Site) -> None:
    made = site.ask("POST", "collection/a", data={"n": 1}).json()["item"]["id"]
    site.cutter.cut_the_answer('"item":')
    answer = site.ask("PUT", "collection/a", id=made, increment={"n": 1})
    assert (answer.status_code, answer.json()["error"]) == (503, UNKNOWN)
    assert int(answer.headers["retry-after"]) > 0
    assert site.items() == [({"n": 2}, "active")]


def test_a_sum_with_a_key_is_raised_once_and_answered_with_success(site: Site) -> None:
    made = site.ask("POST", "collection/a", data={"n": 1}).json()["item"]["id"]
    site.cutter.cut_the_answer('"item":')
    answer = site.ask("PUT", "collection/a", key="k", id=made, increment={"n": 1})
    assert (answer.status_code, answer.json()["item"]["data"]) == (200, {"n": 2})
    assert site.items() == [({"n": 2}, "active")]


def test_a_deletion_is_never_said_to_have_found_nothing(site: Site) -> None:
    made = site.ask("POST", "collection/a", data={"n": 1}).json()["item"]["id"]
    site.cutter.cut_the_answer('"success":true')
    answer = site.ask("DELETE", "collection/a", id=made)
    assert (answer.status_code, answer.json()["error"]) == (503, UNKNOWN)
    assert site.items() == [({"n": 1}, "deleted")]


@pytest.mark.parametrize("action", ["auth/signup", "auth/login"])
def test_who_was_signed_in_gets_a_token_that_works(site: Site, action: str) -> None:
    if action == "auth/login":
        assert site.ask("POST", "auth/signup", data=ACCOUNT).status_code == 200
    site.cutter.cut_the_answer('"email":')
    answer = site.ask("POST", action, data=ACCOUNT)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert site.ask("POST", "auth/me", data={"token": said["token"]}).json() == {
        "user": said["user"]
    }


@pytest.mark.slow
def test_a_database_that_stays_away_leaves_it_unknown(site: Site) -> None:
    site.cutter.cut_the_answer('"success":true', stays_away=True)
    answer = site.ask("POST", "submit", data={"n": 1})
    assert (answer.status_code, answer.json()["error"]) == (503, UNKNOWN)
    assert answer.json()["code"] == "database_unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert site.submissions() == [({"n": 1},)]
