"""One cell of the suite's matrix, and what a cell that is not so has to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from wakti_sb.site_suite.model import Place


@dataclass(frozen=True)
class Case:
    """Who tries what, and what has to come of it.

    Parameters:
        place: the cell of the report.
        situation: on what, or what exactly, for a person.
        expected: what has to come of it: `200`, `403 not_permitted`, `allowed`, `refused`.
    """

    place: Place
    situation: str
    expected: str

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return f"{self.place.subject}, {self.situation}: {self.place.identity}, {self.expected}"


class Unexpected(AssertionError):
    """Something else came of it.

    Parameters:
        tried: what was done, in one line.
        expected, got: what should and what did come of it.
    """

    def __init__(self, tried: str, expected: str, got: str) -> None:
        super().__init__(f"{tried}: expected {expected}, got {got}")
        self.tried = tried
        self.expected = expected
        self.got = got


def expect(tried: str, expected: object, got: object) -> None:
    """Raise Unexpected unless both are equal."""
    if expected != got:
        raise Unexpected(tried, str(expected), str(got))


def each(cases: Iterable[Any]) -> pytest.MarkDecorator:
    """One test for each case, named after it."""
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in cases])
