"""Collections: made, renamed, emptied, deleted, and what is done with all of one."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person


@pytest.mark.slow
def test_a_collection_grows_from_its_first_item_with_a_control_for_each_type(
    person: Person,
) -> None:
    person.enter("data")
    person.sees("No collections yet")
    person.press("New collection")
    name = person.page.get_by_label("Name")
    name.fill("no spaces!")
    person.press("Create collection")
    person.sees("Letters, digits, _ and - only, at most 64.")
    name.fill("dishes")
    person.press("Create collection")
    expect(person.page.locator("dialog[open]")).to_have_count(0)
    person.press("Add item")
    asked = person.page.get_by_label("Field name")
    for field, kind in (("name", "text"), ("price", "number"), ("tags", "array")):
        if field != "name":  # the first one is asked for
            person.press("Add field")
        asked.fill(field)
        person.page.get_by_label("Type").select_option(kind)
        person.press("Add field")
        expect(asked).to_be_hidden()
    person.page.get_by_label("Name", exact=True).fill("Soup")
    person.page.get_by_label("price").fill("seven")
    person.page.get_by_label("tags").fill('{"a": 1}')
    person.press("Save")
    person.sees("This is not a number.")
    person.sees("This must be a list: [ … ]")
    person.page.get_by_label("price").fill("7.5")
    person.page.get_by_label("tags").fill('["hot"]')
    person.press("Save")
    expect(person.by("row", "Soup 7.5 hot")).to_be_visible()

    [item] = person.owner.rows("project_collections", "data,collection_name")
    assert item == {"data": {"name": "Soup", "price": 7.5, "tags": ["hot"]}} | {
        "collection_name": "dishes"
    }
    [schema] = person.owner.rows("project_collection_schemas", "schema,display_name")
    types = {field["name"]: field["type"] for field in schema["schema"]["fields"]}
    assert types == {"name": "text", "price": "number", "tags": "array"}
    assert schema["display_name"] == "Dishes"


@pytest.mark.slow
def test_a_collection_is_emptied_and_its_items_come_back(person: Person) -> None:
    person.owner.items("menu", *({"name": f"Dish {number}"} for number in range(120)))
    person.enter("data", "menu")
    person.press("Collection menu")
    person.page.get_by_role("menuitem", name="Delete all items").click()
    person.sees("Delete all items of menu?")
    person.press("Delete")
    person.sees("No items yet")
    assert person.owner.site("GET", "collection/menu").json()["items"] == []
    person.press("Undo")
    person.sees("120 items are back")
    person.sees(re.compile(r"^1.50 of 120$"))


@pytest.mark.slow
def test_a_collection_exists_as_soon_as_it_has_a_name_and_can_be_renamed(person: Person) -> None:
    person.enter("data")
    person.press("New collection")
    person.page.get_by_label("Name").fill("dishes")
    person.press("Create collection")
    expect(person.page.locator("dialog[open]")).to_have_count(0)
    person.page.reload()
    expect(person.page.locator(".collection")).to_have_text(re.compile("Dishes"))
    person.press("Collection Dishes")
    person.page.get_by_role("menuitem", name="Rename").click()
    person.by("textbox", "Name").fill("أطباق")
    person.press("Save")
    expect(person.page.locator(".collection")).to_have_text(re.compile("أطباق"))
    [schema] = person.owner.rows("project_collection_schemas", "collection_name,display_name")
    assert schema == {"collection_name": "dishes", "display_name": "أطباق"}


@pytest.mark.slow
def test_a_deleted_collection_comes_back_with_its_items_and_its_name(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"}, {"name": "Tea"})
    person.enter("data", "menu")
    person.press("Collection menu")
    person.page.get_by_role("menuitem", name="Rename").click()
    person.by("textbox", "Name").fill("Our menu")
    person.press("Save")
    person.press("Collection Our menu")
    person.page.get_by_role("menuitem", name="Delete collection").click()
    person.press("Delete")
    person.sees("No collections yet")
    assert person.owner.site("GET", "collection/menu").json()["items"] == []
    person.press("Undo")
    expect(person.page.locator("tbody tr")).to_have_count(2)
    expect(person.page.locator(".collection")).to_have_text(re.compile("Our menu"))


@pytest.mark.slow
def test_the_tools_of_a_collection_stand_in_one_line(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    tools = person.page.locator(".library-items .toolbar")
    expect(tools.get_by_role("searchbox")).to_be_visible()
    assert person.page.evaluate("innerWidth") == 1280
    box, button = tools.bounding_box(), person.by("button", "Add item").bounding_box()
    assert box is not None
    assert button is not None
    assert box["height"] < 2 * button["height"]
