"""What `site.js` sends again, and what it gives up, when the network or the server fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.site_api.project import Project
from tests.site_api.site_js.the_page import SUBMIT, said, submissions

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


@contextmanager
def faulty(
    tab: Page, project: Project, answer: Callable[[Route, int], None]
) -> Iterator[list[str]]:
    """Lets `answer` do with each request what a network might; yields the keys that were sent."""
    keys: list[str] = []

    def handle(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key", ""))
        answer(route, len(keys))

    tab.route(f"{project.url}*", handle)
    yield keys
    tab.unroute_all()


def unavailable(route: Route, seconds: int = 0) -> None:
    """Answer as the API does while its database restarts."""
    route.fulfill(
        status=503,
        headers={
            "retry-after": str(seconds),
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "ETag, Retry-After",
        },
        body=json.dumps({"error": "The database cannot be reached", "code": "x"}),
    )


def refused_first(route: Route, time: int) -> None:
    unavailable(route) if time == 1 else route.continue_()


def answered_too_late(route: Route, time: int) -> None:
    """The request arrives and is done; what comes back says otherwise."""
    if time > 1:
        return route.continue_()
    route.fetch()
    return unavailable(route)


def cut_off(route: Route, time: int) -> None:
    """The request arrives and is done; no answer comes back."""
    if time > 1:
        return route.continue_()
    route.fetch()
    return route.abort("connectionreset")


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("fault", [refused_first, answered_too_late, cut_off])
@pytest.mark.parametrize(
    ("call", "table"),
    [
        (SUBMIT, "public.project_form_submissions"),
        ("wakti.submit({ name: 'x' })", "public.project_form_submissions"),
        ("wakti.create('products', { name: 'Pot' })", "public.project_collections"),
        (
            "wakti.signup({ email: 'a@example.com', password: 'secret123' })",
            "public.project_site_users",
        ),
        ("wakti.upload(new File(['hello'], 'a.txt'))", "public.project_uploads"),
    ],
)
def test_what_was_sent_again_is_stored_once(
    opened: Page, project: Project, fault: Callable[[Route, int], None], call: str, table: str
) -> None:
    with faulty(opened, project, fault) as keys:
        answer = said(opened, call)
    assert "code" not in answer
    assert len(keys) == 2
    assert keys[0] == keys[1] != ""
    assert len(project.rows(table)) == 1


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("fault", [refused_first, cut_off])
def test_a_list_and_a_login_are_asked_for_again(
    opened: Page, project: Project, fault: Callable[[Route, int], None]
) -> None:
    project.signed_up("a@example.com")
    with faulty(opened, project, fault):
        assert said(opened, "wakti.list('products')") == {"items": [], "total": 0}
    with faulty(opened, project, fault):
        assert said(opened, "wakti.login({ email: 'a@example.com', password: 'secret123' })")[
            "user"
        ]


def test_the_time_that_the_server_names_is_waited_for(opened: Page, project: Project) -> None:
    opened.clock.install()
    with faulty(
        opened,
        project,
        lambda route, time: unavailable(route, 7) if time == 1 else route.continue_(),
    ) as keys:
        with opened.expect_response(f"{project.url}*"):
            opened.evaluate(f"() => {{ window.sent = {SUBMIT}; }}")
        opened.clock.run_for(6_900)
        assert len(keys) == 1
        with opened.expect_response(f"{project.url}*"):
            opened.clock.run_for(200)
        assert said(opened, "window.sent")["success"] is True
    assert len(keys) == 2


def test_a_server_that_wants_a_long_wait_is_told_to_the_page(
    opened: Page, project: Project
) -> None:
    with faulty(opened, project, lambda route, _: unavailable(route, 60)) as keys:
        refused = said(opened, SUBMIT)
    assert (refused["status"], refused["retryAfter"], len(keys)) == (503, 60, 1)


def test_a_server_that_stays_away_is_given_up_after_four_tries(
    opened: Page, project: Project
) -> None:
    with faulty(opened, project, lambda route, _: unavailable(route)) as keys:
        assert said(opened, SUBMIT)["status"] == 503
    assert len(keys) == 4
    assert len(set(keys)) == 1


def test_a_form_that_is_sent_again_by_hand_after_a_lost_answer_is_stored_once(
    opened: Page, project: Project
) -> None:
    opened.clock.install()

    def lost(route: Route, _: int) -> None:
        route.fetch()
        route.abort("connectionreset")

    with faulty(opened, project, lost) as keys:
        opened.evaluate(f"() => {{ window.sent = {SUBMIT}.catch((e) => e.code); }}")
        for tries in range(1, 5):
            while len(keys) < tries:
                opened.clock.run_for(1_000)
                opened.wait_for_timeout(20)
        assert said(opened, "window.sent") == "network"
    assert said(opened, SUBMIT)["success"] is True
    assert len(submissions(project)) == 1
    assert said(opened, SUBMIT)["success"] is True
    assert len(submissions(project)) == 2


def test_a_refusal_is_not_asked_for_again(opened: Page, project: Project) -> None:
    with faulty(opened, project, lambda route, _: route.continue_()) as keys:
        refused = said(opened, "wakti.create('no name', {})")
    assert (refused["status"], len(keys)) == (400, 1)
