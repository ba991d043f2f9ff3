"""The faults: each does something to a stack under load and leaves it running."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.faults.world import World

Inflict = Callable[[World, float], None]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Parameters:
        name: for the table.
        inflict: does it; told how long (seconds) what lasts is to last.
        unanswered: whether it ends the gateway, so that connections may end without an answer.
        starts_anew: whether everything that was said before is void.
    """

    name: str
    inflict: Inflict
    unanswered: bool = False
    starts_anew: bool = False


def _nothing(_: World, seconds: float) -> None:
    time.sleep(seconds)


def _kill_postgres(world: World, _: float) -> None:
    world.kill(world.processes("postgres"))
    time.sleep(1)
    world.mend()


def _stop_postgres(world: World, seconds: float) -> None:
    with world.stopped(world.processes("postgres")):
        time.sleep(seconds)


def _kill_function(world: World, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        world.kill(world.workers())
        time.sleep(1.5)


def _stop_function(world: World, seconds: float) -> None:
    with world.stopped(world.workers()):
        time.sleep(seconds)


def _kill_gateway(world: World, _: float) -> None:
    world.kill(world.processes("api"))
    time.sleep(1)
    world.mend()


def _stop_gateway(world: World, _: float) -> None:
    with world.stopped(world.processes("api")):
        time.sleep(5)


def _lock_table(world: World, seconds: float) -> None:
    with psycopg.connect(world.endpoint.database) as connection:
        connection.execute("lock table public.project_form_submissions")
        time.sleep(seconds)


def _lock_items(world: World, seconds: float) -> None:
    with psycopg.connect(world.endpoint.database) as connection:
        connection.execute(
            "select 1 from public.project_collections where status = 'active' limit 50 for update"
        )
        time.sleep(seconds)


def _lock_project(world: World, seconds: float) -> None:
    with psycopg.connect(world.endpoint.database) as connection:
        connection.execute(
            "select 1 from public.projects where id = %s for update", [world.projects[0]]
        )
        time.sleep(seconds)


def _terminate_backends(world: World, seconds: float) -> None:
    with psycopg.connect(world.server, autocommit=True) as connection:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and datname = current_database()"
                " and backend_type = 'client backend'"
            )
            time.sleep(0.2)


def _fill_storage(world: World, seconds: float) -> None:
    with _filled(world.storage):
        time.sleep(seconds)


def _fill_database(world: World, seconds: float) -> None:
    """No room for another page or another piece of the log."""
    if world.disk is None:
        raise OSError("the database has no file system of its own: that takes root")
    full = world.disk / "full"
    with full.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # The next piece of the log at once, before those that lie ready are used up.
        with suppress(psycopg.Error), psycopg.connect(world.server, autocommit=True) as connection:
            connection.execute("select pg_switch_wal()")
        time.sleep(0.3)
    full.unlink()
    world.mend()


def _delete_projects(world: World, seconds: float) -> None:
    """Projects come and go while they are visited."""
    kept = list(world.projects)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        made = world.make_project()
        world.projects = [*kept, made]
        time.sleep(1.5)
        with psycopg.connect(world.endpoint.database) as connection:
            connection.execute("delete from public.projects where id = %s", [made])
        world.projects = kept


def _hand_over(world: World, seconds: float) -> None:
    """Projects change hands back and forth while they are written to."""
    with psycopg.connect(world.endpoint.database, autocommit=True) as connection:
        owners = [
            row[0] for row in connection.execute("select user_id from public.projects order by id")
        ]
        end = time.monotonic() + seconds
        turn = 0
        while time.monotonic() < end:
            turn += 1
            for project in world.projects:
                connection.execute(
                    "update public.projects set user_id = %s where id = %s",
                    [owners[turn % len(owners)], project],
                )
            time.sleep(0.05)


def _migrate(world: World, seconds: float) -> None:
    """A new migration while visitors write: a column on a table that they write to."""
    folder = world.stack.project / "supabase" / "migrations"
    file = folder / f"29990101{int(time.time()) % 1_000_000:06d}_note.sql"
    column = f"note_{file.name[8:14]}"
    file.write_text(f"alter table public.project_form_submissions add column {column} text;\n")
    world.mend()
    time.sleep(seconds / 2)


def _reset(world: World, _: float) -> None:
    world.endpoint = world.stack.reset()
    world.populate()


FAULTS: tuple[Fault, ...] = (
    Fault("nothing at all", _nothing),
    Fault("PostgreSQL is killed", _kill_postgres, unanswered=True),
    Fault("PostgreSQL stands still", _stop_postgres),
    Fault("the function is killed again and again", _kill_function),
    Fault("the function stands still", _stop_function),
    Fault("the gateway is killed", _kill_gateway, unanswered=True),
    Fault("the gateway stands still", _stop_gateway),
    Fault("a table is locked", _lock_table),
    Fault("fifty items are locked", _lock_items),
    Fault("a project is locked", _lock_project),
    Fault("every backend is terminated, five times a second", _terminate_backends),
    Fault("the disk of the storage is full", _fill_storage),
    Fault("the disk of the database is full", _fill_database, unanswered=True),
    Fault("projects change hands", _hand_over),
    Fault("projects are deleted", _delete_projects),
    Fault("a migration is applied", _migrate),
    Fault("reset", _reset, starts_anew=True),
)


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    """A file system of its own over `folder`, with no room left.

    Raise OSError where this machine does not let us mount one.
    """
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "none", str(folder)],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise OSError(f"cannot mount a small file system: {done.stderr.strip()}")
    try:
        (folder / "full").write_bytes(bytes(60 << 10))
        yield
    finally:
        # What is being written there ends first.
        for _ in range(50):
            if subprocess.run(["umount", str(folder)], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
