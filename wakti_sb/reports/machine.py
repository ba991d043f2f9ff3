"""Reports that machines read: JSON and SARIF 2.1.0. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ..conformance.findings import NOWHERE, Place, causes, place_of
from ..conformance.model import Cause, Condition, Finding, Problem, Report
from ..conformance.mutation import MutationReport

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_ERRORS = (Problem.LEAK, Problem.BYPASS, Problem.NO_VERDICT, Problem.LOCKED_OUT)


def as_json(report: Report, guesses: int = 0) -> dict[str, Any]:
    """What `rls test --json` prints; `guesses` is how many lines of the model are unconfirmed."""
    return {
        "cases": report.cases,
        "passed": report.passed,
        "guesses": guesses,
        "findings": [_finding(finding) for finding in report.findings],
        "causes": [_cause(each) for each in causes(report.findings)],
        "untested": [{"table": table, "reason": reason} for table, reason in report.untested],
        "conditions": {
            "total": len(report.conditions),
            "both_ways": sum(each.both_ways for each in report.conditions),
            "untested": [_condition(each) for each in report.conditions if not each.both_ways],
        },
        "transports": {
            timing.transport: {"cases": timing.cases, "seconds": timing.seconds}
            for timing in report.timings
        },
        "excused": [{**_finding(f), "excused": f.excused} for f in report.excused],
    }


def mutation_json(report: MutationReport) -> dict[str, Any]:
    """What `rls mutate --json` prints."""
    return {
        "score": report.score,
        "mutants": [
            {
                "id": each.mutant.id,
                "object": each.mutant.object,
                "operator": each.mutant.operator,
                "noticed": each.noticed,
                "by": each.by or None,
            }
            for each in report.judged
        ],
        "out_of_reach": list(report.out_of_reach),
        "equivalent": list(report.equivalent),
    }


def sarif(
    report: Report, places: Mapping[tuple[str, str], Place] = NOWHERE, model: str = "wakti.toml"
) -> dict[str, Any]:
    """Causes for code scanning, each at the policy, table or function that lets it happen.

    Parameters:
        places: where objects and policies are written, by the object's name and the policy's.
        model: what is the place of everything else.
    """
    rules = sorted({finding.problem for finding in (*report.findings, *report.excused)})
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "wakti-sb",
                        "rules": [
                            {
                                "id": rule.replace(" ", "-"),
                                "shortDescription": {"text": f"row level security: {rule}"},
                            }
                            for rule in rules
                        ],
                    }
                },
                "results": [
                    *(_result(cause, places, model) for cause in causes(report.findings)),
                    *(_suppressed(finding, places, model) for finding in report.excused),
                ],
            }
        ],
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "title": cause.title,
        "harm": cause.harm.name.lower().replace("_", " "),
        "problem": cause.problem,
        "objects": list(cause.objects),
        "operations": list(cause.operations),
        "who": list(cause.identities),
        "policy": cause.first.policy or None,
        "fix": cause.fix,
        "fix_tried": cause.fix_tried,
        "findings": [finding.id for finding in cause.findings],
    }


def _condition(each: Condition) -> dict[str, Any]:
    return {
        "table": str(each.subject),
        "policy": each.policy,
        "clause": each.clause,
        "condition": each.text,
        "never": " or ".join(each.never),
        "reason": each.reason,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "table": finding.table,
        "operation": finding.operation or None,
        "identity": finding.identity or None,
        "policy": finding.policy or None,
        "request": finding.request or None,
        "sql": finding.sql or None,
        "fix": finding.fix,
        "fix_tried": finding.fix_tried,
        "problem": finding.problem,
        "reason": finding.reason,
        "cases": list(finding.cases),
    }


def _result(cause: Cause, places: Mapping[tuple[str, str], Place], model: str) -> dict[str, Any]:
    finding = cause.first
    text = f"{cause.title}: {finding.reason}"
    if len(cause.identities) > 1:
        text += f" (by {', '.join(cause.identities)})"
    if finding.policy:
        text += f" (decided by: {finding.policy})"
    if cause.fix:
        text += f"\n\nProposed fix:\n{cause.fix}"
    place = place_of(finding, places) or Place(model, 1)
    return {
        "ruleId": cause.problem.replace(" ", "-"),
        "level": "error" if cause.problem in _ERRORS else "warning",
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": place.file},
                    "region": {"startLine": place.line},
                },
                "logicalLocations": [{"fullyQualifiedName": name} for name in cause.objects],
            }
        ],
        "partialFingerprints": {"finding/v1": hashlib.sha256(finding.id.encode()).hexdigest()[:32]},
        "properties": {**_finding(finding), "findings": [each.id for each in cause.findings]},
    }


def _suppressed(
    finding: Finding, places: Mapping[tuple[str, str], Place], model: str
) -> dict[str, Any]:
    """A reviewed exception: code scanning shows it as closed, with the reason."""
    reviewed = {"kind": "external", "status": "accepted", "justification": finding.excused}
    (cause,) = causes((finding,))
    return {**_result(cause, places, model), "suppressions": [reviewed]}
