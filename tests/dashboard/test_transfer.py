"""Files into a collection and out of it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person


@pytest.mark.slow
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


@pytest.mark.slow
def test_an_import_keeps_the_order_of_the_file_behind_what_is_there(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    person.press("Import")
    choose = person.page.get_by_label("Choose a CSV or JSON file")
    rows = "name\r\n" + "".join(f"Dish {number}\r\n" for number in range(230))
    choose.set_input_files({"name": "x.csv", "mimeType": "", "buffer": rows.encode()})
    person.press("Import 230 items")
    person.sees("230 items imported")
    listed = person.owner.site("GET", "collection/menu").json()["items"]
    assert [item["data"]["name"] for item in listed] == [
        "Soup",
        *(f"Dish {number}" for number in range(230)),
    ]


def test_columns_and_fields_stand_in_the_order_of_their_author(person: Person) -> None:
    """The database sorts the names in a document: their order is that of the schema."""
    person.enter("data", "menu")
    person.press("Import")
    choose = person.page.get_by_label("Choose a CSV or JSON file")
    rows = b"zest,apple,name,bb\r\nyes,red,Soup,2\r\n"
    choose.set_input_files({"name": "x.csv", "mimeType": "", "buffer": rows})
    person.press("Import 1 item")
    cells = person.page.locator("tbody td[data-label]")  # the last one says when it was changed
    moment = re.compile(".")
    names = ["name", "zest", "apple", "bb"]  # what an item is called comes first
    expect(cells).to_have_text(["Soup", "yes", "red", "2", moment])
    assert [one.get_attribute("data-label") for one in cells.all()][:-1] == names
    person.page.reload()
    expect(cells).to_have_text(["Soup", "yes", "red", "2", moment])
    person.press("Edit Soup")
    labels = person.page.locator("dialog[open] label").all_inner_texts()
    assert [one for one in labels if one in names] == names
    # Whoever reads the site gets the fields as the database keeps them, in no promised order.
    [item] = person.owner.site("GET", "collection/menu").json()["items"]
    assert item["data"] == {"zest": "yes", "apple": "red", "name": "Soup", "bb": 2}


@pytest.mark.slow
def test_an_import_is_taken_back_also_after_a_reload(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    person.press("Import")
    choose = person.page.get_by_label("Choose a CSV or JSON file")
    choose.set_input_files({"name": "x.csv", "mimeType": "", "buffer": b"name\nTea\nCake\n"})
    person.press("Import 2 items")
    person.sees("2 items imported")
    expect(person.page.locator("tbody tr")).to_have_count(3)
    person.page.reload()
    person.press("Undo import")
    person.sees("The import is taken back")
    expect(person.page.locator("tbody tr")).to_have_count(1)
    person.misses("Undo import")


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b,a\n1,2,3\n", "Two columns are called \u201ca\u201d"),
        (b'a\n"b\n', 'A quote (") that opens in line 2 is never closed.'),
        (b"PK\x03\x04rest", "This is an Excel workbook."),
        (b"a,\n1,2\n", "Column 2 has values but no name"),
    ],
)
def test_a_file_that_would_be_read_wrongly_is_refused_with_the_reason(
    person: Person, content: bytes, said: str
) -> None:
    person.enter("data", "menu")
    person.press("Import")
    choose = person.page.get_by_label("Choose a CSV or JSON file")
    choose.set_input_files({"name": "x", "mimeType": "", "buffer": content})
    person.sees(said)
    expect(person.by("button", "Import 0 items")).to_be_disabled()


@pytest.mark.slow
def test_an_export_can_be_imported_again(person: Person, tmp_path: Path) -> None:
    documents: list[dict[str, object]] = [
        {"name": "=1+1", "on": True},
        {"name": "مرحبا", "list": [1, {"a": "b"}]},
    ]
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

    def name(document: dict[str, object]) -> str:
        return str(document["name"])

    assert sorted(copies, key=name) == sorted(documents, key=name)
