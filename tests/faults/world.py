"""A stack of its own with a few projects, and the way to its processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from tests.site_api.project import OWNER_PASSWORD, insert_project
from wakti_sb import reconcile
from wakti_sb.events import ignore
from wakti_sb.spec import load
from wakti_sb.stack import EmbeddedStack, Endpoint
from wakti_sb.stack.embedded import paths, state

ROOT = Path(__file__).parent.parent.parent
FUNCTION = "project-backend-api"
PROJECTS = 3
DISK = "640m"  # of the file system of the database, where we may mount one

# A line of the gateway about a call of the function: when it was answered, and how long it took.
CALL = re.compile(rf"(\S+) \S+ /functions/v1/{FUNCTION}\S* \d+ ([\d.]+)ms$")


@dataclass(frozen=True)
class Account:
    """A visitor's account that its owner has suspended, and a token from before."""

    email: str
    token: str


@dataclass
class World:
    """The stack under test.

    Parameters:
        stack: this repository's backend in a folder of its own.
        endpoint: where it answers.
        projects: ids of projects whose backends are on.
        owners: of each project its owner's id and access token.
        suspended: of each project an account that has to stay out.
        disk: the file system that holds the database, if it is one of its own.
        mended_in: seconds that the last `up` took.
    """

    stack: EmbeddedStack
    endpoint: Endpoint
    projects: list[str] = field(default_factory=list)
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    suspended: dict[str, Account] = field(default_factory=dict)
    disk: Path | None = None
    mended_in: float = 0.0

    @property
    def url(self) -> str:
        """Where the edge function answers."""
        return f"{self.endpoint.functions_url}/{FUNCTION}"

    @property
    def server(self) -> str:
        """The database as its superuser."""
        return self.endpoint.database.replace("postgres:postgres", "supabase_admin:postgres")

    @property
    def storage(self) -> Path:
        """The folder of the stored files."""
        return paths.for_project(self.stack.project).storage

    def populate(self) -> None:
        """Make projects, after the start and after a reset."""
        self.projects = [self.make_project() for _ in range(PROJECTS)]

    def make_project(self) -> str:
        """A project with an owner who is signed in and an account that is suspended."""
        # Without rate limits: every visitor of a run has the same address.
        limits = tomllib.loads((ROOT / "wakti.toml").read_text("utf-8"))["rate_limits"]
        features = {"rate_limits": dict.fromkeys(limits, 0)}
        with psycopg.connect(self.endpoint.database) as connection:
            project, owner, email = insert_project(connection, features)
        who = {"email": email, "password": OWNER_PASSWORD}
        with httpx.Client(timeout=20) as http:
            session = http.post(
                f"{self.endpoint.api_url}/auth/v1/token?grant_type=password",
                json=who,
                headers={"apikey": self.endpoint.publishable_key},
            ).raise_for_status()
            self.owners[project] = (owner, session.json()["access_token"])
            account = http.post(
                self.url, json={"projectId": project, "action": "auth/signup", "data": who}
            ).raise_for_status()
        with psycopg.connect(self.endpoint.database) as connection:
            connection.execute(
                "update public.project_site_users set status = 'suspended' where project_id = %s",
                [project],
            )
        self.suspended[project] = Account(email, account.json()["token"])
        return project

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, whoever may see it."""
        with psycopg.connect(self.endpoint.database, connect_timeout=5) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def processes(self, name: str) -> list[psutil.Process]:
        """A process of the stack and its children: `postgres`, `api` or `functions`."""
        known = state.read(paths.for_project(self.stack.project))
        assert known is not None
        parent = psutil.Process(known.processes[name].pid)
        return [parent, *parent.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        """The processes in which the edge function itself runs."""
        found = []
        for one in self.processes("functions")[1:]:
            with suppress(psutil.Error):  # it has just ended
                if "deno" in Path(one.exe()).name.lower():
                    found.append(one)
        return found

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

    def mend(self) -> None:
        """`up` again; `mended_in` tells how long it took."""
        begun = time.monotonic()
        self.endpoint = self.stack.up()
        self.mended_in = time.monotonic() - begun

    def let_time_pass(self) -> tuple[int, int]:
        """As if two hours went by, then `storage reconcile`.

        Result: how many reservations and how many objects it found without a counterpart.
        """
        bucket = load(ROOT / "wakti.toml").uploads.bucket
        with psycopg.connect(self.server) as connection:
            connection.execute("set session_replication_role = replica")
            for table, column in (
                ("public.project_uploads", "uploaded_at"),
                ("storage.objects", "created_at"),
            ):
                connection.execute(f"update {table} set {column} = {column} - interval '2 hours'")
        with psycopg.connect(self.endpoint.database) as connection:
            found = reconcile.find(connection, bucket)
        reconcile.mend(self.endpoint, bucket, found, ignore)
        kinds = [one.kind for one in found]
        return kinds.count("stale-reservation"), kinds.count("object-without-row")

    def longest_at_gateway(self, since: datetime) -> float:
        """Seconds that the gateway took for the slowest call of the edge function since then.

        Beside what a caller measures, which shares the machine with everything else.
        """
        longest = 0.0
        for log in paths.for_project(self.stack.project).logs.glob("api.log*"):
            for line in log.read_text("utf-8", errors="replace").splitlines():
                found = CALL.match(line)
                if found and datetime.fromisoformat(found[1]) >= since:
                    longest = max(longest, float(found[2]) / 1000)
        return longest

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
    disk = _disk()
    # Accounts are made by the hundred: their hashes are not what is tried here.
    (folder / "supabase" / "functions" / ".env").write_text("WAKTI_PBKDF2_ITERATIONS=1000\n")
    # What was answered has to be there after a crash: local stacks are not made for that otherwise.
    toml = (ROOT / "wakti.toml").read_text("utf-8")
    (folder / "wakti.toml").write_text(toml.replace("[stack]\n", "[stack]\ndurable = true\n", 1))
    before = os.environ.get("WAKTI_DATA")
    if disk is not None:
        os.environ["WAKTI_DATA"] = str(disk)
    stack = EmbeddedStack(folder)
    world: World | None = None
    try:
        world = World(stack, stack.up(port=0), disk=disk)
        world.populate()
        yield world
    finally:
        for name in ("postgres", "api", "functions"):
            try:
                for one in world.processes(name) if world else ():
                    _signal(one, signal.SIGCONT)
            except (psutil.Error, AssertionError, KeyError):
                continue
        stack.down(remove_data=True)
        if disk is not None:
            os.environ.pop("WAKTI_DATA")
            if before is not None:
                os.environ["WAKTI_DATA"] = before
            subprocess.run(["umount", "--lazy", str(disk)], check=False)
            disk.rmdir()


def _disk() -> Path | None:
    """A small file system of its own; None where this machine does not let us mount one."""
    # Not below a folder of ours alone: root's server runs as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="wakti-faults-"))
    folder.chmod(0o755)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "none", str(folder)]
    if subprocess.run(command, capture_output=True).returncode == 0:
        return folder
    folder.rmdir()
    return None


def _signal(process: psutil.Process, number: int) -> None:
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return
