"""`wakti-sb logs` of what is in the log files."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of a project's API."""
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    log = tmp_path / ".wakti" / "embedded" / "logs" / "api.log"
    log.parent.mkdir(parents=True)
    return log


def test_a_log_that_began_anew_is_followed_from_its_beginning(log: Path) -> None:
    log.write_text("a long first line\n")
    command = [str(Path(sys.executable).with_name("wakti-sb")), "logs", "api", "-f"]
    with subprocess.Popen(
        command,
        cwd=log.parents[3],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONUNBUFFERED": "1"},
    ) as follower:
        deadline = threading.Timer(20, follower.kill)
        deadline.start()
        assert follower.stdout is not None
        try:
            assert follower.stdout.readline() == "api │ a long first line\n"
            log.write_text("anew\n")  # empties the file first, as the API does
            assert follower.stdout.readline() == "api │ anew\n"
        finally:
            deadline.cancel()
            follower.kill()
