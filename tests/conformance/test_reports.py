"""Every report tells the same findings, in the form that its reader expects."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from tests.conformance.catalogs import UPLOADS
from wakti_sb.conformance.model import (
    ANON,
    Attempt,
    Case,
    Expectation,
    Finding,
    Outcome,
    Problem,
    Report,
    Select,
    Statements,
    Subject,
    Verdict,
)
from wakti_sb.conformance.mutation import Judged, Mutant, MutationReport
from wakti_sb.reports import (
    as_json,
    as_text,
    groups,
    html,
    junit,
    markdown,
    matrix,
    mutation_json,
    sarif,
)

NAME = "project_uploads: anon cannot see <this> row | at all"


@pytest.fixture
def report() -> Report:
    attempt = Attempt(ANON, Select(UPLOADS, ("id",)))
    leak = Case(NAME, "public.project_uploads", "select", "foreign", attempt, Expectation())
    verdict = Verdict(leak, Outcome("allowed", frozenset({("1",)})), "failed", "reached 1 row(s)")
    finding = Finding(
        id=NAME,
        subject=Subject("public.project_uploads"),
        problem=Problem.LEAK,
        reason="reached 1 row(s)",
        operation="select",
        identity="anon",
        policy="while debugging",
        request="GET /rest/v1/project_uploads",
        sql="select 1;",
        fix=Statements("drop policy x;"),
        cases=(NAME,),
    )
    return Report((verdict,), (finding,), title="demo")


def test_a_person_sees_what_is_reached_before_what_is_missed() -> None:
    missed, leak, open_table = (
        Finding(id=problem, subject=Subject("t"), problem=problem, reason="")
        for problem in (Problem.LOCKED_OUT, Problem.LEAK, Problem.UNDECLARED)
    )
    assert Report((), (missed, leak, open_table)).leaks_first == [leak, open_table, missed]


def test_json_has_the_keys_that_others_rely_on(report: Report) -> None:
    data = json.loads(json.dumps(as_json(report)))
    assert {"cases", "passed", "findings", "untested"} <= set(data)
    keys = {"id", "table", "operation", "identity", "policy", "request", "sql", "fix"}
    assert keys <= set(data["findings"][0])
    assert (data["cases"], data["passed"]) == (1, 0)


def test_mutation_json_has_the_keys_that_others_rely_on() -> None:
    mutant = Mutant("t: dropped", "t", "owner locked out", ("drop policy p on t",))
    data = mutation_json(MutationReport((Judged(mutant, True, "t: a case"),)))
    assert data["score"] == 1.0
    assert set(data["mutants"][0]) == {"id", "object", "operator", "noticed", "by"}


def test_junit_is_well_formed_and_counts_failures(report: Report) -> None:
    root = Xml.fromstring(junit(report))
    suite = root.find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "1"
    assert [case.get("name") for case in root.iter("testcase")] == [NAME]


def test_sarif_names_its_version_and_a_stable_fingerprint(report: Report) -> None:
    log = sarif(report)
    assert log["version"] == "2.1.0"
    (result,) = log["runs"][0]["results"]
    assert result["level"] == "error"
    assert (
        result["partialFingerprints"]
        == sarif(report)["runs"][0]["results"][0]["partialFingerprints"]
    )


def test_markdown_keeps_table_cells_whole(report: Report) -> None:
    text = markdown(report)
    assert "not proved" in text
    assert "&lt;this> row \\| at all" in text


def test_the_page_stands_alone_and_escapes_what_it_shows(report: Report) -> None:
    page = html(report)
    assert "<this>" not in page
    assert "&lt;this&gt;" in page
    assert not re.search(r"(src|href)=.https?:", page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_the_matrix_shows_each_object_by_identity(report: Report) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(matrix(report))
    assert "✗ no" in console.export_text()


HOSTILE = "bell \x07, ``` fence, <b>, | and \ud800"


def test_names_that_no_xml_can_hold_are_replaced_and_a_fence_stays_closed(report: Report) -> None:
    (verdict,), (finding,) = report.verdicts, report.findings
    case = replace(verdict.case, id=HOSTILE, subject=Subject(HOSTILE))
    named = replace(
        report,
        verdicts=(replace(verdict, case=case),),
        findings=(
            replace(
                finding, id="another", subject=Subject(HOSTILE), fix=Statements(f"drop {HOSTILE};")
            ),
        ),
    )
    assert "bell \ufffd" in Xml.fromstring(junit(named))[0][0].attrib["name"]
    text = markdown(named)
    assert "````sql\ndrop bell" in text
    assert "<b>, |" not in text.partition("````")[0]


def test_what_was_not_proved_is_an_error_and_no_failure_in_junit(report: Report) -> None:
    unproven = tuple(replace(verdict, status="unproven") for verdict in report.verdicts)
    (suite,) = Xml.fromstring(junit(replace(report, verdicts=unproven, findings=())))
    assert (suite.get("failures"), suite.get("errors")) == ("0", "1")


def test_a_reviewed_exception_is_a_suppressed_result(report: Report) -> None:
    (finding,) = report.findings
    excused = (replace(finding, excused="read by nobody (until 2027-01-31)"),)
    (result,) = sarif(replace(report, findings=(), excused=excused))["runs"][0]["results"]
    (suppression,) = result["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["justification"] == "read by nobody (until 2027-01-31)"


def test_findings_of_one_hole_are_shown_once_with_everybody_who_gets_through(
    report: Report,
) -> None:
    (finding,) = report.findings
    people = ("anon", "another owner", "a signed-in stranger")
    found = tuple(replace(finding, id=f"{who} sees it", identity=who) for who in people)
    (group,) = groups((*found, *found))
    assert group.identities == people
    assert "also by another owner, a signed-in stranger" in as_text(group)
    text = markdown(replace(report, findings=found))
    assert text.count("### ✗") == 1
    assert len(as_json(replace(report, findings=found))["findings"]) == 3
