"""What lint says of policies, as all migrations together leave them."""

from __future__ import annotations

import pytest

from .conftest import Judge

TABLE = """
create table public.notes (
  id uuid primary key,
  user_id uuid not null,
  body text
);
create index on public.notes (user_id);
alter table public.notes enable row level security;
"""
SOUND = (
    "create policy p on public.notes for select to authenticated"
    " using (user_id = (select auth.uid()));"
)


def test_a_sound_policy_is_no_finding(judge: Judge) -> None:
    assert judge(TABLE + SOUND) == ()


def test_a_policy_that_names_no_role_is_found_where_it_is_written(judge: Judge) -> None:
    (finding,) = judge(TABLE, "-- ünïcode ☃\n\n  create policy p on notes using (true);")
    assert finding.rule == "policy-without-role"
    assert (finding.file, finding.line, finding.column) == (
        "supabase/migrations/20250101000002_m2.sql",
        3,
        3,
    )


def test_a_policy_for_public_is_for_everybody_too(judge: Judge) -> None:
    (finding,) = judge(TABLE, "create policy p on notes to public using (true);")
    assert finding.rule == "policy-without-role"


@pytest.mark.parametrize(
    "call",
    [
        "auth.uid()",
        "(auth.jwt() ->> 'sub')::uuid",
        "current_setting('app.user')::uuid",
        "pg_catalog.current_setting('app.user')::uuid",
    ],
)
def test_a_call_that_is_not_wrapped_is_found_at_the_call(judge: Judge, call: str) -> None:
    head = "create policy p on notes to authenticated using (user_id = "
    (finding,) = judge(TABLE, f"{head}{call});")
    assert finding.rule == "policy-calls-for-each-row"
    assert finding.line == 1
    assert finding.column == len(head) + call.startswith("(") + 1


def test_a_call_inside_a_query_over_rows_is_made_for_each_of_them(judge: Judge) -> None:
    (finding,) = judge(
        TABLE,
        "create policy p on notes to authenticated using"
        " (exists (select from notes n where n.user_id = auth.uid()));",
    )
    assert finding.rule == "policy-calls-for-each-row"


def test_with_check_is_judged_as_using_is(judge: Judge) -> None:
    (finding,) = judge(
        TABLE,
        "create policy p on notes for insert to authenticated with check (user_id = auth.uid());",
    )
    assert finding.rule == "policy-calls-for-each-row"


@pytest.mark.parametrize(
    "mended",
    [
        "drop policy p on notes;",
        "drop table notes;",
        "alter policy p on notes to authenticated;",
        "drop policy if exists p on public.notes; " + SOUND,
    ],
)
def test_what_a_later_migration_mends_is_no_finding(judge: Judge, mended: str) -> None:
    assert judge(TABLE, "create policy p on notes using (true);", mended) == ()


def test_a_renamed_table_keeps_its_policies(judge: Judge) -> None:
    (finding,) = judge(
        TABLE, "create policy p on notes using (true);", "alter table notes rename to memos;"
    )
    assert "on public.memos" in finding.message


def test_alter_policy_moves_the_finding_to_the_text_that_now_counts(judge: Judge) -> None:
    (finding,) = judge(TABLE + SOUND, "\nalter policy p on notes using (user_id = auth.uid());")
    assert finding.rule == "policy-calls-for-each-row"
    assert (finding.file[-6:], finding.line) == ("m2.sql", 2)


def test_a_policy_on_a_table_of_the_platform_is_judged(judge: Judge) -> None:
    found = judge(
        "create policy p on storage.objects using ((storage.foldername(name))[1] ="
        " auth.uid()::text);"
    )
    assert [f.rule for f in found] == ["policy-without-role", "policy-calls-for-each-row"]


def test_a_column_that_rows_are_looked_up_by_wants_an_index(judge: Judge) -> None:
    (finding,) = judge(TABLE.replace("create index on public.notes (user_id);", "") + SOUND)
    assert finding.rule == "policy-without-index"
    assert finding.remedy == "create index on public.notes (user_id)"


@pytest.mark.parametrize(
    ("index", "serves"),
    [
        ("create index on notes (user_id, body)", True),
        ("create unique index on notes (user_id)", True),
        ("create index on notes (user_id) where user_id is not null", True),
        ("alter table notes add constraint one unique (user_id)", True),
        ("create index on notes (body, user_id)", False),
        ("create index on notes (user_id) where body = 'x'", False),
        ("create index on notes ((user_id::text))", False),
        ("create index i on notes (user_id); drop index i", False),
        ("create index i on notes (user_id); alter index i rename to j; drop index j", False),
    ],
)
def test_only_an_index_that_begins_with_the_column_serves(
    judge: Judge, index: str, serves: bool
) -> None:
    bare = TABLE.replace("create index on public.notes (user_id);", "")
    assert (judge(f"{bare}{SOUND}{index};") == ()) is serves


def test_one_indexed_column_of_several_is_enough(judge: Judge) -> None:
    assert not judge(
        TABLE,
        "create policy p on notes to authenticated using"
        " (user_id = (select auth.uid()) and body = (select auth.role()));",
    )


def test_either_side_of_an_or_needs_its_own_index(judge: Judge) -> None:
    (finding,) = judge(
        TABLE,
        "create policy p on notes to authenticated using"
        " (user_id = (select auth.uid()) or body = (select auth.role()));",
    )
    assert "public.notes.body" in finding.message


def test_a_comparison_with_a_constant_asks_for_no_index(judge: Judge) -> None:
    assert not judge(
        TABLE, "create policy p on notes to anon using (body = 'open' and id is not null);"
    )


def test_tables_inside_a_policys_query_want_indexes_too(judge: Judge) -> None:
    (finding,) = judge(
        TABLE,
        "create table members (place uuid, user_id uuid);"
        "alter table members enable row level security;"
        "create policy p on notes to authenticated using (id = any (array("
        " select m.place from members as m where m.user_id = (select auth.uid()))));",
    )
    assert finding.remedy == "create index on public.members (user_id)"
