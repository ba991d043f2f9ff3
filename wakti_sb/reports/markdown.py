"""A report for a pull request. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..conformance.model import Report, Statements
from ..conformance.mutation import MutationReport
from .groups import Group, groups
from .matrix import OPERATIONS, cells


def markdown(report: Report) -> str:
    """Verdict first, then the findings, then the matrix."""
    return "\n".join(_lines(report)) + "\n"


def mutation_markdown(report: MutationReport) -> str:
    """The score and the survivors."""
    lines = [f"## Mutation score {report.score:.0%}", ""]
    noticed = len(report.judged) - len(report.survivors)
    lines.append(f"{noticed} of {len(report.judged)} weakened databases were noticed.")
    if report.survivors:
        lines += ["", "| survived | operator |", "| --- | --- |"]
        lines += [f"| {_cell(e.mutant.id)} | {e.mutant.operator} |" for e in report.survivors]
    for title, left_out in (
        ("Not counted, for nobody's token leads there", report.out_of_reach),
        ("Not counted, for they change nothing", report.equivalent),
    ):
        if left_out:
            lines += ["", f"{title}:", "", *(f"- {_cell(each)}" for each in left_out)]
    return "\n".join(lines) + "\n"


def _lines(report: Report) -> Iterator[str]:
    verdict = "nobody reaches what is not theirs" if report.safe else "not proved"
    yield f"## {report.title}: {verdict}"
    yield ""
    yield f"{report.passed} of {report.cases} cases passed, {len(report.findings)} finding(s)."
    for group in groups(report.findings):
        yield from _finding(group)
    if report.excused:
        yield ""
        yield "### Excused"
        yield ""
        yield from (f"- {_cell(f.id)} — {_cell(f.excused or '')}" for f in report.excused)
    yield ""
    yield from _matrix(report)


def _finding(group: Group) -> Iterator[str]:
    finding = group.first
    yield ""
    yield f"### ✗ {_cell(finding.id)}"
    yield ""
    yield f"{finding.problem}: {_cell(finding.reason)}"
    if len(group.identities) > 1:
        yield ""
        yield f"Also by: {_cell(', '.join(group.identities[1:]))}"
    if finding.policy:
        yield ""
        yield f"Decided by: {_cell(finding.policy)}"
    if isinstance(finding.fix, Statements):
        yield ""
        yield "Proposed fix, tried: it closes this." if finding.fix_tried else "Proposed fix:"
        yield from ("", *_fenced("sql", finding.fix))
    elif finding.fix:
        yield ""
        yield f"Proposed fix: {_cell(finding.fix)}"
    if finding.sql:
        yield from ("", "<details><summary>reproduce</summary>", "", *_fenced("sql", finding.sql))
        yield from ("", *_fenced("http", finding.request), "", "</details>")


def _fenced(language: str, text: str) -> tuple[str, str, str]:
    """A block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}", text, fence


def _matrix(report: Report) -> Iterator[str]:
    found = cells(report.verdicts)
    operations = [o for o in OPERATIONS if any(cell.operation == o for cell in found)]
    yield f"| object | identity | {' | '.join(operations)} |"
    yield f"| --- | --- | {' | '.join('---' for _ in operations)} |"
    by_key = {(cell.object, cell.identity, cell.operation): cell for cell in found}
    for name, who in dict.fromkeys((cell.object, cell.identity) for cell in found):
        signs = []
        for operation in operations:
            cell = by_key.get((name, who, operation))
            signs.append(f"{cell.sign} {'may' if cell.allowed else 'no'}" if cell else "")
        yield f"| {_cell(name)} | {_cell(who)} | {' | '.join(signs)} |"


def _cell(text: str) -> str:
    plain = " ".join(text.split())
    return re.sub(r"[|`*_\[\]\\]", r"\\\g<0>", plain).replace("&", "&amp;").replace("<", "&lt;")
