"""Who takes part: derived from the rights that the model names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...spec import (
    CHANNEL_OPERATIONS,
    OPERATIONS,
    AnyOf,
    Claim,
    Member,
    Members,
    Own,
    Right,
    Spec,
    Standing,
    allows,
    atoms,
)
from ..catalog import Catalog
from ..model import ANON, SERVICE, WORLDS, Identity, World
from .claimants import by_values, nested, typed
from .holders import Holder, holders
from .memberships import Membership, held_roles, person, valid_roles
from .sharees import sharees

_PERSONS = ("admin", "guest", "agent", "assistant", "client", "student", "parent", "patient")
_OPPOSITE = {"true": "false", "false": "true"}
# Also as PostgreSQL prints it: ((auth.jwt() -> 'user_metadata'::text) ->> 'role'::text) = 'admin'
_SELF_WRITTEN = re.compile(
    r"(?:'user_metadata'(?:::text)?\)*|raw_user_meta_data)\s*->>?\s*'([^']+)'(?:::text)?\)*"
    r"(?:\s*=\s*(?:any\s*\(array\[)?'([^']*)'|::bool)",
    re.IGNORECASE,
)
_METADATA = re.compile(r"(?:raw_user_meta_data|user_metadata)'?\)*\s*->>?\s*'([^']+)'")
_NAMED = re.compile(r"=\s*'([^']{1,40})'")
_MOST_ROLES = 6
_MOST_VALUES = 4
STRANGER = "a signed-in stranger"
_TOP_ROLES = ("owner", "admin", "administrator", "manager", "editor")


@dataclass(frozen=True)
class People:
    """Everybody, and who belongs where.

    `principals` own what a world holds, `holders` are those whose token names a row's column.
    """

    identities: tuple[Identity, ...]
    principals: dict[World, Identity]
    memberships: tuple[Membership, ...]
    holders: tuple[Holder, ...] = ()

    def members_of(self, members: Members) -> list[Membership]:
        """The memberships written in this table, former ones too."""
        return [m for m in self.memberships if m.members.table == members.table]


def people(spec: Spec, catalog: Catalog, salt: str = "") -> People:
    """The identities that a model asks for."""
    tables = _members(spec)
    roles = _roles(spec)
    top = {m.table: _top(_valid(roles, m, catalog)) for m in tables}
    with_owners = any(spec.owner_path(owned) for owned in spec.relations)
    labels = {
        "this": "the owner"
        if with_owners or not tables
        else _called(top[tables[0].table] or "member"),
        "other": "another owner" if with_owners or not tables else "a member elsewhere",
    }
    principals: dict[World, Identity] = {}
    memberships: list[Membership] = []
    elsewhere: list[Identity] = []
    apart = with_owners and any(map(_own_or_member, _rights(spec)))
    for world in WORLDS:
        rank = top[tables[0].table] if tables else None
        principals[world] = person(labels[world], world, rank, salt)
        for members in tables:
            # Where no right names a role, any that the table takes.
            role = top[members.table] or next(iter(held_roles(members, catalog)), None)
            who = principals[world]
            if world == "other" and apart:
                # An owner who is no member: its rights must not come from a membership alone.
                suffix = f" of {members.table.name}" if len(tables) > 1 else ""
                who = person(f"a member elsewhere{suffix}", world, role, salt)
                elsewhere.append(who)
            memberships.append(Membership(members, world, who, role, stands=True))
    identities = [principals["this"], principals["other"], *elsewhere]
    for members in tables:
        for membership in _others(members, tables, roles, catalog, labels["this"], salt):
            memberships.append(membership)
            identities.append(membership.person)
    for membership in sharees(spec, _rights(spec), catalog, salt):
        memberships.append(membership)
        identities.append(membership.person)
    identities.append(person(STRANGER, None, None, salt))
    identities.extend(_with_claims(spec, tuple(identities)))
    told = tuple(holders(spec, identities, salt))
    identities.extend(holder.who for holder in told)
    identities.append(_anonymous(salt))
    identities.extend(_forgers(spec, catalog, salt))
    known = {who.label for who in identities}
    claimants = by_values(spec, catalog, salt)
    identities.extend(who for who in claimants if who.label not in known)
    return People((*identities, ANON, SERVICE), principals, tuple(memberships), told)


def _others(
    members: Members,
    tables: list[Members],
    roles: tuple[str, ...],
    catalog: Catalog,
    taken: str,
    salt: str,
) -> Iterator[Membership]:
    suffix = f" of {members.table.name}" if len(tables) > 1 else ""
    here = _valid(roles, members, catalog)
    for role in here:
        label = _called(role) + suffix
        if label != taken:
            who = person(label, "this", role, salt)
            yield Membership(members, "this", who, role)
    unnamed = [r for r in held_roles(members, catalog) if r not in roles]
    plain = unnamed[0] if unnamed else None
    if members.role is None or plain is not None or not here:
        label = _a("member") + suffix
        if label == taken:
            label = f"another member{suffix}"
        who = person(label, "this", plain, salt)
        yield Membership(members, "this", who, plain)
    for role in unnamed[1:_MOST_ROLES]:
        # The table takes it, whether or not the model speaks of it.
        who = person(_called(role) + suffix, "this", role, salt)
        yield Membership(members, "this", who, role)
    if members.where is not None:
        # One for each role that a right names: a policy may forget to ask it of one of them.
        top = _top(here) or plain
        for last in (top, *(role for role in here if role != top)):
            called = "member" if last == top or last is None else _called(last).partition(" ")[2]
            who = person(f"a former {called}{suffix}", "this", last, salt)
            who = replace(who, former=True)
            yield Membership(members, "this", who, last, former=True)


def _members(spec: Spec) -> list[Members]:
    found: dict[str, Members] = {}
    for owned in spec.relations:
        path = spec.place_path(owned)
        if path is not None:
            _keep(found, path.members)
    for place in spec.places:
        if place.members is not None:
            _keep(found, place.members)
    return list(found.values())


def _keep(found: dict[str, Members], members: Members) -> None:
    known = found.setdefault(members.table, members)
    found[members.table] = members.model_copy(
        update={"role": known.role or members.role, "where": known.where or members.where}
    )


def _rights(spec: Spec) -> Iterator[Right]:
    for owned in spec.relations:
        yield from (owned.rule(operation).right for operation in OPERATIONS)
    for bucket in spec.bucket:
        yield from (bucket.right(operation) for operation in OPERATIONS)
    for channel in spec.channel:
        yield from (channel.right(each) for each in CHANNEL_OPERATIONS)
    for function in spec.function:
        yield from (function.execute, function.data)


def _own_or_member(right: Right) -> bool:
    """Whether an owner has a right beside those of members."""
    if not isinstance(right, AnyOf):
        return False
    kinds = {type(part) for part in right.parts}
    return Own in kinds and Member in kinds


def _roles(spec: Spec) -> tuple[str, ...]:
    named = (a.role for r in _rights(spec) for a in atoms(r) if isinstance(a, Member) and a.role)
    return tuple(dict.fromkeys(named))


def _valid(roles: tuple[str, ...], members: Members, catalog: Catalog) -> tuple[str, ...]:
    """Of the roles that rights name, those that this membership table can hold."""
    if members.role is None:
        return ()
    known = valid_roles(members, catalog)
    return tuple(role for role in roles if not known or role in known)


def _top(roles: tuple[str, ...]) -> str | None:
    best = (role for role in _TOP_ROLES if role in roles)
    return next(best, roles[0] if roles else None)


def _with_claims(spec: Spec, people: tuple[Identity, ...]) -> Iterator[Identity]:
    """Twins whose token says what a right asks for; the others' tokens do not."""
    claims = [a for r in _rights(spec) for a in atoms(r) if isinstance(a, Claim)]
    for claim in dict.fromkeys(claims):
        for who in people:
            value = claim.value
            if allows(claim, Standing(signed_in=True, claims=who.token)):
                # Every token says so already: what is missing is one that does not.
                value = _OPPOSITE.get(value, f"not {value}")
            label = f"{who.label} with {'.'.join(claim.path)}={value}"
            yield replace(who, label=label, claims=nested(claim.path, typed(value)))


