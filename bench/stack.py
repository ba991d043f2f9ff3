"""How long the local stack takes, and how much memory it holds when idle.

    python -m bench.stack [--runs 5] [--json]

The first `up` is measured with an empty cache: it copies PostgreSQL, fetches Deno's packages,
makes the database and applies every migration.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench._project import folder
from bench._report import Report, figure, options, run, show, target, targets_table, timed
from wakti_sb.errors import StackError
from wakti_sb.stack import EmbeddedStack

NAME = "embedded stack"
TARGETS = {"first up": 10.0, "warm up": 2.0, "reset": 0.3, "reset, called from Python": 0.3}
MIB = 1024 * 1024


def main() -> None:
    arguments = options(__doc__, runs=5).parse_args()
    with folder() as project:
        report = measure(project, arguments.runs)
    show(report, _markdown, as_json=arguments.json)


def measure(project: Path, runs: int) -> Report:
    """Seconds of each command as a user waits for it, Python's own start included."""
    env = {"WAKTI_CACHE": str(project / "cache")}
    stack = EmbeddedStack(project)
    try:
        seconds = {"first up": [wakti(project, env, "up", "--port", "0")]}
        memory = stack.status().memory
        warm, resets, downs = [], [], []
        for _ in range(runs):
            resets.append(wakti(project, env, "reset"))
            downs.append(wakti(project, env, "down"))
            warm.append(wakti(project, env, "up", "--port", "0"))
        seconds |= {"warm up": warm, "reset": resets, "down": downs}
        seconds["reset, called from Python"] = [timed(stack.reset) for _ in range(runs)]
    finally:
        stack.down(remove_data=True)
    figures = {what: figure(values) for what, values in seconds.items()}
    return {
        "runs": runs,
        "contenders": {NAME: figures},
        "ratios": {},
        "targets": {
            f"{what}, seconds": target(figures[what]["median"], at_most=limit)
            for what, limit in TARGETS.items()
        },
        "idle_memory_mib": {name: round(size / MIB) for name, size in memory.items()},
    }


def wakti(project: Path, env: dict[str, str], *arguments: str) -> float:
    """The seconds of one `wakti-sb` command. Raise StackError if it fails."""
    command = [sys.executable, "-c", "from wakti_sb.cli import main; main()", *arguments]
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=project, env=os.environ | env, capture_output=True, text=True
    )
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        raise StackError(f"wakti-sb {arguments[0]} failed: {done.stderr.strip()}")
    return seconds


def _markdown(report: Report) -> str:
    lines = ["| seconds | median | fastest | slowest |", "| --- " * 4 + "|"]
    for what, one in report["contenders"][NAME].items():
        low, high = one["spread"]
        lines.append(f"| {what} | {one['median']} | {low} | {high} |")
    lines += ["", "| idle process | MiB |", "| --- | --- |"]
    lines += [f"| {name} | {size} |" for name, size in report["idle_memory_mib"].items()]
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
