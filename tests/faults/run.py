"""One fault under load: before, during and after it, then the comparison."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.faults.compare import Differences, compare
from tests.faults.faults import Fault
from tests.faults.ledger import Ledger
from tests.faults.visitors import Crowd
from tests.faults.world import World

CALM = 2.0  # seconds of load before and after a fault


@dataclass(frozen=True)
class Run:
    """What came of a fault.

    Parameters:
        fault: which one.
        differences: between what was said and what is stored.
        longest: seconds that the most patient caller waited.
        at_gateway: seconds that the gateway took for the slowest call of the function.
        memory: bytes of the function afterwards.
        mended: reservations and objects that `storage reconcile` had to remove.
        up: seconds that `up` took to mend the stack; 0 where it was not asked to.
    """

    fault: Fault
    differences: Differences
    longest: float
    at_gateway: float
    memory: int
    mended: int
    up: float

    def line(self) -> str:
        """A row of the table."""
        found = self.differences
        kinds = ", ".join(f"{count} x {kind}" for kind, count in sorted(found.counts.items()))
        return (
            f"{self.fault.name:50} {found.asked:6} asked {found.succeeded:6} done"
            f" {found.refused:5} refused {found.unanswered:4} unanswered"
            f" {found.unknown:4} unknown  longest {self.longest:4.1f} s,"
            f" at the gateway {self.at_gateway:4.1f} s  {self.memory >> 20:4} MiB"
            f"  {self.mended:2} reconciled  up {self.up:3.1f} s  {kinds or '0'}"
        )


def tried(world: World, fault: Fault, *, visitors: int, seconds: float) -> Run:
    """Inflict a fault on a stack that is visited, and compare.

    Parameters:
        visitors: how many there are at once.
        seconds: how long a fault lasts that lasts.
    """
    ledger = Ledger()
    begun = datetime.now(UTC)
    world.mended_in = 0.0
    with Crowd(world, ledger, visitors).visiting():
        time.sleep(CALM)
        fault.inflict(world, seconds)
        if fault.starts_anew:
            time.sleep(1)  # what was asked before it is answered
            ledger.forget()
        time.sleep(CALM)
    time.sleep(1)  # what was begun ends
    mended = sum(world.let_time_pass())
    differences = compare(world, ledger, may_be_unanswered=fault.unanswered)
    longest = max((one.seconds for one in ledger.answers()), default=0.0)
    at_gateway = world.longest_at_gateway(begun)
    return Run(fault, differences, longest, at_gateway, world.memory(), mended, world.mended_in)
