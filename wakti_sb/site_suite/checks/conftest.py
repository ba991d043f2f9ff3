"""Who and what the suite works with, and what each test leaves for the report."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import httpx
import pytest
from supabase import Client

from wakti_sb.stack import Endpoint

from .callers import Callers
from .case import Unexpected
from .people import Person
from .sites import Sites
from .trial import Trials


@pytest.fixture(scope="session")
def nobody(make_person: Callable[[], Person]) -> Person:
    """Somebody who is signed in and owns nothing."""
    return make_person()


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """Sends what the Supabase client cannot: forms, and requests with an Origin header."""
    with httpx.Client(timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def sites(
    endpoint: Endpoint, http: httpx.Client, service: Client, owner: Person, other_owner: Person
) -> Iterator[Sites]:
    """The suite's own projects; gone at the end, before their owners are."""
    del owner, other_owner  # asked for so that they outlive their projects
    made = Sites(endpoint.functions_url, http, service)
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def trials(
    endpoint: Endpoint, owner: Person, other_owner: Person, nobody: Person, sites: Sites
) -> Trials:
    """Sends the cases of the site API."""
    return Trials(Callers(endpoint, owner, other_owner, nobody, sites))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the report the cell of each test, and in one line what was not as it should be."""
    report = yield
    parameters: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    case = parameters.get("case")
    if case is None:
        return report
    case = getattr(case, "case", case)
    told = {"area": case.place.area, "subject": case.place.subject}
    told |= {"identity": case.place.identity, "name": case.id}
    if call.excinfo is not None:
        error = call.excinfo.value
        if isinstance(error, Unexpected):
            told |= {"tried": error.tried, "expected": error.expected, "got": error.got}
        else:
            told["got"] = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    report.user_properties.append(("wakti", told))
    return report
