"""Is the live project well? Asked at the end of each deployment; changes nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

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
from wakti_sb.stack import Endpoint, probe

_KINDS = ("security", "performance")


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


def everything(place: Place, wanted: Wanted, recover: Recover) -> tuple[Check, ...]:
    """All checks, in the order of a person's questions."""
    endpoint = place.endpoint()
    return (
        *_health(place.management),
        _keys(endpoint),
        *_functions(place, endpoint, wanted, recover),
        _migrations(place, wanted),
        *_advisors(place.management),
    )


def _health(api: Management | None) -> Iterator[Check]:
    if api is None:
        return
    services = api.health()
    ill = [one for one in services if one.status != ACTIVE]
    if not ill:
        yield Check("health", True, ", ".join(one.name for one in services))
    for one in ill:
        yield Check("health", False, f"{one.name} is {one.status} {one.error or ''}".strip())


def _keys(endpoint: Endpoint) -> Check:
    try:
        probe.check(endpoint)
    except WaktiError as error:
        return Check("API", False, error.cause)
    return Check("API", True, "answers to the publishable key, and the secret one alone is secret")


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


def _migrations(place: Place, wanted: Wanted) -> Check:
    status = compare(wanted.migrations, history(place), place.name)
    left = [entry.version for entry in status.entries if entry.state != "applied"]
    if left:
        return Check("migrations", False, f"not as the files: {', '.join(left)}")
    return Check("migrations", True, f"all {len(status.entries)} applied, nothing pending")


def _advisors(api: Management | None) -> Iterator[Check]:
    if api is None:
        return
    for kind in _KINDS:
        name = f"{kind} advisor"
        try:
            lints = api.advice(kind)
        except errors.NotPermitted as error:
            yield Check(name, None, error.cause)
            continue
        bad = [one for one in lints if one.level == "ERROR"]
        counts = f"{len(lints)} remark{'' if len(lints) == 1 else 's'}, {len(bad)} serious"
        told = "; ".join(f"{one.title}: {one.detail or one.name}" for one in bad)
        yield Check(name, not bad, f"{counts}{f': {told}' if told else ''}")
