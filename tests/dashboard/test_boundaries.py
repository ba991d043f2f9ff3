"""Hostile content, other owners, and things that change under one's feet."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, Route, expect

from tests.dashboard.browser import Person
from tests.dashboard.contents import HOSTILE
from tests.dashboard.people import new_owner


@pytest.mark.slow
def test_hostile_content_is_shown_as_text_everywhere(
    open_page: Callable[..., Page], page_url: str, person: Person
) -> None:
    owner = new_owner(person.owner.endpoint, HOSTILE)
    reader = Person(open_page(), page_url, owner)
    values = {"name": HOSTILE, "email": "javascript:alert(1)", HOSTILE: {HOSTILE: [HOSTILE]}}
    owner.submissions(values, form_name=HOSTILE, origin="javascript:document.title='hacked'")
    owner.items("things", values)
    owner.sql_insert(
        "project_collection_schemas",
        {
            "user_id": owner.id,
            "collection_name": "things",
            "schema": '{"fields": [{"name": 1}, "x", {"name": "<b>", "type": "evil"}]}',
            "display_name": HOSTILE,
        },
    )
    owner.users("x@example.com", display_name=HOSTILE)
    owner.sql_insert(
        "project_uploads",
        {
            "user_id": owner.id,
            "filename": HOSTILE,
            "storage_path": f"{owner.project}/1-<img src=x>",
            "file_type": HOSTILE,
            "size_bytes": 5,
            "status": "stored",
        },
    )
    reader.enter("inbox")
    reader.page.locator(".message-open").click()
    expect(reader.page.locator(".reader h2")).to_have_text(HOSTILE)
    for tab in ("data", "users", "uploads", "settings"):
        reader.go(tab)
        reader.sees(HOSTILE)
        assert reader.page.title() != "hacked"
        assert reader.page.locator("img[src=x], #app script, [onerror]").count() == 0
    reader.go("data")
    reader.page.locator("tbody").get_by_role("button", name="Edit").click()
    expect(reader.page.locator("dialog input").first).to_be_visible()
    assert reader.page.locator("a[href^='javascript']").count() == 0
    assert reader.page.title() != "hacked"


@pytest.mark.slow
def test_two_owners_at_once_see_only_their_own(
    open_page: Callable[..., Page], page_url: str, person: Person
) -> None:
    other = Person(open_page(), page_url, new_owner(person.owner.endpoint, "Other"))
    person.owner.submissions({"name": "For the one"})
    other.owner.submissions({"name": "For the other"})
    person.enter()
    other.enter()
    expect(person.page.locator(".message-who")).to_have_text(["For the one"])
    expect(other.page.locator(".message-who")).to_have_text(["For the other"])
    foreign = f"{page_url}#/project/{person.owner.project}/inbox"
    other.page.evaluate("to => { location.href = to }", foreign)
    other.sees("This project is no longer there")
    assert "For the one" not in other.page.content()


@pytest.mark.slow
def test_the_later_of_two_saves_is_told_and_can_choose(
    open_page: Callable[..., Page], person: Person
) -> None:
    person.owner.items("menu", {"name": "Soup", "price": 7})
    second = Person(open_page(), person.url, person.owner)
    for one in (person, second):
        one.enter("data", "menu")
        one.press("Edit Soup")
    person.page.get_by_label("price").fill("8")
    person.press("Save")
    person.sees("Item saved")
    second.page.get_by_label("price").fill("9")
    second.press("Save")
    second.sees("Somebody else saved this item")
    second.press("Show their version")
    expect(second.page.get_by_label("price")).to_have_value("8")
    second.page.get_by_label("price").fill("9")
    second.press("Save")
    second.sees("Item saved")
    [row] = person.owner.rows("project_collections", "data")
    assert row["data"] == {"name": "Soup", "price": 9}


@pytest.mark.slow
def test_a_move_meanwhile_is_no_conflict_and_a_deletion_is(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    person.press("Edit Soup")
    mine = "where project_id = %s and collection_name = 'menu'"
    person.owner.execute(
        f"update public.project_collections set sort_order = 5 {mine}", person.owner.project
    )
    person.page.get_by_label("name").fill("Broth")
    person.press("Save")
    person.sees("Item saved")
    person.press("Edit Broth")
    person.owner.execute(
        f"update public.project_collections set status = 'deleted' {mine}", person.owner.project
    )
    person.page.get_by_label("name").fill("Stew")
    person.press("Save")
    person.sees("This item was deleted")
    person.press("Save as new item")
    expect(person.by("row", "Stew")).to_be_visible()


@pytest.mark.slow
def test_a_project_deleted_under_ones_feet_is_told(person: Person) -> None:
    person.enter("data", "menu")
    person.press("Add item")
    person.owner.execute("delete from public.projects where id = %s", person.owner.project)
    person.press("JSON")
    person.page.get_by_label("JSON").fill('{"name": "Too late"}')
    person.press("Save")
    person.sees("This project is no longer there")


@pytest.mark.slow
def test_an_api_that_is_down_is_told_and_what_comes_back_is_shown(person: Person) -> None:
    person.owner.users("a@example.com")
    person.enter("inbox")
    person.sees("No messages yet")
    person.page.route("**/rest/v1/**", lambda route: route.abort("connectionrefused"))
    person.go("users")
    told = person.page.get_by_text(
        "The server does not answer. Check the connection and try again."
    )
    expect(told).to_be_visible(timeout=5_000)
    person.comes_back()
    person.sees("No connection. What you see may be out of date.")
    person.page.unroute("**/rest/v1/**")
    person.press("Try again")
    person.sees("a@example.com")
    person.comes_back()
    person.misses("No connection.")


@pytest.mark.slow
def test_a_save_that_fails_keeps_what_was_typed(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("data", "menu")
    person.press("Edit Soup")
    person.page.get_by_label("name").fill("Unsaved")
    person.page.route(
        "**/rest/v1/project_collections*",
        lambda route: route.fulfill(status=503, json={"message": "down", "code": "PGRST000"}),
    )
    person.press("Save")
    person.sees("The server has a problem of its own.")
    expect(person.page.get_by_label("name")).to_have_value("Unsaved")
    person.page.keyboard.press("Escape")
    person.sees("Discard your changes?")
    person.press("Keep editing")
    person.page.unroute("**/rest/v1/project_collections*")
    person.press("Save")
    person.sees("Item saved")


@pytest.mark.slow
def test_the_page_speaks_to_its_api_alone_and_loads_nothing_else(person: Person) -> None:
    asked: set[str] = set()
    person.page.on("request", lambda request: asked.add(httpx.URL(request.url).netloc.decode()))
    person.enter("uploads")
    person.sees("No files yet")
    own = {httpx.URL(person.url).netloc, httpx.URL(person.owner.endpoint.api_url).netloc}
    assert asked == {place.decode() for place in own}
    policy = httpx.get(person.url).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy


@pytest.mark.slow
def test_an_import_that_loses_the_connection_says_how_far_it_came_and_is_taken_back(
    person: Person,
) -> None:
    person.enter("data", "menu")
    person.press("Import")
    rows = "name\n" + "".join(f"Dish {number}\n" for number in range(1450))
    person.page.get_by_label("Choose a CSV or JSON file").set_input_files(
        {"name": "x.csv", "mimeType": "", "buffer": rows.encode()}
    )
    sent: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
        if len(sent) > 1:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    person.page.route("**/rest/v1/project_collections*", lose)
    person.press("Import 1,450 items")
    person.sees("1,000 of 1,450 items were imported before this happened.")
    person.page.unroute("**/rest/v1/project_collections*")
    assert len(person.owner.rows("project_collections", "id")) == 1000
    person.page.reload()
    person.press("Undo import")
    person.sees("The import is taken back")
    states = {row["status"] for row in person.owner.rows("project_collections", "status")}
    assert states == {"deleted"}


@pytest.mark.slow
def test_a_foreign_project_by_address_shows_nothing_on_any_tab(person: Person) -> None:
    stranger = new_owner(person.owner.endpoint, "Strangers' shop")
    stranger.submissions({"name": "Not yours"})
    person.enter("overview")
    for tab in ("overview", "inbox", "data/menu", "uploads", "users", "settings/danger"):
        address = f"{person.url}#/project/{stranger.project}/{tab}"
        person.page.evaluate("to => { location.href = to }", address)
        person.sees("This project is no longer there")
        assert "Strangers" not in person.page.content()
        person.go("overview")
        expect(person.by("heading", "Overview")).to_be_visible()


def test_an_address_that_names_nothing_is_answered_in_a_sentence_of_the_page(
    person: Person,
) -> None:
    """A word in the place of an id is none to PostgreSQL, whose own words nobody should read."""
    person.owner.submissions({"name": "Ann"})
    person.enter("inbox", "nonsense")
    person.sees("This is not there any more")
    expect(person.page.locator(".message-who")).to_have_text(["Ann"])
    person.go("inbox", "00000000-0000-4000-8000-000000000000")
    person.sees("This is not there any more")
    person.page.evaluate("location.href = '#/project/nonsense/inbox'")
    person.sees("This project is no longer there")
    assert "uuid" not in person.page.content()


@pytest.mark.slow
def test_a_visitors_largest_item_is_a_row_like_any_other(person: Person) -> None:
    largest = {"name": "Big", "text": "x" * (256 * 1024 - 40)}
    assert person.owner.site("POST", "collection/menu", data=largest).status_code == 200
    person.owner.items("menu", {"name": "Small"})
    person.enter("data", "menu")
    row = person.page.locator("tbody tr").filter(has_text="Big")
    expect(row).to_be_visible()
    box = row.bounding_box()
    assert box is not None
    assert box["height"] < 100
    assert len(row.inner_text()) < 500
    person.press("Edit Big")
    expect(person.page.get_by_label("text")).to_have_value(largest["text"])


@pytest.mark.slow
def test_five_thousand_collections_are_listed_searched_and_leave_the_page_quick(
    person: Person,
) -> None:
    person.owner.execute(
        "insert into public.project_collection_schemas (project_id, user_id, collection_name) "
        "select %s, %s, 'list_' || n from generate_series(1, 5000) as n",
        person.owner.project,
        person.owner.id,
    )
    person.enter("data", "list_4321")
    person.sees("No items yet")
    shown = person.page.locator(".collection")
    expect(shown).to_have_count(201)  # the open one among them
    person.sees("and 4,799 more: search for them")
    person.page.get_by_label("Search collections").fill("4999")
    expect(shown).to_have_text(["list_49990", "list_43210"])
    person.page.get_by_label("Search collections").fill("list_1")
    person.sees("and 911 more: search for them")
    person.go("settings")
    expect(person.by("heading", "Settings")).to_be_visible()
    assert person.page.locator(".override").count() == 0


@pytest.mark.slow
def test_a_name_that_turns_text_around_is_shown_with_a_mark_on_every_tab(person: Person) -> None:
    name, shown = "x\u202egpj.exe", "x\u27e6U+202E\u27e7gpj.exe"
    person.owner.submissions({"name": name, name: 1})
    person.owner.items("menu", {"name": name, name: 1})
    person.owner.users("a@example.com", display_name=name)
    person.owner.sql_insert(
        "project_uploads",
        {
            "user_id": person.owner.id,
            "filename": name,
            "storage_path": f"{person.owner.project}/1",
            "file_type": "text/plain",
            "size_bytes": 1,
            "status": "stored",
        },
    )
    person.enter("inbox")
    person.page.locator(".message-open").click()
    expect(person.by("heading", shown)).to_be_visible()
    for tab in ("inbox", "data", "users", "uploads"):
        person.go(tab)
        person.sees(shown)
        text = person.page.evaluate("[document.body.innerHTML, document.body.innerText].join()")
        assert "\u202e" not in text, tab


@pytest.mark.slow
def test_a_long_name_takes_two_lines_and_no_more(person: Person) -> None:
    name = "A name that goes on " * 10
    person.owner.submissions({"name": name})
    person.owner.users("a@example.com", display_name=name)
    person.owner.items("menu", {"name": "Soup"})
    person.owner.sql_insert(
        "project_collection_schemas",
        {"user_id": person.owner.id, "collection_name": "menu", "display_name": name},
    )
    person.owner.execute(
        "update public.projects set name = %s where id = %s", name, person.owner.project
    )
    person.enter("inbox")
    person.page.locator(".message-open").click()
    for tab, selector in (
        ("inbox", ".reader h2"),
        ("users", ".person-text strong"),
        ("data", ".collection > [dir]"),
        ("", ".project-card-text strong"),
    ):
        if tab != "inbox":
            address = person.address(tab) if tab else "#/"
            person.page.evaluate("to => { location.href = to }", address)
        found = person.page.locator(selector)
        expect(found).to_be_visible()
        lines = found.evaluate(
            "(e) => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)"
        )
        assert 1.9 < lines < 2.1, tab
