"""Hostile content, other owners, and things that change under one's feet."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import Person
from tests.dashboard.people import new_owner

HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


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


def test_a_project_deleted_under_ones_feet_is_told(person: Person) -> None:
    person.enter("data", "menu")
    person.press("Add item")
    person.owner.execute("delete from public.projects where id = %s", person.owner.project)
    person.press("JSON")
    person.page.get_by_label("JSON").fill('{"name": "Too late"}')
    person.press("Save")
    person.sees("This project is no longer there")


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
