"""Views: what they show, and what can be written through them."""

from __future__ import annotations

import pytest

from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import Report, run
from wakti_sb.spec import parse

_VIEW = "[[view]]\nview = 'public.shown'\nowner = 'user_id'\nselect = 'own'\n"
_OPEN = "select id, user_id, v from public.notes where user_id = (select auth.uid())"
_TRIGGER = """
create function public.write_shown() returns trigger language plpgsql {rights} as $$
begin
  if tg_op = 'DELETE' then
    delete from public.notes as n where n.id = old.id;
    return old;
  end if;
  update public.notes as n set v = new.v where n.id = old.id;
  return new;
end $$;
create trigger write_shown instead of update or delete on public.shown
for each row execute function public.write_shown();
"""


def tried(url: str, *statements: str, view: str = _VIEW) -> Report:
    applied(url, table("notes", "v text not null"), *statements)
    return run(model("public.notes", more=view), url)


def leaking(report: Report) -> set[str]:
    return {f.operation for f in report.findings if f.problem == "leak" and "shown" in f.table}


@pytest.mark.slow
def test_a_view_with_its_owners_rights_is_written_by_anybody(empty_database: str) -> None:
    """It shows to each only their own rows, and still takes rows in anybody's name."""
    report = tried(empty_database, f"create view public.shown as {_OPEN}")
    assert leaking(report) == {"insert", "update", "upsert"}
    open_to_all = "create or replace view public.shown as select id, user_id, v from public.notes"
    applied(empty_database, open_to_all)
    view = _VIEW.replace("'own'", "'public'") + "invoker = false\n"
    report = run(model("public.notes", more=view), empty_database)
    assert leaking(report) == {"insert", "update", "delete", "upsert"}
    assert {"anon", "another owner"} <= {finding.identity for finding in report.findings}
    assert all("revoke" in finding.fix for finding in report.findings)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "columns", ["id, user_id, v", "user_id, v"], ids=["with its key", "without"]
)
def test_a_view_with_its_callers_rights_lets_nobody_do_more_than_its_table(
    columns: str, empty_database: str
) -> None:
    view = f"create view public.shown with (security_invoker) as select {columns} from public.notes"
    report = tried(empty_database, view)
    assert [(finding.id, finding.reason) for finding in report.findings] == []
    writes = {v.case.operation for v in report.verdicts if v.case.subject == "public.shown"}
    assert {"select", "insert", "update", "delete"} <= writes


def test_rights_that_a_view_declares_must_be_there(empty_database: str) -> None:
    view = "create view public.shown with (security_invoker) as select id, user_id, v from notes"
    declared = _VIEW + "update = ['v']\ndelete = 'own'\n"
    closed = "revoke delete on public.shown from authenticated; grant all on notes to authenticated"
    report = tried(empty_database, view, closed, view=declared)
    assert {(f.operation, f.problem) for f in report.findings if f.problem == "locked out"} == {
        ("delete", "locked out")
    }


def test_a_view_that_nobody_can_write_has_no_such_cases(empty_database: str) -> None:
    joined = (
        "create view public.shown with (security_invoker) as"
        " select n.id, n.user_id, count(*) as n from public.notes as n group by n.id"
    )
    report = tried(empty_database, joined)
    assert report.safe
    shown = [v.case for v in report.verdicts if v.case.subject == "public.shown"]
    assert {case.operation for case in shown} == {"select"}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(("rights", "found"), [("security definer", True), ("", False)])
def test_a_trigger_that_writes_for_a_view_is_tried(
    rights: str, found: bool, empty_database: str
) -> None:
    view = (
        "create view public.shown with (security_invoker) as"
        " select id, user_id, v, length(v) as n from public.notes"
    )
    everybody = "create policy everybody on public.notes for select using (true)"
    declared = _VIEW.replace("'own'", "'public'") + "update = ['v']\ndelete = 'own'\n"
    trigger = _TRIGGER.format(rights=rights)
    applied(empty_database, table("notes", "v text not null"), everybody, view, trigger)
    # Who reads the table does not matter here: everybody sees the rows of the view.
    notes = "[[owned]]\ntable = 'public.notes'\nowner = 'user_id'\nselect = 'public'\n"
    notes += "insert = 'own'\nupdate = 'own'\ndelete = 'own'\n"
    report = run(parse(notes + declared), empty_database)
    assert leaking(report) == ({"update", "delete"} if found else set())


@pytest.mark.slow
def test_a_materialized_view_shows_everything_to_who_may_read_it(empty_database: str) -> None:
    report = tried(
        empty_database,
        "create materialized view public.shown as select id, user_id, v from public.notes",
    )
    assert leaking(report) == {"select"}
    assert any("no policies" in finding.policy for finding in report.findings)
    applied(empty_database, "revoke all on public.shown from anon, authenticated")
    closed = run(model("public.notes", more=_VIEW.replace("'own'", "'none'")), empty_database)
    assert closed.safe
