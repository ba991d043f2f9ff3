"""Whatever goes wrong: what is said is true, and the next run ends in the same good state."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pytest

from tests.command_line import assert_one_clear_sentence
from tests.conftest import ROOT
from tests.deploy.condition import Condition, condition, require_consistent
from tests.deploy.contract import MIGRATIONS
from tests.deploy.hosted import Deploy
from tests.deploy.platform import Platform
from tests.deploy.stations import STATIONS, TROUBLES, Outcome, Station, Trouble, table

MIB = 1024 * 1024


def unsettled(platform: Platform) -> None:
    """Settings that a deployment has to change."""
    platform.state.postgrest.update(db_schema="graphql_public", max_rows=500)
    platform.state.file_size_limit = 5 * MIB


@pytest.fixture(scope="module")
def wanted() -> list[Condition]:
    """The good state, once it is known."""
    return []


@pytest.fixture
def good(platform: Platform, deploy: Deploy, wanted: list[Condition]) -> Condition:
    """The state that an undisturbed deployment ends in; the project is fresh again."""
    if not wanted:
        unsettled(platform)
        done = deploy()
        assert done.returncode == 0, done.stderr
        wanted.append(condition(platform))
    return wanted[0]


def judge(trouble: Trouble, station: Station, done: subprocess.CompletedProcess[str]) -> None:
    """The command ended as the table says, and said so."""
    outcome = trouble.outcome(station)
    said = f"{station.name}, {trouble.name}: {done.stdout}{done.stderr}"
    assert done.returncode == outcome.code, said
    if outcome is Outcome.KILLED:
        return
    assert outcome.sentence in done.stderr, said
    assert "Traceback" not in done.stderr, said
    if outcome.code == 2:
        assert_one_clear_sentence(done)
        assert "Deployed." not in done.stderr, said
    elif outcome.code == 1:
        assert "deployed, and not all is well" in done.stderr, said


def test_the_table_in_the_documentation_is_what_is_tried() -> None:
    assert table() in (ROOT / "docs" / "deploy.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("station", STATIONS, ids=lambda one: one.name)
def test_every_fault_of_a_request(
    platform: Platform, deploy: Deploy, good: Condition, station: Station
) -> None:
    fresh(platform)
    once = [one for one in TROUBLES if not one.always and one.kind != "kill"]
    lasting = [one for one in TROUBLES if one not in once]
    for trouble in lasting:
        before = condition(platform, exact=True)
        platform.faults[:] = [trouble.fault(station)]
        done = deploy()
        judge(trouble, station, done)
        assert platform.faults[0].met, f"{trouble.name} met nobody"
        if station.kind == "read" and trouble.outcome(station).code == 2:
            assert condition(platform, exact=True) == before
        if trouble.outcome(station) in (Outcome.GOES_ON, Outcome.UNWELL):
            fresh(platform)
    for trouble in once:
        fresh(platform)
        platform.faults[:] = [trouble.fault(station)]
        judge(trouble, station, deploy())
        assert platform.faults[0].met, f"{trouble.name} met nobody"
        platform.faults.clear()
        done = deploy()
        assert done.returncode == 0, done.stderr
        assert condition(platform) == good
        require_consistent(platform)
    assert not platform.complaints


def fresh(platform: Platform) -> None:
    """Nobody has deployed yet."""
    platform.renew()
    unsettled(platform)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["kill", "lost"])
@pytest.mark.parametrize(
    "moment",
    [
        "select count(*) = 1 from supabase_migrations.schema_migrations",
        "select count(*) = 9 from supabase_migrations.schema_migrations",
        f"select count(*) = {MIGRATIONS} from supabase_migrations.schema_migrations",
        "select rolpassword is not null from pg_authid where rolname = 'wakti_edge'",
        "select true from storage.buckets where id = 'project-uploads'",
        "select true from supabase_migrations.wakti_deployed where kind = 'function'",
    ],
    ids=["first file", "ninth file", "last file", "password", "bucket", "function remembered"],
)
def test_what_stops_it_in_the_database(
    platform: Platform, deploy: Deploy, good: Condition, fault: str, moment: str
) -> None:
    fresh(platform)
    watcher = Watcher(platform, moment, fault)
    done = deploy(started=watcher.begin)
    watcher.end()
    assert "Traceback" not in done.stderr
    if fault == "kill":
        assert done.returncode in (-9, 0)
    else:
        assert done.returncode in (0, 2), done.stderr
    done = deploy()
    assert done.returncode == 0, done.stderr
    assert condition(platform) == good
    require_consistent(platform)


class Watcher:
    """Waits for a moment in the database, and then kills the command or cuts its connections."""

    def __init__(self, platform: Platform, moment: str, fault: str) -> None:
        self._platform = platform
        self._moment = moment
        self._fault = fault
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._victim = 0

    def begin(self, victim: int) -> None:
        """Watch while the process `victim` runs."""
        self._victim = victim
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        with psycopg.connect(self._platform.superuser, autocommit=True) as connection:
            while not self._over.is_set():
                try:
                    row = connection.execute(self._moment.encode()).fetchone()
                except psycopg.errors.UndefinedTable:
                    row = None
                if row and row[0]:
                    self._strike(connection)
                    return
                time.sleep(0.002)

    def _strike(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        if self._fault == "kill":
            os.kill(self._victim, signal.SIGKILL)
        else:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename in ('cli_login_postgres', 'wakti_edge')"
            )


@pytest.mark.slow
def test_a_paused_project_is_named_and_left_alone(platform: Platform, deploy: Deploy) -> None:
    for status, word in (("INACTIVE", "is paused"), ("COMING_UP", "is COMING_UP at the moment")):
        platform.state.status = status
        before = condition(platform, exact=True)
        done = deploy()
        assert_one_clear_sentence(done)
        assert word in done.stderr
        assert condition(platform, exact=True) == before


@pytest.mark.slow
def test_a_function_that_is_active_and_not_found_is_sent_once_more(
    platform: Platform, deploy: Deploy
) -> None:
    assert deploy().returncode == 0
    platform.hidden.add("project-backend-api")
    done = deploy()
    assert done.returncode == 0, done.stderr
    assert "is deployed and not found: it is sent once more" in done.stderr
    assert platform.state.functions["project-backend-api"].record["version"] == 2


@pytest.mark.slow
def test_a_function_that_stays_lost_is_said_and_sent_by_the_next_run(
    platform: Platform, deploy: Deploy
) -> None:
    platform.lost.add("project-backend-api")
    done = deploy()
    assert done.returncode == 1
    assert "project-backend-api was deployed and is not found (NOT_FOUND_FUNCTION_BLOB)" in (
        done.stdout
    )
    platform.lost.clear()
    done = deploy()
    assert done.returncode == 0, done.stderr
    require_consistent(platform)


@pytest.mark.slow
def test_a_function_that_does_not_boot_is_said_and_sent_again(
    deploy: Deploy, tmp_path: Path
) -> None:
    project = tmp_path / "team"
    (project / "supabase" / "migrations").mkdir(parents=True)
    folder = project / "supabase" / "functions" / "hello"
    folder.mkdir(parents=True)
    (folder / "index.ts").write_text("throw new Error('no');\n")
    done = deploy(project=project)
    assert done.returncode == 1, done.stderr
    assert "hello was deployed and answers 503 BOOT_ERROR" in done.stdout
    (folder / "index.ts").write_text("Deno.serve(() => new Response('hello'));\n")
    done = deploy(project=project)
    assert done.returncode == 0, done.stderr
    assert "✓ function hello: answers" in done.stdout
