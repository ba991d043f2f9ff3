"""What of the model no case could be made for."""

from __future__ import annotations

from collections.abc import Iterator

from ...spec import Relation
from ..model import USERS, Advice, Case, Finding, Problem, Subject, SubjectKind
from ..scenario import Scenario
from ..scenario.ordering import must_have


def untested(scenario: Scenario, cases: tuple[Case, ...]) -> Iterator[Finding]:
    """Tables of the model that no case could be made for."""
    tried = {str(case.subject) for case in cases}
    reasons = dict(scenario.untested)
    for entry in scenario.spec.relations:
        if entry.table in tried and entry.table not in reasons:
            continue
        if _root(scenario, entry.table) != entry.table:
            continue  # told with the table that it needs
        parents = scenario.catalog.tables[entry.table].foreign_keys
        cause = next((reasons[k.table] for k in parents if k.table in reasons), None)
        reason = reasons.get(entry.table) or cause or "no row of it belongs to anybody"
        yield _untested(entry.table, reason, _followers(scenario, entry.table))
    for helper in scenario.catalog.helpers:
        if helper.hook and str(helper.relation) in reasons:
            yield Finding(
                id=f"{helper.relation}: untested",
                subject=Subject.function(str(helper.relation)),
                problem=Problem.UNTESTED,
                reason=reasons[str(helper.relation)],
                fix=Advice("mend the hook: as it is, nobody can sign in; or excuse it"),
            )
    for name, reason in reasons.items():
        table = Relation(name)
        if scenario.spec.entry(table) is not None:
            continue
        followers = _followers(scenario, table)
        needed = followers and _root(scenario, table) == table
        if table == USERS or needed or scenario.spec.members_in(table) is not None:
            yield _untested(table, reason, followers)


NOTHING = Finding(
    id="nothing was tried",
    subject=Subject("wakti.toml", SubjectKind.MODEL),
    problem=Problem.UNTESTED,
    reason="the model describes nothing and the exposed schemas are empty",
    fix=Advice("wakti-sb rls init proposes a model; [project] schemas names the exposed schemas"),
)


def _root(scenario: Scenario, table: Relation) -> Relation:
    """The table without whose rows this one has none, over however many steps; or itself."""
    seen = [table]
    while True:
        known = scenario.catalog.tables.get(seen[-1])
        parents = (
            key.table
            for key in (known.foreign_keys if known is not None else ())
            if known is not None and must_have(known, key)
        )
        parent = next((p for p in parents if str(p) in scenario.untested), None)
        if parent is None:
            return seen[-1]
        if parent in seen:
            return table  # they need each other: each is told
        seen.append(parent)


def _followers(scenario: Scenario, table: Relation) -> tuple[str, ...]:
    """The described tables that are untested because this one is."""
    described = (
        entry.table for entry in scenario.spec.owned if str(entry.table) in scenario.untested
    )
    return tuple(str(t) for t in described if t != table and _root(scenario, t) == table)


def _untested(table: Relation, reason: str, followers: tuple[str, ...] = ()) -> Finding:
    also = f"; untested with it: {', '.join(followers)}" if followers else ""
    return Finding(
        id=f"{table}: untested",
        subject=Subject.table(table),
        problem=Problem.UNTESTED,
        reason=f"no rows could be made for it: {reason}{also}",
        fix=Advice(
            "let a trigger or constraint accept rows of test users, or excuse it with a reason"
        ),
    )
