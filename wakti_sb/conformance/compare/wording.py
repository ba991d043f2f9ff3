"""How a sentence names the people that a change is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..model import ANON, Identity


@dataclass(frozen=True)
class Who:
    """People in words; `anonymous`: somebody who is not signed in is among them."""

    text: str
    anonymous: bool


def people_in_words(labels: Iterable[str], people: Mapping[str, Identity]) -> Who:
    """`anon`, `everybody who is signed in`, `members`, or the names."""
    listed = list(dict.fromkeys(labels))
    anonymous = ANON.label in listed
    plain = [label for label, who in people.items() if _plain(who)]
    signed_in = [label for label in plain if people[label].user_id is not None]
    chosen = [label for label in listed if label in plain]
    if anonymous and set(signed_in) <= set(listed):
        return Who("everybody", True)
    strangers = [label for label in chosen if people[label].world is None and label != ANON.label]
    if set(signed_in) <= set(listed) or (strangers and len(chosen) > 1):
        return Who("everybody" if anonymous else "everybody who is signed in", anonymous)
    members = [
        label
        for label in signed_in
        if people[label].member_role is not None and not people[label].former
    ]
    if len(members) > 1 and set(chosen) - {ANON.label} == set(members):
        return Who("anon and members" if anonymous else "members", anonymous)
    rest = [label for label in listed if label not in plain]
    named = chosen or rest[:2]
    if chosen == ["the owner", "another owner"]:
        named = ["owners"]
    return Who(_and(named), anonymous)


def _plain(who: Identity) -> bool:
    """Somebody as the model knows them: not a twin with a claim that only a policy asks for."""
    return not (who.beside_the_model or who.claims or who.headers or who.role == "service_role")


def _and(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
