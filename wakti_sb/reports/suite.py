"""A run of the packaged suite as a tree of results. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .tree import Cell, Grid, Issue, Results, Status, Suite, Test

if TYPE_CHECKING:  # reports of policies need none of it
    from ..site_suite import Report, Result

_STATUS: dict[str, Status] = {"passed": "passed", "failed": "failed", "error": "unproven"}


def of_suite(report: Report) -> Results:
    """What `wakti-sb test` has found."""
    areas: dict[str, list[Result]] = {}
    for each in report.results:
        areas.setdefault(each.place.area, []).append(each)
    return Results(
        tool="wakti-sb test",
        kind=report.address,
        title="wakti-sb test",
        good=report.good,
        verdict="Everything is as it should be." if report.good else "Not everything passed.",
        summary=report.summary,
        suites=tuple(
            Suite(area, tuple(map(_test, found)), sum(each.seconds for each in found))
            for area, found in areas.items()
        ),
        grids=tuple(_grid(area, found) for area, found in areas.items()),
        legend=(("passed", "everything that was tried passed"),),
        issues=tuple(Issue(each.name, each.told) for each in report.wrong),
    )


def suite_json(report: Report) -> dict[str, Any]:
    """What `wakti-sb test --json` prints."""
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


def _test(result: Result) -> Test:
    place = f"{result.place.area}.{result.place.subject}"
    told = "" if result.status == "passed" else result.told
    return Test(result.name, _STATUS[result.status], told, place=place, seconds=result.seconds)


def _grid(area: str, results: Sequence[Result]) -> Grid:
    """Subjects by identities, the longer of the two downwards."""
    fields: dict[tuple[str, str], list[Result]] = {}
    for each in results:
        fields.setdefault((each.place.subject, each.place.identity), []).append(each)
    cells = {key: _cell(found) for key, found in fields.items()}
    subjects = tuple(dict.fromkeys(subject for subject, _ in cells))
    people = tuple(dict.fromkeys(identity for _, identity in cells))

    turned = len(people) > len(subjects)

    def rows() -> Iterator[tuple[str, tuple[Cell | None, ...]]]:
        if turned:
            for who in people:
                yield who, tuple(cells.get((subject, who)) for subject in subjects)
        else:
            for subject in subjects:
                yield subject, tuple(cells.get((subject, who)) for who in people)

    corner, columns = ("identity", subjects) if turned else ("what", people)
    return Grid(area, corner, columns, tuple(rows()))


def _cell(results: Sequence[Result]) -> Cell:
    wrong = sum(each.status != "passed" for each in results)
    word = f"{wrong}/{len(results)}" if wrong else str(len(results))
    return Cell(tuple(map(_test, results)), word)
