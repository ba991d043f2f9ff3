"""A real browser: Debian's chromium, one a session; the tests never download one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MEND = "mend it with: apt-get install -y chromium && pip install playwright"
FLAGS = [
    "--no-sandbox",  # root cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """For every page that is looked at: Playwright runs once in a process."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip(f"the page was not tried: there is no chromium; {MEND}")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        pytest.skip(f"the page was not tried: there is no playwright; {MEND}")
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
