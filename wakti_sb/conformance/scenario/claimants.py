"""Strangers whose token or request says what a policy asks for. Pure.

Everybody writes its own user_metadata, headers and cookies; a token may be older than what it says.
What comes of them is for the model to say, as for everybody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...spec import Relation, Spec
from ..catalog import Catalog
from ..conditions import Atom, Claimed, by_name, claimed, taken_apart
from ..model import Identity
from .model import Row
from .regexes import example
from .samples import uuid_for

_OF_EVERY_TOKEN = ("sub", "role", "aud", "iss", "iat", "exp", "session_id", "is_anonymous")
_MOST = 12
_OPPOSITE = ("true", "false")
_LEVELS = ("aal1", "aal2")  # no token says another one, whatever it is compared with


def by_values(spec: Spec, catalog: Catalog, salt: str) -> Iterator[Identity]:
    """One for each value that a condition compares with something of the token or request."""
    found: dict[str, Identity] = {}
    for _, _, each in _claims(spec, catalog):
        for value in _values(each):
            who = claimant(each, value, salt)
            found.setdefault(who.label, who)
    yield from list(found.values())[:_MOST]


def by_rows(
    spec: Spec, catalog: Catalog, rows: Sequence[Row], people: Sequence[Identity], salt: str
) -> Iterator[Identity]:
    """One for each column of rows that a condition compares so: it says the owner's value."""
    found: dict[str, Identity] = {}
    former = next((who for who in people if who.former), None)
    for table, atom, each in _claims(spec, catalog):
        for qualifier, column in each.columns:
            relation = _relation(table, atom, qualifier)
            this = next((r for r in rows if r.table == relation and r.label == "this"), None)
            value = this.values.get(column) if this is not None else None
            if value is None or (each.path == ("aal",) and value not in _LEVELS):
                continue
            who = claimant(each, str(value), salt, "the owner's")
            if former is not None and each.path[:1] == ("app_metadata",):
                label = f"a former member whose token still says {'.'.join(each.path)}"
                who = Identity(
                    label, user_id=former.user_id, claims=who.claims, beside_the_model=True
                )
            found.setdefault(who.label, who)
    yield from list(found.values())[:_MOST]


def claimant(each: Claimed, value: str, salt: str, shown: str = "") -> Identity:
    """A stranger who says so."""
    name = ".".join(each.path)
    words = f"{name}={shown or value}"
    label = (
        f"a stranger with {words}"
        if each.source == "token"
        else (f"a stranger with the {each.source.removesuffix('s')} {words}")
    )
    user_id = uuid_for("person", salt, re.sub(r"\W+", "-", label))
    if each.source == "token":
        claims = nested(each.path, typed(value))
        return Identity(label, user_id=user_id, claims=claims, beside_the_model=True)
    headers = {each.path[0]: value}
    if each.source == "cookies":
        headers = {"cookie": f"{each.path[0]}={value}"}
    return Identity(label, user_id=user_id, headers=headers, beside_the_model=True)


def nested(path: tuple[str, ...], value: str | bool) -> dict[str, Any]:
    """The claims in which the value stands at this path."""
    return {path[0]: value if len(path) == 1 else nested(path[1:], value)}


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both claims; objects that both have are joined."""
    made = {**one, **other}
    for key in set(one) & set(other):
        if isinstance(one[key], dict) and isinstance(other[key], dict):
            made[key] = merged(one[key], other[key])
    return made


def typed(value: str) -> str | bool:
    """True and false as tokens have them."""
    return value == "true" if value in _OPPOSITE else value


def _claims(spec: Spec, catalog: Catalog) -> Iterator[tuple[Relation, Atom, Claimed]]:
    helpers = by_name(catalog.helpers)
    described = {entry.table for entry in spec.relations}
    modelled = {path for entry in spec.relations for path in entry.token_columns}
    for table in catalog.tables.values():
        if table.relation not in described and table.relation.schema != "storage":
            continue
        texts = (t for policy in table.policies for t in (policy.using, policy.check) if t)
        for text in dict.fromkeys(texts):
            for atom in taken_apart(text, helpers, table.relation.name).atoms:
                for each in claimed(atom):
                    if each.source == "token" and each.columns and each.path in modelled:
                        continue  # the model says who that is
                    if each.path and each.path[0] not in _OF_EVERY_TOKEN:
                        yield table.relation, atom, each


def _values(each: Claimed) -> Iterator[str]:
    if each.source == "token" and each.path == ("aal",):
        yield from _LEVELS
        return
    for value in each.values:
        if each.pattern in ("~~", "~~*"):
            yield value.replace("%", "w").replace("_", "w")
        elif each.pattern:
            text = example(value, more=2, ignore_case=each.pattern == "~*")
            if text is not None:
                yield text
        elif value:
            yield value


def _relation(table: Relation, atom: Atom, qualifier: str) -> Relation:
    known: Iterable[tuple[str, Relation]] = (
        pair for scope in reversed(atom.scopes) for pair in scope.relations
    )
    return next((relation for name, relation in known if name == qualifier), table)
