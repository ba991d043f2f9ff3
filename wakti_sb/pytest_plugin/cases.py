"""Conformance cases as tests.

The cases are tried together, in about a second, when they are collected; each test then tells what
came of its own. Workers of pytest-xdist share one result, so that all collect the same tests.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from wakti_sb import conformance, spec
from wakti_sb.conformance import Finding, Report
from wakti_sb.errors import WaktiError
from wakti_sb.pytest_plugin import folder, session
from wakti_sb.stack.left_out import reasons

_MOST_TOLD = 5
_RESULT = "conformance.pickle"  # in the folder of this run, which nobody else can write to


@dataclass(frozen=True)
class Result:
    """What a test has to tell.

    Parameters:
        name: the sentence that it claims.
        wrong: why it does not hold; empty if it does.
        finding: what tells more about it.
    """

    name: str
    wrong: str = ""
    finding: Finding | None = None


@dataclass(frozen=True)
class Trial:
    """What came of all of them; `problem` says why there are none."""

    results: tuple[Result, ...] = ()
    problem: str = ""


class ModelFile(pytest.File):
    """`wakti.toml`: as many tests as it leads to cases."""

    def collect(self) -> Iterator[pytest.Item]:
        """Try the cases and make a test of each."""
        trial = _shared(session.of(self.config), self.path)
        if trial.problem:
            raise self.CollectError(trial.problem)
        for result in trial.results:
            yield CaseItem.from_parent(self, name=result.name, result=result)


class Disproved(Exception):
    """The claim of a case does not hold."""


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, result: Result, **more: Any) -> None:
        super().__init__(**more)
        self._result = result

    def runtest(self) -> None:
        """Pass, fail, or be excused with the reason that somebody wrote down."""
        finding = self._result.finding
        if finding is not None and finding.excused is not None:
            pytest.xfail(f"excused: {finding.excused}")
        if self._result.wrong:
            raise Disproved(self._result.wrong)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,
    ) -> str | Any:
        """What was tried and how to repeat it; a traceback of ours would tell nothing."""
        if not isinstance(excinfo.value, Disproved):
            return super().repr_failure(excinfo, style)
        return describe(self._result)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands: in the model."""
        return self.path, None, self.name


def results(report: Report) -> tuple[Result, ...]:
    """What each test tells: one for each case and transport, and for each finding beside. Pure."""
    known = {
        name: finding
        for finding in (*report.findings, *report.excused)
        for name in (*finding.cases, finding.id)
    }
    names = {verdict.case.id for verdict in report.verdicts}
    of_cases = [
        Result(
            _named(verdict.case.id, verdict.transport),
            "" if verdict.status == "passed" else verdict.reason,
            None if verdict.status == "passed" else known.get(verdict.case.id),
        )
        for verdict in report.verdicts
    ]
    others = [
        Result(finding.id, finding.reason, finding)
        for finding in (*report.findings, *report.excused)
        if finding.id not in names
    ]
    return (*of_cases, *others)


def describe(result: Result) -> str:
    """A failed case for a person. Pure."""
    lines = [result.name, f"  {result.wrong}"]
    finding = result.finding
    if finding is not None:
        if not result.name.startswith(finding.id):
            lines.append(f"  the same fault as: {finding.id}")
        if finding.policy:
            lines.append(f"  decided by: {finding.policy}")
        parts = (("request", finding.request), ("SQL", finding.sql), ("fix", finding.fix))
        for title, text in parts:
            if text:
                lines += [f"  {title}:", *(f"    {line}" for line in text.strip().splitlines())]
    return "\n".join(lines)


def _named(case_id: str, transport: str) -> str:
    return case_id if transport == "sql" else f"{case_id} (through the client)"


def _shared(run: session.Session, model: Path) -> Trial:
    """What came of the cases of this run; whoever comes first tries them."""
    file = run.shared / _RESULT
    with folder.locked(run.shared, "conformance"):
        if not file.exists():
            made = _trial(run, model)
            file.write_bytes(pickle.dumps(made))
            return made
    trial: Trial = pickle.loads(file.read_bytes())  # noqa: S301  (our own, in a private folder)
    return trial


def _trial(run: session.Session, model: Path) -> Trial:
    try:
        report = _report(run, model)
    except WaktiError as error:
        return Trial(problem=session.sentence(error))
    if report.verdicts:
        return Trial(results(report))
    why = [f"{finding.id}: {finding.reason}" for finding in report.findings[:_MOST_TOLD]]
    return Trial(
        problem="\n  ".join(["wakti-sb: no case of the model could be tried: no proof.", *why])
    )


def _report(run: session.Session, model: Path) -> Report:
    described = conformance.with_exposed_schemas(spec.load(model), run.settings.project)
    transport = run.settings.transport
    endpoint = run.endpoint if transport != "sql" else None
    report = conformance.run(
        described,
        run.database,
        endpoint=endpoint,
        allow_data=run.settings.allow_data,
        left_out=reasons(run.left_out),
    )
    if transport != "client":
        return report
    return replace(report, verdicts=tuple(v for v in report.verdicts if v.transport == "client"))
