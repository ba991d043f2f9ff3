"""A report for a pull request. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, Report
from ..mutation import MutationReport
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
    return "\n".join(lines) + "\n"


def _lines(report: Report) -> Iterator[str]:
    verdict = "nobody reaches what is not theirs" if report.safe else "not proved"
    yield f"## {report.title}: {verdict}"
    yield ""
    yield f"{report.passed} of {report.cases} cases passed, {len(report.findings)} finding(s)."
    for finding in report.findings:
        yield from _finding(finding)
    if report.excused:
        yield ""
        yield "### Excused"
        yield ""
        yield from (f"- {_cell(f.id)} — {_cell(f.excused or '')}" for f in report.excused)
    yield ""
    yield from _matrix(report)


def _finding(finding: Finding) -> Iterator[str]:
    yield ""
    yield f"### ✗ {_cell(finding.id)}"
    yield ""
    yield f"{finding.problem}: {_cell(finding.reason)}"
    if finding.policy:
        yield ""
        yield f"Decided by: `{finding.policy}`"
    if finding.fix:
        yield from ("", "```sql", finding.fix, "```")
    if finding.sql:
        yield from ("", "<details><summary>reproduce</summary>", "", "```sql", finding.sql, "```")
        yield from ("", "```http", finding.request, "```", "", "</details>")


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
        yield f"| {_cell(name)} | {who} | {' | '.join(signs)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
