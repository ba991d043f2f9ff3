"""The Inbox tab."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import Person


@pytest.mark.slow
def test_a_message_is_unread_until_it_is_opened(person: Person) -> None:
    person.owner.submissions({"name": "Sara", "message": "Hello"}, {"name": "Tom"})
    person.enter()
    who = person.page.locator(".message-who")
    expect(who).to_have_text(["Tom", "Sara"])
    expect(person.page.locator(".message-unread")).to_have_count(2)
    expect(person.page.locator(".badge")).to_contain_text("2")

    who.nth(1).click()
    expect(person.page.locator(".reader")).to_contain_text("Hello")
    expect(person.page.locator(".badge")).to_contain_text("1")
    person.press("Mark unread")
    expect(person.page.locator(".badge")).to_contain_text("2")
    states = person.owner.rows("project_form_submissions", "status")
    assert [row["status"] for row in states] == ["unread", "unread"]


@pytest.mark.slow
def test_a_submission_appears_without_a_reload(person: Person) -> None:
    person.enter()
    person.sees("No messages yet")
    answer = person.owner.site("POST", "submit", data={"name": "Just now"})
    assert answer.status_code == 200
    who = person.page.locator(".message-who")
    expect(who).to_have_text(["Just now"], timeout=20_000)
    person.sees("A new message arrived")


@pytest.mark.slow
def test_filters_and_search_narrow_the_list(person: Person) -> None:
    person.owner.submissions(
        {"name": "Ann", "message": '100% (sure) a_b*\n\\ "so"'}, form_name="contact"
    )
    person.owner.submissions({"name": "Ben", "nested": {"city": "Doha"}}, form_name="quote")
    person.owner.submissions({"name": "Spammer"}, is_spam=True)
    person.owner.submissions({"name": "Read"}, status="read", form_name="quote")
    person.enter()
    who = person.page.locator(".message-who")
    expect(who).to_have_count(3)
    person.page.get_by_label("Form").select_option("quote")
    expect(who).to_have_text(["Read", "Ben"])
    person.press("Unread 2")
    expect(who).to_have_text(["Ben"])
    person.press("Spam 1")
    expect(who).to_have_count(0)
    person.press("Clear filters")
    search = person.page.get_by_role("searchbox")
    for text, found in (("(SURE) a_b*", "Ann"), ("doha", "Ben"), ('\\ "so"', "Ann")):
        search.fill(text)
        expect(who).to_have_text([found])
    search.fill("a.b")
    person.sees("No results")
    person.press("Clear search")
    expect(who).to_have_count(3)


@pytest.mark.slow
def test_several_are_marked_and_deleted_at_once(person: Person) -> None:
    person.owner.submissions(*({"name": f"Guest {number}"} for number in range(4)))
    person.enter()
    expect(person.page.locator(".message")).to_have_count(4)
    person.page.get_by_label("Select all on this page").check()
    person.press("Mark read")
    person.sees("4 messages marked")
    expect(person.page.locator(".message-unread")).to_have_count(0)
    person.page.get_by_label("Select Guest 0").check()
    person.page.get_by_label("Select Guest 1").check()
    person.press("Delete")
    person.sees("2 messages deleted")
    who = person.page.locator(".message-who")
    expect(who).to_have_text(["Guest 3", "Guest 2"])
    assert len(person.owner.rows("project_form_submissions", "id")) == 4
    person.press("Undo")
    expect(who).to_have_count(4)
    person.page.get_by_label("Select Guest 0").click()
    person.page.get_by_label("Select Guest 2").click(modifiers=["Shift"])
    person.sees("3 selected")
    person.press("Delete")
    person.go("data")
    person.go("inbox")
    expect(who).to_have_text(["Guest 3"])
    assert len(person.owner.rows("project_form_submissions", "id")) == 1


@pytest.mark.slow
def test_more_than_a_page_is_selected_and_asked_about_before_it_is_deleted(
    person: Person,
) -> None:
    person.owner.submissions(*({"name": f"Guest {number}"} for number in range(120)))
    person.enter()
    person.page.get_by_label("Select all on this page").click()
    person.press("Select all 120 messages")
    person.sees("120 selected")
    person.press("Delete")
    person.sees("Delete 120 messages?")
    person.press("Delete")
    person.go("data")
    person.go("inbox")
    person.sees("No messages yet")
    assert person.owner.rows("project_form_submissions", "id") == []


@pytest.mark.slow
def test_a_deletion_and_a_move_to_spam_go_on_to_the_next_message(person: Person) -> None:
    person.owner.submissions(*({"name": name} for name in ("Third", "Second", "First")))
    person.enter()
    person.page.locator(".message-open").first.click()
    expect(person.by("heading", "First")).to_be_visible()
    person.page.locator(".reader").get_by_role("button", name="Delete").click()
    expect(person.by("heading", "Second")).to_be_visible()
    person.page.locator(".reader").get_by_role("button", name="Move to spam").click()
    expect(person.by("heading", "Third")).to_be_visible()
    person.sees("Message moved to spam")
    who = person.page.locator(".message-who")
    expect(who).to_have_text(["Third"])
    person.page.locator(".toast").filter(has_text="Message deleted").get_by_text("Undo").click()
    expect(who).to_have_text(["First", "Third"])
    person.page.locator(".toast").filter(has_text="moved to spam").get_by_text("Undo").click()
    expect(who).to_have_text(["First", "Second", "Third"])


@pytest.mark.slow
def test_the_address_holds_filter_search_page_and_the_open_message(person: Person) -> None:
    person.owner.submissions({"name": "Old"}, form_name="contact")
    person.owner.submissions({"name": "Ben"}, {"name": "Ann"}, form_name="order")
    person.enter()
    person.by("button", "Unread").first.click()
    person.page.get_by_label("Form").select_option("order")
    person.page.get_by_role("searchbox").fill("Ben")
    who = person.page.locator(".message-who")
    expect(who).to_have_text(["Ben"])
    person.page.locator(".message-open").click()
    expect(person.by("heading", "Ben")).to_be_visible()
    person.page.reload()
    expect(person.by("heading", "Ben")).to_be_visible()
    expect(person.page.get_by_role("searchbox")).to_have_value("Ben")
    assert "box=unread" in person.page.url
    assert "form=order" in person.page.url


@pytest.mark.slow
def test_the_address_holds_the_page(person: Person) -> None:
    person.owner.submissions(*({"name": f"Guest {number}"} for number in range(60)))
    person.enter()
    person.press("Next page")
    person.sees(re.compile(r"^51.60 of 60$"))
    person.page.reload()
    person.sees(re.compile(r"^51.60 of 60$"))
    expect(person.page.locator(".message-who").last).to_have_text("Guest 0")


@pytest.mark.slow
def test_reply_works_in_arabic(person: Person, open_page: Callable[..., Page]) -> None:
    person.owner.submissions(
        {"الاسم": "بلا عنوان", "الرسالة": "مرحبا"},
        {"الاسم الكامل": "سارة", "البريد_الإلكتروني": "sara+x@مثال.com", "الرسالة": "مرحبا"},
        {"contacto": "ana@example.es", "الاسم": "آنا"},
    )
    reader = Person(open_page(locale="ar"), person.url, person.owner)
    reader.enter()
    reply = reader.by("link", "الرد بالبريد")
    who = reader.page.locator(".message-who")
    expect(who).to_have_text(["آنا", "سارة", "بلا عنوان"])
    for name, link in (
        ("سارة", "mailto:sara%2Bx@%D9%85%D8%AB%D8%A7%D9%84.com"),
        ("آنا", "mailto:ana@example.es"),
    ):
        who.filter(has_text=name).click()
        expect(reader.by("heading", name)).to_be_visible()
        expect(reply).to_have_attribute("href", link)
    who.filter(has_text="بلا عنوان").click()
    expect(reader.by("heading", "بلا عنوان")).to_be_visible()
    expect(reply).to_have_count(0)


@pytest.mark.slow
def test_pages_follow_one_another_and_the_export_holds_all(person: Person, tmp_path: Path) -> None:
    harmless = [{"name": f"Guest {number}", "n": -number} for number in range(1100)]
    formula = '=HYPERLINK("http://evil.example","x")'
    person.owner.submissions(*harmless, {"name": formula, "@cmd": "+1"})
    person.enter()
    person.sees(re.compile(r"^1.50 of 1,101$"))
    person.press("Next page")
    person.sees(re.compile(r"^51.100 of 1,101$"))
    for entry, name in (("Export as CSV", "all.csv"), ("Export as JSON", "all.json")):
        person.press("Export")
        with person.page.expect_download() as download:
            person.page.get_by_role("menuitem", name=entry).click()
        download.value.save_as(tmp_path / name)
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 1101
    assert table[0]["name"] == f"'{formula}"
    assert table[0]["'@cmd"] == "'+1"
    assert table[1]["n"] == "-1099"
    documents = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert documents[0]["data"] == {"name": formula, "@cmd": "+1"}
    assert len(documents) == 1101
