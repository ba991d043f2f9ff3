"""What every measurement shares: its options, its figures, and how it ends."""

from __future__ import annotations

import argparse
import json
import math
import signal
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from wakti_sb.cli._output import fail
from wakti_sb.errors import WaktiError

Report = dict[str, Any]


def options(description: str, *, runs: int) -> argparse.ArgumentParser:
    """The options that every measurement takes; the first line of `description` is shown."""
    spec = sys.modules["__main__"].__spec__
    name = spec.name.removesuffix(".__main__") if spec is not None else "bench"
    parser = argparse.ArgumentParser(
        prog=f"python -m {name}", description=description.splitlines()[0]
    )
    parser.add_argument("--runs", type=positive, default=runs, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="for a machine")
    return parser


def timed(work: Callable[[], object]) -> float:
    """The seconds that something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def figure(values: Sequence[float], digits: int = 2) -> dict[str, Any]:
    """Median, p99 and both ends of some measured values."""
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), digits),
        "p99": round(p99(ordered), digits),
        "spread": [round(ordered[0], digits), round(ordered[-1], digits)],
    }


def p99(values: Sequence[float]) -> float:
    """The value that 99 of 100 do not exceed; of fewer than a hundred the largest."""
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def target(
    value: float, *, at_most: float | None = None, at_least: float | None = None
) -> dict[str, Any]:
    """A figure beside what it should be.

    It decides no exit code: whether a target is met depends on what else the machine does.
    """
    if at_most is not None:
        return {"value": round(value, 3), "at_most": at_most, "met": value <= at_most}
    assert at_least is not None
    return {"value": round(value, 3), "at_least": at_least, "met": value >= at_least}


def targets_table(targets: dict[str, dict[str, Any]]) -> list[str]:
    """The targets as lines of Markdown."""
    lines = ["| target | measured | wanted | |", "| --- " * 4 + "|"]
    for name, one in targets.items():
        wanted = f"≤ {one['at_most']:g}" if "at_most" in one else f"≥ {one['at_least']:g}"
        verdict = "met" if one["met"] else "**missed**"
        lines.append(f"| {name} | {one['value']:g} | {wanted} | {verdict} |")
    return lines


def show(report: Report, markdown: Callable[[Report], str], *, as_json: bool) -> None:
    """Print a report on stdout."""
    print(json.dumps(report, indent=2) if as_json else markdown(report))


def run(main: Callable[[], int | None]) -> NoReturn:
    """Run a measurement: its exit code, or one clear sentence for what stops it.

    SIGTERM ends it like Ctrl-C does, so that the stack it started is stopped too.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except WaktiError as error:
        fail(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def positive(text: str) -> int:
    """An option that takes a number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
