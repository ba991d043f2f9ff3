"""The Data tab."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person


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
    person.press("Add item")
    asked = person.page.get_by_label("Field name")
    for field, kind in (("name", "text"), ("price", "number"), ("tags", "array")):
        if field != "name":  # the first one is asked for
            person.press("Add field")
        asked.fill(field)
        person.page.get_by_label("Type").select_option(kind)
        person.press("Add field")
        expect(asked).to_be_hidden()
    person.page.get_by_label("name", exact=True).fill("Soup")
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


def test_an_import_shows_what_it_found_before_it_writes(person: Person, tmp_path: Path) -> None:
    person.owner.items("menu", {"name": "Soup", "price": 7})
    file = tmp_path / "menu.csv"
    file.write_text('name,price\r\n"Cake, big",4.5\r\nTea,2\r\na,b,c\r\n', "utf-8")
    person.enter("data", "menu")
    person.press("Import")
    choose = person.page.get_by_label("Choose a CSV or JSON file")
    choose.set_input_files(file)
    person.sees("1 row is left out:")
    person.sees("Row 3: it has more values than the first line has names")
    expect(person.by("row", "Cake, big 4.5")).to_be_visible()
    assert len(person.owner.rows("project_collections", "id")) == 1
    person.press("Import 2 items")
    person.sees("2 items imported")
    stored = [row["data"] for row in person.owner.rows("project_collections", "data")]
    assert {"name": "Cake, big", "price": 4.5} in stored
    assert {"name": "Tea", "price": 2} in stored

    person.press("Import")
    choose.set_input_files({"name": "x.json", "mimeType": "", "buffer": b"[{]"})
    person.sees("This is not valid JSON")
    choose.set_input_files({"name": "x.csv", "mimeType": "", "buffer": b"\xff\xfe\x00"})
    person.sees("This file is not text.")
    many = json.dumps([{"name": f"Dish {number}"} for number in range(450)]).encode()
    choose.set_input_files({"name": "x.json", "mimeType": "", "buffer": many})
    person.press("Import 450 items")
    person.sees("450 items imported")
    person.sees(re.compile(r"^1.50 of 453$"))


def test_an_export_can_be_imported_again(person: Person, tmp_path: Path) -> None:
    documents = [{"name": "=1+1", "on": True}, {"name": "مرحبا", "list": [1, {"a": "b"}]}]
    person.owner.items("menu", *documents)
    person.enter("data", "menu")
    person.press("Export")
    with person.page.expect_download() as download:
        person.page.get_by_role("menuitem", name="Export as CSV").click()
    file = tmp_path / "menu.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        assert next(csv.DictReader(opened))["name"] == "'=1+1"
    person.go("data", "copy")
    person.press("Import")
    person.page.get_by_label("Choose a CSV or JSON file").set_input_files(file)
    person.press("Import 2 items")
    person.sees("2 items imported")
    rows = person.owner.rows("project_collections", "collection_name,data")
    copies = [row["data"] for row in rows if row["collection_name"] == "copy"]
    assert sorted(copies, key=len) == sorted(documents, key=len)


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
    person.sees("Nothing matches")


def test_an_item_of_two_hundred_fields_can_be_read_and_edited(person: Person) -> None:
    person.owner.items("wide", {f"field_{number:03}": number for number in range(200)})
    person.enter("data", "wide")
    person.sees("and 194 more fields")
    person.page.locator("tbody").get_by_role("button", name="Edit").click()
    last = person.page.get_by_label("field_199")
    last.fill("1")
    person.press("Save")
    person.sees("Item saved")
    [row] = person.owner.rows("project_collections", "data")
    assert row["data"]["field_199"] == 1
    assert len(row["data"]) == 200


def test_an_item_that_is_too_large_or_too_deep_is_told_before_it_is_sent(person: Person) -> None:
    person.enter("data", "big")
    person.press("Add item")
    person.press("JSON")
    text = person.page.get_by_label("JSON")
    text.fill(json.dumps({"text": "x" * 1_000_000}))
    person.press("Save")
    person.sees("256 KiB is the most")
    text.fill('{"a":' * 40 + "1" + "}" * 40)
    person.press("Save")
    person.sees("The item is nested more than 32 deep.")
    assert person.owner.rows("project_collections", "id") == []
