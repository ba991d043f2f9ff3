"""A report for a pull request. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..conformance.mutation import MutationReport
from .tree import Cell, Issue, Results


def markdown(results: Results) -> str:
    """Verdict first, then what has to be mended, then the pictures."""
    return "\n".join(_lines(results)) + "\n"


def mutation_markdown(report: MutationReport) -> str:
    """The score and the survivors."""
    lines = [f"## Mutation score {report.score:.0%}", ""]
    noticed = len(report.judged) - len(report.survivors)
    lines.append(f"{noticed} of {len(report.judged)} weakened databases were noticed.")
    if report.survivors:
        lines += ["", "| survived | operator |", "| --- | --- |"]
        lines += [f"| {escaped(e.mutant.id)} | {e.mutant.operator} |" for e in report.survivors]
    for title, left_out in (
        ("Not counted, for nobody's token leads there", report.out_of_reach),
        ("Not counted, for they change nothing", report.equivalent),
    ):
        if left_out:
            lines += ["", f"{title}:", "", *(f"- {escaped(each)}" for each in left_out)]
    return "\n".join(lines) + "\n"


def _lines(results: Results) -> Iterator[str]:
    yield f"## {escaped(results.title)}"
    yield ""
    yield f"**{results.verdict}** {escaped(results.summary)}"
    if results.figures:
        yield ""
        yield ", ".join(f"{figure} {what}" for figure, what in results.figures)
    for issue in results.issues:
        yield from _issue(issue)
    if results.excused:
        yield from ("", "### Excused", "")
        yield from (f"- {escaped(claim)} — {escaped(why)}" for claim, why in results.excused)
    yield from _pictures(results)
    yield from _conditions(results)


def _issue(issue: Issue) -> Iterator[str]:
    tag = f"{issue.tag}: " if issue.tag else ""
    yield from ("", f"### ✗ {escaped(issue.claim)}", "", f"{tag}{escaped(issue.reason)}")
    if len(issue.who) > 1:
        yield from ("", f"Also by: {escaped(', '.join(issue.who[1:]))}")
    if issue.decided_by:
        yield from ("", f"Decided by: {escaped(issue.decided_by)}")
    if issue.runs:
        yield ""
        yield "Proposed fix, tried: it closes this." if issue.tried else "Proposed fix:"
        yield from ("", *_fenced("sql", issue.fix))
    elif issue.fix:
        yield from ("", f"Proposed fix: {escaped(issue.fix)}")
    if issue.reproduce:
        yield from ("", "<details><summary>reproduce</summary>")
        for fact in issue.reproduce:
            yield from ("", f"{fact.title}:", "", *_fenced("", fact.text))
        yield from ("", "</details>")


def _pictures(results: Results) -> Iterator[str]:
    if results.together:
        columns = tuple(dict.fromkeys(c for grid in results.grids for c in grid.columns))
        yield ""
        yield from _head(results.together, "identity", columns=columns)
        for grid in results.grids:
            for heading, cells in grid.rows:
                by_column = dict(zip(grid.columns, cells, strict=True))
                yield _row((grid.name, heading), [by_column.get(c) for c in columns])
        return
    for grid in results.grids:
        yield from ("", f"### {escaped(grid.name)}", "")
        yield from _head(grid.corner, columns=grid.columns)
        yield from (_row((heading,), list(cells)) for heading, cells in grid.rows)


def _head(*corners: str, columns: tuple[str, ...]) -> Iterator[str]:
    titles = [*corners, *columns]
    yield f"| {' | '.join(map(escaped, titles))} |"
    yield f"| {' | '.join('---' for _ in titles)} |"


def _row(headings: tuple[str, ...], cells: list[Cell | None]) -> str:
    shown = [cell.text if cell else "" for cell in cells]
    return f"| {' | '.join([*map(escaped, headings), *shown])} |"


def _conditions(results: Results) -> Iterator[str]:
    if not results.conditions:
        return
    tried, total = results.both_ways
    yield from ("", f"### Conditions: {tried} of {total} were tried both ways", "")
    yield "| table | policy | clause | conditions |"
    yield "| --- | --- | --- | --- |"
    for policy in results.conditions:
        name, table = escaped(policy.name), escaped(policy.table)
        yield f"| {table} | {name} | {policy.clause} | {policy.marks} |"
    yield from ("", "● true and false for who must be refused, ◐ only one of them, ○ neither")


def _fenced(language: str, text: str) -> tuple[str, str, str]:
    """A block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}", text, fence


def escaped(text: str) -> str:
    """On one line, and nothing of it markup."""
    plain = " ".join(text.split())
    return re.sub(r"[|`*_\[\]\\]", r"\\\g<0>", plain).replace("&", "&amp;").replace("<", "&lt;")
