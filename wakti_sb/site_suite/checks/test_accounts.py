"""Site users' passwords and tokens: which of them open what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wakti_sb.site_suite.model import Place

from . import callers
from .actions import LOGIN, LOGOUT, ME, SIGNUP, Action
from .callers import Callers
from .case import Case, each, expect
from .site import PASSWORD, Answer, Site, new_email
from .sites import OPEN
from .trial import Trials

Ask = Callable[[Callers, Site], Answer]

_LIVE = (callers.SITE_USER, callers.OTHER_SITE_USER)
_OTHERS = {
    callers.OWNER: lambda people: people.owner.access_token,
    callers.PUBLISHABLE: lambda people: people.endpoint.publishable_key,
}


@dataclass(frozen=True)
class Check:
    """A case that its answer decides.

    Parameters:
        case: who gets what.
        ask: sends the request.
    """

    case: Case
    ask: Ask

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return self.case.id


def _check(action: Action, who: str, situation: str, expected: str, ask: Ask) -> Check:
    return Check(Case(Place(action.area, action.name, who), situation, expected), ask)


def _sent(action: Action, site: Site, **data: Any) -> Answer:
    return site.send("POST", f"auth/{action.name}", site.home, data=data)


def _tokens() -> Iterator[Check]:
    """A token works on its own site, until it is logged out or its user suspended."""

    def me(who: str) -> Ask:
        return lambda people, site: _sent(ME, site, token=_token(people, site, who))

    def logout(who: str) -> Ask:
        def ask(people: Callers, site: Site) -> Answer:
            # A live token is needed by others still, so its user takes one more to lose.
            spare = site.new_token(site.account(who)) if who in _LIVE else None
            token = _token(people, site, who) if spare is None else spare
            return _sent(LOGOUT, site, token=token)

        return ask

    for who in (*callers.TOKENS, *_OTHERS):
        # A JWT is longer than any site token, and is refused for that already.
        refused = "400 invalid_field" if who == callers.OWNER else "401 invalid_token"
        expected = "200" if who in _LIVE else refused
        yield _check(ME, who, "with its token", expected, me(who))
        yield _check(LOGOUT, who, "with its token", expected, logout(who))
    yield _check(ME, callers.SUSPENDED, "once it is let in again", "401 invalid_token", _pardoned)


def _pardoned(_: Callers, site: Site) -> Answer:
    account = site.account("pardoned site user")
    site.suspend(account)
    site.suspend(account, "active")
    return _sent(ME, site, token=account.token)


def _token(people: Callers, site: Site, who: str) -> str:
    return _OTHERS[who](people) if who in _OTHERS else people.token(who, site)


def _passwords() -> Iterator[Check]:
    """Only the right password of an account of this very site logs in."""

    def login(who: str, password: str = PASSWORD) -> Ask:
        def ask(people: Callers, site: Site) -> Answer:
            people.token(who, site)  # which also suspends the one that is suspended
            home = site
            if who == callers.FOREIGN_SITE_USER:
                home, who_there = people.sites.site(people.other_owner.id), callers.SITE_USER
            else:
                who_there = who
            return _sent(LOGIN, site, email=home.account(who_there).email, password=password)

        return ask

    wrong = "401 invalid_credentials"
    user, suspended = callers.SITE_USER, callers.SUSPENDED
    yield _check(LOGIN, user, "with its password", "200", login(user))
    yield _check(LOGIN, user, "with a wrong password", wrong, login(user, "wrong password"))
    yield _check(LOGIN, user, "without a password", "400 missing_field", login(user, ""))
    yield _check(LOGIN, suspended, "with its password", "403 account_suspended", login(suspended))
    yield _check(LOGIN, suspended, "with a wrong password", wrong, login(suspended, "wrong one"))
    foreign = callers.FOREIGN_SITE_USER
    yield _check(LOGIN, foreign, "with its password", wrong, login(foreign))
    yield _check(
        LOGIN,
        callers.VISITOR,
        "with an e-mail that nobody has",
        wrong,
        lambda _, site: _sent(LOGIN, site, email=new_email(), password=PASSWORD),
    )


def _addresses() -> Iterator[Check]:
    """An address signs up once for each site, however it is written."""

    def signup(change: Callable[[str], str], password: str = PASSWORD) -> Ask:
        def ask(_: Callers, site: Site) -> Answer:
            email = change(site.account(callers.SITE_USER).email)
            return _sent(SIGNUP, site, email=email, password=password)

        return ask

    def elsewhere(people: Callers, site: Site) -> Answer:
        there = people.sites.site(people.other_owner.id)
        return _sent(SIGNUP, there, email=site.account(callers.SITE_USER).email, password=PASSWORD)

    who, taken = callers.VISITOR, "409 email_taken"
    yield _check(SIGNUP, who, "with an e-mail that is taken", taken, signup(str))
    capitals = signup(lambda email: f" {email.upper()} ")
    yield _check(SIGNUP, who, "with one that is taken, in capitals", taken, capitals)
    short = signup(lambda _: new_email(), "short")
    yield _check(SIGNUP, who, "with a short password", "400 invalid_field", short)
    yield _check(SIGNUP, callers.FOREIGN_SITE_USER, "with its e-mail", "200", elsewhere)


@each([*_tokens(), *_passwords(), *_addresses()])
def test_accounts(trials: Trials, case: Check) -> None:
    """Accounts, passwords and tokens are a site's own."""
    people = trials.callers
    site = people.sites.site(people.owner.id, OPEN)
    expect(case.id, case.case.expected, case.ask(people, site).verdict)
