"""Rows of tables that say who belongs to a place, or with whom a row is shared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...spec import Members
from ..catalog import Catalog, Table
from ..conditions import by_name, taken_apart
from ..model import Identity, World
from .checks import enumerated
from .samples import uuid_for


@dataclass(frozen=True)
class Membership:
    """One row of such a table: who belongs to the place of a world, and as what.

    `stands`: it is the row of that world that most cases are about.
    """

    members: Members
    world: World
    person: Identity
    role: str | None
    former: bool = False
    stands: bool = False


def valid_roles(members: Members, catalog: Catalog) -> tuple[str, ...]:
    """The roles that the table's column takes, where its type or a CHECK says so."""
    table = catalog.tables.get(members.table)
    column = table.column(members.role) if table and members.role else None
    if table is None or column is None:
        return ()
    checks = (check.expression for check in table.checks if column.name in check.columns)
    return enumerated(column, (*checks, *column.domain_checks))


def held_roles(members: Members, catalog: Catalog) -> tuple[str, ...]:
    """The roles that the column takes; those that policies ask for, where it takes any text."""
    table = catalog.tables.get(members.table)
    column = table.column(members.role) if table and members.role else None
    known = valid_roles(members, catalog)
    if known or column is None:
        return known
    helpers = by_name(catalog.helpers)
    texts = {t: None for each in catalog.tables.values() for t in _conditions(each)}
    asked = {
        atom.text: None
        for text in texts
        for atom in taken_apart(text, helpers).atoms
        if any(name == column.name for _, name in atom.columns)
    }
    return enumerated(column, tuple(asked))


def _conditions(table: Table) -> Iterator[str]:
    for policy in table.policies:
        yield from (text for text in (policy.using, policy.check) if text is not None)


def some_role(members: Members, table: Table) -> dict[str, Any]:
    """A role that the table takes, until somebody's own is known."""
    column = table.column(members.role) if members.role is not None else None
    if column is None:
        return {}
    checks = tuple(c.expression for c in table.checks if column.name in c.columns)
    known = enumerated(column, (*checks, *column.domain_checks))
    return {column.name: known[0]} if known else {}


def person(label: str, world: World | None, role: str | None, salt: str) -> Identity:
    """Somebody of this name, with an account of its own."""
    slug = re.sub(r"\W+", "-", label)
    return Identity(label, user_id=uuid_for("person", salt, slug), world=world, member_role=role)
