"""What the existence of policies supports: for whom, and about what. Pure.

A policy is never taken for what is meant: it only makes a right of the structure smaller, or asks.
What it opens to everybody by a condition on the row becomes a guess that names it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...spec import Operation, Relation, Right
from ..catalog import Catalog, Policy, Table
from ..conditions import by_name
from ..model import API_ROLES
from .openness import opened
from .reading import Read, read
from .tokens import Named, named_by_tokens


@dataclass(frozen=True)
class Said:
    """The policies that let API roles do one operation.

    Parameters:
        names: of the policies.
        own: what their expressions read.
        whole: the same with the bodies of the functions that these call.
        everybody: whether one of them asks for nothing at all.
        anon: whether one of them is for visitors who are not signed in.
        opened: the rights of everybody that conditions on the row alone stand for.
        tokens: the claims that they ask for, by themselves or beside a person.
    """

    names: tuple[str, ...]
    own: Read
    whole: Read
    everybody: bool
    anon: bool
    opened: tuple[Right, ...] = ()
    tokens: tuple[Named, ...] = ()

    @property
    def cited(self) -> str:
        """How a comment names them."""
        return ", ".join(f'"{" ".join(name.split())}"' for name in self.names)

    def mentions(self, table: Relation) -> bool:
        """Whether they, or the functions that they call, read a table."""
        return table in self.whole.tables

    @property
    def literals(self) -> frozenset[str]:
        """The texts that they compare with."""
        return self.whole.texts

    def compared(self, column: str) -> frozenset[str]:
        """The texts that they compare with columns of this name, of whatever table."""
        return frozenset(text for name, text in self.whole.compared if name == column)

    @property
    def asks_who(self) -> bool:
        """Whether they ask who the caller is."""
        return "uid" in self.whole.calls or "sub" in self.whole.texts


def said(catalog: Catalog, table: Table, operation: Operation) -> Said | None:
    """What lets API roles do an operation on a table; None where nothing does."""
    asked = [
        policy
        for policy in table.policies
        if policy.permissive and any(policy.applies(operation, role) for role in API_ROLES)
    ]
    if not asked:
        return None
    helpers = by_name(catalog.helpers)
    expressions = [text for policy in asked if (text := _asked(policy, operation)) is not None]
    shown = [
        (text, policy.applies(operation, "anon"))
        for policy in asked
        if operation == "select" and (text := _asked(policy, operation)) is not None
    ]
    found = (right for text, anon in shown for right in opened(table, text, anon=anon))
    told = (each for text in expressions for each in named_by_tokens(table, text, helpers))
    return Said(
        tuple(policy.name for policy in asked),
        read(expressions, {}),
        read(expressions, helpers),
        any((_asked(policy, operation) or "true").strip("() ") == "true" for policy in asked),
        any(policy.applies(operation, "anon") for policy in asked),
        tuple(dict.fromkeys(found)),
        tuple(dict.fromkeys(told)),
    )


def _asked(policy: Policy, operation: Operation) -> str | None:
    return (policy.check or policy.using) if operation == "insert" else policy.using
