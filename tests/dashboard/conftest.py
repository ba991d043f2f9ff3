"""The page, tabs of a browser in front of it, and owners to sign in as."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.dashboard.people import Owner, new_owner
from wakti_sb import dashboard
from wakti_sb.dashboard import Server, Site
from wakti_sb.stack import EmbeddedStack, Endpoint
from wakti_sb.stack.embedded import deno, paths

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.dashboard.browser import Person
    from tests.dashboard.tabs import Tabs


@pytest.fixture(scope="session")
def built() -> Path:
    """The page's files."""
    cache = paths.cache()
    return dashboard.build(deno.find(cache), cache)


@pytest.fixture(scope="session")
def page_url(built: Path, stack: EmbeddedStack) -> Iterator[str]:
    """The page, served for the stack of this session from an origin of its own."""
    site = Site(stack.endpoint().api_url, stack.endpoint().publishable_key)
    with Server(built, site).running() as url:
        yield url


@pytest.fixture
def owner(endpoint: Endpoint) -> Owner:
    """An owner with an empty project."""
    return new_owner(endpoint)


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Iterator[Tabs]:
    """Tabs of browsers that know nothing, used again and again."""
    from tests.dashboard.tabs import Tabs

    tabs = Tabs(browser)
    yield tabs
    tabs.close()


@pytest.fixture
def open_page(tabs: Tabs) -> Iterator[Callable[..., Page]]:
    """Opens a tab in a browser of its own; fails the test when a script of the page failed."""
    with tabs.borrowed() as open_one:
        yield open_one


@pytest.fixture
def person(open_page: Callable[..., Page], page_url: str, owner: Owner) -> Person:
    """The owner in front of the page, not signed in yet."""
    from tests.dashboard.browser import Person

    return Person(open_page(), page_url, owner)
