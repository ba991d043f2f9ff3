"""A database that is far away: attempts travel together, and come to the same verdicts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.distant_suite import distant
from tests.conformance.conftest import Example, faults
from wakti_sb.conformance import Report, run

AWAY = 0.005  # seconds in each direction

Verdicts = dict[str, tuple[str, str]]


def verdicts(report: Report) -> Verdicts:
    """Of each case whether it passed, and what came of it."""
    return {one.case.id: (one.status, one.outcome.kind) for one in report.verdicts}


@pytest.mark.slow
@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken"])
def test_a_distant_database_gets_the_verdicts_of_a_near_one(
    broken: bool, migrated: Callable[..., str]
) -> None:
    example = Example("notes")
    fault = [one for one in faults() if one.parents[1].name == "notes"][:1] if broken else []
    url = migrated(example, *fault)
    near = run(example.spec, url)
    with distant(url, AWAY) as far_url:
        far = run(example.spec, far_url)
    assert verdicts(far) == verdicts(near)
    assert {one.id for one in far.findings} == {one.id for one in near.findings}
    assert bool(near.findings) == broken
