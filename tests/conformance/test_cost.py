"""`rls cost`: what reads more than it has to in full tables, and what helps, tried."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.conformance.catalogs import uploads
from tests.conformance.conftest import EXAMPLES
from tests.conformance.schemas import applied, content, model, owned, table
from wakti_sb.conformance import CostReport, cost
from wakti_sb.conformance.cost import Measured
from wakti_sb.conformance.cost.rewrite import as_arrays, wrapped

Database = Callable[[], str]
_ROWS = 20_000
_INDEX = "create index on notes (user_id)"
_UNWRAPPED = 'alter policy "own" on notes using (user_id = auth.uid())'
_MODEL = owned("notes")


def _of(found: CostReport, query: str, who: str = "the owner") -> Measured:
    return next(m for m in found.measured if (m.query, m.who) == (query, who))


def _measured(url: str, *statements: str) -> CostReport:
    applied(url, table("notes", "body text"), *statements)
    return cost(model("notes"), url, rows=_ROWS)


@pytest.fixture
def notes(databases: Database) -> str:
    return databases()


@pytest.mark.slow
def test_an_owner_column_without_an_index_is_found_and_its_index_proves_itself(notes: str) -> None:
    found = _measured(notes)
    count = _of(found, "count")
    assert [str(read) for read in count.figures.reads] == ["all 20,000 rows of notes"]
    assert count.figures.rows == 40  # of 20,000 rows and 500 people
    (proposal,) = found.proposals
    assert proposal.statements == 'create index on "public"."notes" ("user_id");'
    assert proposal.after.pages < proposal.about.figures.pages / 3
    assert found.left == ()


@pytest.mark.slow
def test_a_sound_table_with_an_index_says_nothing(notes: str) -> None:
    found = _measured(notes, _INDEX)
    assert (found.proposals, found.left, found.unfilled) == ((), (), {})
    assert found.filled == {"public.notes": 20_000}
    assert _of(found, "count").figures.pages < _of(found, "count").bare.pages
    assert {m.query for m in found.measured} == {"page", "count", "update", "delete"}
    assert {m.who for m in found.measured} == {"the owner", "a signed-in stranger", "anon"}


@pytest.mark.slow
def test_a_call_for_each_row_is_told_beside_the_wrapped_form(notes: str) -> None:
    """Everybody who is signed in reads all: no index can help, one call a query does."""
    everybody = "alter policy own on notes using (auth.role() = 'authenticated')"
    found = _measured(notes, _INDEX, everybody)
    count = _of(found, "count")
    assert (count.figures.called, count.figures.calls) == (("auth.role",), 20_000)
    (proposal,) = found.proposals
    assert "(SELECT auth.role())" in proposal.statements
    assert (proposal.about.figures.calls, proposal.after.calls) == (20_000, 0)
    wrapped_once = _measured_again(notes, proposal.statements)
    assert (wrapped_once.proposals, wrapped_once.left) == ((), ())


def _measured_again(url: str, *statements: str) -> CostReport:
    applied(url, *statements)
    return cost(model("notes"), url, rows=_ROWS)


@pytest.mark.slow
def test_an_index_serves_an_unwrapped_call_too(notes: str) -> None:
    found = _measured(notes, _INDEX, _UNWRAPPED)
    assert (found.proposals, found.left) == ((), ())


@pytest.mark.slow
def test_rows_below_a_parent_are_looked_up_by_an_array(databases: Database) -> None:
    url = applied(
        databases(),
        table("notebooks"),
        table("notes", "notebook_id uuid not null references notebooks"),
        "alter policy own on notes using (exists (select from notebooks as b"
        " where b.id = notes.notebook_id and b.user_id = auth.uid()))",
        "create index on notebooks (user_id); create index on notes (notebook_id)",
    )
    found = cost(model("notebooks", "notes"), url, rows=_ROWS)
    (proposal,) = found.proposals
    assert "notebook_id = ANY(ARRAY(SELECT b.id" in proposal.statements
    assert "(SELECT auth.uid())" in proposal.statements
    assert (proposal.about.figures.pages > 100, proposal.after.pages < 100) == (True, True)


@pytest.mark.slow
def test_a_foreign_key_without_an_index_is_found_by_the_delete(databases: Database) -> None:
    url = applied(
        databases(),
        table("notebooks"),
        table("notes", "notebook_id uuid references notebooks on delete cascade"),
        "create index on notebooks (user_id); create index on notes (user_id)",
    )
    found = cost(model("notebooks", "notes"), url, rows=_ROWS)
    (proposal,) = found.proposals
    assert (proposal.about.query, proposal.about.table) == ("delete", "public.notebooks")
    assert proposal.statements == 'create index on "public"."notes" ("notebook_id");'


@pytest.mark.slow
def test_a_table_of_any_name_is_filled_and_helped(databases: Database) -> None:
    url = applied(databases(), table('"my notes"', '"عنوان" text unique'))
    found = cost(model('"my notes"'), url, rows=_ROWS)
    assert list(found.filled.values()) == [20_000]
    (proposal,) = found.proposals
    assert proposal.statements == 'create index on "public"."my notes" ("user_id");'


@pytest.mark.slow
def test_nothing_is_left_behind(notes: str) -> None:
    applied(notes, table("notes", "body text"))
    before = content(notes)
    cost(model("notes"), notes, rows=_ROWS)
    assert content(notes) == before
    with psycopg.connect(notes) as connection:
        left = connection.execute(
            "select datname from pg_database where datname like 'wakti_mutant_%'"
        ).fetchall()
        assert left == []
        indexes = connection.execute(
            "select count(*) from pg_indexes where tablename = 'notes'"
        ).fetchone()
        assert indexes == (1,)


def test_a_table_that_cannot_be_filled_is_named(notes: str) -> None:
    never = "alter table notes add constraint never check (body is not null and body <> body)"
    found = _measured(notes, never)
    assert list(found.unfilled) == ["public.notes"]
    assert "never" in found.unfilled["public.notes"]
    assert found.measured == ()


# Through the front door.


def _project(folder: Path, url: str, *statements: str) -> Path:
    applied(url, table("notes", "body text"), *statements)
    (folder / "wakti.toml").write_text(_MODEL)
    return folder


@pytest.mark.slow
def test_a_budget_decides_the_exit_code(notes: str, tmp_path: Path) -> None:
    project = _project(tmp_path, notes)

    def run(*options: str) -> tuple[int, str, str]:
        done = wakti("rls", "--db-url", notes, "cost", "--rows", "20000", *options, cwd=project)
        return done.returncode, done.stdout, done.stderr

    code, said, note = run()
    assert code == 1
    assert "reads all 20,000 rows of notes" in said
    assert 'create index on "public"."notes" ("user_id");' in said
    assert "1 change would help, 0 queries stay costly." in note
    assert run("--budget", "100000")[0] == 0  # it is theirs to say what is too much
    code, said, note = run("--budget", "50", "--budget", "1000x")
    assert code == 1
    assert "over the budget: notes: a count by the owner" in said
    assert "cost more than 50 pages and 1000 times the pages" in note


@pytest.mark.slow
def test_the_budget_may_stand_in_the_model(notes: str, tmp_path: Path) -> None:
    project = _project(tmp_path, notes, _INDEX)
    for pages, code in ((20, 1), (2000, 0)):
        (project / "wakti.toml").write_text(f"[cost]\nrows = 20000\npages = {pages}\n{_MODEL}")
        done = wakti("rls", "--db-url", notes, "cost", "--json", cwd=project)
        assert done.returncode == code
        told = json.loads(done.stdout)
        assert told["budget"] == {"pages": pages, "ratio": None}
        assert any(query["over_budget"] for query in told["queries"]) is bool(code)
        assert {"table", "query", "identity", "pages", "pages_without", "plan"} <= {
            *told["queries"][0]
        }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--budget", "0"], "--budget 0 is neither a number of pages nor a ratio"),
        (["--budget", "fast"], "--budget fast is neither"),
        (["--budget", "0.5x"], "--budget 0.5x is neither"),
    ],
)
def test_bad_options_are_one_sentence(options: list[str], words: str) -> None:
    done = wakti("rls", "cost", *options, cwd=EXAMPLES / "notes")
    assert_one_clear_sentence(done)
    assert words in done.stderr


@pytest.mark.parametrize("rows", ["0", "19999", "-5", "many"])
def test_too_few_rows_are_refused(rows: str) -> None:
    done = wakti("rls", "cost", "--rows", rows, cwd=EXAMPLES / "notes")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: Invalid value for '--rows'")
    assert "Traceback" not in done.stderr


def test_without_a_model_nothing_is_measured(tmp_path: Path, notes: str) -> None:
    done = wakti("rls", "--db-url", notes, "cost", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "`wakti-sb rls init` proposes one" in done.stderr
    (tmp_path / "wakti.toml").write_text("")
    done = wakti("rls", "--db-url", notes, "cost", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "describes no table" in done.stderr


# The forms of a policy, without a database.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("user_id = auth.uid()", "user_id = (SELECT auth.uid())"),
        ("user_id = (select auth.uid())", "user_id = (SELECT auth.uid())"),
        ("private.is_member(project_id)", "private.is_member(project_id)"),
        ("private.now_and_then() > 3", "private.now_and_then() > 3"),
    ],
)
def test_only_what_depends_on_no_row_is_asked_once(before: str, after: str) -> None:
    assert wrapped(before, {"uid", "is_member"}) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "project_id in (select p.id from projects as p)",
            "project_id = ANY(ARRAY(SELECT p.id FROM projects AS p))",
        ),
        (
            "exists (select 1 from projects as p where p.id = project_uploads.project_id and p.a)",
            "project_uploads.project_id = ANY(ARRAY(SELECT p.id FROM projects AS p WHERE p.a))",
        ),
    ],
)
def test_a_subquery_becomes_an_array(before: str, after: str) -> None:
    assert as_arrays(before, uploads()) == after


@pytest.mark.parametrize(
    "text",
    [
        "NOT (project_id IN (SELECT p.id FROM projects AS p))",  # null is another answer there
        "project_id IN (SELECT p.id FROM projects AS p WHERE p.owner = project_uploads.user_id)",
        "EXISTS (SELECT 1 FROM projects AS p WHERE p.owner = auth.uid())",
        "EXISTS (SELECT 1 FROM projects AS p WHERE p.id > project_uploads.project_id)",
        "project_id IN (SELECT p.id FROM projects AS p LIMIT 1)",
    ],
)
def test_a_subquery_that_is_no_lookup_stays(text: str) -> None:
    assert as_arrays(text, uploads()).lower().replace("(", "").replace(")", "") == (
        text.lower().replace("(", "").replace(")", "")
    )
