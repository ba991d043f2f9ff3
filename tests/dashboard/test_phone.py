"""The page on a phone, in both directions of writing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Locator, Page, expect

from tests.dashboard.browser import Person

PHONE = {"width": 375, "height": 700}
LONG = "A name that goes on " * 20


def lies_within(found: Locator, width: int) -> bool:
    box = found.bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_action_of_a_row_is_in_view_whatever_is_in_the_row(
    person: Person, open_page: Callable[..., Page], language: str
) -> None:
    person.owner.items(
        "menu", {"name": LONG, **{f"field{number}": "x" * 40 for number in range(12)}}
    )
    person.owner.submissions({"name": LONG, "email": "sara@example.com", "message": LONG})
    person.owner.users("sara@example.com", display_name=LONG[:80])
    reader = Person(open_page(viewport=PHONE, locale=language), person.url, person.owner)
    reader.enter("overview")
    for tab, row in (("data/menu", "tbody tr"), ("users", "tbody tr"), ("inbox", ".message")):
        reader.go(tab)
        expect(reader.page.locator(row)).to_have_count(1)
        buttons = reader.page.locator(f"{row} button:visible")
        assert buttons.count() > 0, tab
        for button in buttons.all():
            assert lies_within(button, PHONE["width"]), tab
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.slow
def test_an_item_is_edited_as_form_or_as_json(
    person: Person, open_page: Callable[..., Page]
) -> None:
    person.owner.items("menu", {"name": "Soup"})
    reader = Person(open_page(viewport=PHONE), person.url, person.owner)
    reader.enter("data", "menu")
    reader.press("Edit Soup")
    reader.press("JSON")
    reader.page.get_by_label("JSON").fill('{"name": "Broth"}')
    reader.press("Form")
    expect(reader.page.get_by_label("Name", exact=True)).to_have_value("Broth")
    reader.press("Save")
    reader.sees("Item saved")
    assert person.owner.rows("project_collections", "data") == [{"data": {"name": "Broth"}}]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_tabs_stand_in_one_line_at_the_foot(
    person: Person, open_page: Callable[..., Page], language: str
) -> None:
    reader = Person(open_page(viewport=PHONE, locale=language), person.url, person.owner)
    reader.enter("overview")
    tabs = reader.page.locator(".tab").all()
    boxes = [tab.bounding_box() for tab in tabs]
    assert len(tabs) == 6
    assert {box and box["y"] for box in boxes} == {boxes[0] and boxes[0]["y"]}
    for tab in tabs:
        assert tab.evaluate("tab => tab.scrollWidth <= tab.clientWidth"), tab.inner_text()


@pytest.mark.slow
def test_an_open_message_has_the_page_to_itself(
    person: Person, open_page: Callable[..., Page]
) -> None:
    person.owner.submissions({"name": "Sara"})
    reader = Person(open_page(viewport=PHONE), person.url, person.owner)
    reader.enter("inbox")
    search = reader.page.get_by_role("searchbox")
    expect(search).to_be_visible()
    reader.page.locator(".message-open").click()
    expect(reader.by("heading", "Sara")).to_be_in_viewport()
    expect(search).to_be_hidden()
    reader.press("Back to the list")
    expect(search).to_be_visible()
