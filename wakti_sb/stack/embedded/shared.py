"""The cache that all projects of a user share: what is in use of it, and how it is emptied."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack.embedded.paths import cache

_POSTGRES = "postgresql-"
# Seconds after which a copy that nobody used makes room for the one that took its place.
_UNUSED = 24 * 3600


def clean() -> tuple[int, tuple[Path, ...]]:
    """Empty the cache; return the bytes that were freed, and the PostgreSQLs that run.

    Raise EnvironmentProblem if something cannot be removed.
    """
    folder = cache()
    kept = tuple(one for one in _copies(folder) if _runs(one))
    freed = 0
    try:
        for entry in list(folder.iterdir()) if folder.is_dir() else []:
            if entry in kept:
                continue
            freed += _size(entry)
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot be emptied: {error.strerror or error}",
            place=str(folder),
            remedy="Stop the stacks that run, and try again.",
        ) from error
    return freed, kept


def used(copy: Path) -> None:
    """Remember that this copy of PostgreSQL is used."""
    with contextlib.suppress(OSError):
        os.utime(copy)


def drop_older(copy: Path, version: str) -> None:
    """Remove other copies of the same PostgreSQL that nobody has used for a day."""
    for other in _copies(copy.parent):
        alike = other.name.startswith(f"{_POSTGRES}{version}-") and other != copy
        with contextlib.suppress(OSError):
            if alike and time.time() - other.stat().st_mtime > _UNUSED and not _runs(other):
                shutil.rmtree(other, ignore_errors=True)


def _copies(folder: Path) -> Iterator[Path]:
    return folder.glob(f"{_POSTGRES}*")


def _runs(copy: Path) -> bool:
    """Whether a process runs a program of this copy."""
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if Path(one.exe()).is_relative_to(copy):
                return True
    return False


def _size(entry: Path) -> int:
    if not entry.is_dir() or entry.is_symlink():
        return entry.lstat().st_size
    return sum(file.lstat().st_size for file in entry.rglob("*") if not file.is_dir())
