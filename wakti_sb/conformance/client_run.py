"""The same cases through the client: rows are committed for them and taken away again.

The client is imported where it is needed: most runs go over SQL alone, and to load it takes half as
long as they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import Connection, sql

from ..errors import ConformanceError
from ..spec import Spec
from ..stack.endpoint import Endpoint
from .cases import Attempt, Case, Select, derive
from .cases.model import DENIED
from .catalog import OBJECTS, Catalog
from .engine import Listener, ignore, run_cases
from .findings import Finding, collect, culprit, http_text
from .judge import Verdict
from .scenario import Scenario, plan, refresh, seed
from .transports.restore import Restorer

_SALT = "client"  # other ids than those of the SQL run, which may go on at the same time
_BAD_TOKENS = {
    "expired": "an expired token",
    "foreign": "a token signed with another secret",
    "none": "an unsigned token",
}


def through_client(
    spec: Spec, catalog: Catalog, endpoint: Endpoint, salt: str = "", listener: Listener = ignore
) -> tuple[tuple[Verdict, ...], tuple[Finding, ...]]:
    """Verdicts of every case that can travel over HTTP, and what they lead to."""
    from .transports.client import ClientTransport

    with committed(spec, catalog, endpoint.database, f"{_SALT}{salt}") as (connection, scenario):
        cases = [c for c in derive(scenario) if "client" in c.transports and _supported(c)]
        transport = ClientTransport(endpoint, connection, scenario)
        listed = [*cases, *_bad_tokens(cases)]
        try:
            verdicts = tuple(run_cases(transport, listed, listener))
        finally:
            transport.close()
        decided = tuple(replace(v, decided_by=culprit(scenario, v)) for v in verdicts)
        return decided, collect(scenario, decided)


@contextmanager
def committed(
    spec: Spec, catalog: Catalog, db_url: str, salt: str
) -> Iterator[tuple[Connection[Any], Scenario]]:
    """An autocommit connection to a database that holds the scenario, until the end."""
    planned = plan(spec, catalog, salt)
    with psycopg.connect(db_url, autocommit=True) as connection:
        _must_be_empty(connection, planned)
        with connection.transaction():
            scenario = seed(connection, planned)
        try:
            yield connection, scenario
        finally:
            Restorer(connection, scenario).remove()
            for view in scenario.spec.view:
                refresh(connection, catalog, view.table)


def disagreements(over_sql: Iterable[Verdict], over_client: Iterable[Verdict]) -> Iterator[Finding]:
    """Cases on which the two transports differ: one of them does not tell what users get."""
    by_id = {verdict.case.id: verdict for verdict in over_sql}
    for verdict in over_client:
        other = by_id.get(verdict.case.id)
        if other is None or other.status == verdict.status:
            continue
        yield Finding(
            id=f"{verdict.case.id} (transports disagree)",
            table=verdict.case.object,
            problem="disagreement",
            reason=f"over SQL: {other.reason}; through the client: {verdict.reason}",
            operation=verdict.case.operation,
            identity=verdict.case.identity,
            request=http_text(verdict.case.attempt),
            fix="look at what lies between: the gateway, exposed schemas, the schema cache",
            cases=(verdict.case.id,),
        )


def _supported(case: Case) -> bool:
    """Files need more than a row; they have a transport of their own."""
    return not case.object.startswith("bucket ")


def _bad_tokens(cases: list[Case]) -> Iterator[Case]:
    """The owner's own request with a token that must not be believed."""
    own = next(
        (
            case
            for case in cases
            if isinstance(case.attempt.request, Select)
            and case.family == "own"
            and case.attempt.who.user_id is not None
            and case.why != "select = public"
        ),
        None,
    )
    if own is None:
        return
    for signature, words in _BAD_TOKENS.items():
        who = replace(own.attempt.who, signature=signature, label=f"{own.identity} with {words}")
        name = own.id.split(":")[0]
        yield replace(
            own,
            id=f"{name}: {who.label} sees nothing",
            family="token",
            attempt=Attempt(who, own.attempt.request),
            expected=DENIED,
            controls=(own.attempt,),
        )


def _must_be_empty(connection: Connection[Any], scenario: Scenario) -> None:
    """Requests without a filter would touch rows that are not ours."""
    for table in dict.fromkeys(row.table for row in scenario.rows):
        known = scenario.catalog.tables[table]
        entry = scenario.spec.entry(table)
        if known.is_view or table == OBJECTS or entry is None:
            continue
        if scenario.spec.owner_path(entry) is None and scenario.spec.place_path(entry) is None:
            continue  # rows that belong to nobody, such as those of a list of countries
        name = sql.Identifier(table.schema, table.name)
        query = sql.SQL("select exists (select from {})").format(name)
        row = connection.execute(query).fetchone()
        if row is not None and row[0]:
            raise ConformanceError(
                f"{table} holds rows already, and the client transport really changes rows",
                remedy="run it on a clean stack (wakti-sb reset), or over SQL only",
            )
