"""Two states of a database, tried with the same rows and people."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from psycopg import Connection

from ...spec import Relation, Spec
from ..catalog import Catalog, Helper, Table
from ..coverage import widen
from ..findings import misnamed
from ..propose import proposed_from
from ..run.preflight import must_be_able, no_hosted_data
from ..run.session import catalog_for, connected
from ..scenario import plan, seed
from .access import Access, Difference
from .changes import changes
from .measure import measure


def compare(
    spec: Spec | None, before_url: str, after_url: str, *, allow_data: bool = False
) -> Difference:
    """Who gains and who loses access between two databases.

    Parameters:
        spec: the ownership model; it says which rows and people there are, and nothing of what
            they may. What it does not describe, and all of it where it is None, is proposed from
            the catalogs.
        allow_data: go on although one of them is a hosted database that holds data.

    Raise ConformanceError where a database cannot be tried.
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        connections = [stack.enter_context(connected(url)) for url in (before_url, after_url)]
        base = spec or Spec()
        catalogs = [catalog_for(base, connection) for connection in connections]
        after = completed(base, catalogs[1])
        specs = [completed(after, catalogs[0]), after]
        catalogs = [catalog_for(s, c) for s, c in zip(specs, connections, strict=True)]
        for one, connection, catalog in zip(specs, connections, catalogs, strict=True):
            must_be_able(connection, catalog)
            if not allow_data:
                no_hosted_data(connection, one, catalog)
        merged = [_with_policies_of(catalogs[0], catalogs[1]), _with_policies_of(*catalogs[::-1])]

        def work(number: int) -> Access:
            return _measured(connections[number], specs[number], merged[number], catalogs[number])

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(work, (0, 1))
    untested = {**first.untested, **second.untested}
    return Difference(changes(first, second), untested, time.perf_counter() - started)


def _measured(
    connection: Connection[Any], spec: Spec, planned: Catalog, catalog: Catalog
) -> Access:
    scenario = seed(connection, plan(spec, planned), widen)
    return measure(connection, replace(scenario, catalog=catalog, _index={}))


def completed(spec: Spec, catalog: Catalog) -> Spec:
    """The model as far as it fits this catalog, and a proposal for all else."""
    wrong = set(misnamed(spec, catalog))
    fitting: dict[str, Any] = {
        "owned": [e for e in spec.owned if e.table not in wrong],
        "view": [e for e in spec.view if e.table not in wrong],
        "bucket": [b for b in spec.bucket if b.name in catalog.buckets],
        "function": list(_there(spec, catalog)),
    }
    known = {str(e.table) for e in (*fitting["owned"], *fitting["view"])}
    buckets = {b.name for b in fitting["bucket"]}
    functions = {f.name for f in fitting["function"]}
    proposed = proposed_from(catalog)
    fitting["owned"] += [e for e in proposed.owned if str(e.table) not in known]
    fitting["view"] += [e for e in proposed.view if str(e.table) not in known]
    fitting["bucket"] += [b for b in proposed.bucket if b.name not in buckets]
    fitting["function"] += [f for f in proposed.function if f.name not in functions]
    fields = {name: getattr(spec, name) for name in Spec.model_fields}
    fields |= {name: tuple(each) for name, each in fitting.items()}
    return Spec.model_construct(**fields)


def _there(spec: Spec, catalog: Catalog) -> Iterator[Any]:
    names = {function.relation for function in catalog.functions}
    return (entry for entry in spec.function if entry.name in names)


def _with_policies_of(catalog: Catalog, other: Catalog) -> Catalog:
    """The catalog with the other's policies too: rows and people are made for both."""
    tables = {
        relation: _both(table, other.tables.get(relation))
        for relation, table in catalog.tables.items()
    }
    known = {helper.relation for helper in catalog.helpers}
    helpers = (*catalog.helpers, *_unknown(other.helpers, known))
    return replace(catalog, tables=tables, helpers=helpers)


def _both(table: Table, other: Table | None) -> Table:
    if other is None:
        return table
    texts = {(p.command, p.using, p.check) for p in table.policies}
    further = [p for p in other.policies if (p.command, p.using, p.check) not in texts]
    names = {p.name for p in table.policies}
    renamed = (replace(p, name=f"{p.name} (other)" if p.name in names else p.name) for p in further)
    columns = {c.name for c in table.columns}
    if not {c.name for c in other.columns} <= columns:
        return table  # its policies may speak of columns that are not there
    return replace(table, policies=(*table.policies, *renamed))


def _unknown(helpers: Iterable[Helper], known: set[Relation]) -> Iterator[Helper]:
    return (helper for helper in helpers if helper.relation not in known)
