"""`wakti-sb test db`, from the command line."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.stack.conftest import write_project

HELPERS = """
create extension if not exists pgtap with schema extensions;
create schema tests;
create function tests.create_supabase_user(identifier text) returns uuid
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  insert into auth.users (id, email) values (gen_random_uuid(), identifier || '@example.com')
  returning id
$$;
create function tests.authenticate_as(identifier text) returns void language plpgsql as $$
declare
  found uuid := (select id from auth.users where email = identifier || '@example.com');
begin
  perform set_config('role', 'authenticated', true);
  perform set_config('request.jwt.claims', json_build_object('sub', found)::text, true);
end $$;
begin;
select plan(1);
select ok(true, 'helpers are there');
select * from finish();
rollback;
"""

GOOD = """
\\set table notes
begin;
create extension if not exists pgtap with schema extensions;
select plan(4);
select has_table('public', :'table', 'the table is there');
select is(count(*), 1::bigint, 'the seed is there') from public.notes;
select tests.create_supabase_user('me');
select tests.authenticate_as('me');
select isnt(auth.uid(), null, 'somebody is signed in');
select is_empty('select * from public.notes', 'and sees nothing');
select * from finish();
rollback;
"""

# What it leaves in its copy is not there for another file.
COMMITS = """
begin;
select plan(1);
insert into public.notes (text) values ('stays in this copy');
select is(count(*), 2::bigint, 'two rows') from public.notes;
select * from finish();
"""

BAD = """
begin;
select no_plan();
select is(1, 2, 'one is two');
select todo('later', 1);
select ok(false, 'not yet');
select * from finish();
rollback;
"""

BROKEN = """
begin;
select plan(1);
select nonsense();
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a table, a seed and a folder for tests, which nobody has brought up."""
    folder = write_project(tmp_path / "with tests")
    (folder / "supabase" / "seed.sql").write_text("insert into public.notes (text) values ('a');")
    (folder / "supabase" / "tests" / "more").mkdir(parents=True)
    return folder


@pytest.mark.slow
def test_each_file_has_a_copy_of_the_database_that_the_helpers_prepared(project: Path) -> None:
    tests = project / "supabase" / "tests"
    for name, text in {
        "000-helpers.sql": HELPERS,
        "commits.sql": COMMITS,
        "good.test.sql": GOOD,
        "more/good.sql": GOOD,
    }.items():
        (tests / name).write_text(text)

    done = wakti("test", "db", "-n", "2", cwd=project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 tests in 4 files passed." in done.stderr
    assert done.stdout.splitlines()[-1] == "1..4"
    assert "ok 3 - supabase/tests/good.test.sql" in done.stdout.splitlines()

    bad = {"bad.sql": BAD, "broken.sql": BROKEN}
    for name, text in bad.items():
        (tests / name).write_text(text)
    report = project / "report.xml"
    files = [str(tests / name) for name in bad]

    done = wakti("test", "db", *files, "--junit", str(report), cwd=project)

    assert done.returncode == 1
    assert "2 of 3 files failed: supabase/tests/bad.sql, supabase/tests/broken.sql" in done.stderr
    assert "psql:supabase/tests/broken.sql:4: ERROR:  function nonsense()" in done.stdout
    suites = {one.get("name"): one for one in ElementTree.fromstring(report.read_text())}
    assert suites["supabase/tests/bad.sql"].get("failures") == "1"
    assert suites["supabase/tests/bad.sql"].get("skipped") == "1"
    assert suites["supabase/tests/broken.sql"].get("errors") == "1"
    assert suites["supabase/tests/000-helpers.sql"].get("failures") == "0"


def test_no_tests_are_no_success(project: Path) -> None:
    done = wakti("test", "db", cwd=project)

    assert_one_clear_sentence(done)
    assert "there are no tests here" in done.stderr


def test_options_before_the_command_are_refused(project: Path) -> None:
    done = wakti("test", "-k", "upload", "db", cwd=project)

    assert_one_clear_sentence(done)
    assert "stand behind it" in done.stderr
