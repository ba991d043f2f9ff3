"""What cannot be judged gets one clear sentence, and is never called safe."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import psycopg
import pytest

from tests.conformance.conftest import Example
from tests.conformance.schemas import applied, as_superuser, content, model, table
from wakti_sb.conformance import explain, mutate, propose, run
from wakti_sb.errors import ConformanceError, SpecError, UsageError
from wakti_sb.spec import parse, parse_right

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


@pytest.mark.slow
def test_an_object_that_nobody_described_can_be_excused_until_a_day(migrated: Migrated) -> None:
    url = migrated(NOTES, NOTES.folder / "faults" / "nobody_described_it.sql")
    text = (NOTES.folder / "wakti.toml").read_text(encoding="utf-8")
    text += '\n[[excuse]]\nobject = "public.drafts"\nreason = "goes in May"\nuntil = 2026-05-31\n'
    before = run(parse(text), url, today=datetime.date(2026, 5, 31))
    after = run(parse(text), url, today=datetime.date(2026, 6, 1))
    assert before.safe
    assert [finding.excused for finding in before.excused] == ["goes in May (until 2026-05-31)"]
    assert [finding.table for finding in after.findings] == ["public.drafts"]


@pytest.mark.slow
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


def test_a_policy_that_calls_itself_is_one_finding_and_never_safe(empty_database: str) -> None:
    circle = "create policy team on t using (exists (select from t as x where x.v = t.v))"
    url = applied(empty_database, table("t", "v text not null"), circle)
    before = content(url)
    report = run(model("t"), url)
    stuck = [f for f in report.findings if "infinite recursion" in f.reason]
    assert [f.problem for f in stuck] == ["no verdict"]
    assert len(stuck[0].cases) > 10
    assert not report.safe
    assert content(url) == before


@pytest.mark.slow
def test_a_lock_held_by_somebody_else_ends_in_a_sentence(empty_database: str) -> None:
    url = applied(empty_database, table("t", "v text"), table("free", "v text"))
    before = content(url)
    with psycopg.connect(url) as other:
        other.execute("lock table t in share mode")  # rows can be read and not written
        report = run(model("t", "free"), url)
        assert dict(report.untested)["public.t"].endswith("another session holds a lock on it")
        assert "public.free" not in dict(report.untested)
        assert not report.safe
        other.execute("lock table t in access exclusive mode")
        with pytest.raises(ConformanceError, match="holds a lock"):
            run(model("t", "free"), url)
    assert content(url) == before


def test_a_token_role_that_passes_every_policy_is_a_finding(empty_database: str) -> None:
    url = applied(empty_database, table("t", "v text"))
    with psycopg.connect(as_superuser(url), autocommit=True) as admin:
        admin.execute("alter role authenticated bypassrls")
        try:
            findings = run(model("t"), url).findings
        finally:
            admin.execute("alter role authenticated nobypassrls")
        admin.execute("grant create on schema public to authenticated")
        admin.execute("alter table t owner to authenticated")
    assert "role authenticated bypasses row level security" in {f.id for f in findings}
    owned = run(model("t"), url).findings
    assert "public.t: role authenticated owns it and passes its policies" in {f.id for f in owned}


def test_credentials_that_see_too_little_are_refused(empty_database: str) -> None:
    url = applied(empty_database, table("t", "v text"))
    with psycopg.connect(as_superuser(url), autocommit=True) as admin:
        admin.execute("create role watcher login bypassrls password 'watcher'")
        admin.execute("grant pg_read_all_data to watcher")
        try:
            with pytest.raises(ConformanceError, match="may not become anon"):
                run(model("t"), url.replace("postgres:postgres@", "watcher:watcher@", 1))
        finally:
            admin.execute("revoke pg_read_all_data from watcher; drop role watcher")


def test_a_hosted_database_that_holds_data_is_refused_unless_told(
    empty_database: str,
) -> None:
    url = applied(
        empty_database,
        table("t", "v text"),
        "insert into auth.users (id, email) values (gen_random_uuid(), 'somebody@example.com')",
    )
    # This machine by a name that does not say so.
    url = url.replace("@127.0.0.1:", "@0.0.0.0:")
    before = content(url)
    with pytest.raises(ConformanceError, match=r"auth\.users of this hosted database holds data"):
        run(model("t"), url)
    with pytest.raises(ConformanceError, match="hosted database holds data"):
        mutate(model("t"), url)
    assert run(model("t"), url, allow_data=True).safe
    assert content(url) == before


def test_a_model_that_describes_nothing_is_not_safe(empty_database: str) -> None:
    nothing = run(parse(""), empty_database)
    assert [finding.id for finding in nothing.findings] == ["nothing was tried"]
    assert not nothing.safe
    forgotten = run(parse(""), applied(empty_database, table("t", "v text")))
    assert [finding.id for finding in forgotten.findings] == [
        "public.t: nobody described this table"
    ]


def test_a_trigger_that_drops_every_row_leaves_the_table_untested(empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v text"),
        "create function public.drops() returns trigger language plpgsql as"
        " 'begin return null; end'",
        "create trigger drops before insert on t for each row execute function public.drops()",
    )
    assert "a trigger drops it" in dict(run(model("t"), url).untested)["public.t"]


def test_a_trigger_that_forbids_a_rightful_change_locks_its_owner_out(empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v text"),
        "create function public.forbids() returns trigger language plpgsql as"
        " $$ begin raise exception 'not today'; end $$",
        "create trigger forbids before update on t for each row execute function public.forbids()",
    )
    findings = run(model("t"), url).findings
    assert any(f.problem == "locked out" and "not today" in f.reason for f in findings)


def test_a_partition_without_policies_is_found(empty_database: str) -> None:
    made = table("t", "id bigint", "at date not null", "v text", "primary key (id, at)", key="")
    url = applied(
        empty_database,
        made.replace("primary key (id, at))", "primary key (id, at)) partition by range (at)"),
        "create table t_all partition of t default",
    )
    findings = run(model("t"), url).findings
    assert "public.t: its partition t_all has no row level security" in {f.id for f in findings}


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_proposed_model_can_be_read_and_marks_its_guesses(migrated: Migrated) -> None:
    text = propose(migrated(Example("filebox")), name="filebox")
    spec = parse(text)
    assert "# guess" in text
    assert spec.entry("public.boxes") is not None
    boxes = spec.entry("public.boxes")
    assert boxes is not None
    assert boxes.owner == "owner_id"
    assert boxes.shared is not None
    assert boxes.shared.table == "public.box_guests"


def test_a_proposal_for_a_folder_with_spaces_can_be_read(migrated: Migrated) -> None:
    assert parse(propose(migrated(NOTES), name="club app")).project.name == "club-app"


def test_a_persons_row_in_a_shared_place_is_proposed_as_read_by_members_and_written_by_its_owner(
    migrated: Migrated,
) -> None:
    comments = parse(propose(migrated(Example("team")), name="team")).entry("public.comments")
    assert comments is not None
    assert comments.owner == "author_id"
    assert comments.select.right == parse_right("member")
    assert comments.insert.right == parse_right("own and member")
    assert comments.update.right == comments.delete.right == parse_right("own and member")
