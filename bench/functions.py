"""How long `up` takes for a project with ten edge functions, and a request after an edit.

    python -m bench.functions [--runs 5] [--json]

Half of the functions import the Supabase client, the others something of their own. The first `up`
fetches that, the others find it in the cache; between two of them one function is edited.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from bench._report import Report, figure, options, run, show, target, targets_table
from bench.stack import wakti
from wakti_sb.stack import EmbeddedStack, Endpoint

NAME = "ten functions"
TARGETS = {"warm up": 3.0, "warm up after an edit": 3.0}
_IMPORTS = (
    'import { createClient } from "npm:@supabase/supabase-js@2";',
    'import { z } from "npm:zod@3";',
    'import { greeting } from "../_shared/greeting.ts";',
    'import { createHash } from "node:crypto";',
    'import { createClient } from "npm:@supabase/supabase-js@2";',
)
_open = build_opener(ProxyHandler({})).open


def main() -> None:
    arguments = options(__doc__, runs=5).parse_args()
    with tempfile.TemporaryDirectory(prefix="wakti-bench-") as name:
        report = measure(Path(name), arguments.runs)
    show(report, _markdown, as_json=arguments.json)


def measure(project: Path, runs: int) -> Report:
    """Seconds of each command as a user waits for it, Python's own start included."""
    for number in range(10):
        _write(project, number, "first")
    shared = project / "supabase" / "functions" / "_shared" / "greeting.ts"
    shared.parent.mkdir()
    shared.write_text('export const greeting = "hello";\n')
    stack = EmbeddedStack(project)
    env: dict[str, str] = {}
    warm, edited, requests, edits = [], [], [], []
    try:
        seconds = {"first up": [wakti(project, env, "up", "--port", "0")]}
        for run_number in range(runs):
            wakti(project, env, "down")
            warm.append(wakti(project, env, "up", "--port", "0"))
            wakti(project, env, "down")
            _write(project, 0, f"edit {run_number}")
            edited.append(wakti(project, env, "up", "--port", "0"))
            requests.append(_request(stack.endpoint()))
            _write(project, 0, f"edit {run_number} again")
            edits.append(_request(stack.endpoint()))
        memory = stack.status().memory
    finally:
        stack.down(remove_data=True)
    seconds |= {
        "warm up": warm,
        "warm up after an edit": edited,
        "a request": requests,
        "a request after an edit": edits,
    }
    figures = {what: figure(values) for what, values in seconds.items()}
    return {
        "runs": runs,
        "contenders": {NAME: figures},
        "ratios": {},
        "targets": {
            f"{what}, seconds": target(figures[what]["median"], at_most=limit)
            for what, limit in TARGETS.items()
        },
        "idle_memory_mib": {name: round(size / 1024**2) for name, size in memory.items()},
    }


def _write(project: Path, number: int, said: str) -> None:
    entry = project / "supabase" / "functions" / f"function-{number}" / "index.ts"
    entry.parent.mkdir(parents=True, exist_ok=True)
    imported = _IMPORTS[number % len(_IMPORTS)]
    entry.write_text(f'{imported}\nDeno.serve(() => new Response("{said}"));\n')


def _request(endpoint: Endpoint) -> float:
    request = Request(
        f"{endpoint.functions_url}/function-0", headers={"apikey": endpoint.publishable_key}
    )
    begin = time.perf_counter()
    _open(request, timeout=60).read()
    return time.perf_counter() - begin


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
