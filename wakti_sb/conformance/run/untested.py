"""What of the model no case could be made for."""

from __future__ import annotations

from collections.abc import Iterator

from ...spec import Relation
from ..model import USERS, Advice, Case, Finding, Problem, Subject, SubjectKind
from ..scenario import Scenario


def untested(scenario: Scenario, cases: tuple[Case, ...]) -> Iterator[Finding]:
    """Tables of the model that no case could be made for."""
    tried = {str(case.subject) for case in cases}
    reasons = dict(scenario.untested)
    for entry in scenario.spec.relations:
        if entry.table in tried and entry.table not in reasons:
            continue
        parents = scenario.catalog.tables[entry.table].foreign_keys
        cause = next((reasons[k.table] for k in parents if k.table in reasons), None)
        reason = reasons.get(entry.table) or cause or "no row of it belongs to anybody"
        yield _untested(entry.table, reason)
    for name, reason in reasons.items():
        table = Relation(name)
        if scenario.spec.entry(table) is not None:
            continue
        if table == USERS or scenario.spec.members_in(table) is not None:
            yield _untested(table, reason)


NOTHING = Finding(
    id="nothing was tried",
    subject=Subject("wakti.toml", SubjectKind.MODEL),
    problem=Problem.UNTESTED,
    reason="the model describes nothing and the exposed schemas are empty",
    fix=Advice("wakti-sb rls init proposes a model; [project] schemas names the exposed schemas"),
)


def _untested(table: Relation, reason: str) -> Finding:
    return Finding(
        id=f"{table}: untested",
        subject=Subject.table(table),
        problem=Problem.UNTESTED,
        reason=f"no rows could be made for it: {reason}",
        fix=Advice(
            "let a trigger or constraint accept rows of test users, or excuse it with a reason"
        ),
    )
