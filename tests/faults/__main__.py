"""Every fault under load, and what was said beside what is stored. `make faults`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.faults import FAULTS
from tests.faults.run import Run, tried
from tests.faults.world import running

VISITORS = 200
SECONDS = 12.0  # that a fault lasts: longer than every timeout of the function


def main() -> int:
    """Run them all and print a table. Result: 0 if every difference is zero, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--only", help="faults whose name holds this")
    options = parser.parse_args()
    chosen = [one for one in FAULTS if not options.only or options.only in one.name]
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "project") as world:
        for fault in chosen:
            run = tried(world, fault, visitors=options.visitors, seconds=options.seconds)
            runs.append(run)
            sys.stdout.write(f"{run.line()}\n")
            sys.stdout.flush()
    return 0 if all(run.differences.none for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
