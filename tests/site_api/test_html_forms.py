"""A page's own form: no script, another origin, a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.pages import page
from tests.site_api.project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PRINTED = re.search(
    r"```html\n(.*?)```",
    (Path(__file__).parents[2] / "docs" / "site-api.md").read_text("utf-8"),
    re.S,
)


def send(project: Project, fields: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"projectId": project.id, "action": "submit", **fields}
    return project.http.post(project.url, data=body, headers=headers, follow_redirects=False)


def stored(project: Project) -> list[dict[str, Any]]:
    return project.rows("public.project_form_submissions")


def test_a_form_is_stored_as_its_fields_and_a_repeated_name_as_a_list(project: Project) -> None:
    answer = send(project, {"formName": "order", "الاسم": "سارة", "dish": ["soup", "tea"]})
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    [row] = stored(project)
    assert row["form_name"] == "order"
    assert row["data"] == {"الاسم": "سارة", "dish": ["soup", "tea"]}


def test_a_filled_trap_is_answered_alike_and_lands_in_spam(project: Project) -> None:
    assert send(project, {"name": "bot", "_gotcha": "x"}).json()["success"] is True
    assert [row["is_spam"] for row in stored(project)] == [True]


def test_a_form_from_an_origin_that_may_not_call_is_refused_and_leaves_nothing(
    project: Project,
) -> None:
    project.sql(
        "update public.project_backends set allowed_origins = '{https://shop.example.com}'"
        " where project_id = %s",
        project.id,
    )
    browser = {"accept": "text/html"}
    refused = send(project, {"name": "x"}, origin="https://evil.example", **browser)
    assert refused.status_code == 403
    assert stored(project) == []
    passed = send(
        project,
        {"name": "x", "_next": "https://evil.example/"},
        origin="https://shop.example.com",
        **browser,
    )
    assert passed.status_code == 200
    assert "Thank you" in passed.text
    sent_on = send(
        project,
        {"name": "x", "_next": "/thanks"},
        origin="https://shop.example.com",
        **browser,
    )
    assert sent_on.status_code == 303
    assert sent_on.headers["location"] == "https://shop.example.com/thanks"


def test_a_form_over_the_limit_is_refused_and_one_within_it_taken(project: Project) -> None:
    assert send(project, {"text": "x" * 65_000}).status_code == 200
    assert send(project, {"text": "x" * 70_000}).status_code == 413
    assert len(stored(project)) == 1


@pytest.mark.slow
def test_the_printed_form_works_in_a_browser_without_javascript(
    project: Project, browser: Browser
) -> None:
    assert PRINTED
    html = PRINTED[1].replace("YOUR_PROJECT_ID", project.id)
    html = re.sub(r'action="http[^"]*"', f'action="{project.url}"', html)
    with page(html) as address:
        context = browser.new_context(java_script_enabled=False, locale="ar-OM")
        try:
            tab = context.new_page()
            tab.goto(address)
            tab.get_by_label("Name").fill("سارة")
            tab.get_by_label("Message").fill("مرحبا")
            tab.get_by_role("button", name="Send").click()
            assert tab.get_by_role("heading").inner_text() == "شكرًا لك"
        finally:
            context.close()
    [row] = stored(project)
    assert row["data"] == {"name": "سارة", "message": "مرحبا", "_gotcha": ""}
    assert row["is_spam"] is False
    assert row["origin"] == address


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_form_by_another_method_is_refused(project: Project, method: str) -> None:
    answer = project.http.request(method, project.url, data={"projectId": project.id})
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


HOSTILE = ["__proto__", "constructor", "toString", "length", "a\u202eb", "<script>", "x" * 300, ""]


@pytest.mark.parametrize("is_multipart", [False, True])
def test_hostile_names_of_fields_are_data_like_any_other(
    project: Project, is_multipart: bool
) -> None:
    data = {name: f"value of {name}" for name in HOSTILE}
    envelope = {"projectId": project.id, "action": "submit"}
    if is_multipart:
        parts = {name: (None, value) for name, value in {**envelope, **data}.items() if name}
        answer = project.http.post(project.url, files=parts)
        data.pop("")
    else:
        answer = project.http.post(project.url, data={**envelope, **data})
    assert answer.status_code == 200, answer.text
    [row] = stored(project)
    assert row["data"] == data
    assert row["form_name"] == "contact"


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.example/",
        "\\\\evil.example/",
        "https://shop.example.com@evil.example/",
        "https://shop.example.com.evil.example/",
        "http://shop.example.com/",
        "https://evil.example/\r\nSet-Cookie: a=b",
        "https://shop.example.com:444/",
        "https://",
        "\u202e",
        "",
    ],
)
def test_a_form_leads_nowhere_but_to_origins_that_may_call(project: Project, target: str) -> None:
    shop = "https://shop.example.com"
    project.configure(allowed_origins=[shop])
    answer = send(project, {"_next": target}, origin=shop, accept="text/html")
    place = answer.headers.get("location", f"{shop}/")
    assert place.startswith(f"{shop}/"), place
    assert (answer.status_code == 200) is ("location" not in answer.headers)
    assert "set-cookie" not in answer.headers
    assert target == "" or target not in answer.text
    assert len(stored(project)) == 1
