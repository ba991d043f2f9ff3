"""The Users tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import Person


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
    person.sees("Nobody matches")
    emails = {row["email"] for row in person.owner.rows("project_site_users", "email")}
    assert "guest1@example.com" not in emails
    assert len(emails) == 60


def test_times_are_told_in_the_zone_of_the_reader(
    person: Person, open_page: Callable[..., Page]
) -> None:
    person.owner.users("night@example.com", last_login="2026-01-01 22:30+00")
    person.enter("users")
    person.sees("Jan 2, 2026, 1:30 AM")
    far = Person(open_page(timezone_id="America/New_York"), person.url, person.owner)
    far.enter("users")
    far.sees("Jan 1, 2026, 5:30 PM")
