"""The whole run: over SQL, where asked through the client too, and the report on both.

What speaks to the API is imported where it is needed: most runs go over SQL alone, and loading the
Supabase client takes half as long as they do.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from ...spec import Spec
from ...stack.endpoint import Endpoint
from ..findings import disagreements, excuse
from ..model import Finding, Report, Timing, Verdict
from .engine import Listener, ignore
from .left_out import leave_out
from .sql import SqlRun, through_sql
from .what_if import PATIENCE


def run(
    spec: Spec,
    db_url: str,
    *,
    endpoint: Endpoint | None = None,
    allow_data: bool = False,
    salt: str = "",
    today: datetime.date | None = None,
    listener: Listener = ignore,
    left_out: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> Report:
    """Prove the ownership model of `spec` against the database at `db_url`.

    Over SQL everything happens in one transaction that is rolled back. Through the client rows
    are really written and taken away again; its database must be the one of `endpoint`.

    Parameters:
        endpoint: also send every case through the Supabase client.
        allow_data: go on although it is a hosted database that holds data.
        salt: keeps runs apart that share a database at the same time.
        today: the day on which excuses are judged.
        left_out: what the database lacks or has in part only, and why: untested unless excused.
        patience: seconds for trying what closes the findings; the rest is proposed untried.

    Raise ConformanceError where no verdict can be reached, SpecError where the model names
    something that is not there.
    """
    if endpoint is not None:
        from .stage import undo_killed_runs

        undo_killed_runs(endpoint)  # first: what they left would count as somebody's data
    there, gone = leave_out(spec, left_out or {})
    sql = through_sql(
        there, db_url, allow_data=allow_data, salt=salt, listener=listener, patience=patience
    )
    verdicts, found, timings = sql.verdicts, [*sql.findings], [sql.timing]
    if endpoint is not None:
        also, further, timing = _through_client(there, sql, endpoint, salt, listener)
        verdicts, found, timings = (*verdicts, *also), [*found, *further], [*timings, timing]
    day = today or datetime.datetime.now(datetime.UTC).date()
    standing, excused = (
        (*first, *second)
        for first, second in zip(excuse(found, there, day), excuse(gone, spec, day), strict=True)
    )
    not_tried = tuple((f.table, f.reason) for f in standing if f.problem == "untested")
    return Report(
        verdicts, standing, excused, not_tried, tuple(timings), sql.conditions, spec.project.name
    )


def _through_client(
    spec: Spec, sql: SqlRun, endpoint: Endpoint, salt: str, listener: Listener
) -> tuple[tuple[Verdict, ...], tuple[Finding, ...], Timing]:
    """Verdicts of the client, what the SQL run has not found, and how long it took."""
    from .client import through_client

    # Only now: rows that the SQL run had not taken back yet would block these.
    client = through_client(spec, sql.catalog, endpoint, salt, listener)
    differ = tuple(disagreements(sql.verdicts, client.verdicts))
    new = _new((*sql.findings, *differ), client.findings)
    timing = Timing("client", len(client.verdicts), client.seconds)
    return client.verdicts, (*differ, *new), timing


def _new(known: Iterable[Finding], further: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of the client that the SQL run could not have made."""
    ids = {case for finding in known for case in (finding.id, *finding.cases)}
    return (f for f in further if f.id not in ids and not set(f.cases) & ids)
