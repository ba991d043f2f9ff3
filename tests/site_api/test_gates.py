"""What a request passes before anything else: backend row, enabled, feature, origin."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import errors

from tests.site_api.project import PICTURE, Project

REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "forms": ("POST", "submit", {"data": {"a": 1}}),
    "collections": ("POST", "collection/products", {"data": {"a": 1}}),
    "auth": ("POST", "auth/signup", {"data": {"email": "a@b.cc", "password": "secret123"}}),
}
TABLES = (
    "public.project_form_submissions",
    "public.project_collections",
    "public.project_collection_schemas",
    "public.project_site_users",
    "public.project_uploads",
    "wakti.site_sessions",
)


def assert_refused(answer: httpx.Response, code: str, error: str | None = None) -> None:
    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == code
    if error is not None:
        assert answer.json() == {"error": error, "code": code}


def assert_nothing_was_written(project: Project) -> None:
    for table in TABLES:
        assert project.rows(table) == [], table


def send(project: Project, feature: str, **headers: str) -> httpx.Response:
    if feature == "uploads":
        return project.upload(PICTURE, headers=headers)
    method, action, fields = REQUESTS[feature]
    return project.api(method, action, headers=headers, **fields)


@pytest.mark.parametrize("feature", ["forms", "collections", "uploads", "auth"])
def test_a_project_without_a_backend_row_is_refused(project: Project, feature: str) -> None:
    project.sql("delete from public.project_backends where project_id = %s", project.id)
    assert_refused(
        send(project, feature), "backend_not_enabled", "Backend not enabled for this project"
    )
    assert_nothing_was_written(project)


def test_a_project_that_does_not_exist_is_refused_in_the_same_words(project: Project) -> None:
    answer = project.api("POST", "submit", projectId=str(uuid.uuid4()), data={})
    assert_refused(answer, "backend_not_enabled", "Backend not enabled for this project")


@pytest.mark.parametrize("feature", ["forms", "collections", "uploads", "auth"])
def test_a_disabled_backend_is_refused(project: Project, feature: str) -> None:
    project.configure(enabled=False)
    assert_refused(send(project, feature), "backend_disabled", "Backend is disabled")
    assert_nothing_was_written(project)


@pytest.mark.parametrize("feature", ["forms", "collections", "uploads", "auth"])
def test_a_feature_that_is_off_is_refused_and_the_others_work(
    project: Project, feature: str
) -> None:
    project.configure(features={feature: {"enabled": False}})
    assert_refused(send(project, feature), "feature_disabled")
    assert_nothing_was_written(project)
    for other in {"forms", "collections", "uploads", "auth"} - {feature}:
        assert send(project, other).status_code == 200


def test_sign_ups_can_be_closed_alone(project: Project) -> None:
    project.signed_up("early@example.com")
    project.configure(features={"auth": {"signup": False}})
    assert_refused(send(project, "auth"), "feature_disabled")
    login = project.api(
        "POST", "auth/login", data={"email": "early@example.com", "password": "secret123"}
    )
    assert login.status_code == 200


@pytest.mark.parametrize(
    ("entry", "origin"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        ("https://Shop.Example.com/", "https://shop.example.com"),
        ("https://shop.example.com:443", "https://shop.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://*.example.com", "https://shop.example.com"),
        ("https://*.example.com", "https://a.b.example.com"),
        ("https://*.example.com:8443", "https://shop.example.com:8443"),
        ("https://shop.example.com", "HTTPS://SHOP.EXAMPLE.COM"),
        ("https://shop.example.com", "https://shop.example.com:443"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://xn--mgbh0fb.example", "https://xn--mgbh0fb.example"),
        ("https://*.xn--mgbh0fb.example", "https://a.xn--mgbh0fb.example"),
        ("https://*.a.example.com", "https://b.a.example.com"),
    ],
)
def test_an_origin_in_the_list_passes_and_is_named(
    project: Project, entry: str, origin: str
) -> None:
    project.configure(allowed_origins=["https://first.example", entry])
    answer = send(project, "forms", Origin=origin)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers
    [row] = project.rows("public.project_form_submissions")
    assert row["origin"] == origin


def write_as_before(project: Project, entry: str) -> None:
    """Put an entry into the list that today's rules might refuse."""
    with psycopg.connect(project.endpoint.database) as connection:
        table = "alter table public.project_backends {} trigger check_origins"
        connection.execute(table.format("disable"))
        connection.execute(
            "update public.project_backends set allowed_origins = %s where project_id = %s",
            [[entry], project.id],
        )
        connection.execute(table.format("enable"))


