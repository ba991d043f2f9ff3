"""How long a new process of the site API takes to its first answer, and how much of it is sent.

    python -m bench.cold_start [--runs 10] [--json]

Three contenders against one stack: the one module that `deploy` sends, the same function from its
sources, and the conventional design, bundled in the same way. The first answer is a submission that
is stored. `gzip` stands for what a platform keeps of a module.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench._project import folder
from bench._report import Report, figure, options, run, show
from bench.site_api.ours import CONVENTIONAL, FUNCTION, MESSAGE, Ours, ours
from wakti_sb.deploy import sources
from wakti_sb.stack.embedded import deno, paths
from wakti_sb.stack.embedded.ports import free

BUNDLED = "wakti-sb, as it is deployed"
SOURCES = "wakti-sb, from its sources"
OTHER = "conventional, bundled"
_PASSED = ("WAKTI_DB_URL", "SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY")


@dataclass(frozen=True)
class Contender:
    """A function that can be started.

    Parameters:
        entry: its first module.
        size: bytes that are sent to deploy it.
        packed: the same, compressed.
    """

    entry: Path
    size: int
    packed: int


def main() -> None:
    arguments = options(__doc__, runs=10).parse_args()
    with folder() as project, ours(project) as running:
        contenders = _contenders(project)
        environment = _environment(running)
        starts: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(arguments.runs + 1):
            for name, one in contenders.items():
                milliseconds = _start(one, environment, running.project)
                if number > 0:  # the first one fills the caches of the disk
                    starts[name].append(milliseconds)
    show(_report(arguments.runs, contenders, starts), _markdown, as_json=arguments.json)


def _contenders(project: Path) -> dict[str, Contender]:
    program = deno.find(paths.cache())
    found = {}
    for name, one_module in ((BUNDLED, True), (SOURCES, False)):
        [source] = [
            one
            for one in sources.read(project, program, one_module=one_module)
            if one.name == FUNCTION
        ]
        entry = project / source.entry
        if one_module:
            entry = project / "bundled" / "index.js"
            entry.parent.mkdir()
            entry.write_bytes(source.files[source.entry])
        content = b"".join(source.files.values())
        found[name] = Contender(entry, len(content), len(gzip.compress(content)))
    program.install(CONVENTIONAL / "index.ts")
    entry = project / "conventional.js"
    command = [program.program, "bundle", "--quiet", "--minify", "--platform", "deno"]
    subprocess.run(
        [*command, "--output", str(entry), "index.ts"],
        cwd=CONVENTIONAL,
        env=os.environ | program.env(),
        check=True,
    )
    content = entry.read_bytes()
    found[OTHER] = Contender(entry, len(content), len(gzip.compress(content)))
    return found


def _environment(running: Ours) -> dict[str, str]:
    known = running.function.environ()
    return {name: known[name] for name in _PASSED if name in known}


def _start(contender: Contender, environment: Mapping[str, str], project: str) -> float:
    """Milliseconds from the start of the process to its first answer."""
    [port] = free(1)
    program = deno.find(paths.cache())
    command = [program.program, "run", "--quiet", "--cached-only", "--allow-net", "--allow-env"]
    body = {"projectId": project, "action": "submit", "formName": "contact", "data": MESSAGE}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*command, contender.entry.name],
        cwd=contender.entry.parent,
        env={**os.environ, **program.env(), **environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(timeout=20) as http:
            while True:
                try:
                    answer = http.post(f"http://127.0.0.1:{port}/", json=body)
                    break
                except httpx.TransportError:
                    if process.poll() is not None or time.perf_counter() - begun > 30:
                        raise
                    time.sleep(0.002)
        taken = (time.perf_counter() - begun) * 1000
        assert answer.status_code == 200, answer.text
        return taken
    finally:
        process.kill()
        process.wait()


def _report(
    runs: int, contenders: Mapping[str, Contender], starts: Mapping[str, list[float]]
) -> Report:
    figures = {name: figure(values, digits=0) for name, values in starts.items()}
    ratio = figures[BUNDLED]["median"] / figures[OTHER]["median"]
    size = contenders[BUNDLED].packed / contenders[OTHER].packed
    return {
        "runs": runs,
        "contenders": {name: {"first answer": one} for name, one in figures.items()},
        "ratios": {"first answer": round(ratio, 2), "compressed size": round(size, 2)},
        "targets": {},
        "bytes": {name: [one.size, one.packed] for name, one in contenders.items()},
    }


def _markdown(report: Report) -> str:
    lines = ["| function | first answer, ms | from | to | KiB sent | compressed |"]
    lines.append("| --- " * 6 + "|")
    for name, figures in report["contenders"].items():
        one = figures["first answer"]
        low, high = one["spread"]
        size, packed = (f"{value / 1024:.0f}" for value in report["bytes"][name])
        lines.append(f"| {name} | {one['median']:g} | {low:g} | {high:g} | {size} | {packed} |")
    ratios = (f"{name}, ours / conventional: {value}" for name, value in report["ratios"].items())
    return "\n".join([*lines, "", *ratios])


if __name__ == "__main__":
    run(main)
