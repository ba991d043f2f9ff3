"""Fixtures for a team's own tests."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import psycopg
import pytest

from wakti_sb.stack import Endpoint

from .conftest import Run

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "pytest.md"

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
    doctor = make_person(app_metadata={"role": "doctor"})
    assert len({owner.id, other_owner.id, doctor.id}) == 3
    claims = doctor.client.auth.get_claims(doctor.access_token)["claims"]
    assert claims["app_metadata"]["role"] == "doctor"
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
    with acting_as(owner.id, aal="aal2"):
        with acting_as(None):
            pass
        assert db.execute("select auth.uid()::text, auth.jwt()->>'aal'").fetchone() == (
            owner.id, "aal2"
        )
    assert db.execute("select current_user").fetchone() == ("postgres",)
    with pytest.raises(psycopg.ProgrammingError):
        db.commit()


def test_nothing_is_left_of_it(db, acting_as, make_person):
    with acting_as(make_person(app_metadata={"role": "doctor"})):
        role = db.execute("select auth.jwt()->'app_metadata'->>'role'").fetchone()
    assert role == ("doctor",)
    assert db.execute("select count(*) from public.notebooks").fetchone() == (0,)
"""

READS_MAIL = """
import pytest
from wakti_sb.errors import StackError


def test_a_code_arrives(owner, anon, mailbox):
    anon.auth.reset_password_for_email(owner.email)
    message = mailbox.latest(owner.email)
    assert message.kind == "recovery"
    assert message.code not in repr(message)
    anon.auth.verify_otp({"email": owner.email, "token": message.code, "type": "recovery"})


def test_no_code_arrives(mailbox):
    with pytest.raises(StackError, match="no mail was sent to nobody@example.com"):
        mailbox.latest("nobody@example.com", wait=0)
"""

TELLS = """
def test_that_fails(owner, endpoint, anon):
    assert owner.id == endpoint.api_url
"""

KEEPS = """
import psycopg


def test_row_stays(owner, endpoint):
    with psycopg.connect(endpoint.database) as connection:
        connection.execute("insert into public.kept values (%s)", [owner.id])
"""

MANY = """
import pytest


@pytest.mark.parametrize("number", range(20))
def test_own(owner, number): pass
"""

NEEDS_NOTHING = """
import sys


def test_nothing_is_loaded():
    assert not {"psycopg", "supabase", "pydantic", "wakti_sb.stack"} & set(sys.modules)
"""


(DOCUMENTED,) = re.findall(r"```python\n(.+?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "tests",
    [THROUGH_THE_CLIENT, OVER_SQL, READS_MAIL, DOCUMENTED],
    ids=["client", "SQL", "mail", "documentation"],
)
def test_people_reach_what_is_theirs(run: Run, notes: Path, address: Endpoint, tests: str) -> None:
    (notes / "test_own.py").write_text(tests)
    assert run("-W", "error").parseoutcomes() == {"passed": 2}
    with psycopg.connect(address.database) as connection:
        assert connection.execute("select count(*) from auth.users").fetchone() == (0,)


@pytest.mark.slow
def test_a_failed_test_shows_no_key_no_password_and_no_token(
    run: Run, notes: Path, address: Endpoint
) -> None:
    (notes / "test_own.py").write_text(TELLS)
    text = run("--showlocals", "-vv").stdout.str()
    assert "Person(id=" in text
    for secret in (address.secret_key, address.publishable_key, "password=", "token=", "eyJ"):
        assert secret not in text
    with psycopg.connect(address.database) as connection:
        assert connection.execute("select count(*) from auth.users").fetchone() == (0,)


@pytest.mark.slow
def test_a_user_who_cannot_be_deleted_is_told_of(run: Run, notes: Path, address: Endpoint) -> None:
    with psycopg.connect(address.database) as connection:
        connection.execute("create table public.kept (id uuid references auth.users)")
    (notes / "test_own.py").write_text(KEEPS)
    done = run()
    assert done.parseoutcomes() == {"passed": 1, "errors": 1}
    assert "1 users of the tests could not be deleted" in done.stdout.str()


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the run keeps what passes."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.slow
def test_a_stack_of_the_runs_own_serves_every_worker_and_is_gone_afterwards(
    run: Run, notes: Path, shared: Path
) -> None:
    (notes / "test_own.py").write_text(
        f"{THROUGH_THE_CLIENT}\n\ndef test_stack(stack, endpoint):\n"
        "    assert stack.endpoint() == endpoint\n"
    )
    outcomes = run("--wakti-rls", "-n", "2").parseoutcomes()
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 150
    assert [name for name in os.listdir(shared) if name.startswith("wakti-sb-")] == []


WITH_A_SEED = """
create table public.colours (name text primary key);
create table public.accounts (id uuid primary key references auth.users on delete cascade);
create function public.on_user() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin insert into public.accounts values (new.id); return new; end $$;
create trigger on_user after insert on auth.users
for each row execute function public.on_user();
"""

