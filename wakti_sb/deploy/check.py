"""Is the live project well? Asked at the end of each deployment; changes nothing in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import httpx

from wakti_sb.deploy import errors
from wakti_sb.deploy.look import history
from wakti_sb.deploy.management import Management
from wakti_sb.deploy.management.records import ACTIVE
from wakti_sb.deploy.plan import Wanted
from wakti_sb.deploy.sources import BACKEND, FunctionSource
from wakti_sb.deploy.steps import functions
from wakti_sb.deploy.target import Place
from wakti_sb.errors import WaktiError
from wakti_sb.migrate import compare
from wakti_sb.site_suite import read_only
from wakti_sb.stack import Endpoint

_KINDS = ("security", "performance")
# The Data API learns of new tables within seconds.
_ATTEMPTS = 6
_PAUSE = 1.0  # seconds


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters:
        name: what.
        good: whether it is as it should be; None where nobody could look.
        said: how it is.
    """

    name: str
    good: bool | None
    said: str


class Recover(Protocol):
    """What is done about a function that does not answer; whether asking again makes sense."""

    def __call__(self, source: FunctionSource, *, is_gone: bool) -> bool:
        """Parameters: is_gone: the platform says that there is no such function."""


def everything(
    place: Place, endpoint: Endpoint, wanted: Wanted, recover: Recover
) -> tuple[Check, ...]:
    """All checks, in the order of a person's questions. One that cannot be carried out is not good.

    Parameters:
        endpoint: the project's API, whose keys were tried before.
    """
    looks: list[tuple[str, Callable[[], Iterator[Check]]]] = [
        ("health", lambda: _health(place.management)),
        ("functions", lambda: _functions(place, endpoint, wanted, recover)),
        ("migrations", lambda: _migrations(place, wanted)),
        ("access", lambda: _access(endpoint, wanted)),
        *((f"{kind} advisor", partial(_advisor, place.management, kind)) for kind in _KINDS),
    ]
    checks: list[Check] = []
    for name, look in looks:
        try:
            checks += look()
        except (WaktiError, httpx.HTTPError) as error:
            said = error.cause if isinstance(error, WaktiError) else f"no answer: {error}"
            checks.append(Check(name, False, said))
    return tuple(checks)


def _health(api: Management | None) -> Iterator[Check]:
    if api is None:
        return
    services = api.health()
    ill = [one for one in services if one.status != ACTIVE]
    if not ill:
        yield Check("health", True, ", ".join(one.name for one in services))
    for one in ill:
        yield Check("health", False, f"{one.name} is {one.status} {one.error or ''}".strip())


def _functions(
    place: Place, endpoint: Endpoint, wanted: Wanted, recover: Recover
) -> Iterator[Check]:
    for source in wanted.functions:
        if place.management is None and source.name != BACKEND:
            continue  # whoever sends it there knows when it is there
        name = f"function {source.name}"
        dead = _dead(endpoint, source.name)
        if dead is not None and place.management is not None:
            gone = functions.is_gone(endpoint, source.name)
            if recover(source, is_gone=gone):
                dead = _dead(endpoint, source.name)
                if dead is not None:
                    recover(source, is_gone=False)
        if dead is not None:
            yield Check(name, False, str(dead))
        elif source.name == BACKEND:
            yield Check(name, True, "answers out of the database")
        else:
            yield Check(name, True, "answers")


def _dead(endpoint: Endpoint, name: str) -> errors.FunctionDead | None:
    try:
        functions.require_answer(endpoint, name)
    except errors.FunctionDead as dead:
        return dead
    return None


def _migrations(place: Place, wanted: Wanted) -> Iterator[Check]:
    if not wanted.migrations:
        return
    status = compare(wanted.migrations, history(place), place.name)
    left = [entry.version for entry in status.entries if entry.state != "applied"]
    if left:
        yield Check("migrations", False, f"not as the files: {', '.join(left)}")
    else:
        yield Check("migrations", True, f"all {len(status.entries)} applied, nothing pending")


def _access(endpoint: Endpoint, wanted: Wanted) -> Iterator[Check]:
    """The read-only part of `wakti-sb test`, where there is an ownership model."""
    if wanted.spec is None:
        return
    has_backend = BACKEND in {source.name for source in wanted.functions}
    for attempt in range(_ATTEMPTS):
        looks = read_only(endpoint, wanted.spec, site_api=has_backend)
        bad = [look for look in looks if look.good is False]
        if not bad:
            break
        if attempt + 1 < _ATTEMPTS:
            time.sleep(_PAUSE)
    open_ones = sum(look.good is None for look in looks)
    empty = f", {open_ones} undecided: there are no rows yet" if open_ones else ""
    good = len(looks) - len(bad) - open_ones
    told = "; ".join(f"not so: {look.name} ({look.got})" for look in bad)
    said = f"{good} of {len(looks)} as the model says{empty}{f'; {told}' if told else ''}"
    yield Check("access", not bad, said)


def _advisor(api: Management | None, kind: str) -> Iterator[Check]:
    if api is None:
        return
    name = f"{kind} advisor"
    try:
        lints = api.advice(kind)
    except errors.NotPermitted as error:
        yield Check(name, None, error.cause)
        return
    bad = [one for one in lints if one.level == "ERROR"]
    counts = f"{len(lints)} remark{'' if len(lints) == 1 else 's'}, {len(bad)} serious"
    told = "; ".join(f"{one.title}: {one.detail or one.name}" for one in bad)
    yield Check(name, not bad, f"{counts}{f': {told}' if told else ''}")
