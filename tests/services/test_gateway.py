from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from psycopg import Connection
from supabase import Client

from wakti_sb.stack.endpoint import Endpoint

from .people import User


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("name", ["publishable_key", "anon_key"])
def test_a_visitors_key_of_either_kind_is_accepted(
    clean: Endpoint, connect: Callable[[str], Client], name: str
) -> None:
    key = getattr(clean, name)
    assert connect(key).from_("folders").select("*").execute().data == []
    by_query = httpx.get(f"{clean.api_url}/rest/v1/folders", params={"apikey": key})
    assert by_query.json() == []


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("name", ["secret_key", "service_role_key"])
def test_a_secret_key_of_either_kind_passes_row_level_security(
    clean: Endpoint, ada: User, connect: Callable[[str], Client], name: str
) -> None:
    ada.client.from_("notes").insert({"title": "mine"}).execute()
    rows = connect(getattr(clean, name)).from_("notes").select("title").execute().data
    assert rows == [{"title": "mine"}]


@pytest.mark.parametrize("service", ["rest", "auth"])
def test_a_request_needs_a_key_of_this_stack(
    endpoint: Endpoint, http: httpx.Client, service: str
) -> None:
    path = f"/{service}/v1/settings"
    assert http.get(path).json()["message"] == "No API key found in request"
    for key in ("sb_publishable_other", endpoint.anon_key[:-1], "nonsense"):
        answer = http.get(path, headers={"apikey": key})
        assert answer.status_code == 401
        assert answer.json()["message"] == "Invalid API key"


@pytest.mark.usefixtures("tables")
def test_a_good_key_does_not_excuse_a_bad_token(clean: Endpoint, http: httpx.Client) -> None:
    for token in ("nonsense", "a.b", "a.b.c.d", "..", "e30.e30.e30"):
        headers = {"apikey": clean.publishable_key, "Authorization": f"Bearer {token}"}
        answer = http.get("/rest/v1/folders", headers=headers)
        assert answer.status_code == 401, token
        assert answer.json()["code"] == "PGRST301"
        # The Storage API says so in the body; its HTTP status is always 400.
        answer = http.get("/storage/v1/bucket", headers=headers)
        assert answer.status_code == 400, token
        assert answer.json()["statusCode"] == "403"


@pytest.mark.usefixtures("tables")
def test_a_key_as_token_is_no_token(clean: Endpoint, http: httpx.Client) -> None:
    key = clean.publishable_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    assert http.get("/rest/v1/folders", headers=headers).json() == []


def test_pages_of_every_origin_may_ask(http: httpx.Client) -> None:
    asked = "authorization,apikey,x-client-info,x-custom"
    for service in ("rest", "auth", "storage"):
        answer = http.options(
            f"/{service}/v1/anything",
            headers={
                "Origin": "https://shop.example.com",
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": asked,
            },
        )
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-headers"] == asked


def test_pages_of_every_origin_may_read_refusals_too(http: httpx.Client) -> None:
    for path in ("/rest/v1/x", "/auth/v1/user", "/storage/v1/x", "/nothing"):
        answer = http.get(path, headers={"Origin": "https://shop.example.com"})
        assert answer.status_code >= 400
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-type"].startswith("application/json")


def test_an_unknown_path_is_a_json_error(http: httpx.Client) -> None:
    for path in ("/", "/rest", "/nothing", "/storage/v1", "/_wakti/nothing", "/rest/v2/x"):
        answer = http.get(path)
        assert answer.status_code == 404
        assert answer.json()["message"]


def test_an_unknown_function_is_a_json_error(http: httpx.Client) -> None:
    answer = http.post("/functions/v1/nothing", json={})
    assert answer.status_code == 404
    assert answer.json() == {"code": "NOT_FOUND", "message": "Requested function was not found"}


def test_health_says_that_the_database_answers(http: httpx.Client) -> None:
    assert http.get("/_wakti/health").json() == {"status": "ok"}


def test_only_the_secret_key_reloads_the_schema(http: httpx.Client, endpoint: Endpoint) -> None:
    def reload(key: str) -> int:
        return http.post("/_wakti/reload", headers={"apikey": key}).status_code

    assert reload(endpoint.publishable_key) == 401
    assert reload("nonsense") == 401
    assert reload(endpoint.secret_key) == 200


CLOSE_ALL = """
select pg_terminate_backend(pid, 1000)
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and backend_type = 'client backend'
"""


@pytest.mark.usefixtures("tables")
def test_requests_work_after_the_server_closed_every_connection(
    superuser: Connection[Any], ada: User
) -> None:
    # As a reset does, before it puts a new database in the place of the old one.
    for _ in range(3):
        superuser.execute(CLOSE_ALL)
        assert ada.client.from_("notes").select("*").execute().data == []
        assert ada.client.auth.get_user(ada.token).user.email == ada.email
        assert ada.client.storage.list_buckets() == []


@pytest.mark.slow
@pytest.mark.usefixtures("tables")
def test_a_connection_that_breaks_under_a_request_breaks_nothing_else(
    superuser: Connection[Any], http: httpx.Client, clean: Endpoint
) -> None:
    headers = {"apikey": clean.publishable_key}

    def ask(number: int) -> httpx.Response:
        if number % 3 == 0:
            return http.get("/storage/v1/bucket", headers=headers)
        if number % 3 == 1:
            return http.get("/rest/v1/folders", headers=headers)
        body = {"email": f"user{number}@example.com", "password": "correct horse"}
        return http.post("/auth/v1/signup", headers=headers, json=body)

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask, number) for number in range(120)]
        while not all(answer.done() for answer in answers):
            superuser.execute(CLOSE_ALL)
    for answer in answers:
        assert answer.result().status_code in (200, 500, 503)
        assert answer.result().json() is not None
    assert ask(0).status_code == ask(1).status_code == 200


def test_a_method_that_no_function_can_be_sent_is_refused(http: httpx.Client) -> None:
    answer = http.request("TRACE", "/functions/v1/project-backend-api")
    assert answer.status_code == 405
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"
