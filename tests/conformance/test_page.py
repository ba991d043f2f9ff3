"""The page of a run in a real browser: its matrix is clicked, and it survives hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wakti_sb.conformance.model import Problem, Statements

pytest.importorskip("playwright", reason="needs: pip install playwright")

from playwright.sync_api import Browser, Dialog, Page, expect

from tests.conformance.catalogs import UPLOADS
from wakti_sb.conformance.model import (
    ANON,
    Attempt,
    Case,
    Expectation,
    Family,
    Finding,
    Identity,
    Outcome,
    Report,
    Select,
    Subject,
    Verdict,
)
from wakti_sb.reports import html, of_policies

HOSTILE = '"><img src=x onerror=alert(1)></script><script>alert(2)</script> جدول'
PEOPLE = (ANON, *(Identity(f"person {n}", user_id=str(n)) for n in range(24)))
OPERATIONS = ("select", "insert", "update", "delete")


def verdict(name: str, who: Identity, operation: str, *, bad: bool) -> Verdict:
    case = Case(
        f"{name}: {who.label} cannot {operation} this row",
        Subject(name),
        operation,
        Family.FOREIGN,
        Attempt(who, Select(UPLOADS, ("id",))),
        Expectation(),
        why="select = own",
    )
    reached = Outcome("allowed", frozenset({("1",)}))
    if bad:
        return Verdict(case, reached, "failed", "reached 1 row out of bounds", decided_by=HOSTILE)
    return Verdict(case, Outcome("zero rows"), "passed", "zero rows", decided_by="own")


@pytest.fixture(scope="module")
def report() -> Report:
    """Five hundred cases, one of which shows a hole."""
    names = ("public.notes", f"public.{HOSTILE}", "public.a", "public.b", "public.c")
    verdicts = tuple(
        verdict(name, who, operation, bad=(name, who, operation) == (names[1], ANON, "update"))
        for name in names
        for who in PEOPLE
        for operation in OPERATIONS
    )
    assert len(verdicts) == 500
    (failed,) = (v for v in verdicts if v.status == "failed")
    finding = Finding(
        failed.case.id,
        failed.case.subject,
        Problem.LEAK,
        failed.reason,
        operation="update",
        identity="anon",
        policy=HOSTILE,
        request="GET /rest/v1/notes",
        sql="select 1;",
        fix=Statements("drop policy x on y;"),
        cases=(failed.case.id,),
    )
    return Report(verdicts, (finding,), title=HOSTILE)


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, browser: Browser, report: Report, tmp_path: Path
) -> Iterator[Page]:
    file = tmp_path / "page.html"
    file.write_text(html(of_policies(report)), encoding="utf-8")
    failures: list[str] = []
    found = browser.new_page(color_scheme=request.param, viewport={"width": 390, "height": 800})
    found.on("pageerror", lambda error: failures.append(str(error)))

    def dismiss(dialog: Dialog) -> None:
        failures.append(dialog.message)
        dialog.dismiss()

    found.on("dialog", dismiss)
    found.on("request", lambda sent: failures.append(sent.url) if sent.url != found.url else None)
    found.goto(file.as_uri())
    failures.clear()  # the page itself
    yield found
    found.close()
    assert failures == []


@pytest.mark.slow_after(1)
def test_a_cell_leads_to_its_request_its_sql_and_the_policy_that_decided(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("heading", level=1)).to_contain_text(HOSTILE)
    expect(page.locator("details[id^=f]")).to_have_count(1)
    page.locator("a.cell.failed").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("GET /rest/v1/project_uploads?select=id")
    expect(panel).to_contain_text('select "t"."id" from "public"."project_uploads"')
    expect(panel).to_contain_text(HOSTILE)
    expect(panel).to_contain_text("reached 1 row out of bounds")
    page.keyboard.press("Escape")
    expect(page.locator(".panel:visible")).to_have_count(0)
    expect(page.locator("a.cell.failed")).to_be_focused()


@pytest.mark.slow
def test_the_matrix_is_walked_with_the_keyboard_and_filtered(page: Page) -> None:
    first = page.locator("a.cell").first
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("person 0 cannot insert this row")
    page.locator(".panel:visible .close").click()
    expect(page.locator("tbody tr:visible")).to_have_count(125)
    page.get_by_label("only what is not proved").check()
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    page.get_by_label("only what is not proved").uncheck()
    page.get_by_role("searchbox").fill("notes person 23")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    page.get_by_role("searchbox").fill("nobody at all")
    expect(page.get_by_text("Nothing here is called so.")).to_be_visible()
