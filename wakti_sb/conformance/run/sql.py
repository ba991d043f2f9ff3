"""The cases over SQL, in one transaction that is rolled back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from ...spec import Spec
from ..cases import derive
from ..catalog import Catalog
from ..findings import collect, culprit, static_findings
from ..model import Finding, Timing, Verdict
from ..transports import SqlTransport
from .engine import Listener, ignore, run_cases
from .session import prepared
from .untested import NOTHING, untested
from .what_if import WhatIf


@dataclass(frozen=True)
class SqlRun:
    """Verdicts and findings of a run over SQL, and the catalog that it has read."""

    catalog: Catalog
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    timing: Timing


def through_sql(
    spec: Spec,
    db_url: str,
    *,
    allow_data: bool = False,
    salt: str = "",
    listener: Listener = ignore,
) -> SqlRun:
    """Try every case, and find what closes those that fail."""
    with prepared(spec, db_url, allow_data=allow_data, salt=salt) as (connection, scenario):
        started = time.perf_counter()
        cases = derive(scenario)
        tried = tuple(run_cases(SqlTransport(connection, scenario), cases, listener))
        timing = Timing("sql", len(tried), time.perf_counter() - started)
        verdicts = tuple(replace(v, decided_by=culprit(scenario, v)) for v in tried)
        found = (
            *static_findings(spec, scenario.catalog),
            *collect(scenario, verdicts, WhatIf(connection, scenario, verdicts)),
            *untested(scenario, cases),
        )
        if not cases and not found:
            found = (NOTHING,)
    return SqlRun(scenario.catalog, verdicts, found, timing)
