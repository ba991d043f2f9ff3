"""A stack of its own with a few projects, and the way to its processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from wakti_sb import reconcile
from wakti_sb.events import ignore
from wakti_sb.spec import load
from wakti_sb.stack import EmbeddedStack, Endpoint
from wakti_sb.stack.embedded import paths, state

ROOT = Path(__file__).parent.parent.parent
FUNCTION = "project-backend-api"
PROJECTS = 3

MAKE = """
with owner as (
  insert into auth.users (id, aud, role, email, email_confirmed_at)
  values (gen_random_uuid(), 'authenticated', 'authenticated', %(email)s, now())
  returning id
),
project as (
  insert into public.projects (user_id, name) select id, 'Site' from owner returning id, user_id
),
backend as (
  insert into public.project_backends (project_id, user_id, enabled, features)
  select id, user_id, true, %(features)s from project
)
select id::text from project
"""


@dataclass
class World:
    """The stack under test.

    Parameters:
        stack: this repository's backend in a folder of its own.
        endpoint: where it answers.
        projects: ids of projects whose backends are on.
    """

    stack: EmbeddedStack
    endpoint: Endpoint
    projects: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the edge function answers."""
        return f"{self.endpoint.functions_url}/{FUNCTION}"

    @property
    def storage(self) -> Path:
        """The folder of the stored files."""
        return paths.for_project(self.stack.project).storage

    def populate(self) -> None:
        """Make projects, after the start and after a reset."""
        made: list[str] = []
        with psycopg.connect(self.endpoint.db_url) as connection:
            # Without rate limits: every visitor of a run has the same address.
            limits = tomllib.loads((ROOT / "wakti.toml").read_text("utf-8"))["rate_limits"]
            features = json.dumps({"rate_limits": dict.fromkeys(limits, 0)})
            for _ in range(PROJECTS):
                email = f"{uuid.uuid4().hex}@example.com"
                values = {"email": email, "features": features}
                row = connection.execute(MAKE, values).fetchone()
                assert row
                made.append(row[0])
        self.projects = made

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, whoever may see it."""
        with psycopg.connect(self.endpoint.db_url, connect_timeout=5) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def processes(self, name: str) -> list[psutil.Process]:
        """A process of the stack and its children: `postgres`, `api` or `functions`."""
        known = state.read(paths.for_project(self.stack.project))
        assert known is not None
        parent = psutil.Process(known.processes[name].pid)
        return [parent, *parent.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        """The processes in which the edge function itself runs."""
        return [
            one for one in self.processes("functions")[1:] if "deno" in Path(one.exe()).name.lower()
        ]

    def kill(self, processes: list[psutil.Process]) -> None:
        """End processes without a word."""
        for one in processes:
            _signal(one, signal.SIGKILL)

    @contextmanager
    def stopped(self, processes: list[psutil.Process]) -> Iterator[None]:
        """Processes that are there and do nothing."""
        for one in processes:
            _signal(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in processes:
                _signal(one, signal.SIGCONT)

    def mend(self) -> float:
        """`up` again. Result: the seconds that it took."""
        begun = time.monotonic()
        self.endpoint = self.stack.up()
        return time.monotonic() - begun

    def let_time_pass(self) -> tuple[int, int]:
        """As if two hours went by, then `storage reconcile`.

        Result: how many reservations and how many objects it found without a counterpart.
        """
        bucket = load(ROOT / "wakti.toml").uploads.bucket
        server = self.endpoint.db_url.replace("postgres:postgres", "supabase_admin:postgres")
        with psycopg.connect(server) as connection:
            connection.execute("set session_replication_role = replica")
            for table, column in (
                ("public.project_uploads", "uploaded_at"),
                ("storage.objects", "created_at"),
            ):
                connection.execute(
                    f"update {table} set {column} = {column} - interval '2 hours'"  # type: ignore[arg-type]
                )
        with psycopg.connect(self.endpoint.db_url) as connection:
            found = reconcile.find(connection, bucket)
        reconcile.mend(self.endpoint, bucket, found, ignore)
        kinds = [one.kind for one in found]
        return kinds.count("stale-reservation"), kinds.count("object-without-row")

    def memory(self) -> int:
        """Bytes that the edge function's processes hold, as the largest of them."""
        found = 0
        for one in self.workers():
            try:
                found = max(found, one.memory_full_info().uss)
            except psutil.Error:
                continue
        return found


@contextmanager
def running(folder: Path) -> Iterator[World]:
    """A stack in `folder`, gone when the block ends."""
    shutil.copytree(ROOT / "supabase", folder / "supabase")
    # Accounts are made by the hundred: their hashes are not what is tried here.
    (folder / "supabase" / "functions" / ".env").write_text("WAKTI_PBKDF2_ITERATIONS=1000\n")
    # What was answered has to be there after a crash: local stacks are not made for that otherwise.
    toml = (ROOT / "wakti.toml").read_text("utf-8")
    (folder / "wakti.toml").write_text(toml.replace("[stack]\n", "[stack]\ndurable = true\n", 1))
    stack = EmbeddedStack(folder)
    world = World(stack, stack.up(port=0))
    try:
        world.populate()
        yield world
    finally:
        for name in ("postgres", "api", "functions"):
            try:
                for one in world.processes(name):
                    _signal(one, signal.SIGCONT)
            except (psutil.Error, AssertionError, KeyError):
                continue
        stack.down(remove_data=True)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return
