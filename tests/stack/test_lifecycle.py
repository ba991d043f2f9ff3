"""up, down, status, reset and logs, from the command line."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from tests.command_line import PROGRAM, assert_one_clear_sentence, wakti
from tests.stack.conftest import write_project
from wakti_sb.stack import EmbeddedStack, Notice
from wakti_sb.stack.embedded import paths


def _status(project: Path) -> dict[str, str]:
    done = wakti("status", "-o", "json", cwd=project)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def _processes(project: Path) -> list[psutil.Process]:
    """Every process that belongs to the project's stack, by the mark in its environment."""
    found = []
    for one in psutil.process_iter():
        try:
            if one.environ().get("WAKTI_STACK", "").startswith(str(project)):
                found.append(one)
        except psutil.Error:
            continue
    return found


def _up(project: Path) -> dict[str, str]:
    done = wakti("up", "--port", "0", cwd=project)
    assert done.returncode == 0, done.stderr
    return _status(project)


@dataclass(frozen=True)
class Running:
    """A project whose stack is up."""

    project: Path
    printed: str
    env: dict[str, str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests that only look at it, with its data where it is without WAKTI_DATA."""
    folder = write_project(tmp_path_factory.mktemp("up"))
    done = wakti("up", "--port", "0", cwd=folder, env={"WAKTI_DATA": ""})
    yield Running(folder, done.stdout + done.stderr, _status(folder))
    wakti("down", "--no-backup", cwd=folder)


def test_up_leaves_a_migrated_stack_that_answers(running: Running) -> None:
    env = running.env
    with psycopg.connect(env["DB_URL"]) as connection:
        assert connection.execute("select from public.notes").description == []
    answer = httpx.get(
        f"{env['API_URL']}/rest/v1/notes", headers={"apikey": env["PUBLISHABLE_KEY"]}
    )
    assert answer.status_code == 200


@pytest.mark.slow
def test_up_on_a_running_stack_applies_what_is_pending(project: Path) -> None:
    env = _up(project)
    (project / "supabase" / "migrations" / "20260102000000_more.sql").write_text(
        "alter table public.notes add column done boolean not null default false;"
    )

    assert _up(project) == env

    with psycopg.connect(env["DB_URL"]) as connection:
        connection.execute("select done from public.notes")


@pytest.mark.slow
def test_down_leaves_no_process_and_no_port_behind(project: Path) -> None:
    env = _up(project)
    assert _processes(project)

    assert wakti("down", cwd=project).returncode == 0

    assert _processes(project) == []
    port = int(env["API_URL"].rpartition(":")[2])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


@pytest.mark.slow
def test_data_and_keys_survive_down_and_up(project: Path) -> None:
    before = _up(project)
    with psycopg.connect(before["DB_URL"]) as connection:
        connection.execute("insert into public.notes (text) values ('kept')")
    wakti("down", cwd=project)

    after = _up(project)

    assert after["SECRET_KEY"] == before["SECRET_KEY"]
    with psycopg.connect(after["DB_URL"]) as connection:
        assert connection.execute("select text from public.notes").fetchone() == ("kept",)


@pytest.mark.slow
def test_up_says_when_the_database_was_made_by_another_version(project: Path) -> None:
    stack = EmbeddedStack(project)
    stack.up(port=0, api=False)
    stack.down()
    marker = paths.for_project(project).data / "wakti-complete"
    told: list[object] = []
    EmbeddedStack(project, told.append).up(port=0, api=False)
    assert not [one for one in told if isinstance(one, Notice)]
    stack.down()
    marker.write_text("")  # as the first releases left it

    EmbeddedStack(project, told.append).up(port=0, api=False)

    notices = [one.text for one in told if isinstance(one, Notice)]
    assert len(notices) == 1
    assert "made by another version" in notices[0]


@pytest.mark.slow
def test_down_without_backup_forgets_data_and_keys(project: Path) -> None:
    before = _up(project)
    assert wakti("down", "--no-backup", cwd=project).returncode == 0
    assert not (project / ".wakti" / "embedded").exists()
    assert _up(project)["SECRET_KEY"] != before["SECRET_KEY"]


@pytest.mark.slow
def test_the_data_can_be_put_elsewhere_and_is_found_there_again(
    project: Path, tmp_path: Path
) -> None:
    with (
        tempfile.TemporaryDirectory() as elsewhere
    ):  # below pytest's folder root's server is shut out
        Path(elsewhere).chmod(0o755)
        up = wakti("up", "--port", "0", cwd=project, env={"WAKTI_DATA": elsewhere})
        assert up.returncode == 0, up.stderr
        assert len(list(Path(elsewhere).glob("*/postgres/PG_VERSION"))) == 1

        other = {"WAKTI_DATA": str(tmp_path / "other")}
        assert wakti("down", "--no-backup", cwd=project, env=other).returncode == 0

        assert list(Path(elsewhere).iterdir()) == []


def test_down_with_nothing_up_is_fine(project: Path) -> None:
    done = wakti("down", cwd=project)
    assert done.returncode == 0
    assert "Nothing was up." in done.stderr
    assert not (project / ".wakti").exists()


def test_reset_gives_a_clean_migrated_database(running: Running) -> None:
    env = running.env
    with psycopg.connect(env["DB_URL"]) as connection:
        connection.execute("insert into public.notes (text) values ('gone')")

    assert wakti("reset", cwd=running.project).returncode == 0

    answer = httpx.get(f"{env['API_URL']}/rest/v1/notes", headers={"apikey": env["SECRET_KEY"]})
    assert answer.json() == []


@pytest.mark.slow
def test_reset_takes_in_a_migration_that_was_edited(project: Path) -> None:
    env = _up(project)
    file = project / "supabase" / "migrations" / "20260101000000_notes.sql"
    file.write_text(file.read_text().replace("text text", "body text"))

    assert wakti("reset", cwd=project).returncode == 0

    with psycopg.connect(env["DB_URL"]) as connection:
        connection.execute("select body from public.notes")


@pytest.mark.slow
def test_a_process_that_died_is_named_and_up_mends_it(project: Path) -> None:
    _up(project)
    deno = next(one for one in _processes(project) if one.name() == "deno")
    deno.kill()
    deno.wait()

    done = wakti("status", cwd=project)
    assert_one_clear_sentence(done)
    assert "api stopped by itself" in done.stderr

    mended = wakti("up", cwd=project)
    assert mended.returncode == 0, mended.stderr
    assert "api had stopped by itself" in mended.stderr
    assert wakti("status", cwd=project).returncode == 0


@pytest.mark.slow
def test_a_database_that_was_killed_is_named_and_up_mends_it(project: Path) -> None:
    env = _up(project)
    with psycopg.connect(env["DB_URL"]) as connection:
        connection.execute("create table public.kept as select 1 as one")
    time.sleep(1)  # local durability is off: what was said in the last moments may be lost
    servers = [one for one in _processes(project) if one.name() == "postgres"]
    for one in servers:
        one.kill()
    psutil.wait_procs(servers, timeout=5)

    done = wakti("status", cwd=project)
    assert_one_clear_sentence(done)
    assert "postgres stopped by itself" in done.stderr

    mended = wakti("up", cwd=project)
    assert mended.returncode == 0, mended.stderr
    assert "postgres had stopped by itself" in mended.stderr
    with psycopg.connect(_status(project)["DB_URL"]) as connection:
        assert connection.execute("select one from public.kept").fetchall() == [(1,)]


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.4, 0.8, 1.2])
def test_an_up_that_was_killed_leaves_nothing_that_the_next_one_trips_over(
    project: Path, delay: float
) -> None:
    first = subprocess.Popen(
        [*PROGRAM, "up", "--port", "0"], cwd=project, stderr=subprocess.DEVNULL
    )
    time.sleep(delay)
    first.send_signal(signal.SIGKILL)
    first.wait()

    env = _up(project)

    with psycopg.connect(env["DB_URL"]) as connection:
        connection.execute("select from public.notes")
    wakti("down", cwd=project)
    assert _processes(project) == []


@pytest.mark.slow
def test_two_ups_at_once_make_one_stack(project: Path) -> None:
    command = [*PROGRAM, "up", "--port", "0"]
    both = [subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [one.communicate()[1] for one in both]

    assert [one.returncode for one in both] == [0, 0], errors
    assert len([one for one in _processes(project) if one.name() == "deno"]) == 1


@pytest.mark.slow
def test_two_projects_run_at_once(running: Running, project: Path) -> None:
    assert _up(project)["API_URL"] != running.env["API_URL"]
    assert _status(running.project) == running.env


def test_logs_shows_what_each_process_printed(running: Running) -> None:
    done = wakti("logs", cwd=running.project)
    assert done.returncode == 0
    assert "api" in done.stdout

    unknown = wakti("logs", "nobody", cwd=running.project)
    assert_one_clear_sentence(unknown)


def test_no_key_and_no_token_secret_is_in_a_log_or_in_what_up_prints(running: Running) -> None:
    names = ("SECRET_KEY", "SERVICE_ROLE_KEY", "JWT_SECRET")
    printed = running.printed + wakti("logs", "-n", "1000", cwd=running.project).stdout

    assert [name for name in names if running.env[name] in printed] == []


def test_only_its_user_can_read_the_keys_of_a_stack(running: Running) -> None:
    keys = running.project / ".wakti" / "embedded" / "keys.json"
    assert keys.stat().st_mode & 0o077 == 0


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(("said", "fsync"), [("", "off"), ("[stack]\ndurable = true\n", "on")])
def test_a_durable_stack_waits_for_the_disk(said: str, fsync: str, project: Path) -> None:
    (project / "wakti.toml").write_text(said)
    stack = EmbeddedStack(project)
    database = stack.up(port=0, api=False).database

    with psycopg.connect(database) as connection:
        settings = ("fsync", "synchronous_commit", "full_page_writes")
        found = {connection.execute(f"show {name}").fetchone() for name in settings}

    assert found == {(fsync,)}


def test_a_durability_that_is_no_switch_is_one_sentence(project: Path) -> None:
    (project / "wakti.toml").write_text('[stack]\ndurable = "very"\n')

    done = wakti("up", "--port", "0", cwd=project)

    assert_one_clear_sentence(done)
    assert "neither true nor false" in done.stderr
