"""A session goes on: refresh tokens, rotated once and good again for a moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from psycopg import Connection

from wakti_sb.stack.endpoint import Endpoint

from .people import User, headers

PASSWORD = "correct horse"


class Refreshing:
    """Signs in and refreshes, over HTTP as browsers' tabs do."""

    def __init__(self, http: httpx.Client, endpoint: Endpoint, email: str) -> None:
        self._http = http
        self._headers = headers(endpoint)
        self._email = email

    def _post(self, grant: str, body: dict[str, str]) -> httpx.Response:
        path = f"/auth/v1/token?grant_type={grant}"
        return self._http.post(path, headers=self._headers, json=body)

    def login(self) -> str:
        answer = self._post("password", {"email": self._email, "password": PASSWORD})
        return str(answer.json()["refresh_token"])

    def refresh(self, token: str) -> httpx.Response:
        return self._post("refresh_token", {"refresh_token": token})


@pytest.fixture
def tabs(http: httpx.Client, clean: Endpoint, ada: User) -> Refreshing:
    return Refreshing(http, clean, ada.email)


def test_tabs_that_refresh_at_once_are_all_answered_with_the_same_token(tabs: Refreshing) -> None:
    for _ in range(5):
        token = tabs.login()
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: tabs.refresh(token), range(6)))  # noqa: B023  (run before the loop goes on)
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_a_token_can_be_used_again_within_the_reuse_interval(tabs: Refreshing) -> None:
    first = tabs.login()
    second = tabs.refresh(first).json()["refresh_token"]
    third = tabs.refresh(second).json()["refresh_token"]
    assert tabs.refresh(first).json()["refresh_token"] == third
    assert tabs.refresh(third).status_code == 200


def test_an_old_token_that_comes_back_later_ends_the_session(
    tabs: Refreshing, superuser: Connection[Any]
) -> None:
    first = tabs.login()
    second = tabs.refresh(first).json()["refresh_token"]
    third = tabs.refresh(second).json()["refresh_token"]
    superuser.execute("update auth.refresh_tokens set updated_at = now() - interval '11 seconds'")
    answer = tabs.refresh(first)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "refresh_token_already_used"
    assert tabs.refresh(third).status_code == 400


def test_the_last_token_but_one_works_for_ever_since_an_answer_may_get_lost(
    tabs: Refreshing, superuser: Connection[Any]
) -> None:
    first = tabs.login()
    second = tabs.refresh(first).json()["refresh_token"]
    superuser.execute("update auth.refresh_tokens set updated_at = now() - interval '1 day'")
    assert tabs.refresh(first).json()["refresh_token"] == second


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "validation_failed"),
        ("short", "validation_failed"),
        ("ABCDEFGHIJKL", "validation_failed"),
        ("abcdefghijkl", "refresh_token_not_found"),
    ],
)
def test_a_token_that_is_none_is_refused(
    http: httpx.Client, endpoint: Endpoint, token: str, code: str
) -> None:
    answer = Refreshing(http, endpoint, "").refresh(token)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_sign_out_ends_the_sessions_that_it_names(
    tabs: Refreshing, http: httpx.Client, clean: Endpoint
) -> None:
    def sign_out(token: str, scope: str) -> httpx.Response:
        access = tabs.refresh(token).json()["access_token"]
        path = f"/auth/v1/logout?scope={scope}"
        return http.post(path, headers=headers(clean, Authorization=f"Bearer {access}"))

    one, two, three = tabs.login(), tabs.login(), tabs.login()
    assert sign_out(one, "everywhere").status_code == 400
    assert sign_out(one, "local").status_code == 204
    assert [tabs.refresh(token).status_code for token in (one, two, three)] == [400, 200, 200]
    assert sign_out(two, "others").status_code == 204
    assert [tabs.refresh(token).status_code for token in (two, three)] == [200, 400]
    assert sign_out(two, "global").status_code == 204
    assert tabs.refresh(two).status_code == 400


def test_a_changed_password_ends_the_other_sessions(tabs: Refreshing, ada: User) -> None:
    elsewhere = tabs.login()
    ada.client.auth.update_user({"password": "another horse"})
    assert tabs.refresh(elsewhere).status_code == 400
    assert ada.client.auth.refresh_session().session is not None
