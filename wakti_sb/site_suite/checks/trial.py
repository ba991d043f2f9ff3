"""One request of the matrix: sent, held against what is expected, and against the database."""

from __future__ import annotations

from dataclasses import dataclass, field

from .actions import LOGOUT, Action, Target
from .callers import OWNER, SITE_USER, Callers
from .case import Case, Unexpected, expect
from .site import Headers, Site
from .sites import OPEN, ORIGINS, SITE_USERS
from .sites import OWNER as BY_OWNER

OWNER_MAY = (OPEN, SITE_USERS, BY_OWNER, ORIGINS)


@dataclass(frozen=True)
class Request:
    """A case of the site API.

    Parameters:
        case: who gets what.
        action: that is tried.
        setting: of the site.
        maker: which site user made the item that it is about; None for the owner.
    """

    case: Case
    action: Action
    setting: str
    maker: str | None = None

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return self.case.id


@dataclass
class Trials:
    """Sends the cases of one run.

    A refusal counts only if the same request by somebody who may send it is answered 200, and if
    the project holds afterwards what it held before.
    """

    callers: Callers
    _targets: dict[tuple[str, str], Target] = field(default_factory=dict)
    _held: dict[tuple[str, str], tuple[str, list[str]]] = field(default_factory=dict)
    _controlled: set[tuple[str, str]] = field(default_factory=set)

    def run(self, request: Request, headers: Headers | None = None) -> None:
        """Send it. Raise Unexpected if it is not as it should be."""
        case, action = request.case, request.action
        site = self.callers.sites.site(self.callers.owner.id, request.setting)
        sent = self.callers.headers(case.place.identity, site) if headers is None else headers
        if case.expected == "200":
            self._may(site, request, sent)
        else:
            self._may_not(site, request, sent)
            if (request.setting, action.name) not in self._controlled:
                self._controlled.add((request.setting, action.name))
                self._control(request)

    def _may(self, site: Site, request: Request, headers: Headers) -> None:
        target = self.target(site, request, fresh=True)
        self._held.pop((site.id, request.action.feature), None)
        answer = request.action.send(site, headers, target)
        expect(request.id, "200", answer.verdict)
        wrong = request.action.proof(site, answer, target)
        if wrong:
            raise Unexpected(request.id, "200 and its effect", wrong)

    def _may_not(self, site: Site, request: Request, headers: Headers) -> None:
        target = self.target(site, request, fresh=False)
        feature = request.action.feature
        before = self._held.pop((site.id, feature), None) or site.holding(feature)
        answer = request.action.send(site, headers, target)
        expect(request.id, request.case.expected, answer.verdict)
        after = site.holding(feature)
        if after != before:
            raise Unexpected(request.id, "nothing to change", "a change in the database")
        if request.setting != OPEN:  # other tests are at work on the open one
            self._held[site.id, feature] = after

    def _control(self, request: Request) -> None:
        """The same by the owner; where nobody may, on a site that differs in that alone."""
        closed = request.setting if request.setting in OWNER_MAY else OPEN
        site = self.callers.sites.site(self.callers.owner.id, closed)
        target = self.target(site, request, fresh=True)
        self._held.pop((site.id, request.action.feature), None)
        answer = request.action.send(site, self.callers.headers(OWNER, site), target)
        if answer.verdict != "200":
            tried = f"the control of {request.id}"
            raise Unexpected(
                tried, "the same request by the owner to be answered 200", answer.verdict
            )

    def target(self, site: Site, request: Request, *, fresh: bool) -> Target:
        """What the request is about: something new, or what the refused ones share."""
        needs = request.action.needs
        if not needs:
            return Target()
        key = (site.id, f"{needs} of {request.maker}")
        if not fresh and key in self._targets:
            return self._targets[key]
        self._held.pop((site.id, request.action.feature), None)
        if needs == "item":
            maker = None if request.maker is None else site.account(request.maker).id
            made = Target(item=site.new_item(maker))
        elif needs == "file":
            made = Target(file=site.new_file())
        else:
            account = site.account(SITE_USER)
            leaves = fresh and request.action is LOGOUT
            token = site.new_token(account) if leaves else account.token
            made = Target(email=account.email, token=token)
        if not fresh:
            self._targets[key] = made
        return made
