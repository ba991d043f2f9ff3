"""The items' table as its reader wants it: sorted, filtered, with other columns, printed."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person

DISHES = (
    {"name": "Soup", "price": 7, "day": "2026-01-05"},
    {"name": "Cake", "price": 10, "day": "2026-03-01"},
    {"name": "Tea, green", "price": 2.5},
    {"name": "Odd", "price": "cheap", "a-b": 1},
)


@pytest.mark.slow
def test_a_column_sorts_by_value_in_both_directions_and_back(person: Person) -> None:
    person.owner.items("menu", *DISHES)
    person.enter("data", "menu")
    names = person.page.locator("tbody td[data-label=Name]")
    expect(names).to_have_text(["Soup", "Cake", "Tea, green", "Odd"])
    person.press("Price")
    expect(names).to_have_text(["Odd", "Tea, green", "Soup", "Cake"])
    expect(person.page.locator(".grip")).to_have_count(0)
    head = person.by("columnheader", re.compile("Price"))
    expect(head).to_have_attribute("aria-sort", "ascending")
    person.press(re.compile("^Price"))
    expect(names).to_have_text(["Cake", "Soup", "Tea, green", "Odd"])
    person.page.reload()
    expect(names).to_have_text(["Cake", "Soup", "Tea, green", "Odd"])
    person.press(re.compile("^Price"))
    expect(names).to_have_text(["Soup", "Cake", "Tea, green", "Odd"])
    # The address of the API has no way to ask for such a name.
    expect(person.by("button", "A-b")).to_have_count(0)


@pytest.mark.slow
def test_filters_are_kept_in_the_address_and_cleared_with_one_press(person: Person) -> None:
    person.owner.items("menu", *DISHES)
    person.enter("data", "menu")
    names = person.page.locator("tbody td[data-label=Name]")

    def add(field: str, operator: str, value: str) -> None:
        person.press("Add filter")
        person.page.get_by_label("Field", exact=True).select_option(field)
        person.page.get_by_label("Compared").select_option(operator)
        person.page.get_by_label("Value").fill(value)
        person.press("Add filter")

    add("price", "is at least", "\u0667")  # seven, in Arabic digits
    expect(names).to_have_text(["Soup", "Cake"])
    add("price", "is at most", "9")
    expect(names).to_have_text(["Soup"])
    person.page.reload()
    expect(names).to_have_text(["Soup"])
    person.press("Remove Price is at most 9")
    add("name", "contains", "100% (a,b)")
    person.sees("No results")
    person.press("Clear filters")
    expect(names).to_have_count(4)
    add("name", "is not", "Soup")
    expect(names).to_have_text(["Cake", "Tea, green", "Odd"])
    person.press("Remove Name is not Soup")
    add("day", "is at most", "2026-02-01")
    expect(names).to_have_text(["Soup"])
    person.page.locator("thead .checkbox").click()
    person.sees("1 selected")


@pytest.mark.slow
def test_columns_and_density_are_chosen_and_remembered(person: Person) -> None:
    person.owner.items("wide", {f"f{number}": number for number in range(9)})
    person.enter("data", "wide")
    heads = person.page.locator("thead .column-sort")
    expect(heads).to_have_text([f"F{number}" for number in range(6)])
    person.press("View")
    person.page.get_by_role("menuitemcheckbox", name="F8").click()
    person.page.get_by_role("menuitemcheckbox", name="F0").click()
    person.page.get_by_role("menuitemcheckbox", name="Dense rows").click()
    person.page.keyboard.press("Escape")
    shown = ["F1", "F2", "F3", "F4", "F5", "F8"]
    expect(heads).to_have_text(shown)
    person.page.reload()
    expect(heads).to_have_text(shown)
    row = person.page.locator("tbody tr").bounding_box()
    assert row is not None
    assert row["height"] < 45


@pytest.mark.slow
def test_paper_shows_what_is_listed_and_nothing_that_can_be_pressed(person: Person) -> None:
    person.owner.items("menu", *DISHES)
    person.enter("data", "menu")
    person.sees("Soup")
    person.page.emulate_media(media="print")
    expect(person.page.get_by_text("Soup", exact=True)).to_be_visible()
    for part in (".sidebar", ".toolbar", ".collections", ".cell-actions >> nth=1"):
        expect(person.page.locator(part)).to_be_hidden()
    person.page.emulate_media(media="screen")
