"""A further language: one folder, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import Person
from wakti_sb import dashboard
from wakti_sb.dashboard import Server, Site
from wakti_sb.dashboard.bundle import APP
from wakti_sb.stack.embedded import deno, paths

# English, each text in marks and almost half as long again, as German or Finnish would be.
PSEUDO = """
import type { Language } from "../language.ts";
import { en } from "../en/index.ts";

function strange(value: unknown): unknown {
  if (typeof value === "string") return `⟦${value}${"~".repeat(value.length * 0.4)}⟧`;
  if (typeof value === "function") {
    return (...given: unknown[]) => strange(value(...given));
  }
  const entries = Object.entries(value as object);
  return Object.fromEntries(entries.map(([key, one]) => [key, strange(one)]));
}

const language: Language = {
  name: "Pseudo",
  direction: "ltr",
  tag: "en",
  messages: strange(en) as Language["messages"],
};

export default language;
"""
# What stands on the page and is in no language's words: data, code, names, times.
UNMARKED = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; (node = walker.nextNode());) {
    const parent = node.parentElement;
    if (parent.closest("script, code, pre, time, textarea, [dir=ltr], [dir=auto], .tag")) continue;
    if (parent.closest(".project-switch-name, .brand, .collection, .chip, th[scope=row]")) continue;
    const text = parent.textContent;
    if (/\\p{L}{3}/u.test(node.textContent) && !text.includes("⟦")) found.push(text);
  }
  return found;
}
"""


@pytest.mark.slow
def test_a_folder_is_a_language_and_leaves_no_word_of_the_page_behind(
    person: Person, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(APP, app)
    (app / "i18n" / "xx").mkdir()
    (app / "i18n" / "xx" / "index.ts").write_text(PSEUDO, "utf-8")
    built = dashboard.build(deno.find(paths.cache()), tmp_path, app)
    endpoint = person.owner.endpoint
    person.owner.submissions({"name": "Sara"})
    person.owner.items("menu", {"name": "Soup"})
    person.owner.users("a@example.com")
    with Server(built, Site(endpoint.api_url, endpoint.publishable_key)).running() as url:
        reader = Person(open_page(locale="xx"), url, person.owner)
        reader.page.goto(url)
        reader.sees("⟦Welcome back")
        assert reader.page.evaluate(UNMARKED) == []
        reader.enter("overview")
        for tab in ("overview", "inbox", "data", "uploads", "users", "settings"):
            reader.go(tab)
            expect(reader.page.locator("main h1")).to_contain_text("⟦")
            expect(reader.page.locator(".skeleton")).to_have_count(0)
            assert reader.page.evaluate(UNMARKED) == [], tab
            width = reader.page.evaluate("document.documentElement.scrollWidth")
            assert width <= 1280, tab


@pytest.mark.slow
def test_names_and_numbers_in_arabic_sentences_are_isolated(
    person: Person, open_page: Callable[..., Page]
) -> None:
    """A mark beside them would jump to their other end."""
    person.owner.users("c@example.com", display_name="C++ (x)")
    person.owner.submissions(*({"name": str(number)} for number in range(51)))
    reader = Person(open_page(locale="ar"), person.url, person.owner)
    reader.enter("users")
    reader.page.get_by_role("button", name="حذف").click()
    expect(reader.by("heading", "\u2068C++ (x)\u2069؟")).to_be_visible()
    reader.page.keyboard.press("Escape")
    reader.go("inbox")
    reader.sees("\u2066\u20681\u2069–\u206850\u2069\u2069 من \u206851\u2069")  # noqa: RUF001  (a dash between numbers)


@pytest.mark.slow
def test_an_empty_field_begins_where_the_language_does(
    person: Person, open_page: Callable[..., Page]
) -> None:
    person.owner.submissions({"name": "Sara"})
    reader = Person(open_page(locale="ar"), person.url, person.owner)
    reader.enter("inbox")
    search = reader.page.get_by_role("searchbox")
    for text, direction in (("", "rtl"), ("Sara", "ltr"), ("سارة", "rtl")):
        search.fill(text)
        assert search.evaluate("box => getComputedStyle(box).direction") == direction
