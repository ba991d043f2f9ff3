"""A stack's own processes: the API (gateway, data, Auth, Storage), and the edge functions' runner.

Asked over the standard library: a better HTTP client takes longer to import than a reset lasts.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from wakti_sb.errors import StackError
from wakti_sb.stack.config import Config
from wakti_sb.stack.embedded import edge, process
from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.edge import limits
from wakti_sb.stack.embedded.edge.client import PROGRAM, SETTINGS, Settings
from wakti_sb.stack.embedded.keys import Keys
from wakti_sb.stack.embedded.paths import Paths
from wakti_sb.stack.embedded.ports import HOST, Ports, free, listens
from wakti_sb.stack.embedded.server import PASSWORD, SUPERUSER

API = "api"
FUNCTIONS = "functions"
ENTRY = Path(__file__).parent / "services" / "main.ts"

_START_TIMEOUT = 30.0  # seconds
# This machine's own addresses are never reached through a proxy.
_open = build_opener(ProxyHandler({})).open
_MARK = "WAKTI_STACK"  # in the environment of each process: the stack it belongs to


@dataclass(frozen=True, repr=False)
class _Launcher:
    """Where the process listens that runs the functions, and what it wants to hear first."""

    port: int
    token: str


@dataclass(frozen=True)
class Services:
    """Everything of a stack that Deno runs.

    Parameters:
        deno: the program with its package cache.
        paths: folders for files and logs.
        ports: where API and database answer.
        keys: the stack's secrets.
        config: the project's settings.
    """

    deno: Deno
    paths: Paths
    ports: Ports
    keys: Keys
    config: Config

    @property
    def api_url(self) -> str:
        """The gateway's address."""
        return f"http://{HOST}:{self.ports.api}"

    def install(self) -> None:
        """Fetch the packages of the API, once."""
        if not self.deno.installed(ENTRY):
            self.deno.install(ENTRY)

    def prepare(self, on_spawn: Callable[[str, process.Process], None]) -> None:
        """Start what runs the functions, if there are any: it fetches what they import meanwhile.

        Parameters:
            on_spawn: told each process as soon as there is one, so that none is ever lost.

        Raise UsageError if a limit of theirs is set to what is none.
        """
        limits.of(os.environ)
        self._remember(_Launcher(free(1)[0], secrets.token_urlsafe(24)))
        if self.has_functions:
            self.start_functions(on_spawn)

    def start(self, on_spawn: Callable[[str, process.Process], None]) -> None:
        """Start the API and wait until it answers.

        Raise StackError if it stops at once or stays silent.
        """
        api = self._start_api(self._launcher())
        on_spawn(API, api)
        self._await(API, api, f"{self.api_url}/_wakti/health")

    @property
    def has_functions(self) -> bool:
        """Whether the project has edge functions."""
        return edge.has_any(self.paths.project, self.config)

    def start_functions(self, on_spawn: Callable[[str, process.Process], None]) -> None:
        """Start what runs the functions, where the API expects it."""
        launcher = self._launcher()
        settings = Settings(
            token=launcher.token,
            port=launcher.port,
            api=self.ports.api,
            db=self.ports.db,
            project=str(self.paths.project),
            state=str(self.paths.functions),
            logs=str(self.paths.function_logs),
            keys=str(self.paths.state / "keys.json"),
            program=self.deno.program,
            cache=str(self.deno.cache),
            cpu_limit=limits.of(os.environ).cpu,
            mark=mark(self.paths),
        )
        edge.forget(self.paths.functions)
        env = {**os.environ, **mark(self.paths), SETTINGS: settings.as_json()}
        started = process.spawn(PROGRAM, env=env, cwd=self.paths.state, log=self._log(FUNCTIONS))
        on_spawn(FUNCTIONS, started)

    def check_functions(self, started: process.Process) -> tuple[edge.Report, ...]:
        """Have every function started once, and hear how each of them is.

        Parameters:
            started: the process that runs them.

        Raise StackError if that does not answer.
        """
        launcher = self._launcher()
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline and started.alive():
            if listens(launcher.port):
                return edge.check(launcher.port, launcher.token)
            time.sleep(0.02)
        raise StackError(
            "the process that runs the functions did not start.", place=str(self._log(FUNCTIONS))
        )

    def reload(self) -> None:
        """Tell the API that the database was replaced under its feet."""
        request = Request(  # noqa: S310  (our own port)
            f"{self.api_url}/_wakti/reload", method="POST", headers={"apikey": self.keys.secret}
        )
        try:
            _open(request, timeout=10).close()
        except OSError as error:
            raise StackError(
                "the API does not answer after the reset.",
                place=str(self._log(API)),
                remedy="Run `wakti-sb up` to mend the stack.",
            ) from error

    def _start_api(self, launcher: _Launcher) -> process.Process:
        env = {
            "WAKTI_PORT": str(self.ports.api),
            "WAKTI_DB_URL": f"postgresql://{SUPERUSER}:{PASSWORD}@{HOST}:{self.ports.db}/postgres",
            "WAKTI_STORAGE_DIR": str(self.paths.storage),
            "WAKTI_FILE_SIZE_LIMIT": str(self.config.file_size_limit),
            "WAKTI_JWT_SECRET": self.keys.jwt_secret,
            "WAKTI_PUBLISHABLE_KEY": self.keys.publishable,
            "WAKTI_SECRET_KEY": self.keys.secret,
            "WAKTI_ANON_KEY": self.keys.anon,
            "WAKTI_SERVICE_ROLE_KEY": self.keys.service_role,
            "WAKTI_LAUNCHER_PORT": str(launcher.port),
            "WAKTI_LAUNCHER_TOKEN": launcher.token,
            "WAKTI_HAS_FUNCTIONS": str(self.has_functions),
            "WAKTI_WALL_CLOCK": str(limits.of(os.environ).wall_clock),
            "WAKTI_SCHEMAS": json.dumps(self.config.schemas),
            "WAKTI_MAX_ROWS": str(self.config.max_rows),
            "WAKTI_AUTH": json.dumps(self.config.auth.settings),
            "WAKTI_EXTRA_SEARCH_PATH": json.dumps(self.config.extra_search_path),
            "WAKTI_DASHBOARD_DIR": (
                str(self.paths.dashboard) if self.paths.dashboard.exists() else ""
            ),
            "WAKTI_LOGS_DIR": str(self.paths.logs),
        }
        full = env | self.deno.env() | mark(self.paths)
        command = self._api_command()
        return process.spawn(command, env=full, cwd=self.paths.state, log=self._log(API))

    def _api_command(self) -> list[str]:
        """How to run the API: it reaches this stack alone, the files it serves and its logs.

        Of the functions it sees when their files were written. It may read its whole environment,
        because we make that.
        """
        storage, logs = self.paths.storage.name, self.paths.logs.name
        supabase = os.path.relpath(self.paths.project / "supabase", self.paths.state)
        return [
            self.deno.program,
            "run",
            "--quiet",
            "--no-prompt",
            "--cached-only",
            "--frozen",
            # Keeps the heap small after a burst, at no cost that could be measured.
            "--v8-flags=--max-semi-space-size=4",
            # The process of a function listens on a port that is chosen when it starts.
            f"--allow-net={HOST}",
            # Named from where it runs: Deno has no way to write a path with a comma in it.
            f"--allow-read={storage},{self.paths.dashboard.name},{logs},{supabase}",
            f"--allow-write={storage},{logs}",
            "--allow-env",
            f"--config={ENTRY.with_name('deno.json')}",
            str(ENTRY),
        ]

    def _launcher(self) -> _Launcher:
        return _Launcher(**json.loads(self._launcher_file.read_text()))

    def _remember(self, launcher: _Launcher) -> None:
        """For an `up` that finds the first function while the API runs already."""
        self._launcher_file.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(self._launcher_file, flags, 0o600), "w") as out:
            json.dump(asdict(launcher), out)

    @property
    def _launcher_file(self) -> Path:
        return self.paths.state / "launcher.json"

    def _await(self, name: str, started: process.Process, address: str) -> None:
        """Wait until `address` answers anything at all but a 5xx."""
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline and started.alive():
            if _answers(address):
                return
            time.sleep(0.02)
        raise StackError(f"{name} did not start.", place=str(self._log(name)))

    def _log(self, name: str) -> Path:
        return self.paths.logs / f"{name}.log"


def _answers(address: str) -> bool:
    try:
        _open(address, timeout=5).close()
    except HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def mark(paths: Paths) -> dict[str, str]:
    """What tells a process of this stack from all others, even when its number was lost."""
    return {_MARK: str(paths.state)}