@pytest.mark.parametrize(
    ("entry", "origin"),
    [
        ("https://shop.example.com", None),
        ("https://shop.example.com", "null"),
        ("https://shop.example.com", "https://evil-shop.example.com"),
        ("https://shop.example.com", "https://shop.example.com.evil.example"),
        ("https://shop.example.com", "http://shop.example.com"),
        ("https://shop.example.com", "https://shop.example.com:8443"),
        ("https://shop.example.com", "https://shop.example.com/path"),
        ("https://shop.example.com", "https://me@shop.example.com"),
        ("shop.example.com", "https://shop.example.com"),
        ("https://*.example.com", "https://example.com"),
        ("https://*.example.com", "https://evilexample.com"),
        ("https://*.example.com", "https://shop.example.com:8443"),
        ("https://*.example.com", "https://evil.example?x=.example.com"),
        ("https://*.example.com", "https://.example.com"),
        ("https://*.example.com", "https://a..example.com"),
        ("https://%.example.com", "https://shop.example.com"),
        ("https://*", "https://evil.example"),
        ("*", "https://evil.example"),
        ("null", "null"),
        ("https://*.example.com", "https://shop.example.com."),
        ("https://*.example.com", "https://a.example.com:443.evil.example"),
        ("https://*.example.com", "https://evil.example\\.example.com"),
        ("https://*.example.com", "https://[::1].example.com"),
        ("https://shop.example.com", "https://shop.example.com, https://evil.example"),
        ("https://shop.example.com", "https://shop.example.com https://evil.example"),
        ("http://[::1]:3000", "http://[::2]:3000"),
        ("https://s*.example.com", "https://shop.example.com"),
        ("https://*.*.example.com", "https://a.b.example.com"),
    ],
)
def test_any_other_origin_is_refused_and_named_nowhere(
    project: Project, entry: str, origin: str | None
) -> None:
    write_as_before(project, entry)
    headers = {} if origin is None else {"Origin": origin}
    answer = send(project, "forms", **headers)
    assert_refused(answer, "origin_not_allowed", "Origin not allowed")
    assert "access-control-allow-origin" not in answer.headers
    assert_nothing_was_written(project)


@pytest.mark.parametrize("feature", ["collections", "uploads", "auth"])
def test_every_feature_holds_the_origin_against_the_list(project: Project, feature: str) -> None:
    project.configure(allowed_origins=["https://shop.example.com"])
    assert_refused(send(project, feature, Origin="https://evil.example"), "origin_not_allowed")
    assert_nothing_was_written(project)


@pytest.mark.parametrize(
    "origin",
    ["", "shop.example.com", "https://shop.example.com/path", "*", "https://*", "https://a.*.com"],
)
def test_an_entry_that_no_origin_can_match_is_refused(project: Project, origin: str) -> None:
    with pytest.raises(errors.CheckViolation, match="allowed_origins takes entries like"):
        project.configure(allowed_origins=["https://shop.example.com", origin])
    write_as_before(project, origin)
    project.configure(enabled=False, allowed_origins=[origin])


@pytest.mark.parametrize(
    "origin",
    ["https://Shop.example.com/", "http://localhost:3000", "https://*.example.com", "app://x"],
)
def test_an_entry_that_an_origin_can_match_is_taken(project: Project, origin: str) -> None:
    project.configure(allowed_origins=[origin])


def test_lists_are_closed_to_other_origins_too(project: Project) -> None:
    project.configure(allowed_origins=["https://shop.example.com"])
    answer = project.api("GET", "collection/products", headers={"Origin": "https://evil.example"})
    assert_refused(answer, "origin_not_allowed")


def test_the_owner_passes_from_any_origin(project: Project) -> None:
    project.configure(allowed_origins=["https://shop.example.com"])
    headers = {"Origin": "https://dashboard.example"} | project.as_owner
    answer = project.api("POST", "collection/products", headers=headers, data={"a": 1})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://dashboard.example"


def test_the_owner_of_another_project_does_not(project: Project, other_project: Project) -> None:
    project.configure(allowed_origins=["https://shop.example.com"])
    headers = {"Origin": "https://dashboard.example"} | other_project.as_owner
    answer = project.api("POST", "collection/products", headers=headers, data={"a": 1})
    assert_refused(answer, "origin_not_allowed")


def test_a_preflight_passes_through_the_gateway(project: Project) -> None:
    project.configure(allowed_origins=["https://shop.example.com"])
    answer = project.http.options(
        project.url,
        headers={
            "Origin": "https://shop.example.com",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type, x-site-token",
        },
    )
    assert answer.status_code == 204
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "x-site-token" in answer.headers["access-control-allow-headers"]
