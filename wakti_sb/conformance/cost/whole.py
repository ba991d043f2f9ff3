"""The whole: a copy of the database filled, measured, and what helps tried there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from psycopg import sql as q

from ...errors import ConformanceError
from ...spec import Relation, Spec
from ..catalog import Catalog, Table
from ..mutation import copy_of
from ..run.database import connect
from ..run.engine import Listener, Progress, ignore
from ..run.session import connected, triable
from ..scenario import Scenario, plan, seed
from ..scenario.statements import relation_name
from .figures import CostReport, Figures, Measured, Proposal
from .fill import Filler
from .measure import Meter
from .proposals import Ways
from .queries import Query, people, queries
from .trial import Trial

_STABLE = """
select p.proname from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
where p.proname = 'current_setting' or n.nspname not in ('pg_catalog', 'information_schema')
group by p.proname
having bool_and(p.provolatile = 's' and not p.proretset and p.prokind = 'f')
"""
_LEADING = """
select n.nspname || '.' || c.relname, array_agg(a.attname::text)
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on i.indrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = i.indkey[0]
where i.indpred is null
group by 1
"""
_SIZES = """
select n.nspname || '.' || c.relname, c.reltuples::bigint
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where c.relkind in ('r', 'p') and c.reltuples > 0
"""


def cost(
    spec: Spec,
    db_url: str,
    *,
    rows: int,
    allow_data: bool = False,
    listener: Listener = ignore,
) -> CostReport:
    """What the plain queries of each person cost under row level security.

    Parameters:
        rows: how many each table of the model is filled with, in a copy of the database.
        allow_data: copy it although it is a hosted database that holds data.

    Raise ConformanceError if the database cannot be copied or tried.
    """
    started = time.perf_counter()
    if not spec.owned:
        raise ConformanceError(
            "the model describes no table, so there is nothing to fill",
            remedy="`wakti-sb rls init` proposes one",
        )
    with connected(db_url) as connection:
        catalog = triable(spec, connection, allow_data=allow_data)
    with copy_of(db_url) as url:
        listener(Progress(0, 3, f"filling the tables with {rows:,} rows"))
        scenario, filler = _filled(spec, url, catalog, rows)
        with connected(url) as connection:
            listener(Progress(1, 3, "measuring"))
            ways = _ways(connection, catalog)
            sizes = dict(connection.execute(_SIZES).fetchall())
            meter = Meter(connection, sizes, ways.asked())
            found = [
                pair
                for table in _tables(scenario, filler)
                for pair in _measured(meter, scenario, table)
            ]
            listener(Progress(2, 3, "trying what would help"))
            proposals, left = _tried(Trial(meter, ways), scenario, filler, found)
    measured = tuple(one for _, one in found)
    return CostReport(
        measured,
        proposals,
        left,
        dict(filler.filled),
        dict(filler.unfilled),
        time.perf_counter() - started,
    )


def _filled(spec: Spec, url: str, catalog: Catalog, rows: int) -> tuple[Scenario, Filler]:
    with connect(url) as connection:
        scenario = seed(connection, plan(spec, catalog))
        filler = Filler(connection, scenario, rows)
        filler.run()
        connection.commit()
        connection.autocommit = True
        for table in filler.filled:
            connection.execute(q.SQL("vacuum analyze {}").format(relation_name(table)))
        connection.execute("analyze auth.users")
    return scenario, filler


def _ways(connection: Connection[Any], catalog: Catalog) -> Ways:
    stable = frozenset(name for (name,) in connection.execute(_STABLE))
    leading = {name: frozenset(columns) for name, columns in connection.execute(_LEADING)}
    return Ways(catalog, stable, leading)


def _tables(scenario: Scenario, filler: Filler) -> Iterator[Table]:
    """The tables of the model that are full."""
    for entry in scenario.spec.owned:
        if entry.table in filler.filled:
            yield scenario.catalog.tables[Relation(entry.table)]


def _measured(meter: Meter, scenario: Scenario, table: Table) -> Iterator[tuple[Query, Measured]]:
    known: dict[str, Figures] = {}
    for who in people(scenario):
        for query in queries(scenario, table, who):
            figures = meter.figures(query)
            if figures is None:
                continue
            text = query.statement.as_string(meter.connection)
            if text not in known:
                known[text] = meter.figures(query, bare=True) or Figures()
            yield (
                query,
                Measured(
                    table.relation,
                    query.kind,
                    who.label,
                    query.policies,
                    text,
                    figures,
                    known[text],
                ),
            )


def _tried(
    trial: Trial, scenario: Scenario, filler: Filler, found: list[tuple[Query, Measured]]
) -> tuple[tuple[Proposal, ...], tuple[Measured, ...]]:
    proposals: list[Proposal] = []
    left: list[Measured] = []
    for table in _tables(scenario, filler):
        costly = [pair for pair in found if pair[1].table == table.relation and pair[1].costly]
        if costly:
            helping, remaining = trial.of(table, costly)
            proposals += helping
            left += remaining
    return tuple(proposals), tuple(left)
