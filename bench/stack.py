"""How long the local stack takes, and how much memory it holds when idle.

    python bench/stack.py [--runs 5] [--json]

The first `up` is measured with an empty cache: it copies PostgreSQL, fetches Deno's packages,
makes the database and applies every migration.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from wakti_sb.stack import EmbeddedStack

ROOT = Path(__file__).parent.parent
MIB = 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wakti-bench-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "supabase", folder / "supabase")
        figures = measure(folder, arguments.runs)
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    print("| what | median | worst |\n| --- | --- | --- |")
    for what, values in figures["seconds"].items():
        print(f"| {what} | {statistics.median(values):.2f} s | {max(values):.2f} s |")
    for process, size in figures["idle memory, MiB"].items():
        print(f"| idle memory of {process} | {size:.0f} MiB | |")


def measure(folder: Path, runs: int) -> dict[str, dict[str, list[float]] | dict[str, float]]:
    """Seconds of each command as a user waits for it, Python's own start included."""
    env = {"WAKTI_CACHE": str(folder / "cache")}
    seconds: dict[str, list[float]] = {"first up": [run(folder, env, "up", "--port", "0")]}
    memory = EmbeddedStack(folder).status().memory
    warm, resets, downs = [], [], []
    for _ in range(runs):
        resets.append(run(folder, env, "reset"))
        downs.append(run(folder, env, "down"))
        warm.append(run(folder, env, "up", "--port", "0"))
    seconds |= {"warm up": warm, "reset": resets, "down": downs}
    stack = EmbeddedStack(folder)
    seconds["reset, called from Python"] = [timed(stack.reset) for _ in range(runs)]
    run(folder, env, "down", "--no-backup")
    return {
        "seconds": seconds,
        "idle memory, MiB": {name: size / MIB for name, size in memory.items()},
    }


def run(folder: Path, env: dict[str, str], *arguments: str) -> float:
    command = [sys.executable, "-c", "from wakti_sb.cli import main; main()", *arguments]
    return timed(
        lambda: subprocess.run(
            command, cwd=folder, env=os.environ | env, check=True, capture_output=True
        )
    )


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
