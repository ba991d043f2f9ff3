"""What a page can do with `site.js`: in a real browser, on another origin than the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.site_api.project import Project
from tests.site_api.site_js.the_page import SUBMIT, said, submissions

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_form_arrives_as_a_page_would_send_it(opened: Page, project: Project) -> None:
    answer = said(opened, SUBMIT)
    [row] = submissions(project)
    assert answer == {"success": True, "id": str(row["id"])}
    assert row["form_name"] == "order"
    assert row["data"] == {"name": "سارة", "_gotcha": "", "dish": ["soup", "tea"]}
    assert row["origin"] == opened.evaluate("location.origin")


def test_a_form_with_a_file_arrives_with_it(opened: Page, project: Project) -> None:
    project.configure(features={"forms": {"files": True}})
    opened.locator("input[type=file]").set_input_files(
        {"name": "cv.txt", "mimeType": "text/plain", "buffer": b"I cook."}
    )
    assert said(opened, SUBMIT)["success"] is True
    [row] = submissions(project)
    assert row["data"]["dish"] == ["soup", "tea"]
    assert httpx.get(row["data"]["cv"]["url"]).text == "I cook."


def test_a_filled_trap_lands_in_spam(opened: Page, project: Project) -> None:
    opened.evaluate("document.forms[0]._gotcha.value = 'x'")
    assert said(opened, SUBMIT)["success"] is True
    assert [row["is_spam"] for row in submissions(project)] == [True]


def test_an_object_is_submitted_as_data(opened: Page, project: Project) -> None:
    assert said(opened, "wakti.submit({ name: 'x', tags: [1, null] })")["success"] is True
    [row] = submissions(project)
    assert (row["form_name"], row["data"]) == ("contact", {"name": "x", "tags": [1, None]})


def test_a_form_that_is_sent_twice_at_once_is_stored_once(opened: Page, project: Project) -> None:
    first, second = said(opened, f"Promise.all([{SUBMIT}, {SUBMIT}])")
    assert first == second
    assert len(submissions(project)) == 1
    assert said(opened, SUBMIT)["id"] != first["id"]


def test_items_are_added_and_listed(opened: Page) -> None:
    item = said(opened, "wakti.create('products', { name: 'Pot', price: 9 }, 2)")["item"]
    assert (item["data"], item["sort_order"]) == ({"name": "Pot", "price": 9}, 2)
    added = said(opened, "wakti.create('products', [{ price: 10 }, { price: 11 }])")
    assert [one["data"] for one in added["items"]] == [{"price": 10}, {"price": 11}]
    asked = "{ 'gte.price': 10, order: 'data.price.desc', fields: ['price'], limit: 1 }"
    found = said(opened, f"wakti.list('products', {asked})")
    assert ([one["data"] for one in found["items"]], found["total"]) == ([{"price": 11}], 2)
    found = said(opened, "wakti.list('products', { 'in.price': [9, 10], search: undefined })")
    assert found["total"] == 2
    assert said(opened, f"wakti.list('products', {{ id: '{item['id']}' }})")["items"] == [item]


def test_a_visitor_stays_signed_in_until_it_signs_out(opened: Page, project: Project) -> None:
    project.configure(features={"collections": {"read": "own", "write": "own"}})
    account = "{ email: 'a@example.com', password: 'secret123' }"
    assert said(opened, "wakti.create('notes', {})")["code"] == "invalid_token"
    signed = said(opened, f"wakti.signup({{ ...{account}, name: 'Sara' }})")
    assert signed["user"]["name"] == "Sara"
    assert said(opened, "wakti.create('notes', { text: 'mine' })")["item"]
    opened.reload()
    assert said(opened, "wakti.token") == signed["token"]
    assert said(opened, "wakti.me()")["user"] == signed["user"]
    assert said(opened, "wakti.list('notes')")["total"] == 1
    assert said(opened, "wakti.logout()") == {"success": True}
    assert said(opened, "wakti.token") is None
    assert said(opened, "wakti.list('notes')")["code"] == "invalid_token"
    again = said(opened, f"wakti.login({account})")
    assert again["user"] == signed["user"]
    project.sql("delete from wakti.site_sessions where project_id = %s", project.id)
    assert said(opened, "wakti.me()")["code"] == "invalid_token"
    assert said(opened, "wakti.token") is None


def test_an_upload_tells_how_far_it_is(opened: Page) -> None:
    script = """async () => {
      const heard = [];
      const file = new File(['x'.repeat(3_000_000)], 'long.txt', { type: 'text/plain' });
      const answer = await wakti.upload(file, (sent) => heard.push(sent));
      return [answer, heard];
    }"""
    answer, heard = opened.evaluate(script)
    assert (answer["filename"], answer["size"]) == ("long.txt", 3_000_000)
    assert heard == sorted(heard)
    assert (heard[-1], all(0 < sent <= 1 for sent in heard)) == (1, True)
    assert len(httpx.get(answer["url"]).content) == 3_000_000


def test_a_refusal_is_an_error_with_the_apis_words(opened: Page, project: Project) -> None:
    project.configure(features={"forms": {"enabled": False}})
    refused = said(opened, SUBMIT)
    sentence = "This feature is switched off for this project"
    assert refused == {
        "error": sentence,
        "message": sentence,
        "code": "feature_disabled",
        "status": 403,
        "isError": True,
    }
