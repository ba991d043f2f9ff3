"""A hole as teams leave them, and its sound form, which must come out clean."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.schemas import applied
from wakti_sb.conformance import run
from wakti_sb.spec import parse


@dataclass(frozen=True)
class Hole:
    """A schema with a hole, what closes it, and the case that must show it."""

    schema: str
    closed: str
    case: str
    model: str


def assert_found_and_closed(hole: Hole, url: str) -> None:
    """The hole is named by its case and not safe; with what closes it nothing is left to find."""
    report = run(parse(hole.model), applied(url, hole.schema))
    assert hole.case in {case for f in report.findings for case in (f.id, *f.cases)}
    assert not report.safe
    closed = run(parse(hole.model), applied(url, hole.closed))
    left = [(finding.id, finding.reason) for finding in closed.findings]
    assert left == [], left
    assert closed.safe
