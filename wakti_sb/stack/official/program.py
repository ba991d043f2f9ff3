"""The official CLI as a program: where it is, what it is asked, and what its refusals mean."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem, StackError

PROGRAM = "WAKTI_SUPABASE_CLI"
_LINES = 12  # of a failed command, for a person
_ENTRY = re.compile(r'^([A-Z][A-Z0-9_]*)=(?:"(.*)"|(.*))$')

# What it says, and what that means. Its messages hold Docker's own.
_REFUSALS = (
    (
        r"port is already allocated|address already in use|ports are not available",
        "a port that the stack needs is taken",
        "Stop what listens there (another project's stack?), or change the port in config.toml.",
    ),
    (
        r"failed to pull|unable to find image|pull access denied|manifest unknown|no such image"
        r"|error pulling",
        "an image of the stack is not here and cannot be fetched",
        "Connect to the network once; or start the stack that needs no image: wakti-sb up",
    ),
    (
        r"not healthy|unhealthy|is not ready",
        "a container of the stack does not get healthy",
        "See why: wakti-sb logs --stack official",
    ),
    (
        r"cannot connect to the docker daemon|docker desktop is a prerequisite",
        "no Docker engine answers",
        "Start Docker; or start the stack that needs none: wakti-sb up",
    ),
)


@dataclass(frozen=True)
class Program:
    """The official CLI, for one project.

    Parameters:
        path: of the program.
        project: the folder with `supabase/`.
    """

    path: str
    project: Path

    def run(self, *arguments: str, on_line: Callable[[str], None] = lambda _: None) -> None:
        """Run a command and pass on its lines. Raise StackError, with its reason, if it fails."""
        told: list[str] = []
        with subprocess.Popen(
            [self.path, *arguments],
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None  # noqa: S101  # it is a pipe
            for line in process.stdout:
                if line.strip():
                    told.append(line.rstrip())
                    on_line(line.strip())
        if process.returncode != 0:
            raise refusal(" ".join(("supabase", *arguments)), told)

    def status(self) -> dict[str, str] | None:
        """What `supabase status -o env` prints; None if the stack is down."""
        done = subprocess.run(
            [self.path, "status", "-o", "env"],
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return read_env(done.stdout) if done.returncode == 0 else None


def find(project: Path) -> Program:
    """The program that WAKTI_SUPABASE_CLI names, the project's own, or the one on PATH.

    Raise EnvironmentProblem if there is none.
    """
    named = os.environ.get(PROGRAM)
    own = project / "node_modules" / ".bin" / "supabase"
    path = named or (str(own) if own.is_file() else shutil.which("supabase"))
    if path is None or not os.access(path, os.X_OK):
        raise EnvironmentProblem(
            "the Supabase CLI is not here." if path is None else "this is no program.",
            place=path,
            remedy=f"Install it (npm install supabase), or name it in {PROGRAM}. `wakti-sb up`"
            " without --stack needs neither it nor Docker.",
        )
    return Program(path, project)


def read_env(text: str) -> dict[str, str]:
    """The values of `NAME="value"` lines."""
    found = (_ENTRY.match(line.strip()) for line in text.splitlines())
    return {one[1]: one[2] if one[2] is not None else one[3] for one in found if one}


def refusal(command: str, told: list[str]) -> StackError:
    """What a failed command means, from the lines that it printed."""
    text = "\n".join(told)
    said = "\n".join(f"  {line}" for line in told[-_LINES:])
    for pattern, cause, remedy in _REFUSALS:
        if re.search(pattern, text, re.IGNORECASE):
            return StackError(f"{cause}.\n{said}", place=command, remedy=remedy)
    return StackError(
        f"the Supabase CLI failed.\n{said}", place=command, remedy="The lines above are its own."
    )
