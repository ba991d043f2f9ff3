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

    @property
    def told(self) -> str:
        """The reason, without the test's name where that says what was tried."""
        if self.tried != self.name:
            return self.reason
        return f"expected {self.expected}, got {self.got}" if self.tried else self.got


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
    def summary(self) -> str:
        """How many of how many passed, in one sentence."""
        passed, wrong = self.counts["passed"], len(self.wrong)
        tried = f"{passed} of {len(self.results)} tests passed in {self.seconds:.0f} s"
        return f"{tried}, {wrong} did not." if wrong else f"{tried}."

    @property
    def good(self) -> bool:
        """Whether something was tried and all of it was as it should be."""
        return bool(self.results) and all(each.status == "passed" for each in self.results)
