"""A project that wants an extension that is not available, from the command line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from wakti_sb import spec
from wakti_sb.errors import MigrationError
from wakti_sb.stack import EmbeddedStack, LeftOut, Notice

PROJECTS = Path(__file__).parent / "projects"
SEARCH = "supabase/migrations/20240102000000_search.sql"
MODEL = """
[generate]
backend = false
policies = false

[[owned]]
table = "public.notes"
owner = "user_id"
select = "own"
insert = "own"
update = "own"
delete = "own"

[[owned]]
table = "public.folders"
owner = "user_id"
select = "own"
insert = "own"
update = "own"
delete = "own"

[[owned]]
table = "public.documents"
owner = "user_id"
select = "own"
insert = "own"
update = "own"
delete = "own"

[[bucket]]
name = "scans"
paths = ["{user}"]
select = "none"
insert = "none"
update = "none"
delete = "none"
"""
EXCUSES = "".join(
    f'[[excuse]]\nobject = "public.{name}"\nreason = "proved on the staging project"\n'
    for name in ("documents", "document_tags", "match_documents")
)


@pytest.fixture
def search(tmp_path: Path) -> Iterator[Path]:
    """A project that searches by meaning, with a model, in a folder with an Arabic name."""
    folder = tmp_path / "مشروع بحث"
    shutil.copytree(PROJECTS / "search", folder)
    (folder / "wakti.toml").write_text(MODEL)
    yield folder
    wakti("down", "--no-backup", cwd=folder)


@pytest.mark.slow
def test_an_extension_that_nothing_needs_is_left_out_and_said(search: Path) -> None:
    more = (search / SEARCH).with_name("20240103000000_dump.sql")
    more.write_text(
        "create extension if not exists hypopg;\ncomment on extension hypopg is 'from a dump';\n"
        "create schema pgsodium;\ncreate extension pgsodium with schema pgsodium;\n"
    )
    done = wakti("up", "--port", "0", cwd=search)

    assert done.returncode == 0, done.stderr
    assert "3 statements were left out, without hypopg, pgsodium:" in done.stderr
    assert "20240103000000_dump.sql:1: create extension if not exists hypopg" in done.stderr

    # Once something needs it, that is refused, as before.
    more.with_name("20240104000000_key.sql").write_text("select pgsodium.randombytes_random();\n")
    again = wakti("up", cwd=search)
    assert_one_clear_sentence(again)
    assert "20240104000000_key.sql:1:8" in again.stderr
    assert "--without pgsodium" in again.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "explanation"),
    [
        (
            "create table a (v geometry);",
            "may come with the extension postgis, which is not available",
        ),
        (
            "create extension postgis;\ncreate table a (v geography);",
            "may come with the extension postgis, which is not available",
        ),
        (
            "do $$ begin create extension hypopg; end $$;",
            "the extension hypopg is not available on the embedded stack",
        ),
        ("select net.http_get('https://example.com');", "add `create extension pg_net` before it"),
        (
            "create extension vector;\ncreate table a (v halfvec(3));",
            "The embedded stack's own vector has not all of the original.",
        ),
    ],
)
def test_a_thing_of_an_extension_that_no_file_asks_for_is_explained(
    search: Path, statement: str, explanation: str
) -> None:
    (search / SEARCH).write_text(statement)
    with pytest.raises(MigrationError, match=re.escape(explanation)):
        EmbeddedStack(search).up(port=0, api=False)


@pytest.mark.slow
def test_up_goes_on_without_it_and_reset_as_up_did(search: Path) -> None:
    done = wakti("up", "--port", "0", "--without", "vector", cwd=search)
    assert done.returncode == 0, done.stderr
    assert "10 statements were left out, without vector:" in done.stderr
    assert f"{SEARCH}:4: create table public.documents" in done.stderr
    assert "supabase/seed.sql:1: insert into public.documents" in done.stderr

    (search / SEARCH).with_name("20240103000000_more.sql").write_text(
        "create table public.pages (document bigint references public.documents);\n"
        "create table public.later (id int);\n"
    )
    again = wakti("up", cwd=search)
    assert "11 statements were left out" in again.stderr
    assert wakti("reset", cwd=search).returncode == 0
    with psycopg.connect(
        json.loads(wakti("status", "-o", "json", cwd=search).stdout)["DB_URL"]
    ) as c:
        found = c.execute(
            "select to_regclass('documents'), to_regclass('pages'), to_regclass('later')::text,"
            " (select count(*) from storage.buckets)"
        ).fetchone()
    assert found == (None, None, "later", 1)


@pytest.mark.slow
def test_a_first_up_that_failed_in_the_middle_is_begun_anew(search: Path) -> None:
    (search / SEARCH).with_name("20240103000000_queue.sql").write_text(
        "create extension hypopg;\nselect hypopg_reset();\n"
        "create table public.q (d bigint references documents);"
    )
    with pytest.raises(MigrationError, match="hypopg, which is not available"):
        EmbeddedStack(search, without=["vector"]).up(port=0, api=False)
    stack = EmbeddedStack(search, without=["vector", "hypopg"])

    stack.up(port=0, api=False)

    assert [one.extension for one in stack.left_out].count("hypopg") == 2
    assert len(stack.left_out) == 13


@pytest.mark.slow
@pytest.mark.parametrize("said", ["option", "wakti.toml"])
def test_rls_test_never_calls_safe_what_was_left_out(search: Path, said: str) -> None:
    option = ("--without", "vector") if said == "option" else ()
    if said == "wakti.toml":
        with (search / "wakti.toml").open("a") as model:
            model.write('[stack]\nwithout = ["vector"]\n')
    done = wakti("rls", "test", *option, "--json", cwd=search)

    assert_one_clear_sentence(done, code=1)
    report = json.loads(done.stdout)
    untested = {each["table"] for each in report["untested"]}
    assert untested == {"public.documents", "public.document_tags", "public.match_documents"}
    assert {each["problem"] for each in report["findings"]} == {"untested"}
    assert report["passed"] == report["cases"] > 50
    assert f"{SEARCH}:4" in [each["place"] for each in report["left_out"]]
    assert f"{SEARCH}:4" in done.stderr


@pytest.mark.slow
def test_what_was_left_out_can_be_excused_with_a_reason(search: Path) -> None:
    with (search / "wakti.toml").open("a") as model:
        model.write(EXCUSES)
    env = {"WAKTI_WITHOUT": "vector hypopg"}
    done = wakti("rls", "test", "--json", cwd=search, env=env)

    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["excused"]) == 3


@pytest.mark.slow
def test_the_other_commands_of_rls_go_on_without_it(search: Path) -> None:
    without = ("--without", "vector")
    proposed = wakti("rls", "init", *without, cwd=search)
    assert "public.notes" in proposed.stdout
    assert "public.documents" not in proposed.stdout
    (search / "proposed.toml").write_text(proposed.stdout)
    spec.load(search / "proposed.toml")
    mutated = wakti("rls", "mutate", *without, "--json", cwd=search)
    assert mutated.returncode == 0, mutated.stderr
    assert json.loads(mutated.stdout)["left_out"]
    case = "folders: another owner cannot change this row"
    explained = wakti("rls", "explain", *without, case, cwd=search)
    assert explained.returncode == 0, explained.stderr


@pytest.mark.slow
def test_a_policy_that_was_left_out_makes_its_table_untested(search: Path) -> None:
    (search / SEARCH).write_text(
        "create extension vector;\n"
        "create policy near on public.notes for select to authenticated\n"
        "using (cosine_distance('[1]', '[2]') < 1);\n"
    )
    (search / "supabase" / "seed.sql").unlink()  # it is about the tables that are gone now
    (search / "wakti.toml").write_text(MODEL.split('[[owned]]\ntable = "public.folders"')[0])

    done = wakti("rls", "test", "--without", "vector", "--json", cwd=search)

    assert done.returncode == 1
    assert [each["table"] for each in json.loads(done.stdout)["untested"]][-1] == "public.notes"


@pytest.mark.parametrize("wrong", ['"vector"', "[1]", '[""]'])
def test_a_wrong_setting_is_named(search: Path, wrong: str) -> None:
    (search / "wakti.toml").write_text(f"[stack]\nwithout = {wrong}\n")
    done = wakti("up", "--port", "0", cwd=search)
    assert_one_clear_sentence(done)
    assert "without" in done.stderr


@pytest.mark.slow
def test_the_dump_of_a_project_applies_without_what_is_long_obsolete(tmp_path: Path) -> None:
    shutil.copytree(PROJECTS / "pulled", tmp_path / "pulled")
    events: list[object] = []
    stack = EmbeddedStack(tmp_path / "pulled", events.append, without=["vectr"])
    try:
        stack.up(port=0, api=False)
    finally:
        stack.down(remove_data=True)

    assert [one.extension for one in events if isinstance(one, LeftOut)] == ["pgsodium"]
    nothing = "--without vectr: no statement had to be left out for it."
    assert Notice(nothing) in events


@pytest.mark.slow
def test_a_stack_without_an_api_can_be_reset(tmp_path: Path) -> None:
    shutil.copytree(PROJECTS / "profiles", tmp_path / "profiles")
    stack = EmbeddedStack(tmp_path / "profiles")
    try:
        url = stack.up(port=0, api=False).database
        with psycopg.connect(url) as connection:
            connection.execute("create table public.stray (id int)")
        stack.reset()
        with psycopg.connect(url) as connection:
            found = connection.execute("select to_regclass('public.stray')").fetchone()
        assert found == (None,)
    finally:
        stack.down(remove_data=True)
