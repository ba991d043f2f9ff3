"""What is measured side by side: a tool, what it is given, and what it says."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bench.rls.subject import Subject
from wakti_sb.errors import StackError

_PATIENCE = 300  # seconds


@dataclass(frozen=True)
class Said:
    """One thing that a tool complained of, the same words each time it does.

    Parameters:
        kind: a finding, that the tool cannot tell, or that it did not run to its end.
        object: the table, view or function, without schema and arguments.
        operation: `insert` and so on; empty where it is about none.
        text: what it was in the tool's words.
    """

    kind: Literal["finding", "unsure", "failed"]
    object: str
    operation: str = ""
    text: str = ""


@dataclass(frozen=True)
class Trial:
    """A tool at work: a copy of a subject's database, a folder, and the clock.

    Parameters:
        url: the database, as postgres.
        folder: where it may leave files.
        seconds: how long its programs took, one number each.
    """

    subject: Subject
    url: str
    folder: Path
    seconds: list[float] = field(default_factory=list)

    def run(
        self,
        command: Sequence[str | Path],
        *,
        codes: tuple[int, ...] = (0, 1),
        env: Mapping[str, str] = {},
    ) -> str:
        """Run a program of the tool, timed; its standard output.

        Raise StackError for another exit code.
        """
        begin = time.perf_counter()
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=os.environ | env,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
        self.seconds.append(time.perf_counter() - begin)
        if done.returncode not in codes:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise StackError(
                f"{Path(command[0]).name} failed: {words[-1] if words else 'silently'}"
            )
        return done.stdout


@dataclass(frozen=True)
class Contender:
    """A tool.

    Parameters:
        package: what pip installs, with its version; empty for our own.
        written: the files of a subject that somebody wrote for it.
        prepare: makes ready what is not measured.
        look: tries a database and tells everything that the tool said.
    """

    name: str
    package: str
    written: tuple[str, ...]
    look: Callable[[Trial], set[Said]]
    prepare: Callable[[Trial], None] = lambda _trial: None


def bare(name: str) -> str:
    """The name of an object without schema, quotes and arguments."""
    return name.split("(")[0].split(":")[0].rsplit(".", 1)[-1].strip().strip('"')
