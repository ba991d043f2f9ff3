"""The Overview tab."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person


@pytest.mark.slow
def test_a_new_project_sends_itself_a_test_message(person: Person) -> None:
    person.enter("overview")
    person.sees("First steps")
    person.press("Send a test message")
    person.sees("1 message is unread")
    person.misses("First steps")
    [row] = person.owner.rows("project_form_submissions", "data,form_name")
    assert row["data"]["name"] == "Test"


@pytest.mark.slow
def test_messages_are_counted_by_day_and_form_and_spam_is_left_out(person: Person) -> None:
    person.owner.submissions({"a": 1}, {"a": 2}, form_name="contact")
    person.owner.submissions({"a": 3}, form_name="order")
    person.owner.submissions({"a": 4}, form_name="order", is_spam=True)
    person.owner.execute(
        "update public.project_form_submissions set created_at = now() - interval '40 days'"
        " where project_id = %s and data = '{\"a\": 1}'",
        person.owner.project,
    )
    person.enter("overview")
    person.page.get_by_text("Show as a table").click()
    table = person.page.locator(".chart-table tbody tr")
    expect(table).to_have_count(30)
    cells = table.locator("td:nth-child(2)")
    expect(cells.filter(has_text=re.compile("[1-9]")).first).to_have_text("2")
    expect(person.by("link", re.compile("^Messages in 30 days 2$"))).to_be_visible()
    person.sees("1 message looks like spam")
    expect(person.page).to_have_title(re.compile(r"^\(3\) Overview"))
    person.by("link", "order").click()
    expect(person.page.locator(".message")).to_have_count(1)


def test_nobody_sees_the_activity_of_a_foreign_project(person: Person) -> None:
    import httpx

    from tests.dashboard.people import new_owner

    person.owner.submissions({"a": 1})
    stranger = new_owner(person.owner.endpoint)

    def activity(token: str) -> httpx.Response:
        return httpx.post(
            f"{person.owner.endpoint.api_url}/rest/v1/rpc/project_activity",
            json={"project": person.owner.project},
            headers={
                "apikey": person.owner.endpoint.publishable_key,
                "Authorization": f"Bearer {token}",
            },
        )

    assert sum(day["messages"] for day in activity(person.owner.token).json()) == 1
    assert activity(stranger.token).json() == []
    assert activity(person.owner.endpoint.publishable_key).status_code in (401, 403)


@pytest.mark.slow
def test_what_needs_the_owner_leads_to_where_it_is_settled(person: Person) -> None:
    person.owner.items("menu", {"name": "Soup"})
    person.enter("overview")
    person.by("link", re.compile("Any visitor may change and delete your items")).click()
    expect(person.by("heading", "Settings")).to_be_visible()


@pytest.mark.slow
def test_storage_new_accounts_and_uploads_that_did_not_arrive_are_told(person: Person) -> None:
    person.owner.users("a@example.com", "b@example.com")
    for number, status in enumerate(("stored", "pending")):
        person.owner.sql_insert(
            "project_uploads",
            {
                "user_id": person.owner.id,
                "filename": "a.txt",
                "storage_path": f"{person.owner.project}/{number}",
                "file_type": "text/plain",
                "size_bytes": 3 << 20,
                "status": status,
                "uploaded_at": "2026-01-01",
            },
        )
    person.enter("overview")
    expect(person.by("link", re.compile("^New accounts in 30 days 2$"))).to_be_visible()
    expect(person.by("link", re.compile(r"^Storage .6\sMB. of .50\sMB. used$"))).to_be_visible()
    person.by("link", "1 upload did not arrive").click()
    expect(person.by("heading", "Uploads")).to_be_visible()
