"""Findings from verdicts: each once, in a fixed order, with what reproduces it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from ...spec import Excuse, Spec
from ..judge import Verdict
from ..scenario import Scenario
from .culprit import Without, culprit
from .fixes import fix
from .model import Finding, Problem
from .reproduce import script
from .request import http_text


def collect(
    scenario: Scenario, verdicts: Iterable[Verdict], without: Without | None = None
) -> tuple[Finding, ...]:
    """One finding for each thing that is wrong, whatever number of cases show it.

    `without` tries a case with a policy taken away, to name the one of several that let it through.
    """
    groups: dict[tuple[str, ...], list[tuple[Verdict, str]]] = {}
    for verdict in verdicts:
        if verdict.status == "passed":
            continue
        case = verdict.case
        policy = culprit(scenario, verdict, without)
        problem = _problem(verdict)
        detail = case.family if problem == "unproven" else case.column or ""
        if case.family == "foreign parent" or problem == "locked out":
            detail = f"{case.family} {case.column}"
        group: tuple[str, ...] = (
            case.object,
            case.operation,
            case.identity,
            problem,
            policy,
            detail,
        )
        if problem == "no verdict":  # one cause, whoever asks
            group = (case.object, problem, verdict.outcome.message)
        groups.setdefault(group, []).append((verdict, policy))
    return tuple(_finding(scenario, members) for members in groups.values())


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


def _finding(scenario: Scenario, members: list[tuple[Verdict, str]]) -> Finding:
    verdict, policy = members[0]
    case = verdict.case
    return Finding(
        id=case.id,
        table=case.object,
        problem=_problem(verdict),
        reason=verdict.reason,
        operation=case.operation,
        identity=case.identity,
        policy=policy,
        request=http_text(case.attempt),
        sql=script(scenario, case.attempt),
        fix=fix(scenario, verdict, policy),
        cases=tuple(member.case.id for member, _ in members),
    )


def _problem(verdict: Verdict) -> Problem:
    if verdict.status == "unproven":
        return "unproven"
    if verdict.outcome.kind == "error":
        return "no verdict"
    return "locked out" if verdict.reason.startswith("missed") else "leak"
