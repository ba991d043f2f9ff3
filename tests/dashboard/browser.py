"""A person in front of the page."""

from __future__ import annotations

import re
from typing import Any, Literal

from playwright.sync_api import Locator, Page, expect

from tests.dashboard.people import PASSWORD, Owner

Role = Literal[
    "button", "link", "dialog", "heading", "row", "textbox", "switch", "combobox", "columnheader"
]


class Person:
    """Somebody with a browser, signed in as an owner.

    Parameters:
        page: a tab of the browser.
        url: where the dashboard is served.
        owner: whose account it is.
    """

    def __init__(self, page: Page, url: str, owner: Owner) -> None:
        self.page = page
        self.url = url
        self.owner = owner

    def sign_in(self, password: str = PASSWORD) -> None:
        """Fill the form that is on screen."""
        self.page.locator("input[type=email]").fill(self.owner.email)
        self.page.locator("input[type=password]").fill(password)
        self.page.locator("button[type=submit]").click()

    def enter(self, tab: str = "inbox", detail: str = "") -> None:
        """Open a tab of the owner's project, signing in where that is asked for."""
        self.page.goto(self.address(tab, detail))
        self.sign_in()
        expect(self.page.locator("main#content h1, main .state").first).to_be_visible()

    def go(self, tab: str, detail: str = "") -> None:
        """Another tab, without loading the page again."""
        self.page.evaluate("to => { location.href = to }", self.address(tab, detail))

    def address(self, tab: str, detail: str = "") -> str:
        """Where a tab is."""
        parts = [self.owner.project, tab, detail] if detail else [self.owner.project, tab]
        return f"{self.url}#/project/{'/'.join(parts)}"

    def by(self, role: Role, name: str | re.Pattern[str], **more: Any) -> Locator:
        """What a screen reader would call so."""
        return self.page.get_by_role(role, name=name, **more)

    def press(self, name: str | re.Pattern[str]) -> None:
        """Click the button of that name, in the open dialog if there is one."""
        exact = isinstance(name, str)
        dialog = self.page.locator("dialog[open]")
        button = dialog.get_by_role("button", name=name, exact=exact)
        # A dialog that lacks it is about to close, or about to show it.
        for _ in range(200):
            if button.count() or not dialog.count():
                break
            self.page.wait_for_timeout(50)
        place = dialog if dialog.count() else self.page
        place.get_by_role("button", name=name, exact=exact).first.click()

    def comes_back(self) -> None:
        """Look at the page again, as after another window: it asks what is new at once."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def sees(self, text: str | re.Pattern[str]) -> None:
        """It is somewhere on screen, soon."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def misses(self, text: str | re.Pattern[str]) -> None:
        """It is nowhere on screen, soon."""
        expect(self.page.get_by_text(text)).to_have_count(0)
