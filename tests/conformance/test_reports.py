"""Every report tells the same findings, in the form that its reader expects."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from tests.conformance.catalogs import UPLOADS
from wakti_sb.conformance import policy_lines
from wakti_sb.conformance.model import (
    ANON,
    Attempt,
    Case,
    Condition,
    Expectation,
    Family,
    Finding,
    Outcome,
    Problem,
    Report,
    Select,
    Statements,
    Subject,
    Timing,
    Verdict,
)
from wakti_sb.conformance.mutation import Judged, Mutant, MutationReport
from wakti_sb.reports import (
    as_json,
    as_text,
    html,
    junit,
    markdown,
    matrix,
    mutation_json,
    of_policies,
    sarif,
)

UPLOADS_SUBJECT = Subject("public.project_uploads")
NAME = "project_uploads: anon cannot see <this> row | at all"


@pytest.fixture
def report() -> Report:
    attempt = Attempt(ANON, Select(UPLOADS, ("id",)))
    leak = Case(NAME, UPLOADS_SUBJECT, "select", Family.FOREIGN, attempt, Expectation())
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
    root = Xml.fromstring(junit(of_policies(report)))
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
    text = markdown(of_policies(report))
    assert "Not proved." in text
    assert "&lt;this> row \\| at all" in text


def test_the_page_stands_alone_and_escapes_what_it_shows(report: Report) -> None:
    page = html(of_policies(report))
    assert "<this>" not in page
    assert "&lt;this&gt;" in page
    assert not re.search(r"(src|href)=.https?:", page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_the_matrix_shows_each_object_by_identity(report: Report) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(*matrix(of_policies(report)))
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
    assert "bell \ufffd" in Xml.fromstring(junit(of_policies(named)))[0][0].attrib["name"]
    text = markdown(of_policies(named))
    assert "````sql\ndrop bell" in text
    assert "<b>, |" not in text.partition("````")[0]


def test_a_case_that_is_excused_is_skipped_and_no_failure(report: Report) -> None:
    excused = tuple(replace(each, excused="read by nobody") for each in report.findings)
    results = of_policies(replace(report, findings=(), excused=excused))
    (suite,) = Xml.fromstring(junit(results))
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    skipped = suite.find("testcase/skipped")
    assert skipped is not None
    assert skipped.get("message") == "read by nobody"
    assert "~ no" in markdown(results)
    assert "✗ no" in markdown(of_policies(report))


def test_cases_that_fail_for_one_cause_have_one_message_in_junit(report: Report) -> None:
    (verdict,), (finding,) = report.verdicts, report.findings
    second = replace(verdict, case=replace(verdict.case, id="anon counts no rows"))
    shared = replace(finding, cases=(NAME, "anon counts no rows"))
    told = replace(report, verdicts=(verdict, second), findings=(shared,))
    root = Xml.fromstring(junit(of_policies(told)))
    failures = list(root.iter("failure"))
    assert [each.get("message") for each in failures] == [NAME, NAME]
    assert {each.get("type") for each in failures} == {"leak"}
    lines = (failures[1].text or "").splitlines()
    assert lines == [
        "reached 1 row(s)",
        "by anon",
        "decided by while debugging",
        "this closes it:",
        "drop policy x;",
    ]


def test_junit_has_the_time_of_the_run_and_none_of_suites_that_were_not_timed(
    report: Report,
) -> None:
    timed = replace(report, timings=(Timing("sql", 1, 1.25),))
    root = Xml.fromstring(junit(of_policies(timed)))
    assert root.get("time") == "1.25"
    assert [suite.get("time") for suite in root] == [None]


def test_what_no_case_shows_is_an_error_if_untested_and_skipped_if_excused(
    report: Report,
) -> None:
    (finding,) = report.findings
    condition = replace(finding, id="never true", problem=Problem.CONDITION, cases=())
    excused = replace(finding, id="nobody described it", excused="goes in May", cases=())
    told = replace(report, findings=(condition,), excused=(excused,))
    _, catalog = Xml.fromstring(junit(of_policies(told)))
    assert (catalog.get("errors"), catalog.get("failures"), catalog.get("skipped")) == (
        "1",
        "0",
        "1",
    )
    skipped = catalog.find("testcase/skipped")
    assert skipped is not None
    assert skipped.get("message") == "goes in May"


def test_a_finding_that_no_case_shows_is_a_failure_of_the_catalog(report: Report) -> None:
    beside = replace(report.findings[0], id="nothing says who owns t", subject=Subject("t"))
    _, catalog = Xml.fromstring(junit(of_policies(replace(report, findings=(beside,)))))
    assert catalog.get("name") == "catalog"
    assert [each.get("classname") for each in catalog] == ["t"]
    assert catalog.get("failures") == "1"


CONDITIONS = (
    Condition(UPLOADS_SUBJECT, "own", False, "owner_id = auth.uid()"),
    Condition(UPLOADS_SUBJECT, "own", False, "opens < now()", ("false",), "the clock alone"),
    Condition(UPLOADS_SUBJECT, "own", True, "", (), "pglast cannot read it"),
)


def test_conditions_are_a_picture_in_the_matrix_the_markdown_and_the_page(report: Report) -> None:
    results = of_policies(replace(report, conditions=CONDITIONS))
    assert results.both_ways == (1, 3)
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(*matrix(results))
    assert "│ ●◐○ " in console.export_text()
    assert "| project\\_uploads | own | using | ●◐ |" in markdown(results)
    assert "| project\\_uploads | own | with check | ○ |" in markdown(results)
    page = html(results)
    squares = re.findall(r'<i class="(\w*) (\w*)"', page)
    assert squares == [("yes", "not"), ("yes", ""), ("", "")]
    assert "the clock alone" in page


def test_without_conditions_there_is_no_picture_of_them(report: Report) -> None:
    results = of_policies(report)
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(*matrix(results))
    assert "●" not in console.export_text()
    assert "squares" not in html(results).partition("</style>")[2]
    assert "Conditions" not in markdown(results)


def test_what_was_not_proved_is_an_error_and_no_failure_in_junit(report: Report) -> None:
    unproven = tuple(replace(verdict, status="unproven") for verdict in report.verdicts)
    (suite,) = Xml.fromstring(junit(of_policies(replace(report, verdicts=unproven, findings=()))))
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
    results = of_policies(replace(report, findings=found))
    (issue,) = results.issues
    assert issue.who == people
    assert "also by another owner, a signed-in stranger" in as_text(issue)
    text = markdown(results)
    assert text.count("### ✗") == 1
    assert len(as_json(replace(report, findings=found))["findings"]) == 3


def test_json_tells_a_cause_once_with_its_people_and_its_findings(report: Report) -> None:
    (finding,) = report.findings
    people = ("anon", "another owner")
    found = tuple(replace(finding, id=f"{who} sees it", identity=who) for who in people)
    alone = replace(finding, id="anon adds one", operation="insert")
    worst, shared = as_json(replace(report, findings=(*found, alone)))["causes"]
    assert (worst["harm"], worst["findings"]) == ("anonymous write", ["anon adds one"])
    assert shared == {
        "title": "anon sees it",
        "harm": "anonymous read",
        "problem": "leak",
        "objects": ["public.project_uploads"],
        "operations": ["select"],
        "who": ["anon", "another owner"],
        "policy": "while debugging",
        "fix": "drop policy x;",
        "fix_tried": False,
        "findings": ["anon sees it", "another owner sees it"],
    }


def test_one_condition_in_several_tables_is_one_cause_and_another_one_is_not(
    report: Report,
) -> None:
    (finding,) = report.findings
    found = tuple(
        replace(
            finding,
            id=f"{name}: never true: {text}",
            subject=Subject(name),
            problem=Problem.CONDITION,
            condition=text,
        )
        for name, text in (("a", "is_admin"), ("b", "is_admin"), ("c", "is_open"))
    )
    titles = [each["title"] for each in as_json(replace(report, findings=found))["causes"]]
    assert titles == [
        "conditions of 2 tables were not tried both ways, as is_admin",
        "c: never true: is_open",
    ]


def test_a_function_that_fails_by_itself_comes_after_holes_and_a_policy_before_them(
    report: Report,
) -> None:
    (leak,) = report.findings
    stuck = replace(leak, id="policies ask each other", problem=Problem.NO_VERDICT)
    broken = replace(stuck, id="broken()", subject=Subject.function("broken()"), policy="")
    told = as_json(replace(report, findings=(broken, leak, stuck)))["causes"]
    assert [each["title"] for each in told] == ["policies ask each other", NAME, "broken()"]


def test_sarif_points_at_the_last_line_that_writes_the_policy_else_at_the_table(
    report: Report, tmp_path: Path
) -> None:
    migrations = tmp_path / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "1_tables.sql").write_text(
        "create table project_uploads (id text);\n"
        'create policy "while debugging" on project_uploads using (true);\n'
    )
    (migrations / "2_policy.sql").write_text(
        "select 'é ü 雪';\n\n-- für jetzt\n/* two\nlines */\n"
        'alter policy "while debugging" on public.project_uploads using (false);\n'
    )
    (migrations / "3_broken.sql").write_text("create policy on on on;")
    (finding,) = report.findings
    other = replace(finding, id="of no policy", policy="no grant to anon", operation="update")
    unknown = replace(finding, id="of no table", subject=Subject("public.elsewhere"))
    found = sarif(replace(report, findings=(finding, other, unknown)), policy_lines(tmp_path))
    places = {
        each["properties"]["id"]: (
            each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            each["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for each in found["runs"][0]["results"]
    }
    assert places == {
        NAME: ("supabase/migrations/2_policy.sql", 6),
        "of no policy": ("supabase/migrations/1_tables.sql", 1),
        "of no table": ("wakti.toml", 1),
    }


def test_sarif_finds_a_table_whose_name_wants_quotes(report: Report, tmp_path: Path) -> None:
    migrations = tmp_path / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "1_tables.sql").write_text(
        '-- عيادات\ncreate table "clinic staff" (id text);\n'
        'create policy "قراءة" on "clinic staff" using (true);\n',
        encoding="utf-8",
    )
    (finding,) = report.findings
    quoted = replace(finding, subject=Subject('public."clinic staff"'), policy="قراءة")
    found = sarif(replace(report, findings=(quoted,)), policy_lines(tmp_path))
    (result,) = found["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
