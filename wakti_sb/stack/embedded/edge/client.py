"""How the other processes of a stack speak to the launcher, and what it leaves for `status`."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wakti_sb.errors import StackError
from wakti_sb.stack.embedded.ports import HOST

SETTINGS = "WAKTI_LAUNCHER"  # in the launcher's environment
PROGRAM = [sys.executable, "-m", "wakti_sb.stack.embedded.edge.launcher"]
_REPORTS = "functions.json"


@dataclass(frozen=True, repr=False)
class Settings:
    """What the launcher is told.

    Parameters:
        token: what whoever speaks to it must know.
        port: where it listens.
        api, db: where API and database answer.
        project, state, logs, keys: folders and the file of the stack.
        program, cache: Deno.
        mark: in the environment of every process of this stack.
        env_file: a file of variables for the functions; empty for `supabase/functions/.env`.
    """

    token: str
    port: int
    api: int
    db: int
    project: str
    state: str
    logs: str
    keys: str
    program: str
    cache: str
    mark: Mapping[str, str]
    env_file: str = ""

    def as_json(self) -> str:
        """For the launcher's environment."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """What `as_json` gave."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Report:
    """How a function is.

    Parameters:
        name: the function's.
        pid: its process, if it has one.
        starts: whether its last start went well.
        reason: why it does not start, or how its last process ended.
    """

    name: str
    pid: int | None
    starts: bool
    reason: str | None = None


def check(port: int, token: str, timeout: float = 600.0) -> tuple[Report, ...]:
    """Have every function started, and hear how each of them is.

    Raise StackError if the launcher does not answer.
    """
    try:
        with socket.create_connection((HOST, port), timeout=timeout) as connection:
            connection.sendall(f"{json.dumps({'token': token})}\n".encode())
            connection.sendall(b'{"id": 1, "op": "check"}\n')
            with connection.makefile(encoding="utf-8") as answers:
                for line in answers:
                    answer = json.loads(line)
                    if answer.get("id") == 1:
                        return tuple(_report(one) for one in answer["functions"])
    except (OSError, ValueError, KeyError) as error:
        raise StackError(f"the functions' launcher does not answer: {error}") from error
    raise StackError("the functions' launcher does not answer.")


def reports(state: Path) -> tuple[Report, ...]:
    """How each function was when that last changed."""
    try:
        return tuple(_report(one) for one in json.loads((state / _REPORTS).read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def write_reports(state: Path, found: Iterable[Mapping[str, Any]]) -> None:
    """Leave them for `status`, all or nothing."""
    new = state / f"{_REPORTS}.new"
    with contextlib.suppress(OSError):
        state.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(list(found), indent=2), "utf-8")
        os.replace(new, state / _REPORTS)


def forget(state: Path) -> None:
    """There is no launcher any more."""
    (state / _REPORTS).unlink(missing_ok=True)


def _report(one: Mapping[str, Any]) -> Report:
    return Report(one["name"], one["pid"], one["starts"], one["reason"])
