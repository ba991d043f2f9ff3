"""Tabs that one test after the other uses: to make one takes longer than most tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page

_SETTINGS: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "locale": "en",
    "timezone_id": "Asia/Qatar",
    "reduced_motion": "reduce",
}
_TIMEOUT = 10_000  # milliseconds
_FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"


class Tabs:
    """Each tab has a browser of its own: nothing of another's is in its store or its cookies.

    Parameters:
        browser: where they are opened.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    def close(self) -> None:
        """Close those that nobody uses."""
        for pages in self._free.values():
            for page in pages:
                page.context.close()
        self._free.clear()

    @contextmanager
    def borrowed(self) -> Iterator[Callable[..., Page]]:
        """Yields what opens a tab; afterwards they forget all, and no script may have failed."""
        opened: list[tuple[str, Page]] = []
        trouble: list[str] = []

        def failed(error: Error) -> None:
            trouble.append(str(error))

        def refused(said: ConsoleMessage) -> None:
            if "Security Policy" in said.text:
                trouble.append(said.text)

        def open_one(**options: Any) -> Page:
            kind = repr(sorted(options.items()))
            free = self._free.get(kind)
            page = free.pop() if free else self._open(options)
            page.on("pageerror", failed)
            page.on("console", refused)
            opened.append((kind, page))
            return page

        yield open_one
        for kind, page in opened:
            page.remove_listener("pageerror", failed)
            page.remove_listener("console", refused)
            self._give_back(kind, page)
        assert not trouble

    def _open(self, options: dict[str, Any]) -> Page:
        page = self._browser.new_context(**_SETTINGS | options).new_page()
        page.set_default_timeout(_TIMEOUT)
        return page

    def _give_back(self, kind: str, page: Page) -> None:
        try:
            page.unroute_all(behavior="ignoreErrors")
            page.evaluate(_FORGET)
            page.goto("about:blank")
            page.context.clear_cookies()
            page.context.clear_permissions()
        except Error:  # also where a test left it in a state that nothing leads out of
            page.context.close()
        else:
            self._free.setdefault(kind, []).append(page)
