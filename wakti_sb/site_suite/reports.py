"""A run on screen, and as JSON, JUnit, Markdown and one self-contained page. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

from jinja2 import Environment, StrictUndefined

from .model import Cell, Report, Result, grids

if TYPE_CHECKING:
    from rich.table import Table


def summary(report: Report) -> str:
    """One sentence."""
    counts = report.counts
    wrong = counts["failed"] + counts["error"]
    tried = f"{counts['passed']} of {len(report.results)} tests passed in {report.seconds:.0f} s"
    return f"{tried}, {wrong} did not." if wrong else f"{tried}."


def tables(report: Report) -> tuple[Table, ...]:
    """The matrix for a terminal, a table for each area."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = []
    for grid in grids(report):
        table = Table(
            title=grid.area, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
        )
        table.add_column(grid.corner, no_wrap=True)
        for column in grid.columns:
            table.add_column(column, overflow="fold")
        for heading, cells in grid.rows:
            shown = (
                Text("·", style="dim")
                if cell is None
                else Text(cell.text, style="bold red" if cell.wrong else "green")
                for cell in cells
            )
            table.add_row(heading, *shown)
        drawn.append(table)
    return tuple(drawn)


def as_json(report: Report) -> dict[str, Any]:
    """What `test --json` prints."""
    return {
        "url": report.address,
        "tests": len(report.results),
        **report.counts,
        "seconds": round(report.seconds, 2),
        "results": [
            {
                "name": each.name,
                "area": each.place.area,
                "subject": each.place.subject,
                "identity": each.place.identity,
                "status": each.status,
                "reason": each.reason or None,
            }
            for each in report.results
        ],
    }


def junit(report: Report) -> str:
    """One test suite for each area."""
    suites = Xml.Element("testsuites", name="wakti-sb test")
    for area in dict.fromkeys(each.place.area for each in report.results):
        found = [each for each in report.results if each.place.area == area]
        suite = Xml.SubElement(
            suites,
            "testsuite",
            name=area,
            tests=str(len(found)),
            failures=str(sum(each.status == "failed" for each in found)),
            errors=str(sum(each.status == "error" for each in found)),
            time=f"{sum(each.seconds for each in found):.3f}",
        )
        for each in found:
            name = f"{area}.{each.place.subject}"
            case = Xml.SubElement(
                suite,
                "testcase",
                classname=name,
                name=_plain(each.name),
                time=f"{each.seconds:.3f}",
            )
            if each.status != "passed":
                kind = "failure" if each.status == "failed" else "error"
                Xml.SubElement(case, kind, message=_plain(each.reason))
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True)


def markdown(report: Report) -> str:
    """Verdict, what did not pass, the matrix."""
    return "\n".join(_lines(report)) + "\n"


def html(report: Report) -> str:
    """One page; it loads nothing from anywhere."""
    text = resources.files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return page.from_string(text).render(
        report=report, grids=grids(report), summary=summary(report), reason=reason
    )


def _lines(report: Report) -> Iterator[str]:
    yield f"## wakti-sb test: {'passed' if report.good else 'failed'}"
    yield ""
    yield f"{_cell(report.address)}: {summary(report)}"
    if report.wrong:
        yield ""
        yield from (f"- ✗ **{_cell(each.name)}** — {_cell(reason(each))}" for each in report.wrong)
    for grid in grids(report):
        yield ""
        yield f"### {grid.area}"
        yield ""
        yield f"| {grid.corner} | {' | '.join(_cell(column) for column in grid.columns)} |"
        yield f"| --- | {' | '.join('---' for _ in grid.columns)} |"
        for heading, cells in grid.rows:
            yield f"| {_cell(heading)} | {' | '.join(_shown(cell) for cell in cells)} |"


def _shown(cell: Cell | None) -> str:
    return "" if cell is None else cell.text


def reason(result: Result) -> str:
    """Why a test did not pass, without its name where that says the same."""
    told = f"expected {result.expected}, got {result.got}" if result.tried else result.got
    return told if result.tried == result.name else result.reason


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _plain(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(c if c in "\t\n" or c >= " " else "�" for c in text)