def _anonymous(salt: str) -> Identity:
    """Somebody who signed in without saying who it is: it has a user, and the usual role."""
    who = person("an anonymous sign-in", None, None, salt)
    return replace(who, claims={"is_anonymous": True}, beside_the_model=True)


def _forgers(spec: Spec, catalog: Catalog, salt: str) -> Iterator[Identity]:
    """Strangers who wrote into their own user_metadata what a right, or a policy, asks for.

    Everybody may write there: a policy that believes it lets everybody in.
    """
    wanted: dict[str, str] = {}
    for right in _rights(spec):
        for claim in atoms(right):
            if isinstance(claim, Claim):
                path = claim.path[1:] if claim.path[0] == "app_metadata" else claim.path
                if path:
                    wanted.setdefault(".".join(path), claim.value)
    for text in (*_expressions(catalog), *(f.source for f in catalog.functions)):
        for key, value in _SELF_WRITTEN.findall(text):
            wanted.setdefault(key, value or "true")
    for key, value in (*wanted.items(), *_by_hook(catalog)):
        who = person(f"a stranger with user_metadata.{key}={value}", None, None, salt)
        path = ("user_metadata", *key.split("."))
        yield replace(who, claims=nested(path, typed(value)))


def _by_hook(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """What the access token hook takes out of user_metadata, as any value that a policy names."""
    sources = [helper.body for helper in catalog.helpers if helper.hook]
    keys = dict.fromkeys(key for text in sources for key in _METADATA.findall(text))
    values = dict.fromkeys(
        value for text in _expressions(catalog) if "jwt" in text for value in _NAMED.findall(text)
    )
    for key in keys:
        yield from ((key, value) for value in list(values)[:_MOST_VALUES])


def _expressions(catalog: Catalog) -> Iterator[str]:
    policies = (policy for table in catalog.tables.values() for policy in table.policies)
    return (text for policy in policies for text in (policy.using, policy.check) if text)


def _called(role: str) -> str:
    """`an editor`, `a guest`; a role that is no person, as `write`, is named as what it is."""
    word = role.lower()
    acts = word in _PERSONS or word.endswith(("er", "or", "ist", "ian"))
    return _a(role) if acts else f"a member with role {role}"


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