AFTER_A_RESET = """
import asyncio

ROW = {"title": "mine", "slug": "mine", "colour": "red"}


def colours(client):
    return [row["name"] for row in client.table("colours").select("name").execute().data]


def insert(person):
    person.client.table("notebooks").insert(ROW | {"user_id": person.id}).execute()


def test_the_seed_is_there(service):
    assert colours(service) == ["red"]


def test_reset(stack, service, owner, other_owner):
    insert(owner)
    service.table("colours").insert({"name": "blue"}).execute()
    stack.reset()
    assert colours(service) == ["red"]
    assert owner.client.table("notebooks").select("id").execute().data == []


def test_people_are_there_after_a_reset(service, owner, other_owner):
    insert(owner)
    insert(other_owner)
    assert len(owner.client.table("notebooks").select("id").execute().data) == 1
    found = {row["id"] for row in service.table("accounts").select("id").execute().data}
    assert found == {owner.id, other_owner.id}
    assert owner.client.auth.refresh_session().session is not None


def test_asynchronous_clients(owner, acreate_client):
    async def titles(who=None):
        async with acreate_client(who) as client:
            rows = (await client.table("notebooks").select("user_id").execute()).data
            return {row["user_id"] for row in rows}

    assert asyncio.run(titles(owner)) == {owner.id}
    assert asyncio.run(titles()) == set()
    assert len(asyncio.run(titles("service"))) == 2
"""


@pytest.mark.slow
def test_a_reset_keeps_the_people_and_brings_the_seed_back(run: Run, notes: Path) -> None:
    supabase = notes / "supabase"
    (supabase / "migrations" / "20260201000000_colours.sql").write_text(WITH_A_SEED)
    (supabase / "seeds").mkdir()
    (supabase / "seeds" / "colours.sql").write_text("insert into public.colours values ('red');")
    (supabase / "config.toml").write_text('[db.seed]\nsql_paths = ["./seeds/*.sql"]\n')
    (notes / "test_own.py").write_text(AFTER_A_RESET)

    done = run()

    assert done.parseoutcomes() == {"passed": 4}, done.stdout.str()


ANOTHER_DB = """
import pytest


@pytest.fixture
def db(): return "another plugin's"


def test_both(db, wakti_db, wakti_acting_as, wakti_owner):
    assert db == "another plugin's"
    with wakti_acting_as(wakti_owner):
        assert wakti_db.execute("select auth.uid()::text").fetchone() == (wakti_owner.id,)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("address")
def test_its_fixtures_can_have_a_prefix(run: Run, notes: Path) -> None:
    (notes / "test_own.py").write_text(ANOTHER_DB)

    assert run("-o", "wakti_fixture_prefix=wakti_").parseoutcomes() == {"passed": 1}
    refused = run("--wakti-fixture-prefix", "a b")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    assert 'is "a b"' in refused.stderr.str()


@pytest.mark.slow
def test_a_project_that_uses_nothing_of_it_pays_nothing(
    run_from_nothing: Run, notes: Path, shared: Path
) -> None:
    (notes / "test_own.py").write_text(NEEDS_NOTHING)
    assert run_from_nothing().parseoutcomes() == {"passed": 1}
    assert [name for name in os.listdir(shared) if name.startswith("wakti-sb-")] == []


@pytest.mark.slow
def test_a_project_without_migrations_is_one_sentence(run: Run, notes: Path) -> None:
    shutil.rmtree(notes / "supabase")
    (notes / "test_own.py").write_text("def test_own(owner): pass")
    done = run()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    text = done.stdout.str() + done.stderr.str()
    assert "there is no supabase/migrations here to make a stack from" in text
    assert "Traceback" not in text


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--wakti-url", "http://127.0.0.1:1"], "the project does not answer"),
        (["--wakti-url", "nowhere"], "is not the address of an API"),
        (["--wakti-secret-key", "sb_secret_x"], "the secret key is refused"),
        (["--wakti-publishable-key", "sb_publishable_x"], "the publishable key is refused"),
        (["--wakti-publishable-key", "SERVICE_ROLE"], "what was given as the publishable key is"),
    ],
    ids=["nobody there", "no address", "secret key", "publishable key", "a key that opens all"],
)
def test_a_wrong_address_or_key_ends_the_run_with_one_sentence(
    run: Run, notes: Path, address: Endpoint, options: list[str], sentence: str
) -> None:
    (notes / "test_own.py").write_text(MANY)
    told = [str(address.service_role_key) if o == "SERVICE_ROLE" else o for o in options]
    done = run(*told)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert sentence in done.stdout.str()
    assert "Traceback" not in done.stdout.str()
    assert not done.parseoutcomes()


@pytest.mark.slow
def test_workers_stop_too_when_every_test_would_say_the_same(
    run: Run, notes: Path, address: Endpoint
) -> None:
    assert address
    (notes / "test_own.py").write_text(MANY)
    done = run("--wakti-secret-key", "sb_secret_x", "-n", "2")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    assert done.parseoutcomes().keys() == {"errors"}
    assert done.parseoutcomes()["errors"] <= 2
    assert "the secret key is refused" in done.stdout.str()


@pytest.mark.slow
def test_a_key_that_is_missing_is_named(run: Run, notes: Path) -> None:
    (notes / "test_own.py").write_text(MANY)
    done = run("--wakti-url", "http://127.0.0.1:1", "--wakti-publishable-key", "sb_publishable_x")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stdout.fnmatch_lines(["*--wakti-url needs --wakti-secret-key too.*"])
