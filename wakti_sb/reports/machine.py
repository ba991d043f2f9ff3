"""Reports that machines read: JSON, JUnit and SARIF 2.1.0. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from xml.etree import ElementTree as Xml

from ..conformance.model import Condition, Finding, Problem, Report
from ..conformance.mutation import MutationReport

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ERRORS = (Problem.LEAK, Problem.BYPASS, Problem.NO_VERDICT, Problem.LOCKED_OUT)


def as_json(report: Report) -> dict[str, Any]:
    """What `rls test --json` prints."""
    return {
        "cases": report.cases,
        "passed": report.passed,
        "findings": [_finding(finding) for finding in report.findings],
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


def junit(report: Report) -> str:
    """One test case for each case, and one for each finding that no case has shown."""
    suites = Xml.Element("testsuites", name="wakti-sb rls")
    shown: set[str] = set()
    by_object: dict[str, list[Any]] = {}
    for verdict in report.verdicts:
        by_object.setdefault(verdict.case.subject, []).append(verdict)
    excused = {case for finding in report.excused for case in (finding.id, *finding.cases)}
    for name, verdicts in by_object.items():
        suite = Xml.SubElement(suites, "testsuite", name=_plain(name), tests=str(len(verdicts)))
        failures = errors = 0
        for verdict in verdicts:
            classname, sentence = _plain(f"{name}.{verdict.transport}"), _plain(verdict.case.id)
            case = Xml.SubElement(suite, "testcase", classname=classname, name=sentence)
            shown.add(verdict.case.id)
            if verdict.status == "passed":
                continue
            if verdict.case.id in excused:
                Xml.SubElement(case, "skipped", message="excused")
                continue
            kind = "failure" if verdict.status == "failed" else "error"
            failures, errors = failures + (kind == "failure"), errors + (kind == "error")
            Xml.SubElement(case, kind, message=_plain(verdict.reason))
        suite.set("failures", str(failures))
        suite.set("errors", str(errors))
    rest = [finding for finding in report.findings if finding.id not in shown]
    if rest:
        suite = Xml.SubElement(
            suites, "testsuite", name="catalog", tests=str(len(rest)), failures=str(len(rest))
        )
        for finding in rest:
            classname, sentence = _plain(finding.table), _plain(finding.id)
            case = Xml.SubElement(suite, "testcase", classname=classname, name=sentence)
            failure = Xml.SubElement(case, "failure", message=_plain(finding.reason))
            failure.text = _plain(finding.fix)
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True)


def sarif(report: Report, model: str = "wakti.toml") -> dict[str, Any]:
    """Findings for code scanning; their place is the model that they contradict."""
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
                    *(_result(finding, model) for finding in report.findings),
                    *(_suppressed(finding, model) for finding in report.excused),
                ],
            }
        ],
    }


def _condition(each: Condition) -> dict[str, Any]:
    return {
        "table": str(each.subject),
        "policy": each.policy,
        "clause": "with check" if each.new_rows else "using",
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


def _result(finding: Finding, model: str) -> dict[str, Any]:
    text = f"{finding.id}: {finding.reason}"
    if finding.policy:
        text += f" (decided by: {finding.policy})"
    if finding.fix:
        text += f"\n\nProposed fix:\n{finding.fix}"
    return {
        "ruleId": finding.problem.replace(" ", "-"),
        "level": "error" if finding.problem in _ERRORS else "warning",
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": model},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.table}],
            }
        ],
        "partialFingerprints": {"finding/v1": hashlib.sha256(finding.id.encode()).hexdigest()[:32]},
        "properties": _finding(finding),
    }


def _suppressed(finding: Finding, model: str) -> dict[str, Any]:
    """A reviewed exception: code scanning shows it as closed, with the reason."""
    reviewed = {"kind": "external", "status": "accepted", "justification": finding.excused}
    return {**_result(finding, model), "suppressions": [reviewed]}


def _plain(text: str) -> str:
    """Without characters that XML cannot hold."""
    return _NO_XML.sub("�", text)
