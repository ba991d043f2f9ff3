"""A short run of faults under load; `make faults` runs every one, for longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.faults import FAULTS, Fault
from tests.faults.run import tried
from tests.faults.world import World, running

SHORT = ("nothing", "PostgreSQL is killed", "function is killed", "gateway is killed", "terminated")
CHOSEN = [fault for fault in FAULTS if any(part in fault.name for part in SHORT)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("faults") / "project") as one:
        yield one


@pytest.mark.slow
@pytest.mark.parametrize("fault", CHOSEN, ids=[fault.name for fault in CHOSEN])
def test_every_answer_is_what_happened_and_nothing_is_half_there_after(
    world: World, fault: Fault
) -> None:
    run = tried(world, fault, visitors=20, seconds=4)
    assert run.differences.asked > 50
    assert run.differences.succeeded > 20
    assert run.differences.none, run.line()
