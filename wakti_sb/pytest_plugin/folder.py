"""The folder in which all processes of a run meet.

The first process chooses its name and pytest-xdist tells it to the workers. It is made when
somebody needs it: most runs of pytest do not.
"""

from __future__ import annotations

import fcntl
import secrets
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


def made(config: pytest.Config) -> Path | None:
    """The folder of this run, if somebody needed it."""
    folder = _name(config)
    return folder if folder.exists() else None


def _name(config: pytest.Config) -> Path:
    if _NAME not in config.stash:
        told: dict[str, str] = getattr(config, "workerinput", {})
        # As hard to guess as those of mkdtemp, since it may be made in a folder of everybody.
        fresh = Path(tempfile.gettempdir()) / f"wakti-sb-{secrets.token_hex(16)}"
        config.stash[_NAME] = Path(told.get(_WORKERINPUT, fresh))
    return config.stash[_NAME]
