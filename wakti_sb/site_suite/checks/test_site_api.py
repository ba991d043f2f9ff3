"""Every action of the site API by every kind of caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wakti_sb.site_suite.model import Place

from . import callers, sites
from .actions import ACTIONS, READS, REMOVE, SUBMIT, WRITES, Action
from .case import Case, each
from .trial import Request, Trials

_DEAD = (callers.EXPIRED, callers.FORGED)
_ORIGINS = {
    "visitor": ({"Origin": sites.HOME}, "200"),
    "listed subdomain": ({"Origin": "https://a.example.org"}, "200"),
    "foreign origin": ({"Origin": "https://evil.example"}, "403 origin_not_allowed"),
    "look-alike origin": ({"Origin": "https://evil-shop.example.com"}, "403 origin_not_allowed"),
    "no origin": ({}, "403 origin_not_allowed"),
}


def _request(
    action: Action, setting: str, who: str, expected: str, maker: str | None = None
) -> Request:
    case = Case(Place(action.area, action.name, who), setting, expected)
    return Request(case, action, setting, maker)


def _rights() -> Iterator[Request]:
    """Who may do what, by the setting of reads and writes."""
    for who in callers.EVERYBODY:
        stranger = "401 invalid_token" if who in _DEAD else "403 not_permitted"
        owner_only = "200" if who == callers.OWNER else stranger
        for action in (SUBMIT, *READS, *WRITES):
            yield _request(action, sites.OPEN, who, "200")
        for action in (*READS, *WRITES):
            yield _request(action, sites.SITE_USERS, who, _of_site_users(action, who), "site user")
            yield _request(action, sites.OWNER, who, owner_only)
        for setting in (sites.OPEN, sites.SITE_USERS, sites.OWNER):
            yield _request(REMOVE, setting, who, owner_only)


def _of_site_users(action: Action, who: str) -> str:
    """Where a live site token is needed, and an item is changed only by whoever made it."""
    if who in (callers.OWNER, callers.SITE_USER):
        return "200"
    if who != callers.OTHER_SITE_USER:
        return "401 invalid_token"
    return "403 not_permitted" if action.name in ("update", "delete") else "200"


def _gates() -> Iterator[Request]:
    """A backend that is missing or disabled, and features that are switched off."""
    shut = {sites.NO_BACKEND: "403 backend_not_enabled", sites.DISABLED: "403 backend_disabled"}
    for who in (callers.VISITOR, callers.OWNER, callers.SITE_USER):
        for action in ACTIONS:
            for setting, expected in shut.items():
                yield _request(action, setting, who, expected)
            off = sites.without(action.feature)
            yield _request(action, off, who, "403 feature_disabled")
    for action in ACTIONS:
        if action is REMOVE:
            continue  # a visitor may not anyway
        for feature in sites.FEATURES:
            if feature != action.feature:
                yield _request(action, sites.without(feature), callers.VISITOR, "200")
        expected = "403 feature_disabled" if action.name == "signup" else "200"
        yield _request(action, sites.CLOSED, callers.VISITOR, expected)


def _by_origin() -> Iterator[Request]:
    """A site with a list of origins."""
    for action in ACTIONS:
        if action is not REMOVE:
            for who, (_, expected) in _ORIGINS.items():
                yield _request(action, sites.ORIGINS, who, expected)
    for action in (*READS, *WRITES, REMOVE):
        for who, expected in (("owner", "200"), ("other owner", "403 origin_not_allowed")):
            yield _request(action, sites.ORIGINS, f"{who} elsewhere", expected)


def _by_setting(requests: Iterable[Request]) -> list[Request]:
    """Those of one site stand together: a process that gets them makes few sites and controls."""
    return sorted(requests, key=lambda request: request.setting)


@each(_by_setting(_rights()))
def test_rights(trials: Trials, case: Request) -> None:
    """The setting of a collection or of the uploads decides who may."""
    trials.run(case)


@each(_by_setting(_gates()))
def test_gates(trials: Trials, case: Request) -> None:
    """What is switched off is switched off for everybody, and nothing else is."""
    trials.run(case)


@each(_by_origin())
def test_origins(trials: Trials, case: Request) -> None:
    """Only the listed origins are let in; the owner comes from anywhere."""
    who = case.case.place.identity
    if who in _ORIGINS:
        headers, _ = _ORIGINS[who]
    else:
        site = trials.callers.sites.site(trials.callers.owner.id, case.setting)
        known = trials.callers.headers(who.removesuffix(" elsewhere"), site)
        headers = {**known, "Origin": "https://dashboard.example"}
    trials.run(case, headers)
