"""A run of the ownership model as a tree of results. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..conformance.cases import to_sql
from ..conformance.findings import causes, http_text
from ..conformance.model import Cause, Finding, Report, Statements, Verdict
from ..conformance.model import Condition as Measured
from .tree import Cell, Condition, Fact, Grid, Issue, Policy, Results, Status, Suite, Test

OPERATIONS = ("select", "insert", "update", "upsert", "delete", "execute")
_SCHEMA = "public."
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
        suites=tuple(_suites(tried, report.findings, _by_case(found))),
        grids=tuple(_grids(tried)),
        together="object",
        legend=_LEGEND,
        conditions=tuple(_policies(report.conditions)),
        issues=tuple(issue(cause) for cause in found),
        excused=tuple((each.id, each.excused or "") for each in report.excused),
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


def _by_case(found: Iterable[Cause]) -> dict[str, str]:
    """The cause of each case that did not pass."""
    return {
        name: cause.title
        for cause in found
        for finding in cause.findings
        for name in (finding.id, *finding.cases)
    }


def _suites(
    tried: list[_Tried], findings: Iterable[Finding], caused: dict[str, str]
) -> Iterator[Suite]:
    by_object: dict[str, list[Test]] = {}
    for verdict, tried_as in tried:
        cause = caused.get(tried_as.name, "")
        test = replace(tried_as, detail=f"cause: {cause}") if cause else tried_as
        by_object.setdefault(str(verdict.case.subject), []).append(test)
    for name, tests in by_object.items():
        yield Suite(name, tuple(tests))
    shown = {test.name for _, test in tried}
    beside = tuple(
        Test(each.id, "failed", each.reason, each.fix, each.table)
        for each in findings
        if each.id not in shown
    )
    if beside:
        yield Suite("catalog", beside)


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
