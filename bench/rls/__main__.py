"""Row level security proved, beside other tools, on the same schemas in one run.

    python -m bench.rls [--runs 5] [--holes 99] [--without-peers] [--json]

The peers are installed by pip into environments of their own, which go in the end; one that cannot
be installed is left out, and the report says so. Each round tries every contender once on each
schema; a round before the first warms up. What they make of seeded holes is looked at once.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench._project import folder, running
from bench._report import Report, options, positive, run, show
from bench.rls.contender import Contender, Said, Trial
from bench.rls.ours import Engine, engine, ours
from bench.rls.peers.installed import PEERS, installed
from bench.rls.report import Taken, markdown, report
from bench.rls.subject import Server, Subject, subjects
from wakti_sb import conformance, spec
from wakti_sb.cli._output import progress
from wakti_sb.errors import StackError
from wakti_sb.events import Listener, Step
from wakti_sb.stack import Endpoint


def main() -> None:
    parser = options(__doc__, runs=5)
    parser.add_argument("--without-peers", action="store_true", help="our own alone, no network")
    parser.add_argument("--holes", type=positive, default=99, help="to seed, at most, a schema")
    parser.add_argument("--workers", type=positive, default=2, help="of mutate; %(default)s")
    arguments = parser.parse_args()
    with ExitStack() as opened, progress() as listener:
        listener(Step("installing the peers", 0, 4))
        room = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="wakti-peers-")))
        peers = () if arguments.without_peers else tuple(installed(room))
        endpoint = opened.enter_context(running(opened.enter_context(folder())))
        measured = _measure(
            endpoint,
            (ours(), *peers),
            arguments.runs,
            holes=arguments.holes,
            workers=arguments.workers,
            listener=listener,
        )
    show(measured, markdown, as_json=arguments.json)


def _measure(
    endpoint: Endpoint,
    contenders: Sequence[Contender],
    runs: int,
    *,
    holes: int,
    workers: int,
    listener: Listener,
) -> Report:
    server = Server(endpoint.database)
    known = [replace(one, faults=one.faults[:holes]) for one in subjects()]
    listener(Step("the engine by itself", 1, 4))
    rounds = _engine_rounds(endpoint, server, runs, workers)
    seconds: dict[tuple[str, str], list[float]] = {}
    said: dict[tuple[str, str, str], frozenset[Said]] = {}
    listener(Step("side by side", 2, 4))
    for number in range(runs + 1):
        for subject in known:
            for one in contenders:
                taken, words = _try(server, one, subject)
                said[one.name, subject.name, ""] = words
                if number:
                    seconds.setdefault((one.name, subject.name), []).append(taken)
    listener(Step("with a hole", 3, 4))
    for subject in known:
        for fault in subject.faults:
            for one in contenders:
                _, words = _try(server, one, subject, fault.file)
                said[one.name, subject.name, fault.name] = words
    results = {
        one.name: {
            subject.name: Taken(
                tuple(seconds[one.name, subject.name]),
                said[one.name, subject.name, ""],
                {f.name: said[one.name, subject.name, f.name] for f in subject.faults},
            )
            for subject in known
        }
        for one in contenders
    }
    names = {one.name for one in contenders}
    left_out = [name for name in PEERS if name not in names]
    return report(known, contenders, results, rounds, left_out)


def _engine_rounds(
    endpoint: Endpoint, server: Server, runs: int, workers: int
) -> tuple[Engine, ...]:
    backend = subjects()[0]
    model = spec.load(backend.model)
    with server.database("wakti_template") as name:
        url = server.url(name)
        # A run of the matrix warms everything up that the mutants use too.
        conformance.run(model, endpoint.database, endpoint=endpoint)
        return tuple(engine(model, endpoint, url, workers) for _ in range(runs))


def _try(
    server: Server, contender: Contender, subject: Subject, *faults: Path
) -> tuple[float, frozenset[Said]]:
    """The seconds of a contender on a fresh copy, and what it said."""
    with (
        server.database(files=(*subject.schema, *faults)) as name,
        tempfile.TemporaryDirectory(prefix="wakti-bench-") as room,
    ):
        trial = Trial(subject, server.url(name), Path(room))
        try:
            contender.prepare(trial)
            words = frozenset(contender.look(trial))
        except (StackError, subprocess.SubprocessError, KeyError) as error:
            if not contender.package:
                raise
            # A peer that stumbles over a schema has not found it clean.
            words = frozenset({Said("failed", "", "", f"{type(error).__name__}: {error}")})
        return sum(trial.seconds), words


if __name__ == "__main__":
    run(main)
