"""What a function tells of the accounts of others: whether there is one, its id, its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...spec import Function as Entry
from ...spec import Nobody, Standing, allows
from ..catalog import Function
from ..conditions import Readers
from ..model import (
    DENIED,
    SERVICE,
    USERS,
    Attempt,
    Call,
    Case,
    Family,
    Identity,
    Subject,
    Update,
)
from ..scenario import Scenario
from .changes import admits
from .disclosure import may_tell

_ACCOUNTS = re.compile(r"\"?auth\"?\s*\.\s*\"?users\b", re.IGNORECASE)
_TELLS_NOTHING = ("trigger", "event_trigger")


def account_cases(
    scenario: Scenario, entry: Entry, function: Function, label: str, calls: Iterable[Call]
) -> Iterator[Case]:
    """Calls with the address and the id of somebody else, whose account is another one, or gone.

    No API shows `auth.users`, so an answer that is then another one tells what is nobody's to know.
    """
    silent = isinstance(entry.execute, Nobody) or function.result in _TELLS_NOTHING
    if silent or not _reads_accounts(scenario, function):
        return
    listed = tuple(calls)
    for who in scenario.identities:
        if who is SERVICE or not admits(entry, who) or _may_know(entry, who):
            continue
        victim = _somebody_else(scenario, who)
        if victim is None:
            continue
        yield from _told(scenario, entry, label, who, victim, listed)


def _told(
    scenario: Scenario,
    entry: Entry,
    label: str,
    who: Identity,
    victim: Identity,
    calls: Iterable[Call],
) -> Iterator[Case]:
    key = (("id", victim.user_id),)
    gone = () if _shown(scenario, entry, who, victim) else ((USERS, key),)
    other = Update(USERS, (("email", f"gone-{victim.token['email']}"),), key)
    declared = "data" in entry.model_fields_set
    aimed = dict.fromkeys(_meaning(scenario, victim, call) for call in calls)
    for number, call in enumerate(aimed):
        yield Case(
            id=f"{label}: {who.label} learns nothing of another's account"
            + (f" ({number + 1})" if number else ""),
            subject=Subject.function(str(call.function)),
            operation="execute",
            family=Family.DATA,
            attempt=Attempt(who, replace(call, changes=False, others=(other,), without=gone)),
            expected=DENIED,
            why=f"data = {entry.data}" if declared else "auth.users is nobody's to read",
            silent=True,
            transports=("sql",),
        )


def _reads_accounts(scenario: Scenario, function: Function) -> bool:
    """Whether it reads `auth.users`, itself or through what it calls; also in dynamic SQL."""
    readers = Readers(scenario.catalog, definers=True)
    direct = readers.of_source(function.source)
    read = {relation for each in direct for relation in (each, *readers.reached(each))}
    return USERS in read or _ACCOUNTS.search(function.source) is not None


def _may_know(entry: Entry, who: Identity) -> bool:
    """Whether the model lets `who` learn of anybody's account, or change it."""
    standing = Standing(signed_in=who.user_id is not None, claims=who.token)
    declared = "data" in entry.model_fields_set and allows(entry.data, standing)
    return declared or (entry.changes is not None and allows(entry.changes, standing))


def _somebody_else(scenario: Scenario, who: Identity) -> Identity | None:
    """A person who owns nothing and belongs nowhere."""
    alone = (w for w in scenario.identities if w.user_id is not None and w.world is None)
    return next((w for w in alone if w.user_id != who.user_id), None)


def _shown(scenario: Scenario, entry: Entry, who: Identity, victim: Identity) -> bool:
    """Whether rows that hang on the account, as a profile does, are open to `who`."""
    for row in scenario.rows:
        owned = scenario.spec.entry(row.table)
        if victim.user_id not in row.values.values() or row.table == USERS:
            continue
        if owned is None or may_tell(scenario, entry, owned, who, row.values):
            return True
    return False


def _meaning(scenario: Scenario, victim: Identity, call: Call) -> Call:
    """The call with the other person's id and address in the place of the owner's."""
    owner = next(w for w in scenario.identities if w.world == "this")
    meant = {
        owner.user_id: victim.user_id,
        str(owner.token["email"]): str(victim.token["email"]),
    }
    arguments = tuple((name, meant.get(value, value)) for name, value in call.arguments)
    return replace(call, arguments=arguments)
