"""What a run of the suite has found. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "failed", "error"]


@dataclass(frozen=True)
class Place:
    """A cell of the report.

    Parameters:
        area: what is tried: the site API, `rows`, `files`, the `model`.
        subject: the action or the table.
        identity: who tries it.
    """

    area: str
    subject: str
    identity: str


@dataclass(frozen=True)
class Result:
    """One test.

    Parameters:
        name: says as a sentence what is claimed.
        place: its cell.
        status: `error` where it could not be carried out, which proves nothing.
        seconds: it took.
        tried, expected, got: of a test that did not pass.
    """

    name: str
    place: Place
    status: Status
    seconds: float
    tried: str = ""
    expected: str = ""
    got: str = ""

    @property
    def reason(self) -> str:
        """Why it did not pass, in one line."""
        return f"{self.tried}: expected {self.expected}, got {self.got}" if self.tried else self.got


@dataclass(frozen=True)
class Report:
    """A whole run.

    Parameters:
        address: of the API that was asked.
        results: in the order in which they were tried.
        seconds: it took.
    """

    address: str
    results: tuple[Result, ...]
    seconds: float

    @property
    def wrong(self) -> tuple[Result, ...]:
        """What did not pass, failures first."""
        found = [each for each in self.results if each.status in ("failed", "error")]
        return tuple(sorted(found, key=lambda each: each.status != "failed"))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each status, with the names in one order."""
        counted = Counter(each.status for each in self.results)
        return {status: counted[status] for status in ("passed", "failed", "error")}

    @property
    def good(self) -> bool:
        """Whether something was tried and all of it was as it should be."""
        return bool(self.results) and all(each.status == "passed" for each in self.results)


@dataclass(frozen=True)
class Cell:
    """All results of one place."""

    place: Place
    results: tuple[Result, ...]

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(each.status == "passed" for each in self.results)

    @property
    def wrong(self) -> int:
        """How many did not."""
        return len(self.results) - self.passed

    @property
    def text(self) -> str:
        """What the cell shows."""
        return f"✗{self.wrong}/{len(self.results)}" if self.wrong else f"✓{self.passed}"


@dataclass(frozen=True)
class Grid:
    """One area as a table: subjects by identities, the longer of the two downwards.

    Parameters:
        area: its title.
        corner: names the headings of rows and columns.
        columns: the headings.
        rows: heading and cells; None where there is nothing to try.
    """

    area: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


def grids(report: Report) -> tuple[Grid, ...]:
    """The areas of a report in the order of their first result."""
    areas = dict.fromkeys(each.place.area for each in report.results)
    return tuple(_grid(area, report.results) for area in areas)


def _grid(area: str, results: tuple[Result, ...]) -> Grid:
    groups: dict[tuple[str, str], list[Result]] = {}
    for each in results:
        if each.place.area == area:
            groups.setdefault((each.place.subject, each.place.identity), []).append(each)
    cells = {key: Cell(found[0].place, tuple(found)) for key, found in groups.items()}
    subjects = tuple(dict.fromkeys(subject for subject, _ in cells))
    identities = tuple(dict.fromkeys(identity for _, identity in cells))
    if len(identities) > len(subjects):
        turned = tuple((who, tuple(cells.get((s, who)) for s in subjects)) for who in identities)
        return Grid(area, "identity", subjects, turned)
    rows = tuple((s, tuple(cells.get((s, who)) for who in identities)) for s in subjects)
    return Grid(area, "what", identities, rows)
