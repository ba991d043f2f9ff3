"""What the settings offer for the site works as it is printed, on another origin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person
from tests.pages import page

if TYPE_CHECKING:
    from playwright.sync_api import Page


def printed(person: Person, kind: str) -> str:
    """The text that the settings show under this name."""
    person.enter("settings")
    person.page.get_by_label(kind, exact=True).first.check()
    return person.page.locator(".snippet pre").inner_text()


def messages(person: Person) -> list[dict[str, Any]]:
    return person.owner.rows("project_form_submissions", "form_name,data,is_spam,origin")


def fill_in(tab: Page) -> None:
    tab.get_by_label("Name").fill("سارة")
    tab.get_by_label("Email").fill("sara@example.com")
    tab.get_by_label("Message").fill("مرحبا")


WRITTEN = {"name": "سارة", "email": "sara@example.com", "message": "مرحبا", "_gotcha": ""}


@pytest.mark.slow
def test_the_html_form_works_as_printed_without_javascript(
    person: Person, open_page: Callable[..., Page]
) -> None:
    html = printed(person, "HTML form")
    with page(html) as address:
        tab = open_page(java_script_enabled=False)
        tab.goto(address)
        fill_in(tab)
        tab.get_by_role("button", name="Send").click()
        expect(tab.get_by_role("heading")).to_have_text("Thank you")
    row = {"form_name": "contact", "data": WRITTEN, "is_spam": False, "origin": address}
    assert messages(person) == [row]


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("features", "trap"), [("{}", "_gotcha"), ('{"forms": {"honeypot": "website"}}', "website")]
)
def test_the_html_form_catches_who_fills_the_hidden_field(
    person: Person, open_page: Callable[..., Page], features: str, trap: str
) -> None:
    person.owner.execute(
        "update public.project_backends set features = %s where project_id = %s",
        features,
        person.owner.project,
    )
    html = printed(person, "HTML form")
    with page(html) as address:
        tab = open_page()
        tab.goto(address)
        fill_in(tab)
        field = tab.locator(f"[name={trap}]")
        assert not field.is_visible()
        field.evaluate("(field) => { field.value = 'http://spam.example'; }")
        tab.get_by_role("button", name="Send").click()
        expect(tab.get_by_role("heading")).to_have_text("Thank you")
    assert [row["is_spam"] for row in messages(person)] == [True]


@pytest.mark.slow
def test_the_javascript_works_as_printed(person: Person, open_page: Callable[..., Page]) -> None:
    person.owner.items("products", {"name": "<b>Widget</b>"})
    html = printed(person, "JavaScript")
    with page(html) as address:
        tab = open_page()
        tab.goto(address)
        expect(tab.get_by_role("listitem")).to_have_text(["<b>Widget</b>"])
        fill_in(tab)
        tab.get_by_role("button", name="Send").click()
        expect(tab.get_by_role("status")).to_have_text("Thank you")
        expect(tab.get_by_label("Name")).to_have_value("")
        person.owner.execute(
            "update public.project_backends set enabled = false where project_id = %s",
            person.owner.project,
        )
        fill_in(tab)
        tab.get_by_role("button", name="Send").click()
        expect(tab.get_by_role("status")).to_have_text("Backend is disabled")
    row = {"form_name": "contact", "data": WRITTEN, "is_spam": False, "origin": address}
    assert messages(person) == [row]


REQUEST = re.compile(r"^```http\n(GET|POST) (\S+)\n(.*?)^```$", re.M | re.S)


def send(method: str, url: str, rest: str, token: str) -> httpx.Response:
    """A request as it stands in a text: headers, an empty line, the body."""
    head, _, body = rest.partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines() if line)
    headers = {name: value.replace("TOKEN", token) for name, value in headers.items()}
    if headers.get("Content-Type", "").startswith("multipart/"):
        body = body.replace("\n", "\r\n")
    return httpx.request(method, url, headers=headers, content=body.encode())


@pytest.mark.slow
def test_the_requests_of_the_prompt_work_as_printed(person: Person) -> None:
    text = printed(person, "Prompt for an AI coder")
    requests = REQUEST.findall(text)
    assert len(requests) == text.count("```http") == 8
    token = ""
    answers = []
    for method, url, rest in requests:
        answer = send(method, url, rest, token)
        assert answer.status_code == 200, (rest, answer.text)
        answers.append(answer.json())
        token = answers[-1].get("token", token)
    submitted, listed, created, signed_up, signed_in, me, signed_out, stored = answers
    assert submitted["success"] is True
    assert listed == {"items": [], "total": 0}
    assert created["item"]["data"] == {"name": "Pot", "price": 12}
    assert signed_up["user"] == signed_in["user"] == me["user"]
    assert signed_out == {"success": True}
    assert (stored["filename"], stored["size"]) == ("hello.txt", 5)
    method, url, rest = requests[1]
    again = send(method, url, rest, token).json()
    assert [item["data"]["name"] for item in again["items"]] == ["Pot"]


@pytest.mark.slow
def test_the_prompt_tells_the_rights_that_the_project_has(person: Person) -> None:
    person.owner.execute(
        "update public.project_backends set features ="
        ' \'{"collections": {"write": "owner", "create": "own"}}\' where project_id = %s',
        person.owner.project,
    )
    text = printed(person, "Prompt for an AI coder")
    assert "read: public, create: own, update: owner, delete: owner" in text


@pytest.mark.slow
def test_what_is_copied_is_what_is_shown(person: Person) -> None:
    html = printed(person, "HTML form")
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.page.locator(".snippet").get_by_role("button", name="Copy").click()
    assert person.page.evaluate("navigator.clipboard.readText()") == html
