"""The cases over SQL, in one transaction that is rolled back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from ...spec import Spec
from ..cases import derive
from ..catalog import Catalog
from ..coverage import as_condition, measure, untested_conditions
from ..findings import collect, culprit, static_findings
from ..model import Condition, Finding, Problem, Timing, Verdict
from ..scenario.ahead import is_far
from ..transports import SqlTransport
from .ahead import tried_ahead
from .engine import Listener, ignore, run_cases
from .session import prepared
from .untested import NOTHING, untested
from .what_if import PATIENCE, WhatIf


@dataclass(frozen=True)
class SqlRun:
    """Verdicts and findings of a run over SQL, its conditions, and the catalog that it has read."""

    catalog: Catalog
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    timing: Timing
    conditions: tuple[Condition, ...] = ()


def through_sql(
    spec: Spec,
    db_url: str,
    *,
    allow_data: bool = False,
    salt: str = "",
    listener: Listener = ignore,
    patience: float = PATIENCE,
) -> SqlRun:
    """Try every case, and find within `patience` seconds what closes those that fail."""
    with prepared(spec, db_url, allow_data=allow_data, salt=salt) as (connection, scenario):
        started = time.perf_counter()
        cases = derive(scenario)
        transport = SqlTransport(connection, scenario)
        known = tried_ahead(transport, cases, listener) if is_far(connection) else {}
        tried = tuple(run_cases(transport, cases, listener, known))
        timing = Timing("sql", len(tried), time.perf_counter() - started)
        verdicts = tuple(replace(v, decided_by=culprit(scenario, v)) for v in tried)
        measured = measure(connection, scenario, cases)
        wrong = collect(scenario, verdicts, WhatIf(connection, scenario, verdicts, patience))
        # Where the database gives up there is one cause, and it is told already.
        told = {v.case.subject for v in verdicts if v.problem == Problem.NO_VERDICT}
        conditions = tuple(
            as_condition(each)
            for each in measured
            if not (each.failed and str(each.clause.table) in told)
        )
        found = (
            *static_findings(spec, scenario.catalog),
            *wrong,
            *untested(scenario, cases),
            *untested_conditions(conditions),
        )
        if not cases and not found:
            found = (NOTHING,)
    return SqlRun(scenario.catalog, verdicts, found, timing, conditions)
