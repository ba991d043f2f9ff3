"""What lies between two sites, and around one: items and files of others, limits, odd requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wakti_sb.site_suite.model import Place

from . import callers
from .actions import CREATE, DELETE, LIST, READ, REMOVE, SUBMIT, UPDATE, Action, Target
from .callers import Callers
from .case import Case, Unexpected, each, expect
from .site import Answer, Site
from .sites import LIMITED, OPEN
from .trial import Trials

_NOT_THERE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Reach:
    """A case of somebody who names, on one site, what belongs to another."""

    case: Case
    action: Action

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return self.case.id


def _reaches() -> Iterator[Reach]:
    for who in (callers.VISITOR, callers.OWNER, callers.SITE_USER):
        for action in (READ, UPDATE, DELETE):
            place = Place(action.area, action.name, who)
            yield Reach(Case(place, "of another site's item", "404 item_not_found"), action)
    place = Place(REMOVE.area, REMOVE.name, callers.OWNER)
    yield Reach(Case(place, "of another site's file", "404 file_not_found"), REMOVE)


@each(_reaches())
def test_reaches(trials: Trials, case: Reach) -> None:
    """An id of another site is nobody's here, even with every right."""
    people = trials.callers
    here = people.sites.site(people.owner.id, OPEN)
    there = people.sites.site(people.other_owner.id, OPEN)
    file = there.new_file() if case.action is REMOVE else ""
    target = Target(item=there.new_item(), file=file)
    before = there.holding(case.action.feature)
    headers = people.headers(case.case.place.identity, here)
    answer = case.action.send(here, headers, target)
    expect(case.id, case.case.expected, answer.verdict)
    if there.holding(case.action.feature) != before:
        raise Unexpected(case.id, "nothing to change", "a change in the other site")


@dataclass(frozen=True)
class Odd:
    """A request that no page sends on purpose."""

    case: Case
    ask: Callable[[Callers, Site], Answer]

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return self.case.id


def _odd(
    action: Action, situation: str, expected: str, ask: Callable[[Callers, Site], Answer]
) -> Odd:
    place = Place(action.area, action.name, callers.VISITOR)
    return Odd(Case(place, situation, expected), ask)


def _flood(people: Callers, open_site: Site) -> Answer:
    site = people.sites.site(open_site.owner_id, LIMITED)
    for _ in range(2):
        within = SUBMIT.send(site, {}, Target())
        expect("a submission within the limit", "200", within.verdict)
    return SUBMIT.send(site, {}, Target())


def _trap(_: Callers, site: Site) -> Answer:
    answer = site.send("POST", "submit", data={"message": "Buy!", "_gotcha": "x"})
    row = site.row("project_form_submissions", str(answer.body.get("id"))) or {}
    expect("what a filled honeypot is stored as", True, row.get("is_spam"))
    return answer


def _odds() -> Iterator[Odd]:
    yield _odd(SUBMIT, "beyond its rate limit", "429 rate_limited", _flood)
    yield _odd(SUBMIT, "with the honeypot filled", "200", _trap)
    yield _odd(
        SUBMIT,
        "to a project that is not there",
        "403 backend_not_enabled",
        lambda _, site: site.send("POST", "submit", projectId=_NOT_THERE, data={}),
    )
    yield _odd(
        SUBMIT,
        "by the wrong method",
        "405 method_not_allowed",
        lambda _, site: site.send("PUT", "submit", data={}),
    )
    yield _odd(
        SUBMIT,
        "without data",
        "400 missing_field",
        lambda _, site: site.send("POST", "submit"),
    )
    yield _odd(
        CREATE,
        "of an action that is none",
        "400 invalid_action",
        lambda _, site: site.send("POST", "nothing", data={}),
    )
    yield _odd(
        READ,
        "of an item that is not there",
        "404 item_not_found",
        lambda _, site: READ.send(site, {}, Target(item=_NOT_THERE)),
    )
    yield _odd(LIST, "of no project", "400 missing_field", lambda _, site: _without_project(site))


def _without_project(site: Site) -> Answer:
    answer = site.http.get(site.url, params={"action": "collection/products"})
    return Answer(answer.status_code, answer.json(), answer.headers)


@each(_odds())
def test_odd_requests(trials: Trials, case: Odd) -> None:
    """A request that cannot be carried out is answered with the code that says why."""
    people = trials.callers
    site = people.sites.site(people.owner.id, OPEN)
    expect(case.id, case.case.expected, case.ask(people, site).verdict)
