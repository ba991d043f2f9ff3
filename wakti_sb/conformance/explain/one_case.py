"""Why one case is as it is: intent, rows, policies, privileges, what the database answered."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

from ...errors import UsageError
from ...spec import Spec
from ..cases import derive, to_sql
from ..catalog import Policy
from ..findings import culprit, deciding, http_text, script
from ..model import Attempt, Call, Case, Outcome, Verdict, table_of
from ..run.engine import run_cases
from ..run.session import prepared
from ..scenario import Scenario
from ..transports import SqlTransport

_CLOSE = 5


@dataclass(frozen=True)
class Explanation:
    """Everything that decides about one case.

    Parameters:
        verdict: how it was judged.
        expected: what the model wants, in a sentence.
        policies: those that PostgreSQL asks for this attempt.
        privileges: whether the role may use the columns at all.
        controls: the rightful attempts and their outcomes.
        sql, request: the attempt as a statement and over HTTP.
        script: statements that repeat it in an empty copy of the schema.
    """

    verdict: Verdict
    expected: str
    policies: tuple[Policy, ...]
    privileges: tuple[str, ...]
    controls: tuple[tuple[Attempt, Outcome], ...]
    sql: str
    request: str
    script: str


def explain(spec: Spec, db_url: str, case_id: str, *, allow_data: bool = False) -> Explanation:
    """Run one case and tell all about it. Raise UsageError if there is no such case."""
    with prepared(spec, db_url, allow_data=allow_data) as (connection, scenario):
        cases = {case.id: case for case in derive(scenario)}
        case = cases.get(case_id) or _only(cases, case_id)
        transport = SqlTransport(connection, scenario)
        verdict = next(run_cases(transport, [case]))
        controls = tuple((attempt, transport.perform(attempt)) for attempt in case.controls)
        return _explained(scenario, case, verdict, controls)


def _explained(
    scenario: Scenario,
    case: Case,
    verdict: Verdict,
    controls: tuple[tuple[Attempt, Outcome], ...],
) -> Explanation:
    request = case.attempt.request
    table = None if isinstance(request, Call) else scenario.catalog.tables[table_of(request)]
    reached = len(case.expected.must)
    expected = (
        f"{case.why}: {case.identity} must reach {reached} of the rows and no other"
        if reached
        else f"{case.why}: nothing may come of it"
    )
    return Explanation(
        verdict=replace(verdict, decided_by=culprit(scenario, verdict)),
        expected=expected,
        policies=tuple(deciding(case, table)) if table is not None else (),
        privileges=_privileges(scenario, case),
        controls=controls,
        sql=to_sql(request),
        request=http_text(case.attempt),
        script=script(scenario, case.attempt),
    )


def _privileges(scenario: Scenario, case: Case) -> tuple[str, ...]:
    request, role = case.attempt.request, case.attempt.who.role
    if isinstance(request, Call):
        function = next(f for f in scenario.catalog.functions if f.signature == request.signature)
        word = "may" if role in function.executors else "may not"
        return (f"{role} {word} execute {request.signature}",)
    table = scenario.catalog.tables[table_of(request)]
    lines = []
    for privilege in ("select", "insert", "update"):
        names = [c.name for c in table.columns if role in _holders(c, privilege)]
        all_of = len(names) == len(table.columns)
        shown = "every column" if all_of else ", ".join(names) or "no column"
        lines.append(f"{role} has {privilege} on {shown}")
    lines.append(f"{role} {'has' if role in table.deleters else 'does not have'} delete")
    return tuple(lines)


def _holders(column: object, privilege: str) -> tuple[str, ...]:
    names = {"select": "readers", "insert": "inserters", "update": "updaters"}
    found: tuple[str, ...] = getattr(column, names[privilege])
    return found


def _only(cases: dict[str, Case], words: str) -> Case:
    """The one case whose id holds all the words."""
    parts = words.lower().split()
    matching = [case for name, case in cases.items() if all(p in name.lower() for p in parts)]
    if len(matching) == 1:
        return matching[0]
    close = [case.id for case in matching] or difflib.get_close_matches(words, cases, n=_CLOSE)
    if not close:
        raise UsageError(f'no case is called "{words}"', remedy="wakti-sb rls test lists them all")
    listed = "\n  ".join(close[:_CLOSE])
    more = f"\n  and {len(close) - _CLOSE} more" if len(close) > _CLOSE else ""
    raise UsageError(f'"{words}" could be several cases:\n  {listed}{more}')
