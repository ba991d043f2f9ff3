"""The plain queries of somebody: a page, a count, a change and a deletion of one row. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql as q

from ...spec import Relation
from ..catalog import Policy, Table
from ..model import ANON, Identity
from ..scenario import Row, Scenario
from ..scenario.people import STRANGER
from ..scenario.statements import matching, relation_name
from .rewrite import called

PLATFORM = ("uid", "jwt", "role", "email")
"""Functions of the platform that tell who asks."""

_PAGE = 20
_MOST_PEOPLE = 8
QUERIES = ("page", "count", "update", "delete")
OPERATIONS = {"page": "select", "count": "select", "update": "update", "delete": "delete"}


@dataclass(frozen=True)
class Query:
    """One statement of somebody.

    Parameters:
        policies: the names of those that PostgreSQL asks.
        asking: the functions of the platform that they call.
    """

    table: Relation
    kind: str
    who: Identity
    policies: tuple[str, ...]
    statement: q.Composed
    asking: tuple[str, ...] = ()


def people(scenario: Scenario) -> list[Identity]:
    """Whose queries are measured: the owner, members of each role, a stranger and anon."""
    found = [
        who
        for who in scenario.identities
        if who.world == "this" and who.signature == "valid" and not who.former
    ]
    strangers = [who for who in scenario.identities if who.label == STRANGER]
    return [*[who for who in found if not who.beside_the_model][:_MOST_PEOPLE], *strangers, ANON]


def queries(scenario: Scenario, table: Table, who: Identity) -> Iterator[Query]:
    """What somebody may ask of a table as far as the privileges go; policies decide the rest."""
    row = scenario.row(table.relation, "this")
    name = relation_name(table.relation)
    for kind in QUERIES:
        statement = _statement(kind, table, who, name, row)
        if statement is not None:
            operation = OPERATIONS[kind]
            asked = [p for p in table.policies if p.applies(operation, who.role)]
            names = tuple(policy.name for policy in asked)
            yield Query(table.relation, kind, who, names, statement, _asking(asked))


def _asking(policies: list[Policy]) -> tuple[str, ...]:
    texts = (text for p in policies for text in (p.using, p.check) if text)
    names = {name for text in texts for name in called(text)}
    return tuple(f"auth.{name}" for name in PLATFORM if name in names)


def _statement(
    kind: str, table: Table, who: Identity, name: q.Composable, row: Row | None
) -> q.Composed | None:
    readable = [c.name for c in table.columns if who.role in c.readers]
    key = table.primary_key
    if kind == "page" and readable:
        order = (
            q.SQL(" order by {}").format(_listed(key)) if {*key} <= {*readable} and key else None
        )
        page = q.SQL("select {} from {}").format(_listed(readable), name)
        return page + (order or q.SQL("")) + q.SQL(" limit {}").format(q.Literal(_PAGE))
    if kind == "count" and readable:
        return q.SQL("select count(*) from {}").format(name)
    if row is None or not key or not {*key} <= {*readable}:
        return None
    where = matching(key, row.values)
    if kind == "update":
        free = [
            c.name
            for c in table.columns
            if who.role in c.updaters
            and who.role in c.readers
            and not c.generated
            and c.identity != "a"
        ]
        plain = next((c for c in free if c not in key), None)
        if plain is None:
            return None
        column = q.Identifier(plain)
        return q.SQL("update {} set {} = {} where {}").format(name, column, column, where)
    if kind == "delete" and who.role in table.deleters:
        return q.SQL("delete from {} where {}").format(name, where)
    return None


def _listed(names: tuple[str, ...] | list[str]) -> q.Composed:
    return q.SQL(", ").join(map(q.Identifier, names))
