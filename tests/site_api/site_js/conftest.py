"""Browsers and pages, each site on another origin than the API's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.pages import page
from tests.site_api.project import Project
from tests.site_api.site_js.the_page import FORM, tag

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody's; each site is an origin of its own in it."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def opened(visitor: BrowserContext, project: Project) -> Iterator[Page]:
    """A page of the site with `site.js` and a form."""
    with page(f"<!doctype html><meta charset=utf-8>{tag(project)}{FORM}") as address:
        tab = visitor.new_page()
        tab.goto(address)
        yield tab
        tab.close()
