"""Notifications of new messages, where the owner asks for them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import Person

# What the page asks the browser to show, and a tab that can be put out of sight.
WATCHED = """
window.shown = [];
const Shown = window.Notification;
window.Notification = class extends Shown {
  constructor(title, options) { super(title, options); window.shown.push({ title, ...options }); }
};
let seen = "visible";
Object.defineProperty(document, "visibilityState", { get: () => seen });
Object.defineProperty(document, "hidden", { get: () => seen === "hidden" });
window.look = (state) => { seen = state; document.dispatchEvent(new Event("visibilitychange")); };
"""


@pytest.fixture
def watched(person: Person, open_page: Callable[..., Page]) -> Person:
    """Somebody whose browser allows notifications, looking at an inbox with one message."""
    person.owner.submissions({"name": "Before"})
    reader = Person(open_page(), person.url, person.owner)
    reader.page.context.grant_permissions(["notifications"])
    reader.page.add_init_script(WATCHED)
    reader.enter("inbox")
    reader.sees("Before")
    return reader


def choose(reader: Person, name: str) -> None:
    reader.press("Account")
    reader.page.get_by_role("menuitemradio", name=name).click()


def arrives_behind_the_back(reader: Person) -> None:
    reader.page.evaluate("look('hidden')")
    reader.owner.site("POST", "submit", data={"name": "Sara"})
    expect(reader.page).to_have_title(re.compile(r"^\(2\) Inbox"), timeout=20_000)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "silent"), [("Notify me of messages", True), ("Notify me with a sound", False)]
)
def test_who_asked_for_it_is_notified_and_hears_a_sound_only_if_that_was_asked(
    watched: Person, asked: str, silent: bool
) -> None:
    choose(watched, asked)
    arrives_behind_the_back(watched)
    [shown] = watched.page.evaluate("window.shown")
    assert shown["silent"] is silent
    assert "Sara" not in json.dumps(shown)
    watched.page.context.close()


@pytest.mark.slow
def test_nobody_is_notified_unasked_and_nobody_who_is_looking(watched: Person) -> None:
    watched.owner.site("POST", "submit", data={"name": "Sara"})
    watched.comes_back()
    watched.sees("A new message arrived")
    choose(watched, "Notify me with a sound")
    watched.owner.site("POST", "submit", data={"name": "Nour"})
    watched.comes_back()
    expect(watched.page.locator(".message")).to_have_count(3)
    assert watched.page.evaluate("window.shown") == []
    watched.page.context.close()


@pytest.mark.slow
def test_a_browser_that_allows_none_is_said(person: Person) -> None:
    person.enter("inbox")
    choose(person, "Notify me of messages")
    person.sees("Your browser does not allow notifications for this page.")
