"""The folder in which all processes of a run meet.

The first process chooses its name and pytest-xdist tells it to the workers. It is made when
somebody needs it: most runs of pytest do not.
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_WORKERINPUT = "wakti_folder"
_NAME = pytest.StashKey[Path]()


def of(config: pytest.Config) -> Path:
    """The folder of this run; nobody else can write to it."""
    folder = _name(config)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def locked(folder: Path, what: str) -> Iterator[None]:
    """Alone among the processes of this run."""
    with (folder / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tell_worker(node: Any) -> None:
    """Pass the name on to a worker of pytest-xdist."""
    node.workerinput[_WORKERINPUT] = str(_name(node.config))


def tell_left_out(reporter: pytest.TerminalReporter) -> None:
    """List the statements that were left out of the stack of this run."""
    if not _name(reporter.config).exists():
        return
    from wakti_sb.pytest_plugin import session

    left_out = session.left_out_of(_name(reporter.config))
    if left_out:
        reporter.section("statements that were left out of the stack", sep="-")
    for one in left_out:
        reporter.line(f"{one.file}:{one.line}: {one.statement}")
        reporter.line(f"  needs {one.extension}: {one.reason}")


def remove(config: pytest.Config) -> None:
    """Stop the stack in it and remove it, in the process that chose it."""
    if hasattr(config, "workerinput") or not _name(config).exists():
        return
    from wakti_sb.pytest_plugin import session

    session.stop(_name(config))
    shutil.rmtree(_name(config), ignore_errors=True)


def _name(config: pytest.Config) -> Path:
    if _NAME not in config.stash:
        told: dict[str, str] = getattr(config, "workerinput", {})
        # As hard to guess as those of mkdtemp, since it may be made in a folder of everybody.
        fresh = Path(tempfile.gettempdir()) / f"wakti-sb-{secrets.token_hex(16)}"
        config.stash[_NAME] = Path(told.get(_WORKERINPUT, fresh))
    return config.stash[_NAME]
