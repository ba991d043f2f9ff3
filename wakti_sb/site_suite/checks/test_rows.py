"""Every ownership rule of the tables, by everybody, through the Supabase client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from supabase import Client

from wakti_sb.site_suite.model import Place

from . import holdings
from .case import Case, Unexpected, each, expect
from .holdings import IDENTITIES, NOBODY, OTHER_OWNER, OWNER, SECRET, VISITOR, Holdings
from .people import Person
from .site import Row
from .sites import Sites
from .tables import EARLY, TABLES, Table


@dataclass(frozen=True)
class Attempt:
    """A case of the tables.

    Parameters:
        case: who gets what.
        table: that it is about.
        try_it: does it as the given client; tells the outcome.
        control: the same by somebody who may; None where the case itself is one.
    """

    case: Case
    table: Table
    try_it: Callable[[Holdings, Client], str]
    control: Callable[[Holdings], str] | None = None

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return self.case.id


@pytest.fixture(scope="session")
def held(
    owner: Person, other_owner: Person, nobody: Person, anon: Client, service: Client, sites: Sites
) -> Holdings:
    """Rows of two owners, and the clients of everybody."""
    clients = holdings.people(owner, other_owner, nobody, anon, service)
    return Holdings(clients, {OWNER: owner.id, OTHER_OWNER: other_owner.id}, sites)


def _attempt(
    table: Table,
    what: str,
    who: str,
    expected: str,
    try_it: Callable[[Holdings, Client], str],
    control: Callable[[Holdings, Client], str] | None = None,
) -> Attempt:
    case = Case(Place("rows", table.name, who), what, expected)
    if control is None or expected == "allowed":
        return Attempt(case, table, try_it)
    rightful = OWNER if _owner_may(table, what) else SECRET
    return Attempt(case, table, try_it, lambda held: control(held, held.clients[rightful]))


def _owner_may(table: Table, what: str) -> bool:
    verb, _, column = what.partition(" ")
    if verb == "insert":
        return table.insert
    if verb == "update":
        return column in table.update
    return table.delete if verb == "delete" else verb == "select"


def _selects(table: Table) -> Iterator[Attempt]:
    def own(held: Holdings, client: Client) -> str:
        return holdings.select(client, table, held.held(table, OWNER))

    for who, expected in zip(
        IDENTITIES, ("allowed", "no rows", "no rows", "refused", "allowed"), strict=True
    ):
        yield _attempt(table, "select the owner's row", who, expected, own, own)
    if table.name != "projects":
        related = _related(table)
        for who in (OTHER_OWNER, NOBODY):
            what = "select the owner's row through its project"
            yield _attempt(table, what, who, "no rows", related, related)


def _related(table: Table) -> Callable[[Holdings, Client], str]:
    def read(held: Holdings, client: Client) -> str:
        key = held.held(table, OWNER)
        query = client.table("projects").select(f"id, {table.name}!inner(id)")
        return holdings.outcome(query.eq(f"{table.name}.id", key))

    return read


def _inserts(table: Table) -> Iterator[Attempt]:
    def own(held: Holdings, client: Client) -> str:
        return holdings.insert(client, table, held.new_row(table, OWNER, OWNER))

    may = "allowed" if table.insert else "refused"
    yield _attempt(table, "insert a row of the owner's", OWNER, may, own, own)
    yield _attempt(table, "insert a row of the owner's", SECRET, "allowed", own, own)
    for who in (OTHER_OWNER, NOBODY, VISITOR):
        yield _attempt(table, "insert a row in the owner's name", who, "refused", own, own)
    if table.name != "projects":

        def foreign(held: Holdings, client: Client) -> str:
            return holdings.insert(client, table, held.new_row(table, OWNER, OTHER_OWNER))

        what = "insert its own row under the owner's project"
        yield _attempt(table, what, OTHER_OWNER, "refused", foreign, own)

    def takeover(held: Holdings, client: Client) -> str:
        row = held.new_row(table, OTHER_OWNER, OTHER_OWNER)
        got = holdings.upsert(client, table, {**row, "id": held.held(table, OWNER)})
        # Which constraint stops it first is the database's affair.
        return "refused" if got.startswith("error") else got

    for who in (OTHER_OWNER, VISITOR):
        yield _attempt(table, "upsert onto the owner's row", who, "refused", takeover)


def _updates(table: Table) -> Iterator[Attempt]:
    for column, value in table.update.items():
        change = _change(table, {column: value})
        for who, expected in zip(
            IDENTITIES, ("allowed", "no rows", "no rows", "refused", "allowed"), strict=True
        ):
            yield _attempt(table, f"update {column}", who, expected, change, change)
    for column, value in table.fixed.items():
        change = _change(table, {column: value})
        for who, expected in ((OWNER, "refused"), (OTHER_OWNER, "no rows"), (VISITOR, "refused")):
            yield _attempt(table, f"update {column}", who, expected, change, change)
    for column in table.kept:
        yield _attempt(table, f"send {column}", OWNER, "allowed", _kept(table, column))

    def disown(held: Holdings, client: Client) -> str:
        values = {table.owner: held.owners[OTHER_OWNER]}
        return holdings.update(client, table, [held.held(table, OWNER)], values)

    def usurp(held: Holdings, client: Client) -> str:
        values = {table.owner: held.owners[OTHER_OWNER]}
        return holdings.update(client, table, [held.held(table, OWNER)], values)

    yield _attempt(table, f"hand over by {table.owner}", OWNER, "refused", disown)
    yield _attempt(table, f"take over by {table.owner}", OTHER_OWNER, "no rows", usurp)
    if table.name == "projects":
        return

    def move_out(held: Holdings, client: Client) -> str:
        values = {"project_id": held.project(OTHER_OWNER)}
        return holdings.update(client, table, [held.held(table, OWNER)], values)

    def move_in(held: Holdings, client: Client) -> str:
        values = {"project_id": held.project(OWNER)}
        return holdings.update(client, table, [held.held(table, OTHER_OWNER)], values)

    yield _attempt(table, "move a row into somebody else's project", OWNER, "refused", move_out)
    yield _attempt(table, "move its row into the owner's project", OTHER_OWNER, "refused", move_in)


def _change(table: Table, values: Row) -> Callable[[Holdings, Client], str]:
    def change(held: Holdings, client: Client) -> str:
        # What will change is a row that nobody else looks at.
        mine = held.may_change(client)
        key = held.new(table, OWNER) if mine else held.held(table, OWNER)
        got = holdings.update(client, table, [key], values)
        told = [column for column in values if column in table.update]
        seen = held.seen(table, key) or {}
        if got == "allowed" and any(seen.get(column) != values[column] for column in told):
            return "allowed, and no change in the row"
        return got

    return change


def _kept(table: Table, column: str) -> Callable[[Holdings, Client], str]:
    def send(held: Holdings, client: Client) -> str:
        key = held.new(table, OWNER)
        got = holdings.update(client, table, [key], {column: EARLY})
        seen = held.seen(table, key) or {}
        return "allowed, and kept as it was sent" if seen.get(column) == EARLY else got

    return send


def _deletes(table: Table) -> Iterator[Attempt]:
    def remove(held: Holdings, client: Client) -> str:
        mine = held.may_change(client)
        key = held.new(table, OWNER) if mine else held.held(table, OWNER)
        got = holdings.delete(client, table, [key])
        if got == "allowed" and held.seen(table, key) is not None:
            return "allowed, and the row is still there"
        return got

    own = "allowed" if table.delete else "refused"
    strange = "no rows" if table.delete else "refused"
    for who, expected in zip(
        IDENTITIES, (own, strange, strange, "refused", "allowed"), strict=True
    ):
        yield _attempt(table, "delete the owner's row", who, expected, remove, remove)


def _cases() -> Iterator[Attempt]:
    for table in TABLES:
        yield from _selects(table)
        yield from _inserts(table)
        yield from _updates(table)
        yield from _deletes(table)


@each(_cases())
def test_rows(held: Holdings, case: Attempt) -> None:
    """A denial counts if the same is allowed to the rightful, and the row stays as it was."""
    key = held.held(case.table, OWNER)
    before = held.as_it_stays(case.table, key)
    got = case.try_it(held, held.clients[case.case.place.identity])
    if got != case.case.expected:
        held.forget(key)  # what comes next is held against the row as it is now
    expect(case.id, case.case.expected, got)
    if case.case.expected == "allowed":
        return
    if held.seen(case.table, key) != before:
        held.forget(key)
        raise Unexpected(case.id, "the owner's row unchanged", "a change in it")
    if case.control is not None:
        control = case.control
        name = f"{case.table.name}, {case.case.situation}"
        tried = f"the control of {case.id}"
        held.once(name, lambda: expect(tried, "allowed", control(held)))
