"""What a visitor without JavaScript sees of a page's own form, on another origin than the API's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.pages import page
from tests.site_api.project import PICTURE, Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


ENCODINGS = ["application/x-www-form-urlencoded", "multipart/form-data"]


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that runs no script, of somebody who reads Arabic."""
    context = browser.new_context(java_script_enabled=False, locale="ar-OM")
    yield context
    context.close()


def form(project: Project, encoding: str, more: str = "") -> str:
    return f"""<!doctype html><meta charset="utf-8">
<form method="post" action="{project.url}" enctype="{encoding}">
  <input type="hidden" name="projectId" value="{project.id}">
  <input type="hidden" name="action" value="submit">
  <input type="hidden" name="formName" value="order">
  <label>الاسم <input name="الاسم الكامل"></label>
  <label>شاي <input type="checkbox" name="الأطباق" value="شاي" checked></label>
  <label>حساء <input type="checkbox" name="الأطباق" value="حساء" checked></label>
  <label>trap <input name="_gotcha"></label>
  {more}
  <button>Send</button>
</form>"""


def sent(tab: Page, address: str, trap: str = "") -> None:
    tab.goto(address)
    tab.get_by_label("الاسم").fill("سارة & <b>")
    tab.get_by_label("trap").fill(trap)
    for field in tab.locator("input[type=file]").all():
        field.set_input_files({"name": "صورة.png", "mimeType": "image/png", "buffer": PICTURE})
    tab.get_by_role("button", name="Send").click()


def stored(project: Project) -> list[dict[str, Any]]:
    return project.rows("public.project_form_submissions")


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("trap", ["", "http://spam.example"])
def test_a_form_with_arabic_names_is_thanked_for_and_a_filled_trap_alike(
    visitor: BrowserContext, project: Project, encoding: str, trap: str
) -> None:
    with page(form(project, encoding)) as address:
        tab = visitor.new_page()
        sent(tab, address, trap)
        assert tab.get_by_role("heading").inner_text() == "شكرًا لك"
        assert tab.locator("html").get_attribute("dir") == "rtl"
        tab.close()
    [row] = stored(project)
    dishes = ["شاي", "حساء"]
    assert row["data"] == {"الاسم الكامل": "سارة & <b>", "الأطباق": dishes, "_gotcha": trap}
    assert (row["form_name"], row["origin"]) == ("order", address)
    assert row["is_spam"] is (trap != "")


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("listed", [False, True])
def test_a_form_leads_on_to_the_page_that_it_names(
    visitor: BrowserContext, project: Project, encoding: str, listed: bool
) -> None:
    more = '<input type="hidden" name="_next" value="/thanks.html?from=form">'
    html = form(project, encoding, more)
    with page(html, thanks_html="<h1>Soon with you</h1>") as address:
        if listed:
            project.configure(allowed_origins=[address])
        tab = visitor.new_page()
        sent(tab, address)
        assert tab.get_by_role("heading").inner_text() == "Soon with you"
        assert tab.url == f"{address}/thanks.html?from=form"
        tab.close()
    assert len(stored(project)) == 1


@pytest.mark.slow
def test_a_form_leads_to_no_page_of_a_foreign_origin(
    visitor: BrowserContext, project: Project
) -> None:
    with page("<h1>Elsewhere</h1>") as elsewhere:
        more = f'<input type="hidden" name="_next" value="{elsewhere}/">'
        with page(form(project, ENCODINGS[0], more)) as address:
            project.configure(allowed_origins=[address])
            tab = visitor.new_page()
            sent(tab, address)
            assert tab.get_by_role("heading").inner_text() == "شكرًا لك"
            assert tab.url == project.url
            tab.close()
    assert len(stored(project)) == 1


@pytest.mark.slow
def test_a_form_with_files_arrives_with_them_and_leads_on(
    visitor: BrowserContext, project: Project
) -> None:
    project.configure(features={"forms": {"files": True}})
    more = (
        '<input type="hidden" name="_next" value="/thanks.html">'
        '<input type="file" name="صورة"><input type="file" name="صورة">'
    )
    html = form(project, ENCODINGS[1], more)
    with page(html, thanks_html="<h1>Soon with you</h1>") as address:
        tab = visitor.new_page()
        sent(tab, address)
        assert tab.get_by_role("heading").inner_text() == "Soon with you"
        tab.close()
    [row] = stored(project)
    pictures = row["data"]["صورة"]
    assert [one["filename"] for one in pictures] == ["صورة.png", "صورة.png"]
    assert [one["type"] for one in pictures] == ["image/png"] * 2
    assert [httpx.get(one["url"]).content for one in pictures] == [PICTURE] * 2
    assert row["data"]["الاسم الكامل"] == "سارة & <b>"


@pytest.mark.slow
def test_a_form_whose_files_are_not_wanted_says_so_and_stores_nothing(
    visitor: BrowserContext, project: Project
) -> None:
    with page(form(project, ENCODINGS[1], '<input type="file" name="cv">')) as address:
        tab = visitor.new_page()
        sent(tab, address)
        assert '"code":"file_not_allowed"' in tab.locator("body").inner_text()
        tab.close()
    assert stored(project) == []
    assert project.rows("public.project_uploads") == []


@pytest.mark.slow
def test_a_form_of_an_origin_that_may_not_call_says_so_and_stores_nothing(
    visitor: BrowserContext, project: Project
) -> None:
    project.configure(allowed_origins=["https://shop.example.com"])
    with page(form(project, ENCODINGS[0])) as address:
        tab = visitor.new_page()
        sent(tab, address)
        assert "Origin not allowed" in tab.locator("body").inner_text()
        tab.close()
    assert stored(project) == []
