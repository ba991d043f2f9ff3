"""Fixtures for a team's own tests."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from wakti_sb.stack import Endpoint

from .conftest import Run

THROUGH_THE_CLIENT = """
import pytest
from postgrest import APIError


def test_a_notebook_is_its_owners_alone(owner, other_owner, anon, service):
    row = {"user_id": owner.id, "title": "mine", "slug": "mine", "colour": "red"}
    made = owner.client.table("notebooks").insert(row).execute().data[0]
    assert owner.client.table("notebooks").select("id").execute().data == [{"id": made["id"]}]
    assert other_owner.client.table("notebooks").select("id").execute().data == []
    assert anon.table("notebooks").select("id").execute().data == []
    with pytest.raises(APIError):
        anon.table("notebooks").insert(row).execute()
    assert {"id": made["id"]} in service.table("notebooks").select("id").execute().data


def test_persons_differ(owner, other_owner, make_person):
    assert len({owner.id, other_owner.id, make_person().id}) == 3
"""

OVER_SQL = """
import psycopg
import pytest

INSERT = '''
insert into public.notebooks (user_id, title, slug, colour) values (%s, 'a', 'abc', 'red')
'''


def test_it_is_rolled_back_later(db, owner, other_owner, acting_as):
    db.execute(INSERT, [owner.id])
    with acting_as(owner):
        assert db.execute("select count(*) from public.notebooks").fetchone() == (1,)
    with acting_as(other_owner):
        assert db.execute("select count(*) from public.notebooks").fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(None):
        db.execute(INSERT, [owner.id])
    assert db.execute("select current_user").fetchone() == ("postgres",)


def test_nothing_is_left_of_it(db):
    assert db.execute("select count(*) from public.notebooks").fetchone() == (0,)
"""

TELLS = """
def test_that_fails(owner, endpoint, anon):
    assert owner.id == endpoint.api_url
"""


@pytest.fixture
def address(clean: Endpoint, notes: Path, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """A project that runs, with the tables of `notes`; named in the environment."""
    with psycopg.connect(clean.database) as connection:
        for file in sorted((notes / "supabase" / "migrations").glob("*.sql")):
            connection.execute(file.read_text().encode())
        connection.execute("notify pgrst, 'reload schema'")
    told = {"URL": clean.api_url, "DB_URL": clean.database, "SECRET_KEY": clean.secret_key}
    for name, value in {**told, "PUBLISHABLE_KEY": clean.publishable_key}.items():
        monkeypatch.setenv(f"WAKTI_{name}", value)
    return clean


@pytest.mark.parametrize("tests", [THROUGH_THE_CLIENT, OVER_SQL], ids=["client", "SQL"])
def test_people_reach_what_is_theirs(run: Run, notes: Path, address: Endpoint, tests: str) -> None:
    (notes / "test_own.py").write_text(tests)
    assert run("-W", "error").parseoutcomes() == {"passed": 2}
    with psycopg.connect(address.database) as connection:
        assert connection.execute("select count(*) from auth.users").fetchone() == (0,)


def test_a_failed_test_shows_no_key_no_password_and_no_token(
    run: Run, notes: Path, address: Endpoint
) -> None:
    (notes / "test_own.py").write_text(TELLS)
    text = run("--showlocals", "-vv").stdout.str()
    assert "Person(id=" in text
    for secret in (address.secret_key, address.publishable_key, "password=", "token=", "eyJ"):
        assert secret not in text


def test_a_stack_of_the_runs_own_serves_every_worker_and_is_gone_afterwards(
    run: Run, notes: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(shared))
    (notes / "test_own.py").write_text(
        f"{THROUGH_THE_CLIENT}\n\ndef test_stack(stack, endpoint):\n"
        "    assert stack.endpoint() == endpoint\n"
    )
    outcomes = run("--wakti-rls", "-n", "2").parseoutcomes()
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 150
    assert [name for name in os.listdir(shared) if name.startswith("wakti-sb-")] == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_project_without_migrations_is_one_sentence(
    pytester: pytest.Pytester, workers: str
) -> None:
    pytester.makepyfile("def test_own(owner): pass")
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", workers)
    text = done.stdout.str() + done.stderr.str()
    assert done.ret != pytest.ExitCode.OK
    assert "there is no supabase/migrations here to make a stack from" in text
    assert "Traceback" not in text


def test_a_key_that_is_missing_is_named(run: Run, notes: Path) -> None:
    (notes / "test_own.py").write_text("def test_own(owner): pass")
    done = run("--wakti-url", "http://127.0.0.1:1", "--wakti-publishable-key", "sb_publishable_x")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stdout.fnmatch_lines(["*--wakti-url needs --wakti-secret-key too.*"])
