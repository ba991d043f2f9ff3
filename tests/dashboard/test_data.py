"""The items of a collection in the Data tab."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person
from tests.dashboard.contents import PNG, file

COLOUR = "(element) => getComputedStyle(element).backgroundColor"


@pytest.mark.slow
def test_an_item_is_edited_as_form_and_as_json_and_a_deletion_can_be_undone(
    person: Person,
) -> None:
    person.owner.items("menu", {"name": "Soup", "hot": True, "note": None})
    person.enter("data", "menu")
    person.press("Edit Soup")
    person.page.get_by_label("hot").select_option("No")
    person.press("JSON")
    text = person.page.get_by_label("JSON")
    assert json.loads(text.input_value()) == {"name": "Soup", "hot": False, "note": None}
    text.fill('{"name": "Broth", ')
    person.press("Save")
    person.sees("This is not valid JSON")
    text.fill('{"name": "Broth", "size": {"ml": 300}}')
    person.press("Save")
    person.sees("Item saved")
    assert person.owner.rows("project_collections", "data") == [
        {"data": {"name": "Broth", "size": {"ml": 300}}}
    ]

    person.press("Delete Broth")
    person.sees("Delete this item?")
    person.press("Delete")
    person.sees("No items yet")
    person.press("Undo")
    expect(person.by("row", "Broth")).to_be_visible()


@pytest.mark.slow
def test_items_are_moved_by_dragging_and_by_the_keyboard(person: Person) -> None:
    person.owner.items("menu", *({"name": name} for name in ("One", "Two", "Three", "Four")))
    person.enter("data", "menu")
    grips = person.page.locator(".grip")
    expect(grips).to_have_count(4)
    start, end = grips.nth(3).bounding_box(), grips.nth(1).bounding_box()
    assert start is not None
    assert end is not None
    mouse = person.page.mouse
    mouse.move(start["x"] + 8, start["y"] + 8)
    mouse.down()
    mouse.move(end["x"] + 8, end["y"] - 4, steps=4)
    mouse.up()
    person.sees("Four moved to place 2")
    names = person.page.locator("tbody tr td:nth-child(2)")
    expect(names).to_have_text(["One", "Four", "Two", "Three"])

    person.page.get_by_role("button", name="Move One").focus()
    person.page.keyboard.press("ArrowDown")
    person.sees("One moved to place 2")
    listed = person.owner.site("GET", "collection/menu").json()["items"]
    assert [item["data"]["name"] for item in listed] == ["Four", "One", "Two", "Three"]


@pytest.mark.slow
def test_items_without_a_place_get_one_when_they_are_moved(person: Person) -> None:
    person.owner.items("menu", {"name": "Placed"})
    for name in ("Older", "Newer"):
        answer = person.owner.site("POST", "collection/menu", data={"name": name})
        assert answer.status_code == 200
    person.enter("data", "menu")
    names = person.page.locator("tbody tr td:nth-child(2)")
    expect(names).to_have_text(["Newer", "Older", "Placed"])
    person.page.get_by_role("button", name="Move Newer").focus()
    person.page.keyboard.press("ArrowDown")
    person.sees("Newer moved to place 2")
    listed = person.owner.site("GET", "collection/menu").json()["items"]
    assert [item["data"]["name"] for item in listed] == ["Older", "Newer", "Placed"]


@pytest.mark.slow
def test_items_are_selected_with_shift_and_deleted_at_once_and_come_back(person: Person) -> None:
    person.owner.items("menu", *({"name": f"Dish {number}"} for number in range(60)))
    person.enter("data", "menu")
    boxes = person.page.locator("tbody .checkbox")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    person.sees("4 selected")
    person.press("Delete")
    person.sees("Delete 4 items?")
    person.press("Delete")
    person.sees("4 items deleted")
    person.sees(re.compile(r"^1.50 of 56$"))
    person.press("Undo")
    person.sees("4 items are back")
    boxes.nth(0).click()
    person.press("Select all 60 items")
    person.sees("60 selected")
    person.press("Delete")
    person.sees("Delete 60 items?")
    person.press("Delete")
    person.sees("No items yet")


@pytest.mark.slow
def test_a_row_opens_where_it_is_clicked(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    person.page.get_by_text("Soup", exact=True).click()
    expect(person.page.locator("dialog[open]")).to_contain_text("Edit item")


@pytest.mark.slow
def test_a_row_opens_by_the_keyboard_which_comes_back_to_it(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"}, {"name": "Tea"})
    person.enter("data", "menu")
    row = person.page.locator("tbody tr").nth(1)
    row.locator(".grip").focus()
    person.page.keyboard.press("Tab")
    expect(person.by("button", "Edit Tea")).to_be_focused()
    person.page.keyboard.press("Enter")
    expect(person.by("textbox", "Name")).to_be_focused()
    person.page.keyboard.press("Escape")
    expect(person.by("button", "Edit Tea")).to_be_focused()


@pytest.mark.slow
def test_a_row_under_the_mouse_has_one_colour_to_its_last_button(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    row = person.page.locator("tbody tr")
    plain = row.locator("td").last.evaluate(COLOUR)
    row.hover()
    assert row.evaluate(COLOUR) == row.locator("td").last.evaluate(COLOUR) != plain
    row.locator(".checkbox").check()
    person.page.mouse.move(0, 0)
    assert row.evaluate(COLOUR) == row.locator("td").last.evaluate(COLOUR) != plain


@pytest.mark.slow
def test_what_was_written_survives_going_back_a_reload_and_another_visit(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"}, {"name": "Tea"})
    person.enter("data", "menu")
    person.press("Edit Soup")
    person.page.get_by_label("name").fill("Broth")
    person.page.reload()
    person.sees("You have changes that are not saved yet.")
    person.press("Go on editing")
    expect(person.page.get_by_label("name")).to_have_value("Broth")
    person.press("Save")
    person.sees("Item saved")
    person.misses("You have changes that are not saved yet.")
    person.press("Add item")
    person.page.get_by_label("name").fill("Cake")
    person.go("inbox")
    person.go("data", "menu")
    person.sees("You have a new item that is not saved yet.")
    person.press("Discard")
    person.misses("You have a new item that is not saved yet.")


@pytest.mark.slow
def test_a_draft_does_not_overwrite_what_somebody_else_saved_meanwhile(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    person.press("Edit Soup")
    person.page.get_by_label("name").fill("Mine")
    person.page.reload()
    person.owner.execute(
        "update public.project_collections set data = %s where project_id = %s",
        json.dumps({"name": "Theirs"}),
        person.owner.project,
    )
    person.press("Go on editing")
    person.press("Save")
    person.sees("Somebody else saved this item")
    assert person.owner.rows("project_collections", "data") == [{"data": {"name": "Theirs"}}]


@pytest.mark.slow
def test_an_item_whose_fields_have_the_names_of_inherited_things_shows_only_its_own(
    person: Person,
) -> None:
    inherited = {"length": 5, "toString": "x", "__proto__": "p", "constructor": "Bob"}
    person.owner.items("menu", {"name": "A"}, {"name": "B", **inherited})
    person.enter("data", "menu")
    expect(person.by("row", "B 5 x p Bob")).to_be_visible()
    expect(person.page.locator("tbody")).not_to_contain_text("function")
    for name in ("A", "B"):
        person.press(f"Edit {name}")
        person.by("textbox", "Name").fill(f"{name}{name}")
        person.press("Save")
        expect(person.page.get_by_role("dialog")).to_have_count(0)
    stored = [row["data"] for row in person.owner.rows("project_collections", "data")]
    assert sorted(stored, key=len) == [{"name": "AA"}, {"name": "BB", **inherited}]


@pytest.mark.slow
def test_what_would_be_hidden_or_turned_around_is_shown_as_a_mark(person: Person) -> None:
    person.owner.items("menu", {"name": "invoice\u202egpj.exe"})
    person.enter("data", "menu")
    person.sees("invoice\u27e6U+202E\u27e7gpj.exe")


@pytest.mark.slow
def test_search_finds_values_and_pages_go_on(person: Person) -> None:
    dishes = ({"name": f"Dish {number}", "kind": "soup"} for number in range(60))
    person.owner.items("menu", *dishes, {"name": "Cake", "kind": "dessert"})
    person.enter("data", "menu")
    person.sees(re.compile(r"^1.50 of 61$"))
    person.press("Next page")
    expect(person.page.locator("tbody tr")).to_have_count(11)
    person.owner.execute(
        "delete from public.project_collections where project_id = %s and sort_order > 20480",
        person.owner.project,
    )
    person.page.get_by_role("button", name="Move Dish 51").focus()
    person.page.keyboard.press("ArrowDown")  # the list is read again, and no longer so long
    expect(person.page.locator("tbody tr")).to_have_count(20)
    person.page.get_by_role("searchbox").fill("DISH 7")
    expect(person.page.locator("tbody tr")).to_have_count(1)
    person.page.get_by_role("searchbox").fill("kind")
    person.sees("No results")


@pytest.mark.slow
def test_an_item_of_two_hundred_fields_can_be_read_and_edited(person: Person) -> None:
    person.owner.items("wide", {f"field_{number:03}": number for number in range(200)})
    person.enter("data", "wide")
    person.sees("and 194 more fields")
    person.page.locator("tbody").get_by_role("button", name="Edit").click()
    last = person.page.get_by_label("Field 199")
    last.fill("1")
    person.press("Save")
    person.sees("Item saved")
    [row] = person.owner.rows("project_collections", "data")
    assert row["data"]["field_199"] == 1
    assert len(row["data"]) == 200


@pytest.mark.slow
def test_an_item_that_is_too_large_or_too_deep_is_told_before_it_is_sent(person: Person) -> None:
    person.enter("data", "big")
    person.press("Add item")
    person.press("JSON")
    text = person.page.get_by_label("JSON")
    text.fill(json.dumps({"text": "x" * 1_000_000}))
    person.press("Save")
    person.sees(re.compile("256.KB.? is the most"))
    text.fill('{"a":' * 40 + "1" + "}" * 40)
    person.press("Save")
    person.sees("The item is nested more than 32 deep.")
    assert person.owner.rows("project_collections", "id") == []


@pytest.mark.slow
def test_texts_are_edited_by_what_they_are(person: Person) -> None:
    person.owner.items(
        "events",
        {
            "title": "Fair",
            "date": "2026-12-01",
            "color": "#00aa77",
            "site": "https://example.com/fair",
            "tags": ["food", "music"],
            "price": 7,
        },
    )
    person.enter("data", "events")
    person.press("Edit Fair")
    expect(person.page.get_by_label("date")).to_have_attribute("type", "date")
    expect(person.page.get_by_label("color")).to_have_attribute("type", "color")
    expect(person.by("link", "Open")).to_have_attribute("href", "https://example.com/fair")
    person.press("Remove food")
    person.page.get_by_label("tags").fill("مسرح")
    person.page.get_by_label("tags").press("Enter")
    person.page.get_by_label("price").fill("1,500")
    person.press("Save")
    person.sees("This is not a number.")
    expect(person.page.get_by_label("price")).to_be_focused()
    person.page.get_by_label("price").fill("7,5")
    person.page.get_by_label("date").fill("2026-12-24")
    person.press("Save")
    person.sees("Item saved")
    [row] = person.owner.rows("project_collections", "data")
    assert row["data"] == {
        "title": "Fair",
        "date": "2026-12-24",
        "color": "#00aa77",
        "site": "https://example.com/fair",
        "tags": ["music", "مسرح"],
        "price": 7.5,
    }


@pytest.mark.slow
def test_a_picture_is_chosen_from_the_uploads(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup", "image": ""})
    person.enter("uploads")
    person.page.locator("input[type=file]").set_input_files([file("soup.png", PNG)])
    person.sees("1 file stored")
    person.go("data", "menu")
    person.press("Edit Soup")
    person.press("Choose from uploads")
    person.press("soup.png")
    person.press("Save")
    person.sees("Item saved")
    [row] = person.owner.rows("project_collections", "data")
    assert row["data"]["image"].endswith("soup.png")
