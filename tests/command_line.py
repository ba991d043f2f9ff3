"""Runs `wakti-sb` as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def wakti(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder `cwd` and wait for it."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        timeout=120,
    )


def assert_one_clear_sentence(done: subprocess.CompletedProcess[str], *, code: int = 2) -> None:
    """No traceback, the exit code of a wrong use, and few lines."""
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    last = [line for line in done.stderr.splitlines() if line.startswith("wakti-sb: ")]
    assert len(last) == 1, done.stderr


# Not the script beside this Python: a test must not depend on what is on PATH.
PROGRAM = [sys.executable, "-W", "error", "-c", "from wakti_sb.cli import main; main()"]
