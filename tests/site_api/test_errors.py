"""Every line of the table of errors: what triggers it, and that nothing changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.site_api.project import PICTURE, Project

ITEM = "collection/products"
USER = {"email": "user@example.com", "password": "secret123"}
NOBODY = str(uuid.uuid4())


def body(project: Project, content: str, **headers: str) -> httpx.Response:
    headers = {"Content-Type": "application/json"} | headers
    return project.http.post(project.url, content=content, headers=headers)


def suspended(project: Project) -> httpx.Response:
    project.sql("update public.project_site_users set status = 'suspended'")
    return project.api("POST", "auth/login", data=USER)


def configured(project: Project, **columns: Any) -> httpx.Response:
    project.configure(**columns)
    return project.api("POST", "submit", data={})


def crowded(project: Project) -> httpx.Response:
    project.configure(features={"rate_limits": {"submit": 1}})
    project.api("POST", "submit", data={"first": True})
    return project.api("POST", "submit", data={})


def full(project: Project) -> httpx.Response:
    project.sql(
        "update public.project_uploads set size_bytes = 50 * 1024 * 1024 where project_id = %s",
        project.id,
    )
    return project.upload(PICTURE)


def backendless(project: Project) -> httpx.Response:
    return project.api("POST", "submit", projectId=NOBODY, data={})


TABLE: dict[tuple[int, str], Callable[[Project], httpx.Response]] = {
    (400, "invalid_json"): lambda p: body(p, "{"),
    (400, "missing_field"): lambda p: p.api("POST", "submit"),
    (400, "invalid_field"): lambda p: p.api("POST", "submit", formName="a b", data={}),
    (400, "invalid_action"): lambda p: p.api("POST", "submitt", data={}),
    (400, "invalid_project_id"): lambda p: p.api("POST", "submit", projectId="1", data={}),
    (401, "invalid_credentials"): lambda p: p.api(
        "POST", "auth/login", data=USER | {"password": "wrong-password"}
    ),
    (401, "invalid_token"): lambda p: p.api("POST", "auth/me", data={"token": "x"}),
    (403, "backend_not_enabled"): backendless,
    (403, "backend_disabled"): lambda p: configured(p, enabled=False),
    (403, "feature_disabled"): lambda p: configured(p, features={"forms": {"enabled": False}}),
    (403, "origin_not_allowed"): lambda p: configured(p, allowed_origins=["https://a.example"]),
    (403, "account_suspended"): suspended,
    (403, "not_permitted"): lambda p: p.api("POST", "upload/delete", id=NOBODY),
    (404, "item_not_found"): lambda p: p.api("PUT", ITEM, id=NOBODY, data={}),
    (404, "file_not_found"): lambda p: p.api(
        "POST", "upload/delete", headers=p.as_owner, id=NOBODY
    ),
    (405, "method_not_allowed"): lambda p: p.api("GET", "submit"),
    (409, "email_taken"): lambda p: p.api("POST", "auth/signup", data=USER),
    (413, "body_too_large"): lambda p: p.api("POST", "submit", data={"a": "x" * 65536}),
    (413, "file_too_large"): lambda p: p.upload(b"x" * (10 * 1024 * 1024 + 1)),
    (413, "quota_exceeded"): full,
    (415, "unsupported_media_type"): lambda p: body(p, "<a/>", **{"Content-Type": "text/xml"}),
    (415, "file_type_not_allowed"): lambda p: p.upload(b"<p>", "a.html", "text/html"),
    (422, "invalid_data"): lambda p: p.api("POST", ITEM, data={"name": 7}),
    (429, "rate_limited"): crowded,
}
TABLES = (
    "public.project_form_submissions",
    "public.project_collections",
    "public.project_collection_schemas",
    "public.project_uploads",
    "wakti.site_sessions",
)


def snapshot(project: Project) -> dict[str, Any]:
    found = {table: project.rows(table) for table in TABLES}
    found["users"] = [row["last_login"] for row in project.rows("public.project_site_users")]
    found["objects"] = project.sql(
        "select name from storage.objects where name like %s", f"{project.id}/%"
    )
    for row in found["public.project_uploads"]:
        row.pop("size_bytes")  # a test fills the project by it
    found["public.project_form_submissions"] = [
        row for row in found["public.project_form_submissions"] if not row["data"].get("first")
    ]
    return found


@pytest.fixture
def furnished(project: Project) -> Project:
    """A project with one of everything, that insists on the types of its items."""
    project.configure(features={"collections": {"validate": True}})
    project.api("POST", "submit", data={"a": 1})
    project.api("POST", ITEM, data={"name": "Widget"})
    project.upload(PICTURE)
    project.signed_up(**USER)
    return project


@pytest.mark.parametrize(("status", "code"), TABLE)
def test_a_refusal_has_its_status_and_code_and_changes_nothing(
    furnished: Project, status: int, code: str
) -> None:
    before = snapshot(furnished)
    if code == "account_suspended":
        before["wakti.site_sessions"] = []  # the suspension itself ends them
    answer = TABLE[status, code](furnished)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert set(answer.json()) == {"error", "code"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Origin"
    assert snapshot(furnished) == before


@pytest.mark.parametrize("method", ["PATCH", "HEAD"])
def test_a_method_that_nothing_takes_is_refused_with_all_that_exist(
    project: Project, method: str
) -> None:
    answer = project.http.request(method, project.url)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST, PUT, DELETE, OPTIONS"


@pytest.mark.parametrize(
    ("method", "action", "allow"),
    [
        ("GET", "auth/login", "POST, OPTIONS"),
        ("PUT", "submit", "POST, OPTIONS"),
        ("POST", "health", "GET, OPTIONS"),
    ],
)
def test_a_method_that_the_action_does_not_take_names_those_it_does(
    project: Project, method: str, action: str, allow: str
) -> None:
    answer = project.api(method, action, data={})
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


def test_a_project_id_is_asked_for_first(project: Project) -> None:
    answer = project.http.post(project.url, json={"action": "nothing"})
    assert answer.json() == {"error": "projectId is required", "code": "missing_field"}
    answer = project.http.get(project.url)
    assert answer.json() == {"error": "projectId is required", "code": "missing_field"}


@pytest.mark.parametrize(("action", "count"), [("submit", 9_000), ("collection/a", 40_000)])
def test_a_number_counts_as_long_as_it_is_stored(project: Project, action: str, count: int) -> None:
    numbers = "[" + ",".join(["1e308"] * count) + "]"
    text = f'{{"projectId": "{project.id}", "action": "{action}", "data": {{"n": {numbers}}}}}'
    answer = project.http.post(
        project.url, content=text, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert project.rows("public.project_form_submissions") == []
    assert project.rows("public.project_collections") == []
    assert project.api("POST", action, data={"n": [1e308] * 100}).status_code == 200


def test_form_data_may_be_given_more_room_or_less(project: Project) -> None:
    for room, size, status in ((100, 101, 413), (100, 80, 200), (200_000, 150_000, 200)):
        project.configure(features={"forms": {"max_bytes": room}})
        answer = project.api("POST", "submit", data={"a": "x" * (size - 8)})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("features", "data", "spam"),
    [
        ({}, {"name": "John", "_gotcha": ""}, False),
        ({}, {"name": "John", "_gotcha": "x"}, True),
        ({}, {"name": "John", "_gotcha": None}, False),
        ({"forms": {"honeypot": "website"}}, {"website": "http://x"}, True),
        ({"forms": {"honeypot": "website"}}, {"_gotcha": "x"}, False),
    ],
)
def test_a_filled_honeypot_is_spam_and_answered_like_anything(
    project: Project, features: dict[str, Any], data: dict[str, Any], spam: bool
) -> None:
    project.configure(features=features)
    answer = project.api("POST", "submit", data=data)
    [row] = project.rows("public.project_form_submissions")
    assert answer.json() == {"success": True, "id": str(row["id"])}
    assert (row["is_spam"], row["data"]) == (spam, data)
