"""Files into a collection and out of it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Route, expect

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
    names = ["Name", "Zest", "Apple", "Bb"]  # what an item is called comes first
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


PRICE = "\u0661\u0662\u066b\u0665"  # 12.5 in Arabic digits
ARABIC = f"الاسم,السعر\r\nشوربة,{PRICE}\r\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "guessed"),
    [
        (ARABIC.encode("utf-8-sig"), False),
        (ARABIC.replace(",", "\t").encode("utf-16"), False),
        (ARABIC.replace(PRICE, "12.5").encode("windows-1256"), True),
        (f"sep=;\r\n{ARABIC}".replace(",", ";").replace("\u066b", ",").encode(), False),
    ],
    ids=["UTF-8", "UTF-16", "Windows-1256", "semicolons"],
)
def test_a_file_is_read_as_arabic_excel_writes_it(
    person: Person, content: bytes, guessed: bool
) -> None:
    person.enter("data", "menu")
    person.press("Import")
    choose = person.page.get_by_label("Choose a CSV or JSON file")
    choose.set_input_files({"name": "x.csv", "mimeType": "", "buffer": content})
    expect(person.by("row", "شوربة 12.5")).to_be_visible()
    said = person.page.get_by_text("It is read as Windows-1256")
    expect(said).to_have_count(int(guessed))
    person.press("Import 1 item")
    person.sees("1 item imported")
    [row] = person.owner.rows("project_collections", "data")
    assert row["data"] == {"الاسم": "شوربة", "السعر": 12.5}


@pytest.mark.slow
def test_the_answer_of_the_site_api_is_imported_as_its_items(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"}, {"name": "Tea"})
    answer = person.owner.site("GET", "collection/menu").content
    person.enter("data", "copy")
    person.press("Import")
    choose = person.page.get_by_label("Choose a CSV or JSON file")
    choose.set_input_files({"name": "x.json", "mimeType": "", "buffer": answer})
    person.press("Import 2 items")
    person.sees("2 items imported")
    copies = person.owner.site("GET", "collection/copy").json()["items"]
    assert [item["data"] for item in copies] == [{"name": "Soup"}, {"name": "Tea"}]


def exported(person: Person) -> str:
    """The open collection as a CSV text."""
    person.press("Export")
    with person.page.expect_download() as download:
        person.page.get_by_role("menuitem", name="Export as CSV").click()
    return download.value.path().read_text("utf-8-sig")


@pytest.mark.slow
def test_a_changed_export_updates_the_items_that_it_came_from(person: Person) -> None:
    soup = {"name": "Soup", "zip": "10115", "note": None, "tags": ["hot"]}
    person.owner.items("menu", soup, {"name": "Tea", "zip": "none"})
    before = person.owner.rows("project_collections", "id,data")
    person.enter("data", "menu")
    text = exported(person).replace("Soup", "Broth")
    fresh = {"name": "Cake", "zip": "20095"}
    text += ",".join(fresh.get(column, "") for column in text.splitlines()[0].split(","))
    person.press("Import")
    person.page.get_by_label("Choose a CSV or JSON file").set_input_files(
        {"name": "menu.csv", "mimeType": "", "buffer": text.encode()}
    )
    expect(person.page.get_by_label("Update the items that this file")).to_be_checked()
    person.press("Import 3 items")
    person.sees("3 items imported")
    after = {row["id"]: row["data"] for row in person.owner.rows("project_collections", "id,data")}
    # A cell that nobody touched leaves the value as it was: a text of digits, null, a list.
    changed = [soup | {"name": "Broth"}, {"name": "Tea", "zip": "none"}]
    assert [after.pop(row["id"]) for row in before] == changed
    assert list(after.values()) == [fresh]
    person.press("Undo import")
    person.sees("The import is taken back")
    rows = person.owner.rows("project_collections", "id,data,status")
    left = [{"id": row["id"], "data": row["data"]} for row in rows if row["status"] == "active"]
    assert sorted(left, key=str) == sorted(before, key=str)


@pytest.mark.slow
def test_an_import_whose_answer_is_lost_is_taken_back_whole(person: Person) -> None:
    person.enter("data", "menu")
    person.press("Import")
    person.page.get_by_label("Choose a CSV or JSON file").set_input_files(
        {"name": "x.csv", "mimeType": "", "buffer": b"name\nSoup\nTea\n"}
    )

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort("internetdisconnected")
        else:
            route.continue_()

    person.page.route("**/rest/v1/project_collections*", lose)
    person.press("Import 2 items")
    person.sees("Others may have arrived without an answer.")
    person.page.unroute("**/rest/v1/project_collections*")
    assert len(person.owner.rows("project_collections", "id")) == 2
    person.press("Cancel")
    person.press("Undo import")
    person.sees("The import is taken back")
    states = {row["status"] for row in person.owner.rows("project_collections", "status")}
    assert states == {"deleted"}


@pytest.mark.slow
def test_a_page_that_is_left_in_the_middle_of_an_import_asks_and_can_take_it_back(
    person: Person,
) -> None:
    person.enter("data", "menu")
    person.press("Import")
    person.page.get_by_label("Choose a CSV or JSON file").set_input_files(
        {"name": "x.csv", "mimeType": "", "buffer": b"name\nSoup\nTea\n"}
    )

    def keep_waiting(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()  # stored, and never answered
        else:
            route.continue_()

    person.page.route("**/rest/v1/project_collections*", keep_waiting)
    person.press("Import 2 items")
    person.sees("0 of 2 imported")
    with person.page.expect_event("dialog") as asked:
        person.page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    asked.value.accept()
    person.page.unroute("**/rest/v1/project_collections*")
    person.press("Undo import")
    person.sees("The import is taken back")
    states = {row["status"] for row in person.owner.rows("project_collections", "status")}
    assert states == {"deleted"}


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
