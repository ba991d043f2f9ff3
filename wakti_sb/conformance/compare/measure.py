"""Measure who reaches what in a seeded database: every person, every table, every operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import Connection

from ...spec import Operation, Relation
from ..cases import Described, each_once
from ..cases.files import file_cases
from ..cases.functions import function_cases
from ..cases.views import view_write_cases
from ..model import SERVICE, Case, Family
from ..scenario import Scenario
from ..transports import SqlTransport
from .access import Access, Known, Reach, Tried
from .probes import prepare
from .settings import settings
from .tables import TableProbes


def measure(connection: Connection[Any], scenario: Scenario) -> Access:
    """Who reaches what in this database.

    Parameters:
        connection: in a transaction that holds the rows of `scenario`; everything is taken back.
    """
    prepare(connection)
    people = {who.label: who for who in scenario.identities if who is not SERVICE}
    rows: dict[Relation, Mapping[str, Known]] = {}
    columns: dict[Relation, frozenset[str]] = {}
    reach: dict[tuple[Relation, Operation, str], Reach] = {}
    untested: dict[str, str] = dict(scenario.untested)
    for table in scenario.catalog.exposed:
        columns[table.relation] = frozenset(column.name for column in table.columns)
        one = TableProbes(connection, scenario, table)
        rows[table.relation] = one.known
        for operation, who, found in one.measure(people.values()):
            reach[table.relation, operation, who.label] = found
        untested.update(one.failed)
    belonging = frozenset(e.table for e in scenario.spec.relations if scenario.spec.belongs(e))
    return Access(
        people,
        columns,
        rows,
        reach,
        dict(_calls(connection, scenario)),
        settings(connection, scenario.catalog),
        untested,
        belonging,
        frozenset((e.table, c) for e in scenario.spec.relations for c in e.hidden),
        frozenset(_deciding(scenario)),
    )


def _calls(connection: Connection[Any], scenario: Scenario) -> Iterator[tuple[str, Tried]]:
    """Functions, files, and writes through views, as the cases try them."""
    transport = SqlTransport(connection, scenario)
    for case in each_once(_call_cases(scenario)):
        if case.family in (Family.TOKEN, Family.QUOTE) or case.attempt.who is SERVICE:
            continue
        outcome = transport.perform(case.attempt)
        reached = outcome.kind == "allowed" and bool(outcome.rows or outcome.count)
        yield (
            case.id,
            Tried(
                str(case.subject),
                case.operation,
                case.attempt.who.label,
                str(case.family),
                case.expected.allowed,
                reached,
            ),
        )


def _call_cases(scenario: Scenario) -> Iterator[Case]:
    for view in scenario.spec.view:
        table = scenario.catalog.tables.get(view.table)
        if table is not None and str(view.table) not in scenario.untested:
            yield from view_write_cases(Described(view, table, scenario))
    yield from file_cases(scenario)
    yield from function_cases(scenario)


def _deciding(scenario: Scenario) -> Iterator[tuple[Relation, str]]:
    """Columns that say whose a row is, or what somebody may do."""
    for entry in scenario.spec.relations:
        yield from ((entry.table, column) for column in entry.placing)
        members = scenario.spec.members_in(entry.table)
        if members is not None:
            named = (members.key, members.user, members.role)
            yield from ((entry.table, column) for column in named if column is not None)
