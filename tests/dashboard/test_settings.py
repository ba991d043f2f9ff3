"""The backend's switch and its settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person
from wakti_sb.dashboard import Server, Site
from wakti_sb.spec import Limits, RateLimits
from wakti_sb.stack import Endpoint


def stored(person: Person) -> dict[str, Any]:
    [row] = person.owner.rows("project_backends", "enabled,allowed_origins,features")
    return row


@pytest.mark.slow
def test_the_backend_is_switched_off_and_on(person: Person) -> None:
    person.enter("settings")
    switch = person.by("switch", "Backend on")
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


@pytest.mark.slow
def test_a_project_without_a_backend_can_switch_it_on_from_any_tab(person: Person) -> None:
    person.owner.execute(
        "delete from public.project_backends where project_id = %s", person.owner.project
    )
    person.enter("users")
    person.sees("The backend is not switched on yet")
    person.press("Switch the backend on")
    person.sees("No users yet")
    assert stored(person)["enabled"] is True


@pytest.mark.slow
def test_origins_are_checked_added_and_removed(person: Person) -> None:
    person.enter("settings")
    person.sees("Every site may use this backend.")
    address = person.page.get_by_label("Address")
    for wrong in (
        "shop",
        "https://shop.example.com/path",
        "https://a.*.com",
        "ftp://x.com",
    ):
        address.fill(wrong)
        person.page.locator("#settings-origins").get_by_role("button", name="Add").click()
        person.sees("Scheme and host only")
    for wide in ("https://*.com", "https://*.co.uk"):
        address.fill(wide)
        person.page.locator("#settings-origins").get_by_role("button", name="Add").click()
        person.sees("Everybody can get a name below this.")
    for typed in ("https://Shop.example.com/", "https://*.example.org"):
        address.fill(typed)
        person.page.locator("#settings-origins").get_by_role("button", name="Add").click()
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


@pytest.mark.slow
def test_features_are_saved_as_they_are_changed(person: Person) -> None:
    person.owner.items("posts", {"title": "One"})
    person.enter("settings")
    person.sees("Anyone on the internet can change or delete items.")
    person.page.get_by_label("Change: Only you").check()
    person.sees("Anyone on the internet can change or delete items.")
    person.page.get_by_label("Delete: Whoever made it").check()
    person.misses("Anyone on the internet can change or delete items.")
    held = person.page.locator(".rights tr", has_text="Delete").locator(".right-held")
    expect(held).to_have_count(2)
    person.by("switch", "Uploads").click()
    person.misses("Anyone on the internet can fill your storage.")
    person.page.get_by_text("Exceptions for single collections").click()
    person.page.locator(".overrides").get_by_role("button", name="Add").click()
    person.page.get_by_label("posts: Delete").select_option("public")
    person.sees("Anyone on the internet can change or delete items of posts.")
    person.page.get_by_label("posts: Add").select_option("site_users")
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
        "update": "owner",
        "delete": "own",
        "overrides": {"posts": {"delete": "public", "create": "site_users"}},
    }
    assert features["uploads"] == {"enabled": False}
    assert features["rate_limits"]["submit"] == 5
    [item] = person.owner.site("GET", "collection/posts").json()["items"]
    refused = person.owner.site("PUT", "collection/posts", id=item["id"], data={"a": 1})
    assert refused.json()["code"] == "not_permitted"
    assert person.owner.site("DELETE", "collection/posts", id=item["id"]).status_code == 200


@pytest.mark.slow
def test_each_part_says_when_it_is_saved_and_what_still_waits(person: Person) -> None:
    person.enter("settings", "limits")
    parts = person.page.locator(".settings-card")
    assert [part.get_attribute("id") for part in parts.all()] == [
        f"settings-{name}"
        for name in (
            "snippet",
            "project",
            "origins",
            "forms",
            "collections",
            "uploads",
            "auth",
            "limits",
            "danger",
        )
    ]
    limits = person.page.locator("#settings-limits")
    expect(limits).to_contain_text("Saved with the button")
    expect(limits.locator("h2")).to_be_in_viewport()
    expect(person.page.locator("#settings-uploads")).to_contain_text("Saved at once")
    person.page.get_by_label("Forms sent").fill("5")
    expect(limits).to_contain_text("Not saved yet")
    limits.get_by_role("button", name="Save").click()
    expect(limits).not_to_contain_text("Not saved yet")
    person.by("link", "Delete project").click()
    expect(person.page.locator("#settings-danger h2")).to_be_in_viewport()


@pytest.mark.slow
def test_the_page_says_the_limits_that_it_is_told(
    person: Person, built: Path, endpoint: Endpoint
) -> None:
    limits = Limits(item=2048, json_depth=4, name_chars=17, file=3 << 20, project=7 << 20)
    rates = RateLimits(submit=7)
    with Server(
        built, Site(endpoint.api_url, endpoint.publishable_key, limits, rates)
    ).running() as url:
        there = Person(person.page, url, person.owner)
        there.enter("settings")
        there.sees(re.compile(r"The site stores files, .7\sMB. in all\."))
        expect(there.page.get_by_label("Forms sent")).to_have_value("7")
        there.go("uploads")
        there.sees(re.compile(r"Up to .3\sMB. each\."))
        there.go("data")
        there.press("New collection")
        name = there.page.get_by_label("Name", exact=True)
        expect(name).to_have_attribute("maxlength", "17")
        name.fill("a b")
        there.press("Create collection")
        there.sees("Letters, digits, _ and - only, at most 17.")


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_project_is_renamed(person: Person) -> None:
    person.enter("settings")
    name = person.page.get_by_label("Name")
    name.fill("New name")
    name.press("Enter")
    expect(person.page.locator(".project-switch-name")).to_have_text("New name")


@pytest.mark.slow
def test_a_project_goes_only_when_its_name_is_typed(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    stored = person.owner.upload("menu.txt", b"Soup", "text/plain").json()
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
    assert httpx.get(stored["url"]).status_code in (400, 404)
