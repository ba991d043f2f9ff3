"""The backend's switch and its settings."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person


def stored(person: Person) -> dict[str, Any]:
    [row] = person.owner.rows("project_backends", "enabled,allowed_origins,features")
    return row


def test_the_backend_is_switched_off_and_on(person: Person) -> None:
    person.enter("settings")
    switch = person.by("switch", "The backend answers")
    expect(switch).to_be_checked()
    switch.click()
    expect(person.page.locator("[aria-busy=true]")).to_have_count(0)
    refused = person.owner.site("POST", "submit", data={"name": "x"})
    assert refused.json()["code"] == "backend_disabled"
    person.go("inbox")
    person.sees("The backend is off: the site gets no answers.")
    person.go("settings")
    switch.click()
    expect(person.page.locator("[aria-busy=true]")).to_have_count(0)
    assert person.owner.site("POST", "submit", data={"name": "x"}).status_code == 200


def test_a_project_without_a_backend_can_switch_it_on_from_any_tab(person: Person) -> None:
    person.owner.execute(
        "delete from public.project_backends where project_id = %s", person.owner.project
    )
    person.enter("users")
    person.sees("The backend is not switched on yet")
    person.press("Switch the backend on")
    person.sees("No users yet")
    assert stored(person)["enabled"] is True


def test_origins_are_checked_added_and_removed(person: Person) -> None:
    person.enter("settings")
    person.sees("Every site may use this backend.")
    address = person.page.get_by_label("Address")
    for wrong in (
        "shop",
        "https://shop.example.com/path",
        "https://a.*.com",
        "https://*.com",
        "ftp://x.com",
    ):
        address.fill(wrong)
        person.press("Add")
        person.sees("Scheme and host only")
    for typed in ("https://Shop.example.com/", "https://*.example.org"):
        address.fill(typed)
        person.press("Add")
        expect(address).to_have_value("")
    person.misses("Every site may use this backend.")
    expect(person.page.locator(".origins li")).to_have_count(2)
    expect(person.page.locator("[aria-busy=true]")).to_have_count(0)
    assert stored(person)["allowed_origins"] == [
        "https://shop.example.com",
        "https://*.example.org",
    ]
    person.press("Remove https://*.example.org")
    expect(person.page.locator(".origins li")).to_have_count(1)


def test_features_are_saved_as_they_are_changed(person: Person) -> None:
    person.owner.items("posts", {"title": "One"})
    person.enter("settings")
    person.sees("Anyone on the internet can add, change and delete items.")
    person.page.get_by_label("Who writes").first.select_option("owner")
    person.misses("Anyone on the internet can add, change and delete items.")
    person.by("switch", "Uploads").click()
    person.misses("Anyone on the internet can fill your storage.")
    person.page.get_by_text("Exceptions for single collections").click()
    person.page.get_by_label("posts: Who writes").select_option("site_users")
    person.page.get_by_label("Forms sent").fill("many")
    limits = person.page.locator("section").filter(has_text="Requests a minute")
    limits.get_by_role("button", name="Save").click()
    person.sees("A whole number from 0 to 1,000,000.")
    person.page.get_by_label("Forms sent").fill("5")
    limits.get_by_role("button", name="Save").click()
    expect(limits.get_by_role("button", name="Save")).to_be_disabled()
    expect(person.page.locator("[aria-busy=true]")).to_have_count(0)
    features = stored(person)["features"]
    assert features["collections"] == {
        "write": "owner",
        "overrides": {"posts": {"write": "site_users"}},
    }
    assert features["uploads"] == {"enabled": False}
    assert features["rate_limits"]["submit"] == 5
    refused = person.owner.site("POST", "collection/other", data={"a": 1})
    assert refused.json()["code"] == "not_permitted"


def test_the_snippet_works_as_it_is_printed(person: Person) -> None:
    person.owner.items("products", {"name": "Widget"})
    person.enter("settings")
    code = person.page.locator(".snippet pre").inner_text()
    assert person.owner.project in code
    products, sent = person.page.evaluate(
        f"""(async () => {{
          {code}
          return [await getProducts(), await submitContactForm({{ name: "From a page" }})];
        }})()"""
    )
    assert products["items"][0]["data"] == {"name": "Widget"}
    assert sent["success"] is True
    [row] = person.owner.rows("project_form_submissions", "form_name,data")
    assert row == {"form_name": "contact", "data": {"name": "From a page"}}


def test_settings_changed_in_another_window_are_not_overwritten(person: Person) -> None:
    person.enter("settings")
    switch = person.by("switch", "User accounts")
    expect(switch).to_be_checked()
    person.owner.execute(
        'update public.project_backends set features = \'{"forms": {"enabled": false}}\''
        " where project_id = %s",
        person.owner.project,
    )
    switch.click()
    person.sees("The settings changed in another window.")
    expect(person.by("switch", "Forms")).not_to_be_checked()
    assert stored(person)["features"] == {"forms": {"enabled": False}}


def test_a_project_is_renamed(person: Person) -> None:
    person.enter("settings")
    name = person.page.get_by_label("Name")
    name.fill("New name")
    name.press("Enter")
    expect(person.page.locator(".project-switch-name")).to_have_text("New name")


def test_a_project_goes_only_when_its_name_is_typed(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("settings")
    person.press("Delete project")
    person.page.get_by_label("Type Olive & Thyme to go on").fill("Olive")
    person.page.locator("dialog[open]").get_by_role("button", name="Delete project").click()
    person.sees("This is not the project's name.")
    assert len(person.owner.rows("project_collections", "id")) == 1
    person.page.get_by_label("Type Olive & Thyme to go on").fill("Olive & Thyme")
    person.page.locator("dialog[open]").get_by_role("button", name="Delete project").click()
    person.sees("Olive & Thyme is deleted")
    assert person.owner.rows("project_collections", "id") == []
