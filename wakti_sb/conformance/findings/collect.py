"""Findings from verdicts: each once, in a fixed order, with what reproduces it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from ...spec import Excuse, Spec
from ..catalog import Policy, Table
from ..model import Case, Family, Finding, Fix, Problem, Statements, Verdict
from ..scenario import Scenario
from .circles import circle
from .culprit import culprit, root
from .fixes import fixes
from .model_policies import ModelPolicies, model_policies
from .reproduce import script
from .request import http_text

_UNSEEN = "-- A start: by itself it does not close everything that this finding is about."
_UNTRIED = "-- Not tried: there were more findings than time to try what closes them."


class WhatIf(Protocol):
    """Tries cases in a changed database."""

    def without(self, case: Case, table: Table, policy: Policy) -> bool:
        """Whether the case would be denied without this policy."""

    def closes(self, statements: str, cases: Iterable[Case]) -> bool | None:
        """Whether the statements let these cases pass and break no other; None: not tried."""


def collect(
    scenario: Scenario, verdicts: Iterable[Verdict], what_if: WhatIf | None = None
) -> tuple[Finding, ...]:
    """One finding for each thing that is wrong, whatever number of cases show it.

    `what_if` tries cases in a changed database: which of several policies let something through,
    and which of several fixes closes it.
    """
    groups: dict[tuple[str, ...], list[tuple[Verdict, str]]] = {}
    for verdict in verdicts:
        if verdict.status == "passed":
            continue
        case = verdict.case
        policy = culprit(scenario, verdict, what_if.without if what_if is not None else None)
        problem = verdict.problem or Problem.UNPROVEN
        detail = case.family if problem == Problem.UNPROVEN else case.column or ""
        if case.family == Family.FOREIGN_PARENT or problem == Problem.LOCKED_OUT:
            detail = f"{case.family} {case.column}"
        group: tuple[str, ...] = (
            case.subject,
            case.operation,
            case.identity,
            problem,
            policy,
            detail,
            root(scenario, verdict),
        )
        if problem == Problem.NO_VERDICT:  # one cause, whoever asks
            group = (case.subject, problem, verdict.outcome.message)
        if around := circle(scenario.catalog, verdict):
            group = (Problem.NO_VERDICT, *around)
        groups.setdefault(group, []).append((verdict, policy))
    model = model_policies(scenario.spec) if groups else ModelPolicies()
    return tuple(_finding(scenario, each, model, what_if) for each in groups.values())


def excuse(
    findings: Iterable[Finding], spec: Spec, today: datetime.date
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Findings that stand and findings with a reviewed reason; an excuse that has ended counts."""
    standing: list[Finding] = []
    excused: list[Finding] = []
    for finding in findings:
        matching = [e for e in spec.excuse if _covers(e, finding)]
        valid = next((e for e in matching if e.holds(today)), None)
        if valid is not None:
            end = f" (until {valid.until})" if valid.until is not None else ""
            excused.append(replace(finding, excused=f"{valid.reason}{end}"))
        elif matching:
            until = max(e.until for e in matching if e.until is not None)
            reason = f"{finding.reason} (excused until {until})"
            standing.append(replace(finding, reason=reason))
        else:
            standing.append(finding)
    return tuple(standing), tuple(excused)


def _covers(excuse: Excuse, finding: Finding) -> bool:
    names = {finding.table, finding.table.removeprefix("public."), finding.table.split("(")[0]}
    names.add(finding.table.split("(")[0].removeprefix("public."))
    if excuse.object not in names:
        return False
    return excuse.finding is None or excuse.finding in (finding.id, *finding.cases)


def _finding(
    scenario: Scenario,
    members: list[tuple[Verdict, str]],
    model: ModelPolicies,
    what_if: WhatIf | None,
) -> Finding:
    members = _theirs_first(scenario, members)
    verdict, policy = members[0]
    case = verdict.case
    cases = [member.case for member, _ in members]
    victims = dict.fromkeys(each.subject for each in cases if each.subject != case.subject)
    also = f"; so does what asks {', '.join(map(str, victims))}" if victims else ""
    fix, tried = _best(fixes(scenario, verdict, policy, model), cases, what_if)
    return Finding(
        id=case.id,
        subject=case.subject,
        problem=verdict.problem or Problem.UNPROVEN,
        reason=f"{verdict.reason}{also}",
        operation=case.operation,
        identity=case.identity,
        policy=policy,
        request=http_text(case.attempt),
        sql=script(scenario, case.attempt),
        fix=fix,
        fix_tried=tried,
        cases=tuple(each.id for each in cases),
        root=root(scenario, verdict),
    )


def _theirs_first(
    scenario: Scenario, members: list[tuple[Verdict, str]]
) -> list[tuple[Verdict, str]]:
    """Where policies ask each other in a circle: the requests for their own tables first."""
    around = {str(table) for table in circle(scenario.catalog, members[0][0])}
    if not around:
        return members
    return sorted(
        members,
        key=lambda m: (m[0].problem != Problem.NO_VERDICT, str(m[0].case.subject) not in around),
    )


def _best(known: tuple[Fix, ...], cases: list[Case], what_if: WhatIf | None) -> tuple[Fix, bool]:
    """The first fix that was seen to close it; else the last one, which nobody has seen work."""
    why = _UNSEEN
    for each in known:
        if what_if is None or not isinstance(each, Statements):
            continue
        closes = what_if.closes(each, cases)
        if closes:
            return each, True
        if closes is None:
            why = _UNTRIED
            break
    sentences = [each for each in known if not isinstance(each, Statements)]
    if sentences:
        return sentences[-1], False
    return (Statements(f"{why}\n{known[-1]}") if what_if is not None else known[-1]), False
