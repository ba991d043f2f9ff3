"""A run of the ownership model as a tree of results. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..conformance.cases import to_sql
from ..conformance.findings import causes, http_text
from ..conformance.model import Cause, Finding, Problem, Report, Statements, Verdict
from ..conformance.model import Condition as Measured
from .tree import Cell, Condition, Fact, Grid, Issue, Policy, Results, Status, Suite, Test

OPERATIONS = ("select", "insert", "update", "upsert", "delete", "execute")
_SCHEMA = "public."
_UNTRIED = (Problem.UNTESTED, Problem.CONDITION, Problem.UNPROVEN)
_ONE_GUESS = "line of wakti.toml still a guess"
_LEGEND = (
    ("passed may", "the model opens all of it, and it is open"),
    ("passed own", "its own, or what is opened to it, and nothing else"),
    ("passed no", "the model closes it, and it is closed"),
)
_Tried = tuple[Verdict, Test]


def of_policies(report: Report, guesses: int = 0) -> Results:
    """What `wakti-sb rls test` has found.

    Parameters:
        guesses: how many lines of the model are still guesses of a proposal: what is clean on them
            alone is not called proved.
    """
    excused = {case: f.excused or "" for f in report.excused for case in (f.id, *f.cases)}
    tried = [(verdict, _test(verdict, excused)) for verdict in report.verdicts]
    found = causes(report.findings)
    return Results(
        tool="wakti-sb rls",
        kind="Row level security",
        title=f"{report.title}: who reaches what",
        good=report.safe,
        verdict=_verdict(report, guesses),
        summary=f"{report.passed} of {report.cases} cases passed",
        figures=tuple(_figures(report, len(found), guesses)),
        suites=tuple(_suites(tried, report, _by_case(found))),
        grids=tuple(_grids(tried)),
        together="object",
        legend=_LEGEND,
        conditions=tuple(_policies(report.conditions)),
        issues=tuple(issue(cause) for cause in found),
        excused=tuple((each.id, each.excused or "") for each in report.excused),
        seconds=report.seconds,
    )


def _verdict(report: Report, guesses: int) -> str:
    if not report.safe:
        return "Not proved."
    return "Clean on guesses alone." if guesses else "Proved: nobody reaches what is not theirs."


def issue(cause: Cause) -> Issue:
    """A cause, as one thing to mend."""
    first = cause.first
    shown = (("Request", first.request), ("SQL, rolled back at its end", first.sql))
    return Issue(
        claim=cause.title,
        reason=first.reason,
        tag=first.problem,
        who=cause.identities,
        decided_by=first.policy,
        fix=cause.fix,
        runs=isinstance(cause.fix, Statements),
        tried=cause.fix_tried,
        reproduce=tuple(Fact(title, text, "code") for title, text in shown if text),
        others=tuple((each.id, each.reason) for each in cause.findings[1:]),
    )


def _figures(report: Report, holes: int, guesses: int) -> Iterator[tuple[str, str]]:
    count = len(report.findings)
    kinds = f" with {holes} causes" if holes not in (1, count) else ""
    yield str(count), f"{'finding' if count == 1 else 'findings'}{kinds}"
    if report.untested:
        yield str(len(report.untested)), "untested"
    if report.excused:
        yield str(len(report.excused)), "excused"
    if guesses:
        yield str(guesses), "lines of wakti.toml still guesses" if guesses > 1 else _ONE_GUESS
    yield f"{report.seconds:.1f}", "s"


def _test(verdict: Verdict, excused: dict[str, str]) -> Test:
    case = verdict.case
    status: Status = verdict.status
    reason = verdict.reason
    if status != "passed" and case.id in excused:
        status, reason = "excused", excused[case.id] or "excused"
    return Test(
        name=case.id,
        status=status,
        reason=reason,
        place=f"{case.subject}.{verdict.transport}",
        way="" if verdict.transport == "sql" else verdict.transport,
        facts=tuple(_facts(verdict)),
    )


def _facts(verdict: Verdict) -> Iterator[Fact]:
    yield Fact("Outcome", verdict.reason)
    yield Fact("The model says", verdict.case.why, "name")
    yield Fact("Decided by", verdict.decided_by or "nothing", "name")
    if verdict.control is not None:
        yield Fact("Control", f"the rightful request: {verdict.control}")
    yield Fact("Request", http_text(verdict.case.attempt), "code")
    yield Fact("SQL", to_sql(verdict.case.attempt.request), "code")


def _by_case(found: Iterable[Cause]) -> dict[str, Cause]:
    """The cause of each case that did not pass."""
    return {
        name: cause
        for cause in found
        for finding in cause.findings
        for name in (finding.id, *finding.cases)
    }


def _suites(tried: list[_Tried], report: Report, caused: dict[str, Cause]) -> Iterator[Suite]:
    by_object: dict[str, list[Test]] = {}
    for verdict, test in tried:
        caught = _with_cause(test, caused)
        by_object.setdefault(str(verdict.case.subject), []).append(caught)
    for name, tests in by_object.items():
        yield Suite(name, tuple(tests))
    shown = {test.name for _, test in tried}
    beside = tuple(
        _with_cause(
            Test(each.id, _beside(each), each.excused or each.reason, place=each.table), caused
        )
        for each in (*report.findings, *report.excused)
        if each.id not in shown
    )
    if beside:
        yield Suite("catalog", beside)


def _beside(finding: Finding) -> Status:
    """The status of a finding that no case shows."""
    if finding.excused is not None:
        return "excused"
    return "unproven" if finding.problem in _UNTRIED else "failed"


def _with_cause(test: Test, caused: dict[str, Cause]) -> Test:
    """A test that did not pass, with the cause, by whom and what closes it."""
    cause = caused.get(test.name)
    if cause is None or test.status not in ("failed", "unproven"):
        return test
    lines = (
        f"by {', '.join(cause.identities)}" if cause.identities else "",
        f"decided by {cause.first.policy}" if cause.first.policy else "",
        f"this closes it:\n{cause.fix}" if isinstance(cause.fix, Statements) else str(cause.fix),
    )
    detail = "\n".join(filter(None, lines))
    return replace(test, cause=cause.title, kind=str(cause.problem), detail=detail)


def _grids(tried: list[_Tried]) -> Iterator[Grid]:
    by_object: dict[str, list[_Tried]] = {}
    for each in tried:
        by_object.setdefault(str(each[0].case.subject), []).append(each)
    for name, found in by_object.items():
        fields: dict[tuple[str, str], list[_Tried]] = {}
        for verdict, test in found:
            key = (verdict.case.identity, verdict.case.operation)
            fields.setdefault(key, []).append((verdict, test))
        columns = tuple(o for o in OPERATIONS if any(operation == o for _, operation in fields))
        people = tuple(dict.fromkeys(who for who, _ in fields))
        rows = tuple((who, tuple(_cell(fields.get((who, o))) for o in columns)) for who in people)
        yield Grid(name.removeprefix(_SCHEMA), "identity", columns, rows)


def _cell(tried: list[_Tried] | None) -> Cell | None:
    """All about one identity doing one thing to one object."""
    if tried is None:
        return None
    opens = [t for v, t in tried if v.case.expected.must or v.case.expected.may]
    closes = [t for v, t in tried if not (v.case.expected.must or v.case.expected.may)]
    word = "may" if not closes else "no"
    if opens and closes:
        word = _mixed(opens, closes)
    return Cell(tuple(test for _, test in tried), word, bool(opens))


def _mixed(opens: list[Test], closes: list[Test]) -> str:
    """What is open to somebody and what is closed, told apart."""
    leaks = any(test.status == "failed" for test in closes)
    misses = any(test.status == "failed" for test in opens)
    if leaks and misses:
        return "not own, others'"
    return "others' too" if leaks else "not own" if misses else "own"


def _policies(conditions: Iterable[Measured]) -> Iterator[Policy]:
    clauses: dict[tuple[str, str, str], list[Condition]] = {}
    for each in conditions:
        clause = each.clause
        unread = bool(each.reason) and not each.never
        shown = Condition(
            each.text or "the whole clause",
            seen_true=not unread and "true" not in each.never,
            seen_false=not unread and "false" not in each.never,
            reason=each.reason,
        )
        key = (str(each.subject).removeprefix(_SCHEMA), each.policy, clause)
        clauses.setdefault(key, []).append(shown)
    for key, found in clauses.items():
        yield Policy(*key, tuple(found))
