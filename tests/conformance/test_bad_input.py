"""What cannot be judged gets one clear sentence, and is never called safe."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import psycopg
import pytest

from tests.conformance.conftest import Example
from wakti_sb.conformance import explain, mutate, propose, run
from wakti_sb.errors import ConformanceError, SpecError, UsageError
from wakti_sb.spec import parse

Migrated = Callable[..., str]
NOTES = Example("notes")


def test_a_table_that_is_not_there_is_named_with_a_suggestion(migrated: Migrated) -> None:
    spec = parse('[[owned]]\ntable = "public.notebook"\nowner = "user_id"\nselect = "own"')
    with pytest.raises(SpecError, match=r"public\.notebook.*did you mean public\.notebooks"):
        run(spec, migrated(NOTES))


def test_a_column_that_is_not_there_is_named_with_a_suggestion(migrated: Migrated) -> None:
    spec = parse('[[owned]]\ntable = "public.notebooks"\nowner = "userid"\nselect = "own"')
    with pytest.raises(SpecError, match=r'owner names "userid".*did you mean user_id'):
        run(spec, migrated(NOTES))


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    with pytest.raises(ConformanceError, match="does not answer"):
        run(NOTES.spec, "postgresql://postgres@127.0.0.1:1/postgres")


def test_a_role_that_is_held_back_itself_cannot_judge(migrated: Migrated) -> None:
    own = migrated(NOTES)
    with psycopg.connect(own.replace("postgres:postgres@", "supabase_admin:postgres@", 1)) as admin:
        admin.execute("alter role dashboard_user login password 'dashboard'")
    url = own.replace("postgres:postgres@", "dashboard_user:dashboard@", 1)
    with pytest.raises(ConformanceError, match="held back by row level security itself"):
        run(NOTES.spec, url)


def test_a_schema_that_cannot_be_seeded_is_untested_and_never_safe(migrated: Migrated) -> None:
    url = migrated(NOTES)
    with psycopg.connect(url) as connection:
        connection.execute(
            "create function public.never() returns trigger language plpgsql as"
            " $$ begin raise exception 'no row today'; end $$;"
            " create trigger never before insert on public.reminders"
            " for each row execute function public.never()"
        )
    report = run(NOTES.spec, url)
    assert ("public.reminders", "no rows could be made for it: no row today") in report.untested
    assert not report.safe


def test_an_object_that_nobody_described_can_be_excused_until_a_day(migrated: Migrated) -> None:
    url = migrated(NOTES, NOTES.folder / "faults" / "nobody_described_it.sql")
    text = (NOTES.folder / "wakti.toml").read_text(encoding="utf-8")
    text += '\n[[excuse]]\nobject = "public.drafts"\nreason = "goes in May"\nuntil = 2026-05-31\n'
    before = run(parse(text), url, today=datetime.date(2026, 5, 31))
    after = run(parse(text), url, today=datetime.date(2026, 6, 1))
    assert before.safe
    assert [finding.excused for finding in before.excused] == ["goes in May"]
    assert [finding.table for finding in after.findings] == ["public.drafts"]


def test_a_policy_that_never_ends_is_stopped_and_reported(migrated: Migrated) -> None:
    url = migrated(NOTES)
    with psycopg.connect(url) as connection:
        connection.execute(
            "alter role anon set statement_timeout = '100ms';"
            " create policy sleepy on public.reminders for select to anon"
            " using ((select pg_sleep(60)) is null)"
        )
    report = run(NOTES.spec, url)
    with psycopg.connect(url) as connection:
        connection.execute("alter role anon set statement_timeout = '3s'")
    stopped = [f for f in report.findings if "statement timeout" in f.reason]
    assert [finding.policy for finding in stopped] == ["sleepy"]
    assert not report.safe


def test_mutating_a_broken_project_is_refused(migrated: Migrated) -> None:
    url = migrated(NOTES, NOTES.folder / "faults" / "rls_never_on.sql")
    with pytest.raises(ConformanceError, match="before anything was broken"):
        mutate(NOTES.spec, url)


def test_a_case_is_explained_by_a_few_of_its_words(migrated: Migrated) -> None:
    found = explain(NOTES.spec, migrated(NOTES), "notebooks: anon cannot see this row")
    assert found.verdict.status == "passed"
    assert [policy.name for policy in found.policies] == []
    assert any("the owner" in attempt.who.label for attempt, _ in found.controls)


def test_words_that_fit_several_cases_are_answered_with_these(migrated: Migrated) -> None:
    with pytest.raises(UsageError, match="could be several"):
        explain(NOTES.spec, migrated(NOTES), "notebooks anon")


def test_a_proposed_model_can_be_read_and_marks_its_guesses(migrated: Migrated) -> None:
    text = propose(migrated(Example("filebox")), name="filebox")
    spec = parse(text)
    assert "# guess" in text
    assert spec.entry("public.boxes") is not None
    boxes = spec.entry("public.boxes")
    assert boxes is not None
    assert boxes.owner == "owner_id"
    assert boxes.members is not None
    assert boxes.members.table == "public.box_guests"
