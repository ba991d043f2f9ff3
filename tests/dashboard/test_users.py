"""The Users tab."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import Person


@pytest.mark.slow
def test_a_suspended_user_is_signed_out_at_once_and_may_come_back(person: Person) -> None:
    account = {"email": "sara@example.com", "password": "a long password", "name": "Sara"}
    token = person.owner.site("POST", "auth/signup", data=account).json()["token"]
    person.enter("users")
    row = person.page.get_by_role("row").filter(has_text="sara@example.com")
    expect(row).to_contain_text("Active")
    person.press("Suspend Sara")
    person.sees("They are signed out everywhere at once")
    person.press("Suspend")
    person.sees("Sara is suspended and signed out everywhere")
    expect(row).to_contain_text("Suspended")
    assert person.owner.site("POST", "auth/me", data={"token": token}).status_code == 401
    again = person.owner.site("POST", "auth/login", data=account)
    assert again.json()["code"] == "account_suspended"

    person.press("Activate Sara")
    person.sees("Sara may sign in again")
    assert person.owner.site("POST", "auth/login", data=account).status_code == 200
    assert person.owner.site("POST", "auth/me", data={"token": token}).status_code == 401


@pytest.mark.slow
def test_a_visitor_who_forgot_the_password_gets_a_code_from_the_owner(person: Person) -> None:
    account = {"email": "sara@example.com", "password": "a long password", "name": "Sara"}
    person.owner.site("POST", "auth/signup", data=account)
    person.enter("users")
    person.press("Reset code for Sara")
    person.sees("The code works once, within 24 hours")
    person.press("Make a code")
    person.sees("Give this code to Sara yourself")
    code = person.page.get_by_role("status", name="Reset code").inner_text()
    person.page.locator(".dialog-foot").get_by_role("button", name="Close").click()
    expect(person.page.get_by_role("dialog")).to_have_count(0)
    changed = {"email": "sara@example.com", "code": code, "newPassword": "another long one"}
    assert person.owner.site("POST", "auth/reset", data=changed).status_code == 200
    assert person.owner.site("POST", "auth/reset", data=changed).status_code == 401
    old, new = (
        person.owner.site("POST", "auth/login", data=account | {"password": password})
        for password in ("a long password", "another long one")
    )
    assert (old.status_code, new.status_code) == (401, 200)


@pytest.mark.slow
def test_an_account_that_is_gone_gets_no_code(person: Person) -> None:
    person.owner.users("nour@example.com")
    person.enter("users")
    person.press("Reset code for nour@example.com")
    person.owner.execute(
        "delete from public.project_site_users where project_id = %s", person.owner.project
    )
    person.press("Make a code")
    expect(person.page.get_by_role("dialog")).to_contain_text("This is not there any more")


@pytest.mark.slow
def test_users_are_listed_searched_and_deleted(person: Person) -> None:
    person.owner.users(*(f"guest{number}@example.com" for number in range(60)))
    person.owner.users("nour@example.com", display_name='نور, "the (one)" \\ % *')
    person.enter("users")
    person.sees("61 accounts")
    person.sees("Never")
    rows = person.page.locator("tbody tr")
    expect(rows).to_have_count(50)
    search = person.page.get_by_role("searchbox")
    for text in ("NOUR@", 'نور, "the (one)" \\ % *'):
        search.fill(text)
        expect(rows).to_have_count(1)
    search.fill("guest1@")
    expect(rows).to_have_count(1)
    person.press("Delete guest1@example.com")
    person.press("Delete")
    person.sees("No results")
    emails = {row["email"] for row in person.owner.rows("project_site_users", "email")}
    assert "guest1@example.com" not in emails
    assert len(emails) == 60


@pytest.mark.slow
def test_times_are_told_in_the_zone_of_the_reader(
    person: Person, open_page: Callable[..., Page]
) -> None:
    person.owner.users("night@example.com", last_login="2026-01-01 22:30+00")
    person.enter("users")
    person.sees("Jan 2, 2026, 1:30 AM")
    far = Person(open_page(timezone_id="America/New_York"), person.url, person.owner)
    far.enter("users")
    far.sees("Jan 1, 2026, 5:30 PM")


@pytest.mark.slow
def test_a_day_in_arabic_has_the_name_of_its_month(
    person: Person, open_page: Callable[..., Page]
) -> None:
    person.owner.users("night@example.com", last_login="2026-01-01 22:30+00")
    reader = Person(open_page(locale="ar", timezone_id="UTC"), person.url, person.owner)
    reader.enter("users")
    reader.sees(re.compile("يناير 2026، 10:30"))
