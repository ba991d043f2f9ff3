"""Who cannot see, use a mouse or read from left to right."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import Person
from wakti_sb.stack.embedded import deno, paths

TABS = ("inbox", "data", "uploads", "users", "settings")


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checker as one script."""
    program = deno.find(paths.cache())
    target = tmp_path_factory.mktemp("axe") / "axe.js"
    subprocess.run(
        [program.program, "bundle", "--quiet", "--frozen", "--output", str(target), "axe.ts"],
        cwd=Path(__file__).parent / "axe",
        env=os.environ | program.env(),
        check=True,
    )
    return target.read_text("utf-8")


def serious(page: Page, axe: str) -> list[str]:
    """What the checker finds serious or critical, with the element."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def furnish(person: Person) -> None:
    """Something of everything, read and unread, wide and long."""
    person.owner.submissions({"name": "Sara", "message": "Hello", "list": [1]})
    person.owner.submissions({"name": "ليلى"}, form_name="quote", status="read")
    person.owner.items("menu", {f"field {number}": number for number in range(9)})
    person.owner.users("a@example.com", status="suspended")
    person.owner.users("b@example.com", display_name="نور")


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="english-light"),
        pytest.param({"locale": "ar", "color_scheme": "dark"}, id="arabic-dark"),
        pytest.param({"viewport": {"width": 375, "height": 700}}, id="phone"),
    ],
)
def test_the_checker_finds_nothing_serious(
    person: Person, open_page: Callable[..., Page], axe: str, options: dict[str, Any]
) -> None:
    furnish(person)
    reader = Person(open_page(**options), person.url, person.owner)
    reader.page.goto(reader.url)
    expect(reader.page.locator("form")).to_be_visible()
    assert serious(reader.page, axe) == []
    reader.enter("inbox")
    reader.page.locator(".message-open").first.click()
    for tab in TABS:
        reader.go(tab)
        expect(reader.page.locator(f".tab[href$='{tab}'][aria-current]")).to_be_visible()
        expect(reader.page.locator(".skeleton")).to_have_count(0)
        assert serious(reader.page, axe) == []
        width = reader.page.evaluate("document.documentElement.scrollWidth")
        assert width <= reader.page.viewport_size["width"]
    reader.go("data")
    reader.page.locator("tbody .button").first.click()
    expect(reader.page.locator("dialog input").first).to_be_visible()
    assert serious(reader.page, axe) == []


@pytest.mark.slow
def test_arabic_turns_the_page_around_and_is_remembered(person: Person) -> None:
    person.owner.submissions({"name": "Sara"}, {"name": "Tom"})
    person.enter()
    person.press("Language")
    person.page.get_by_role("menuitemradio", name="العربية").click()
    expect(person.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(person.by("heading", "الوارد")).to_be_visible()
    person.sees("رسالتان")
    sidebar = person.page.locator(".sidebar").bounding_box()
    assert sidebar is not None
    assert sidebar["x"] > 600
    person.page.reload()
    expect(person.by("heading", "الوارد")).to_be_visible()


@pytest.mark.slow
def test_the_keyboard_alone_opens_reads_and_deletes(person: Person) -> None:
    person.owner.submissions({"name": "Sara"})
    person.enter()
    expect(person.page.locator(".message")).to_have_count(1)
    keys = person.page.keyboard
    person.page.evaluate("document.activeElement.blur()")
    keys.press("Tab")
    expect(person.by("link", "Skip to content")).to_be_focused()
    keys.press("Enter")
    expect(person.page.locator("main")).to_be_focused()
    person.page.locator(".message-open").focus()
    keys.press("Enter")
    expect(person.by("heading", "Sara")).to_be_focused()
    person.by("button", "Delete").focus()
    keys.press("Enter")
    person.sees("Message deleted")
    person.by("button", "Undo").focus()
    keys.press("Enter")
    person.page.locator(".message-open").focus()
    keys.press("Enter")
    expect(person.by("heading", "Sara")).to_be_focused()
    person.by("button", "Delete").focus()
    keys.press("Enter")
    person.page.get_by_role("link", name="Data").focus()
    keys.press("Enter")
    person.sees("No collections yet")
    person.page.get_by_role("link", name="Inbox").focus()
    keys.press("Enter")
    person.sees("No messages yet")


@pytest.mark.slow
def test_at_twice_the_size_more_than_one_row_is_in_view(
    person: Person, open_page: Callable[..., Page]
) -> None:
    """A window of 1280 by 800 at 200 % has room for 640 by 400."""
    person.owner.items("menu", *({"name": f"Dish {number}"} for number in range(9)))
    person.owner.submissions(*({"name": f"Guest {number}"} for number in range(9)))
    reader = Person(open_page(viewport={"width": 640, "height": 400}), person.url, person.owner)
    reader.enter("inbox")
    for tab, rows in (("inbox", ".message"), ("data", "tbody tr")):
        reader.go(tab)
        row = reader.page.locator(rows)
        expect(row).to_have_count(9)
        row.nth(0).scroll_into_view_if_needed()
        row.nth(0).evaluate("row => row.scrollIntoView()")
        for number in range(2):
            expect(row.nth(number)).to_be_in_viewport(ratio=0.9)


@pytest.mark.slow
def test_after_a_failed_save_the_first_error_has_the_focus(person: Person) -> None:
    person.page.goto(person.url)
    person.page.locator("button[type=submit]").click()
    expect(person.page.locator("input[type=email]")).to_be_focused()
    person.owner.items("menu", {"name": "Soup", "price": 7, "tags": [1]})
    person.sign_in("wrong password")
    expect(person.page.get_by_role("alert")).to_be_focused()
    person.sign_in()
    person.sees("Your projects")
    person.go("data", "menu")
    person.press("Edit Soup")
    person.by("textbox", "Tags").fill("{}")
    person.by("textbox", "Price").fill("seven")
    person.press("Save")
    expect(person.by("textbox", "Tags")).to_be_focused()
    person.by("textbox", "Tags").fill("[]")
    person.press("Save")
    expect(person.by("textbox", "Price")).to_be_focused()
    person.by("textbox", "Price").fill("7")
    person.press("JSON")
    person.by("textbox", "JSON").fill('{"text": "' + "x" * 300_000 + '"}')
    person.press("Save")
    expect(person.page.locator("dialog [role=alert]")).to_be_focused()
    person.press("Cancel")
    person.press("Discard")
    person.go("settings")
    person.page.get_by_label("Sign-ins").fill("many")
    person.page.get_by_label("Items written").fill("more")
    limits = person.page.locator("#settings-limits")
    limits.get_by_role("button", name="Save").click()
    expect(person.page.get_by_label("Items written")).to_be_focused()
