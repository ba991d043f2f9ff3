"""Fixes are the smallest that closes a finding, and are tried with all that reads the object."""

from __future__ import annotations

import pytest

from tests.conformance.schemas import POLICY, applied, table
from wakti_sb.conformance import run
from wakti_sb.conformance.model import Problem, Statements
from wakti_sb.spec import parse

_SOFT = (
    "[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\n"
    "update = ['gone']\ndelete = 'own'\n"
)


def test_row_level_security_that_was_never_switched_on_is_switched_on_and_no_more(
    empty_database: str,
) -> None:
    url = applied(empty_database, table("t", "v text"), "alter table t disable row level security")
    described = parse(_SOFT.replace("['gone']", "'own'"))
    fixes = {finding.fix for finding in run(described, url).findings}
    assert fixes == {'alter table "public"."t" enable row level security;'}


def test_a_row_that_its_owner_cannot_mark_as_gone_is_mended_where_it_is_read(
    empty_database: str,
) -> None:
    url = applied(
        empty_database,
        table("t", "gone boolean not null default false"),
        "drop policy own on t",
        f"create policy see on t for select to authenticated using ({POLICY} and not gone)",
        f"create policy add on t for insert to authenticated with check {POLICY}",
        f"create policy change on t for update to authenticated using {POLICY}",
        f"create policy remove on t for delete to authenticated using {POLICY}",
        "revoke all on t from anon, authenticated; grant select, insert, delete on t"
        " to authenticated; grant update (gone) on t to authenticated",
    )
    findings = run(parse(_SOFT), url).findings
    locked = [f for f in findings if f.operation == "update" and f.problem == Problem.LOCKED_OUT]
    assert locked
    assert all(f.fix_tried and isinstance(f.fix, Statements) for f in locked)
    assert all('"see"' in f.fix and '"change"' not in f.fix for f in locked)


@pytest.mark.parametrize("patience", [0.0, 60.0])
def test_a_fix_that_there_was_no_time_to_try_says_so(patience: float, empty_database: str) -> None:
    url = applied(empty_database, table("t", "v text"), "alter table t disable row level security")
    described = parse(_SOFT.replace("['gone']", "'own'"))
    findings = run(described, url, patience=patience).findings
    assert {f.fix_tried for f in findings} == {patience > 0}
    assert {f.fix.startswith("-- Not tried") for f in findings} == {patience == 0}
    assert not any("does not close" in f.fix for f in findings)
