"""`rls init` on strange schemas: nobody is said to be locked out, the seeded hole comes first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.command_line import wakti
from tests.conformance.conftest import EXAMPLES, NAMES, Example, execute, expected_finding
from tests.conformance.schemas import applied, as_superuser, table
from wakti_sb.conformance import Severity, compare, propose, repair, run
from wakti_sb.conformance.findings import causes
from wakti_sb.conformance.model import Problem
from wakti_sb.spec import Spec, parse, parse_right

Database = Callable[[], str]
FURTHER = ("salon", "crm", "forum", "clinic", "shop", "fleet")
FAULTS = sorted(file for name in FURTHER for file in (EXAMPLES / name / "faults").glob("*.sql"))
_FIRST_SCREEN = 4


def _made(databases: Database, *files: Path) -> str:
    url = databases()
    execute(url, *files)
    return url


def _proposed(url: str) -> Spec:
    return parse(propose(url))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[] if n in ("salon", "team") else [pytest.mark.slow])
        for n in (*NAMES, *FURTHER)
    ],
)
def test_an_untouched_proposal_locks_nobody_out(name: str, databases: Database) -> None:
    url = _made(databases, *Example(name).migrations)
    report = run(_proposed(url), url)
    assert [f.id for f in report.findings if f.problem == Problem.LOCKED_OUT] == []
    assert [f.id for f in report.findings if f.problem == Problem.NO_VERDICT] == []
    if name in FURTHER:  # nothing reached; at most a condition that no row could try
        assert {f.problem for f in report.findings} <= {Problem.CONDITION}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            fault,
            id=f"{fault.parents[1].name}: {fault.stem}",
            marks=[] if fault.stem == "appointments_without_rls" else [pytest.mark.slow],
        )
        for fault in FAULTS
    ],
)
def test_a_seeded_hole_is_on_the_first_screen_closed_and_told_by_a_comparison(
    fault: Path, databases: Database
) -> None:
    example = Example(fault.parents[1].name)
    sound, broken = (
        _made(databases, *example.migrations),
        _made(databases, *example.migrations, fault),
    )
    model = _proposed(broken)
    report = run(model, broken)
    shown = causes(report.findings)[:_FIRST_SCREEN]
    named = {n for c in shown for f in c.findings for n in (f.id, *f.cases)}
    assert expected_finding(fault) in named
    assert not [f for f in report.findings if f.problem == Problem.LOCKED_OUT]

    gained = compare(model, sound, broken)
    assert gained.worst is not None
    assert gained.worst >= Severity.HIGH
    closed = repair(model, broken, score=False)
    assert [cause.title for cause in closed.left] == []
    applied(broken, *(step.statements for step in closed.steps))
    left = compare(model, sound, broken).changes
    assert [c.sentence for c in left if c.severity >= Severity.HIGH] == []


def _entry(url: str, name: str, text: str = "") -> tuple[Spec, str]:
    said = text or propose(url)
    (section,) = (
        s for s in re.split(r"\n(?=\[\[)", said) if f'"public.{name}"' in s.split("\n")[1]
    )
    return parse(said), section


def test_no_policy_for_a_command_means_nobody(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    applied(url, 'drop policy "own" on notes; create policy "r" on notes for select using (true)')
    model, section = _entry(url, "notes")
    entry = model.entry("public.notes")
    assert entry is not None
    assert entry.insert.right == entry.delete.right == parse_right("none")
    assert 'insert = "none"  # guess: no policy lets anybody insert' in section


@pytest.mark.slow
def test_a_policy_for_everybody_is_a_question_and_a_finding(databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    applied(url, 'create policy "open to all" on notes for select using (true)')
    model, section = _entry(url, "notes")
    assert 'select = "own"  # guess: open to everybody ("public")? "open to all"' in section
    assert any(f.identity == "anon" for f in run(model, url).findings)


def test_reference_data_is_everybodys_where_a_policy_says_so(databases: Database) -> None:
    url = applied(
        databases(),
        "create table countries (code text primary key);"
        "alter table countries enable row level security;"
        'create policy "read" on countries for select using (true)',
        "create table secrets (code text primary key);"
        "alter table secrets enable row level security",
    )
    model = _proposed(url)
    rights = {e.table.name: str(e.select.right) for e in model.owned}
    assert rights == {"countries": "public", "secrets": "none"}


@pytest.mark.slow
def test_the_tenants_key_comes_before_another_parent_and_audit_columns_after_owners(
    databases: Database,
) -> None:
    url = _made(databases, *Example("crm").migrations)
    model = _proposed(url)
    contacts, deals = model.entry("public.contacts"), model.entry("public.deals")
    organizations = model.entry("public.organizations")
    assert contacts is not None
    assert deals is not None
    assert organizations is not None
    assert contacts.owner is None  # created_by says who wrote it, not whose it is
    assert (deals.through, deals.key) == (("public.organizations",), ("organization_id",))
    assert organizations.owner == "primary_owner_user_id"
    assert organizations.members is not None
    assert organizations.members.role == "role_id"


@pytest.mark.slow
def test_granted_columns_are_the_columns_of_an_update(databases: Database) -> None:
    model = _proposed(_made(databases, *Example("shop").migrations))
    orders = model.entry("public.orders")
    assert orders is not None
    assert orders.update.columns == ("note",)


@pytest.mark.parametrize(
    "statements",
    ["create table public.t (id integer primary key)", "select 1"],
    ids=["without users", "empty"],
)
def test_a_schema_without_anybody_gets_a_proposal_that_can_be_read(
    statements: str, databases: Database
) -> None:
    url = applied(databases(), statements)
    text = propose(url)
    parse(text)
    assert "not tried" not in text


def test_a_proposal_that_could_not_be_tried_says_so_with_the_reason(
    tmp_path: Path, databases: Database
) -> None:
    url = applied(databases(), table("notes", "body text"))
    with psycopg.connect(as_superuser(url)) as admin:
        admin.execute("alter role dashboard_user login password 'dashboard'")
    held_back = url.replace("postgres:postgres@", "dashboard_user:dashboard@", 1)
    done = wakti("rls", "--db-url", held_back, "init", "--write", cwd=tmp_path)
    sentence = (
        "It was not tried, so it may give rights that nobody has: "
        "the role dashboard_user is held back by row level security itself."
    )
    assert sentence in done.stderr
    text = (tmp_path / "wakti.toml").read_text()
    assert f"# {sentence}" in text.splitlines()
    parse(text)
    assert "not tried" not in propose(url)


@pytest.mark.slow
def test_a_run_says_how_many_lines_are_still_guesses(tmp_path: Path, databases: Database) -> None:
    url = applied(databases(), table("notes", "body text"))
    assert wakti("rls", "--db-url", url, "init", "--write", cwd=tmp_path).returncode == 0
    done = wakti("rls", "--db-url", url, "test", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Clean on guesses alone: 4 lines of wakti.toml are still guesses" in done.stderr
    told = ("test", "--json", "--markdown", "told.md", "--html", "told.html")
    done = wakti("rls", "--db-url", url, *told, cwd=tmp_path)
    assert json.loads(done.stdout)["guesses"] == 4
    for name in ("told.md", "told.html"):
        text = (tmp_path / name).read_text()
        assert "Clean on guesses alone." in text
        assert "Proved: nobody" not in text
    file = tmp_path / "wakti.toml"
    file.write_text(re.sub("  # guess.*", "", file.read_text()).replace('"# guess"', ""))
    done = wakti("rls", "--db-url", url, *told, cwd=tmp_path)
    assert "guesses" not in done.stderr
    assert json.loads(done.stdout)["guesses"] == 0
    assert "Proved: nobody reaches" in (tmp_path / "told.md").read_text()
