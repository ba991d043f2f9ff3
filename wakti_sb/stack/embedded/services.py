"""The Deno processes of a stack: the API (gateway and Supabase Lite) and the edge functions.

Asked over the standard library: a better HTTP client takes longer to import than a reset lasts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from wakti_sb.errors import StackError
from wakti_sb.stack.config import Config
from wakti_sb.stack.embedded import functions, process
from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.functions import Function
from wakti_sb.stack.embedded.keys import Keys
from wakti_sb.stack.embedded.paths import Paths
from wakti_sb.stack.embedded.ports import HOST, Ports, free
from wakti_sb.stack.embedded.server import PASSWORD, SUPERUSER

API = "api"
ENTRY = Path(__file__).parent / "services" / "main.ts"

_START_TIMEOUT = 30.0  # seconds
_MARK = "WAKTI_STACK"  # in the environment of each process: the stack it belongs to


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

    def install(self, found: tuple[Function, ...]) -> None:
        """Fetch the packages of the API and of each function, once."""
        for entry in (ENTRY, *(function.entry for function in found)):
            if not self.deno.installed(entry):
                self.deno.install(entry)

    def start(
        self,
        found: tuple[Function, ...],
        on_spawn: Callable[[str, process.Process], None],
    ) -> None:
        """Start the API and the functions and wait until all of them answer.

        Parameters:
            found: the functions to serve.
            on_spawn: told each process as soon as there is one, so that none is ever lost.

        Raise StackError if one stops at once or stays silent.
        """
        own_ports = dict(zip((one.name for one in found), free(len(found)), strict=True))
        started = {API: self._start_api(own_ports)}
        on_spawn(API, started[API])
        for function in found:
            started[function.name] = self._start_function(function, own_ports[function.name])
            on_spawn(function.name, started[function.name])
        self._await(API, started[API], f"{self.api_url}/_wakti/health")
        for function in found:
            address = f"http://{HOST}:{own_ports[function.name]}/"
            self._await(function.name, started[function.name], address)

    def reload(self) -> None:
        """Tell the API that the database was replaced under its feet."""
        request = Request(  # noqa: S310  (our own port)
            f"{self.api_url}/_wakti/reload", method="POST", headers={"apikey": self.keys.secret}
        )
        try:
            urlopen(request, timeout=10).close()  # noqa: S310  (our own port)
        except OSError as error:
            raise StackError(
                "the API does not answer after the reset.",
                place=str(self._log(API)),
                remedy="Run `wakti-sb up` to mend the stack.",
            ) from error

    def _start_api(self, own_ports: Mapping[str, int]) -> process.Process:
        served = {
            name: {
                "url": f"http://{HOST}:{port}",
                "verify_jwt": self.config.verify_jwt.get(name, True),
            }
            for name, port in own_ports.items()
        }
        env = {
            "WAKTI_PORT": str(self.ports.api),
            "WAKTI_DB_URL": f"postgresql://{SUPERUSER}:{PASSWORD}@{HOST}:{self.ports.db}/postgres",
            "WAKTI_STORAGE_DIR": str(self.paths.storage),
            "WAKTI_JWT_SECRET": self.keys.jwt_secret,
            "WAKTI_PUBLISHABLE_KEY": self.keys.publishable,
            "WAKTI_SECRET_KEY": self.keys.secret,
            "WAKTI_ANON_KEY": self.keys.anon,
            "WAKTI_SERVICE_ROLE_KEY": self.keys.service_role,
            "WAKTI_FUNCTIONS": json.dumps(served),
            "WAKTI_SCHEMAS": json.dumps(self.config.schemas),
            "WAKTI_MAX_ROWS": str(self.config.max_rows),
            "WAKTI_DASHBOARD_DIR": (
                str(self.paths.dashboard) if self.paths.dashboard.exists() else ""
            ),
            "WAKTI_LOGS_DIR": str(self.paths.logs),
            "LITE_TELEMETRY": "0",
            "DO_NOT_TRACK": "1",
        }
        return self._spawn(API, self._api_command(own_ports), env, self.paths.state)

    def _api_command(self, own_ports: Mapping[str, int]) -> list[str]:
        """How to run the API: it reaches this stack alone, the files it serves and its logs.

        It may read its whole environment, because we make that.
        """
        ports = (self.ports.api, self.ports.db, *own_ports.values())
        net = ",".join(f"{HOST}:{port}" for port in ports)
        storage, logs = self.paths.storage.name, self.paths.logs.name
        return [
            self.deno.program,
            "run",
            "--quiet",
            "--no-prompt",
            "--cached-only",
            "--frozen",
            # Keeps the heap small after a burst, at no cost that could be measured.
            "--v8-flags=--max-semi-space-size=4",
            f"--allow-net={net}",
            # Named from where it runs: Deno has no way to write a path with a comma in it.
            f"--allow-read={storage},{self.paths.dashboard.name},{logs}",
            f"--allow-write={storage},{logs}",
            "--allow-env",
            f"--config={ENTRY.with_name('deno.json')}",
            str(ENTRY),
        ]

    def _start_function(self, function: Function, port: int) -> process.Process:
        env = functions.environment(self.ports, self.keys, port)
        env |= functions.secrets(self.paths.project)
        command = functions.command(self.deno, function, self.ports, env)
        return self._spawn(function.name, command, env, function.entry.parent)

    def _spawn(
        self, name: str, command: list[str], env: dict[str, str], cwd: Path
    ) -> process.Process:
        full = env | self.deno.env() | mark(self.paths)
        return process.spawn(command, env=full, cwd=cwd, log=self._log(name))

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
        urlopen(address, timeout=5).close()  # noqa: S310  (our own port)
    except HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def mark(paths: Paths) -> dict[str, str]:
    """What tells a process of this stack from all others, even when its number was lost."""
    return {_MARK: str(paths.state)}
