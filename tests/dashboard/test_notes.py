"""What an owner keeps about a message, and whom it wants to hear nothing of."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import expect

from tests.dashboard.browser import Person
from tests.dashboard.contents import HOSTILE


@pytest.mark.slow
def test_notes_and_labels_are_kept_found_and_shown_as_text(person: Person) -> None:
    person.owner.submissions({"name": "Sara"}, {"name": "Tom"})
    person.enter()
    person.page.locator(".message-open").nth(1).click()
    expect(person.by("heading", "Sara")).to_be_visible()
    for label in ("vip", HOSTILE[:50], '"{},\\'):
        person.page.get_by_label("Labels").fill(label)
        person.page.get_by_label("Labels").press("Enter")
        expect(person.page.locator(".chip").filter(has_text=label)).to_be_visible()
    person.page.get_by_label("Note").fill(f"Call back {HOSTILE}")
    person.by("heading", "Sara").click()
    person.sees("Note saved")
    stored = person.owner.rows("project_form_submissions", "note,labels")
    assert {"note": f"Call back {HOSTILE}", "labels": ["vip", HOSTILE[:50], '"{},\\']} in stored
    person.page.reload()
    expect(person.page.get_by_label("Note")).to_have_value(f"Call back {HOSTILE}")
    assert person.page.title() != "hacked"
    who = person.page.locator(".message-who")
    person.page.get_by_label("Label", exact=True).select_option('"{},\\')
    expect(who).to_have_text(["Sara"])
    person.press("Remove vip")
    expect(person.page.locator(".chip").filter(has_text="vip")).to_have_count(0)
    person.page.get_by_label("Label", exact=True).select_option("")
    person.page.get_by_role("searchbox").fill("call BACK")
    expect(who).to_have_text(["Sara"])


@pytest.mark.slow
def test_a_note_of_another_tab_is_not_written_over(person: Person) -> None:
    person.owner.submissions({"name": "Sara"})
    person.enter()
    person.page.locator(".message-open").click()
    note = person.page.get_by_label("Note")
    note.fill("Mine")
    person.owner.execute(
        "update public.project_form_submissions set note = 'Theirs' where project_id = %s",
        person.owner.project,
    )
    person.press("Save note")
    person.sees("Another window wrote a note meanwhile.")
    expect(note).to_have_value("Mine")
    assert person.owner.rows("project_form_submissions", "note") == [{"note": "Theirs"}]


@pytest.mark.slow
def test_a_blocked_sender_goes_to_spam_and_is_counted(person: Person) -> None:
    person.owner.submissions({"name": "Ads", "email": "Ads@Example.com"})
    person.enter()
    person.page.locator(".message-open").click()
    person.press("Block sender")
    person.sees("Messages from Ads@Example.com go to spam from now on")
    expect(person.page.locator(".message")).to_have_count(0)
    person.owner.site("POST", "submit", data={"email": "ads@example.com", "message": "again"})
    person.go("settings")
    person.page.get_by_label("Blocked words").fill("Casino")
    person.page.get_by_label("Blocked words").press("Enter")
    expect(person.page.locator(".chip").filter(has_text="casino")).to_be_visible()
    expect(person.page.locator("[aria-busy=true]")).to_have_count(0)
    person.owner.site("POST", "submit", data={"message": "CASINO!"})
    blocked = person.owner.rows("project_form_submissions", "blocked,is_spam")
    assert [row["blocked"] for row in blocked].count(True) == 2
    assert all(row["is_spam"] for row in blocked)
    person.go("overview")
    person.comes_back()
    expect(person.by("link", "Blocked today 2")).to_be_visible()


@pytest.mark.slow
def test_nobody_is_told_that_spam_arrived(person: Person) -> None:
    person.owner.submissions({"name": "Before"})
    person.enter("users")
    person.sees("No users yet")
    toasts = person.page.locator(".toast")
    for sent, unread in (({"name": "bot", "_gotcha": "x"}, "1"), ({"name": "Sara"}, "2")):
        person.owner.site("POST", "submit", data=sent)
        with person.page.expect_response("**/rpc/project_overview"):
            person.comes_back()
        expect(person.page.locator(".badge > span").first).to_have_text(unread)
    expect(toasts).to_have_text(["A new message arrived"])
