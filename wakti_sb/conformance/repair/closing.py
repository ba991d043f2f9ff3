"""Find statements that close the findings and take nothing from anybody; each try is a copy."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from ...errors import ConformanceError
from ...spec import Relation, Spec
from ..catalog.identifiers import quoted
from ..findings import causes, excuse
from ..model import Cause, Finding, Problem, Root, Statements, SubjectKind
from ..mutation import copy_of, mutate
from ..run.engine import Listener, Progress, ignore
from ..run.preflight import no_hosted_data
from ..run.session import catalog_for, connected
from ..run.sql import through_sql

_MOST_ROUNDS = 6  # a fix of one policy can show what was hidden behind it
_MOST_LEFT_OUT = 16  # fixes, one after the other, to see whether it goes without


@dataclass(frozen=True)
class Step:
    """Statements, and the causes that they were proposed for."""

    statements: str
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Repair:
    """What closes the findings.

    Parameters:
        steps: in the order in which they have to run.
        left: causes that no statement closes, or that were not chosen.
        untested: conditions that nobody has tried both ways, with everything applied.
        cases: how many cases were tried with everything applied, and how many passed.
        score: of the mutants that the cases notice afterwards; None where something is left.
    """

    steps: tuple[Step, ...]
    left: tuple[Cause, ...]
    untested: tuple[Cause, ...]
    cases: int
    passed: int
    score: float | None = None
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing is left."""
        return not self.left


@dataclass(frozen=True)
class _State:
    """What a run over a repaired copy has found."""

    findings: tuple[Finding, ...]
    failing: frozenset[str]
    locked_out: frozenset[str]
    cases: int
    passed: int


def repair(
    spec: Spec,
    db_url: str,
    objects: Iterable[str] = (),
    *,
    allow_data: bool = False,
    score: bool = True,
    listener: Listener = ignore,
) -> Repair:
    """Statements that close the findings about these objects, or about everything.

    Every proposal is applied in a copy of the database and the whole matrix is tried there. What
    would keep somebody out who was not kept out before is not taken.

    Parameters:
        objects: tables, views, functions and buckets, with or without the schema public.
        allow_data: go on although it is a hosted database that holds data.
        score: also break the repaired policies, and tell how many of the breaks are noticed.

    Raise ConformanceError if the database cannot be copied or tried.
    """
    started = time.perf_counter()
    if not allow_data:
        with connected(db_url) as connection:
            no_hosted_data(connection, spec, catalog_for(spec, connection))
    trial = _Trial(spec, db_url, frozenset(objects))
    steps: list[Step] = []
    state = trial.state(steps)
    for number in range(_MOST_ROUNDS):
        proposed = list(_proposed(cause for cause in causes(state.findings) if trial.about(cause)))
        listener(Progress(number, _MOST_ROUNDS, f"{len(proposed)} fixes"))
        taken, after = _accepted(trial, steps, state, proposed)
        if not taken:
            break
        steps, state = _joined(steps, taken), after
    steps, state = _without_needless(trial, steps, state)
    listed = causes(state.findings)
    left = tuple(cause for cause in listed if cause.problem != Problem.CONDITION)
    untested = tuple(cause for cause in listed if cause.problem == Problem.CONDITION)
    found = trial.score(steps) if score and not listed and steps else None
    return Repair(
        tuple(steps),
        left,
        untested,
        state.cases,
        state.passed,
        found,
        time.perf_counter() - started,
    )


