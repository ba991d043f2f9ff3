"""Requests of rightful people with tokens that must not be believed."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from ..model import ANON, DENIED, SERVICE, Case, Family, Identity, Select
from ..scenario import Scenario
from ..scenario.people import STRANGER
from ..scenario.samples import uuid_for
from .file_requests import OPERATION, SIGN

_OWN = {
    "expired": "an expired token",
    "foreign": "a token signed with another secret",
    "none": "an unsigned token",
}
_SERVICE = {
    "foreign": "service_role in a token signed with another secret",
    "none": "service_role in an unsigned token",
}


def bad_tokens(cases: Sequence[Case], scenario: Scenario) -> Iterator[Case]:
    """For the Data API and for the Storage API, which check tokens each by themselves."""
    closed_to = {
        label: {
            (case.subject, case.attempt.request, case.attempt.settings)
            for case in cases
            if case.identity == label and not case.expected.may
        }
        for label in (ANON.label, STRANGER)
    }
    closed = closed_to[ANON.label] & closed_to[STRANGER]
    for files in (False, True):
        own = next((case for case in cases if _fits(case, files, closed)), None)
        if own is not None:
            yield from _of(own, scenario)


def _fits(case: Case, files: bool, closed: Container[object]) -> bool:
    """Whether somebody reads a row of its own, which neither anon nor a stranger sees."""
    attempt = case.attempt
    return (
        isinstance(attempt.request, Select)
        and attempt.about_files == files
        and (not files or dict(attempt.settings)[OPERATION] == SIGN)
        and case.family == Family.OWN
        and attempt.who.user_id is not None
        and not attempt.who.claims
        and (case.subject, attempt.request, attempt.settings) in closed
    )


def _of(own: Case, scenario: Scenario) -> Iterator[Case]:
    who = own.attempt.who
    people = [
        *(replace(who, signature=s, label=f"{who.label} with {w}") for s, w in _OWN.items()),
        *(replace(SERVICE, signature=s, label=w) for s, w in _SERVICE.items()),
        _nobody("anon with a made-up sub", "anon", scenario.salt),
        deleted_user(scenario.salt),
    ]
    for each in people:
        yield replace(
            own,
            id=f"{own.subject.removeprefix('public.')}: {each.label} sees nothing",
            family=Family.TOKEN,
            attempt=replace(own.attempt, who=each),
            expected=DENIED,
            controls=(own.attempt,),
        )


def deleted_user(salt: str) -> Identity:
    """Somebody whose token is still good, and who is not in auth.users any more."""
    return _nobody("a user who has been deleted", "authenticated", salt)


def _nobody(label: str, role: str, salt: str) -> Identity:
    return Identity(label, role=role, user_id=uuid_for("nobody", salt, label))
