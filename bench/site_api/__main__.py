"""The site API beside what a user might pick instead, in one run on one machine.

    python -m bench.site_api [--runs 5] [--seconds 3] [--json]

Interleaved: each round measures every contender once, so that a slow minute of the machine hits
all of them. A first round warms up and is not counted.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.site_api.load import Sample, pgbench, wrk
from bench.site_api.ours import FUNCTION, ITEMS, MESSAGE, Ours, conventional, ours
from bench.site_api.pocketbase import pocketbase
from wakti_sb.stack.embedded import paths
from wakti_sb.stack.embedded.installation import install
from wakti_sb.stack.embedded.ports import free

OPERATIONS = ("submit", "list")
OURS = "wakti-sb, own port"
GATEWAY = "wakti-sb, through the gateway"
CONVENTIONAL = "conventional: two REST calls"
POCKETBASE = "PocketBase"
PGBENCH = "pgbench, the same SQL"

Measure = Callable[[int], Sample]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wakti-bench-")))
        running = stack.enter_context(ours(folder))
        contenders = _contenders(stack, running, folder)
        before = running.function.memory_info().rss
        samples = _measure(contenders, arguments.runs, arguments.seconds)
        growth = running.function.memory_info().rss - before
    report = _report(samples, arguments.runs)
    report["function_memory_growth_bytes"] = growth
    print(json.dumps(report, indent=2) if arguments.json else _markdown(report))


def _contenders(stack: ExitStack, running: Ours, folder: Path) -> dict[str, dict[str, Measure]]:
    port, other_port = free(2)
    base = stack.enter_context(conventional(running.endpoint, port))
    urls = {
        OURS: running.requests(f"http://127.0.0.1:{running.own_port}/"),
        GATEWAY: running.requests(f"{running.endpoint.functions_url}/{FUNCTION}"),
        CONVENTIONAL: running.requests(base),
    }
    if shutil.which("pocketbase"):
        records = stack.enter_context(
            pocketbase(folder / "pocketbase", other_port, running.project, MESSAGE, ITEMS)
        )
        urls[POCKETBASE] = records
    contenders: dict[str, dict[str, Measure]] = {
        name: {operation: partial(wrk, requests[operation]) for operation in OPERATIONS}
        for name, requests in urls.items()
    }
    program = install(paths.cache()).program("pgbench")
    contenders[PGBENCH] = {
        operation: partial(pgbench, program, running.edge_url, statement)
        for operation, statement in running.statements().items()
    }
    return contenders


def _measure(
    contenders: dict[str, dict[str, Measure]], runs: int, seconds: int
) -> dict[str, dict[str, list[Sample]]]:
    samples: dict[str, dict[str, list[Sample]]] = {
        name: {operation: [] for operation in OPERATIONS} for name in contenders
    }
    for run in range(runs + 1):
        for operation in OPERATIONS:
            for name, measures in contenders.items():
                sample = measures[operation](seconds)
                if run > 0:
                    samples[name][operation].append(sample)
    return samples


def _report(samples: dict[str, dict[str, list[Sample]]], runs: int) -> dict[str, object]:
    figures = {
        name: {
            operation: {
                "median": round(statistics.median(one.rate for one in taken)),
                "spread": [round(min(t.rate for t in taken)), round(max(t.rate for t in taken))],
                "p99": round(statistics.median(one.p99 for one in taken), 2),
            }
            for operation, taken in operations.items()
        }
        for name, operations in samples.items()
    }
    ratios = {
        f"{mine} / {other}": {
            operation: {
                "median": round(
                    _figure(figures, mine, operation, "median")
                    / _figure(figures, other, operation, "median"),
                    2,
                ),
                "p99": round(
                    _figure(figures, mine, operation, "p99")
                    / _figure(figures, other, operation, "p99"),
                    2,
                ),
            }
            for operation in OPERATIONS
        }
        for mine in (OURS, GATEWAY)
        for other in figures
        if other not in (OURS, GATEWAY)
    }
    return {"runs": runs, "contenders": figures, "ratios": ratios}


def _figure(
    figures: dict[str, dict[str, dict[str, object]]], name: str, operation: str, what: str
) -> float:
    value = figures[name][operation][what]
    assert isinstance(value, int | float)
    return float(value)


def _markdown(report: dict[str, object]) -> str:
    contenders, ratios = report["contenders"], report["ratios"]
    assert isinstance(contenders, dict)
    assert isinstance(ratios, dict)
    lines = ["| contender | submit/s | p99 ms | list of 20/s | p99 ms |", "| --- " * 5 + "|"]
    for name, operations in contenders.items():
        cells = [
            f"{one['median']:,} ({one['spread'][0]:,} to {one['spread'][1]:,}) | {one['p99']}"
            for one in (operations[operation] for operation in OPERATIONS)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "| ratio | submit | its p99 | list | its p99 |", "| --- " * 5 + "|"]
    for name, operations in ratios.items():
        cells = [f"{operations[one]['median']} | {operations[one]['p99']}" for one in OPERATIONS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", _DIFFERENCES]
    lines.append(f"The function's memory grew by {report['function_memory_growth_bytes']} bytes.")
    return "\n".join(lines)


_DIFFERENCES = """\
What differs. Ours validates the request, checks backend, feature, origin and limits, and logs each
request; its rate limits are off. The conventional design checks only that the backend is enabled.
PocketBase keeps its rows in SQLite, knows no projects, and checks no origin; its rules are open.
pgbench sends the same SQL over four prepared connections and neither speaks HTTP nor validates.
PostgreSQL runs without fsync for the first three and for pgbench, as the local stack does."""


if __name__ == "__main__":
    main()
