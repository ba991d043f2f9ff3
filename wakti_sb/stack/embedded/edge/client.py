"""How the other processes of a stack speak to the launcher, and what it leaves for `status`."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wakti_sb.errors import StackError
from wakti_sb.stack.embedded.ports import HOST

SETTINGS = "WAKTI_LAUNCHER"  # in the launcher's environment
PROGRAM = [sys.executable, "-m", "wakti_sb.stack.embedded.edge.launcher"]
_REPORTS = "functions.json"
_ENV_FILE = "env-file"  # holds the path of the file of variables, if one was named


@dataclass(frozen=True, repr=False)
class Settings:
    """What the launcher is told.

    Parameters:
        token: what whoever speaks to it must know.
        port: where it listens.
        api, db: where API and database answer.
        project, state, logs, keys: folders and the file of the stack.
        program, cache: Deno.
        cpu_limit: seconds that a process may compute for a request; 0 for as long as it likes.
        mark: in the environment of every process of this stack.
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
    cpu_limit: float
    mark: Mapping[str, str]

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
        stand_ins: by address, what stands in for a module that is out of reach.
    """

    name: str
    pid: int | None
    starts: bool
    reason: str | None = None
    stand_ins: Mapping[str, str] = field(default_factory=dict)


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


def about_failures(found: Iterable[Report]) -> tuple[str, ...]:
    """A sentence for each reason why functions do not start: many may have one."""
    names: dict[str | None, list[str]] = {}
    for one in found:
        if not one.starts:
            names.setdefault(one.reason, []).append(one.name)
    return tuple(
        f"the function {alike[0]} does not start: {reason}"
        if len(alike) == 1
        else f"the functions {', '.join(alike)} do not start: {reason}"
        for reason, alike in names.items()
    )


def about_stand_ins(found: Iterable[Report]) -> str | None:
    """A sentence about the modules that could not be fetched and what takes their place."""
    pairs = {address: substitute for one in found for address, substitute in one.stand_ins.items()}
    if not pairs:
        return None
    hosts = dict.fromkeys(urlsplit(address).hostname or "jsr.io" for address in pairs)
    listed = ", ".join(
        f"{_shown(substitute)} for {address}" for address, substitute in sorted(pairs.items())
    )
    return f"out of reach: {', '.join(hosts)}; in the place of modules from there run: {listed}."


def _shown(substitute: str) -> str:
    return f"our own {Path(substitute).name}" if substitute.startswith("file:") else substitute


def use(state: Path, env_file: Path | None) -> None:
    """Give the functions the variables of this file; None: of `supabase/functions/.env`."""
    named = named_in(state)
    if env_file is None:
        named.unlink(missing_ok=True)
        return
    state.mkdir(parents=True, exist_ok=True)
    named.write_text(str(env_file.resolve()), "utf-8")


def named_in(state: Path) -> Path:
    """Where the path of the file of variables is kept."""
    return state / _ENV_FILE


def env_file(state: Path) -> Path | None:
    """The file that `use` was told."""
    try:
        return Path(named_in(state).read_text("utf-8"))
    except OSError:
        return None


def forget(state: Path) -> None:
    """There is no launcher any more."""
    (state / _REPORTS).unlink(missing_ok=True)


def _report(one: Mapping[str, Any]) -> Report:
    return Report(one["name"], one["pid"], one["starts"], one["reason"], one["stand_ins"])