class _Trial:
    """Tries statements in a copy of the database."""

    def __init__(self, spec: Spec, db_url: str, objects: frozenset[str]) -> None:
        self.spec = spec
        self.db_url = db_url
        self.objects = objects

    def about(self, cause: Cause) -> bool:
        """Whether it was chosen."""
        names = {name for each in cause.objects for name in (each, each.removeprefix("public."))}
        names |= {name.partition("(")[0] for name in names}
        return not self.objects or bool(names & self.objects)

    def state(self, steps: Sequence[Step]) -> _State:
        """What is found with these steps; a statement that cannot run raises psycopg.Error."""
        with copy_of(self.db_url) as url:
            _applied(url, steps)
            run = through_sql(self.spec, url, allow_data=True)
        today = datetime.datetime.now(datetime.UTC).date()
        standing, _ = excuse(run.findings, self.spec, today)
        judged = [f for f in standing if f.problem != Problem.CONDITION]
        failing = {case for f in judged for case in (f.id, *f.cases)}
        locked = {c for f in standing if f.problem == Problem.LOCKED_OUT for c in (f.id, *f.cases)}
        passed = sum(verdict.status == "passed" for verdict in run.verdicts)
        return _State(standing, frozenset(failing), frozenset(locked), len(run.verdicts), passed)

    def score(self, steps: Sequence[Step]) -> float:
        """The mutation score with these steps."""
        with copy_of(self.db_url) as url:
            _applied(url, steps)
            return mutate(self.spec, url, allow_data=True).score


def _applied(url: str, steps: Sequence[Step]) -> None:
    with psycopg.connect(url) as connection:
        for step in steps:
            connection.execute(sql.SQL(step.statements))


def _proposed(found: Iterable[Cause]) -> Iterator[tuple[Step, bool]]:
    """Each fix once, and whether it was seen to close its finding."""
    known: dict[str, tuple[list[str], bool]] = {}
    for cause in found:
        for finding in cause.findings:
            fix = _statements(finding)
            if fix:
                titles, tried = known.setdefault(fix, ([], finding.fix_tried))
                if cause.title not in titles:
                    titles.append(cause.title)
                known[fix] = (titles, tried or finding.fix_tried)
    for fix, (titles, tried) in known.items():
        yield Step(fix, tuple(titles)), tried


def _statements(finding: Finding) -> str:
    """What can be run; an object that nobody described loses the privileges of the API."""
    if isinstance(finding.fix, Statements):
        return str(finding.fix)
    if finding.root is not Root.UNDECLARED:
        return ""
    if finding.subject.kind is SubjectKind.FUNCTION:
        return f"revoke execute on function {finding.table} from public, anon, authenticated;"
    if finding.subject.kind in (SubjectKind.TABLE, SubjectKind.VIEW):
        return f"revoke all on {quoted(Relation(finding.table))} from anon, authenticated;"
    return ""


def _accepted(
    trial: _Trial, steps: list[Step], before: _State, proposed: list[tuple[Step, bool]]
) -> tuple[list[Step], _State]:
    """Those of the proposals that help: all that were tried at once, else one after the other."""
    sure = [step for step, tried in proposed if tried]
    if len(sure) > 1 and (after := _better(trial, _joined(steps, sure), before)) is not None:
        return sure, after
    taken: list[Step] = []
    now = before
    for step, _ in sorted(proposed, key=lambda each: not each[1]):
        if not set(step.titles) & {cause.title for cause in causes(now.findings)}:
            continue  # closed by another one already
        after = _better(trial, _joined(steps, [*taken, step]), now)
        if after is not None:
            taken, now = _joined(taken, [step]), after
    return taken, now


def _joined(steps: list[Step], further: list[Step]) -> list[Step]:
    """The steps and then the further ones; what comes again comes last."""
    again = {step.statements for step in further}
    return [*(step for step in steps if step.statements not in again), *further]


def _better(trial: _Trial, steps: list[Step], before: _State) -> _State | None:
    """The state with these steps, where it is better and nobody is kept out by it."""
    try:
        after = trial.state(steps)
    except (psycopg.Error, ConformanceError):
        return None
    if after.locked_out - before.locked_out or len(after.failing) >= len(before.failing):
        return None
    return after


def _without_needless(trial: _Trial, steps: list[Step], state: _State) -> tuple[list[Step], _State]:
    """The steps without those that the others make needless; the longest go first."""
    if not 1 < len(steps) <= _MOST_LEFT_OUT:
        return steps, state
    for step in sorted(steps, key=lambda each: -len(each.statements)):
        fewer = [each for each in steps if each is not step]
        try:
            after = trial.state(fewer)
        except (psycopg.Error, ConformanceError):
            continue
        if after.failing <= state.failing:
            steps, state = fewer, after
    return steps, state
