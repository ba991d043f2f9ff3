"""Schemas that no tutorial shows: a sentence or a model for each, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench._tables import schema
from tests.command_line import assert_one_clear_sentence, wakti
from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import propose, run
from wakti_sb.conformance.findings import causes
from wakti_sb.conformance.model import Problem
from wakti_sb.spec import OPERATIONS, parse

Database = Callable[[], str]

ALL_PUBLIC = "".join(
    f"create table t{n} (id uuid primary key default gen_random_uuid(), body text);"
    + (
        ""
        if n % 2
        else f"alter table t{n} enable row level security;"
        f"create policy everybody on t{n} using (true) with check (true);"
    )
    for n in range(6)
)
TWO_MEMBERSHIPS = """
create table organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table organization_members (
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  primary key (organization_id, user_id)
);
create table teams (id uuid primary key default gen_random_uuid(), name text not null);
create table team_members (
  team_id uuid not null references teams on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  primary key (team_id, user_id)
);
create table boards (
  id uuid primary key default gen_random_uuid(), team_id uuid not null references teams
);
create table invoices (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations
);
alter table organizations enable row level security;
alter table organization_members enable row level security;
alter table teams enable row level security;
alter table team_members enable row level security;
alter table boards enable row level security;
alter table invoices enable row level security;
create policy r on organization_members for select to authenticated using (user_id = auth.uid());
create policy r on team_members for select to authenticated using (user_id = auth.uid());
create policy r on boards for select to authenticated using (exists (
  select from team_members as m where m.team_id = boards.team_id and m.user_id = auth.uid()));
create policy r on invoices for select to authenticated using (exists (
  select from organization_members as m
  where m.organization_id = invoices.organization_id and m.user_id = auth.uid()));
"""
STRANGE_NAMES = """
create table "دفاتر الملاحظات" (
  "المعرف" uuid primary key default gen_random_uuid(),
  "user id" uuid not null references auth.users,
  "العنوان" text not null
);
create table "Line Items" (
  id uuid primary key default gen_random_uuid(),
  "دفتر" uuid not null references "دفاتر الملاحظات" on delete cascade,
  "a ""quoted"" text" text
);
alter table "دفاتر الملاحظات" enable row level security;
alter table "Line Items" enable row level security;
create policy "صاحبه" on "دفاتر الملاحظات" to authenticated using ("user id" = auth.uid());
create policy "of its own" on "Line Items" to authenticated using (exists (
  select from "دفاتر الملاحظات" as d where d."المعرف" = "دفتر" and d."user id" = auth.uid()));
"""
SECOND_FACTOR = """
create function second_factor() returns boolean language sql security definer as $$
  select array[(select auth.jwt() ->> 'aal')] <@ (
    select case when count(id) > 0 then array['aal2'] else array['aal1', 'aal2'] end
    from auth.mfa_factors where auth.uid() = user_id and status = 'verified'
  )
$$;
revoke execute on function second_factor() from public, anon;
create table notes (
  id uuid primary key default gen_random_uuid(), owner uuid not null references auth.users
);
alter table notes enable row level security;
create policy own on notes to authenticated using (second_factor() and owner = auth.uid());
"""


@pytest.mark.slow
def test_where_everything_is_public_the_first_cause_is_of_the_most_tables(
    databases: Database,
) -> None:
    url = applied(databases(), ALL_PUBLIC)
    first = causes(run(parse(propose(url)), url).findings)[0]
    assert first.title == "row level security is off on 3 tables: t1, t3, t5"


def test_each_place_has_the_members_of_its_own_table(databases: Database) -> None:
    url = applied(databases(), TWO_MEMBERSHIPS)
    proposed = parse(propose(url))
    of = {e.table.name: e.members.table.name for e in proposed.owned if e.members is not None}
    assert of["organizations"] == "organization_members"
    assert of["teams"] == "team_members"
    through = {entry.table.name: entry.through for entry in proposed.owned}
    assert through["boards"] == ("public.teams",)
    assert through["invoices"] == ("public.organizations",)
    assert [f.id for f in run(proposed, url).findings if f.problem != Problem.CONDITION] == []


def test_names_with_spaces_quotes_and_arabic_letters_are_proposed_and_tried(
    databases: Database,
) -> None:
    url = applied(databases(), STRANGE_NAMES)
    proposed = parse(propose(url))
    assert {entry.table.name for entry in proposed.owned} == {"دفاتر الملاحظات", "Line Items"}
    report = run(proposed, url)
    assert [finding.id for finding in report.findings] == []
    assert report.cases > 50


@pytest.mark.slow
def test_three_hundred_tables_get_a_proposal_without_lock_outs(databases: Database) -> None:
    proposed = parse(propose(applied(databases(), schema(300))))
    assert len(proposed.owned) == 300
    assert {str(entry.select.right) for entry in proposed.owned} == {"own"}


def test_a_model_for_tables_that_are_all_gone_is_one_sentence(
    tmp_path: Path, databases: Database
) -> None:
    lines = '[[owned]]\ntable = "public.{}"\nowner = "user_id"\nselect = "own"\n'
    (tmp_path / "wakti.toml").write_text("\n".join(map(lines.format, ("gone", "lost"))))
    url = databases()
    for command in ("test", "mutate", "fix"):
        done = wakti("rls", "--db-url", url, command, cwd=tmp_path)
        assert_one_clear_sentence(done)
        assert "public.gone" in done.stderr
        assert "public.lost" in done.stderr


def test_nobody_is_made_up_with_a_level_of_assurance_that_no_token_has(
    databases: Database,
) -> None:
    """What a policy with a second factor compares `aal` with is not always a level."""
    url = applied(databases(), SECOND_FACTOR)
    proposed = parse(propose(url))
    (entry,) = proposed.owned
    assert {str(entry.rule(o).right) for o in OPERATIONS} == {"own"}
    report = run(proposed, url)
    assert {f.problem for f in report.findings} <= {Problem.CONDITION}
    levels = {str(v.case.attempt.who.token.get("aal")) for v in report.verdicts}
    assert levels <= {"aal1", "aal2", "None"}
    assert "aal2" in levels


@pytest.mark.parametrize("asked", ["auth.role()", "(auth.jwt() ->> 'role')"])
def test_what_only_the_secret_key_says_needs_not_be_seen_true(
    asked: str, databases: Database
) -> None:
    """That key passes row level security: no policy is asked when it is so."""
    url = applied(
        databases(),
        table("notes", "body text"),
        f"alter policy own on notes using (user_id = auth.uid() or {asked} = 'service_role')",
    )
    assert [finding.id for finding in run(model("notes"), url).findings] == []
    applied(url, f"alter policy own on notes using (user_id = auth.uid() or {asked} = 'robot')")
    assert {f.problem for f in run(model("notes"), url).findings} == {Problem.CONDITION}
