"""The report of a run: figures, ratios, targets, and what differs between the contenders."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

from bench._report import Report, target, targets_table
from bench.load import Sample

OPERATIONS = ("submit", "list")
OURS = "wakti-sb, own port"
GATEWAY = "wakti-sb, through the gateway"
CONVENTIONAL = "conventional, over Supabase Lite"
ON_OURS = "conventional, over our Data API"
POCKETBASE = "PocketBase"
PGBENCH = "pgbench, the same SQL"

# By pair of contenders: the least ratio of requests a second, by operation.
_LEAST: dict[tuple[str, str], dict[str, float]] = {
    (OURS, CONVENTIONAL): {"submit": 12, "list": 12},
    (GATEWAY, CONVENTIONAL): {"submit": 8, "list": 8},
    (OURS, POCKETBASE): {"submit": 1.3, "list": 2},
    (OURS, PGBENCH): {"submit": 0.4, "list": 0.4},
}
_SLOWEST = 0.2  # of the conventional design's p99

_MIB = 1024 * 1024

Samples = dict[str, dict[str, list[Sample]]]


@dataclass(frozen=True)
class Memory:
    """Bytes that the function's process holds after the warm-up, and in the end."""

    before: int
    after: int


def report(samples: Samples, memory: Memory) -> Report:
    """Everything that was measured, ready for JSON."""
    ratios = {
        (mine, other): {
            operation: _ratio(samples[mine][operation], samples[other][operation])
            for operation in OPERATIONS
        }
        for mine in (OURS, GATEWAY)
        for other in samples
        if other not in (OURS, GATEWAY)
    }
    requests = sum(
        one.requests
        for name in (OURS, GATEWAY)
        for taken in samples[name].values()
        for one in taken
    )
    return {
        "runs": len(samples[OURS]["submit"]),
        "contenders": {
            name: {operation: _figure(taken) for operation, taken in operations.items()}
            for name, operations in samples.items()
        },
        "ratios": {f"{mine} / {other}": each for (mine, other), each in ratios.items()},
        "targets": _targets(ratios),
        "function_memory_mib": {
            "after warm-up": round(memory.before / _MIB),
            "in the end": round(memory.after / _MIB),
            "requests between": requests,
        },
    }


def _figure(taken: list[Sample]) -> dict[str, Any]:
    """Requests a second, and the milliseconds of the p99."""
    rates = [one.rate for one in taken]
    return {
        "median": round(statistics.median(rates)),
        "p99": round(statistics.median(one.p99 for one in taken), 2),
        "spread": [round(min(rates)), round(max(rates))],
    }


def _ratio(mine: list[Sample], other: list[Sample]) -> dict[str, Any]:
    """Medians of the rounds' ratios, so that a slow minute of the machine weighs no more than one.

    The spread is of requests a second.
    """
    pairs = list(zip(mine, other, strict=True))
    rates = [one.rate / two.rate for one, two in pairs]
    return {
        "median": round(statistics.median(rates), 2),
        "p99": round(statistics.median(one.p99 / two.p99 for one, two in pairs), 2),
        "spread": [round(min(rates), 2), round(max(rates), 2)],
    }


def _targets(ratios: dict[tuple[str, str], dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    targets = {
        f"{operation}: {mine} / {other}": target(
            ratios[mine, other][operation]["median"], at_least=least
        )
        for (mine, other), limits in _LEAST.items()
        if (mine, other) in ratios
        for operation, least in limits.items()
    }
    for operation in OPERATIONS:
        slowest = ratios[OURS, CONVENTIONAL][operation]["p99"]
        targets[f"{operation}, p99: {OURS} / {CONVENTIONAL}"] = target(slowest, at_most=_SLOWEST)
    return targets


def markdown(report: Report) -> str:
    """The report for a person."""
    lines = ["| contender | submit/s | p99 ms | list of 20/s | p99 ms |", "| --- " * 5 + "|"]
    for name, operations in report["contenders"].items():
        cells = [
            f"{one['median']:,} ({one['spread'][0]:,} to {one['spread'][1]:,}) | {one['p99']}"
            for one in (operations[operation] for operation in OPERATIONS)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "| ratio | submit | its p99 | list | its p99 |", "| --- " * 5 + "|"]
    for name, operations in report["ratios"].items():
        cells = [
            f"{one['median']} ({one['spread'][0]} to {one['spread'][1]}) | {one['p99']}"
            for one in (operations[operation] for operation in OPERATIONS)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    memory = report["function_memory_mib"]
    grown = (
        f"Our function's process held {memory['after warm-up']} MiB after the warm-up and"
        f" {memory['in the end']} MiB after {memory['requests between']:,} requests more."
    )
    return "\n".join([*lines, "", *targets_table(report["targets"]), "", _DIFFERENCES, grown])


_DIFFERENCES = """\
The conventional design asks the Data API that its contender names, twice a request.
What differs. Ours validates the request, checks backend, feature, origin and limits, and logs each
request; its rate limits are off. The conventional design checks only that the backend is enabled.
PocketBase keeps its rows in SQLite, knows no projects, and checks no origin; its rules are open.
pgbench sends the same SQL over four prepared connections and neither speaks HTTP nor validates.
PostgreSQL runs without fsync for the first three and for pgbench, as the local stack does."""
