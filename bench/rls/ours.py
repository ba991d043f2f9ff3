"""Our own: the command beside its peers, and the engine by itself."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from typing import Any

from bench.rls.contender import Contender, Said, Trial, bare
from wakti_sb import conformance
from wakti_sb.spec import Spec
from wakti_sb.stack import Endpoint

OURS = "wakti-sb"
_MODEL = "wakti.toml"
_PROGRAM = (sys.executable, "-c", "from wakti_sb.cli import main; main()")
_UNSURE = ("untested", "no verdict", "unproven")


def ours() -> Contender:
    """`wakti-sb rls test`, over SQL."""
    return Contender(OURS, "", (_MODEL,), _look, _prepare)


def _prepare(trial: Trial) -> None:
    shutil.copy(trial.subject.file(_MODEL), trial.folder / _MODEL)


def _look(trial: Trial) -> set[Said]:
    found = json.loads(trial.run([*_PROGRAM, "rls", "--db-url", trial.url, "test", "--json"]))
    said = {_said(one) for one in found["findings"]}
    return said | {
        Said("unsure", bare(one["table"]), "", one["reason"]) for one in found["untested"]
    }


def _said(finding: dict[str, Any]) -> Said:
    name = finding["table"].removeprefix("view ").removeprefix("function ")
    return Said("finding", bare(name), finding["operation"], finding["id"])


@dataclass(frozen=True)
class Engine:
    """One round of the engine, called from Python: cases, mutants, and the seconds of each."""

    sql_cases: int
    sql_seconds: float
    client_cases: int
    client_seconds: float
    mutants: int
    survivors: int
    mutate_seconds: float


def engine(model: Spec, endpoint: Endpoint, url: str, workers: int) -> Engine:
    """Run the matrix over SQL and through the client, and every mutant.

    Parameters:
        url: a database that nobody else uses, which `mutate` copies.

    Raise AssertionError where the matrix is not clean: then its time says nothing.
    """
    report = conformance.run(model, endpoint.database, endpoint=endpoint)
    assert report.safe, [f"{finding.id}: {finding.reason}" for finding in report.findings]
    taken = {timing.transport: timing for timing in report.timings}
    mutated = conformance.mutate(model, url, workers=workers)
    return Engine(
        taken["sql"].cases,
        taken["sql"].seconds,
        taken["client"].cases,
        taken["client"].seconds,
        len(mutated.judged),
        len(mutated.survivors),
        mutated.seconds,
    )
