"""Write a plan so that a crash leaves every file either as it was or as it will be."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from ..errors import GenerateError
from .plan import Change, Plan


def apply(plan: Plan) -> None:
    """Carry out `plan`. The lock comes last: until then a next run sees what is unfinished.

    Raise GenerateError if a file changed since the plan was made or cannot be written.
    """
    for change in plan.changes:
        path = plan.root / change.path
        try:
            if _text(path) != change.before:
                raise GenerateError("changed while generate was at work", place=change.path)
            if change.after is None:
                _remove(path, plan.root)
            else:
                _replace(path, change)
        except OSError as error:
            raise GenerateError(
                f"cannot be written: {error.strerror or error}", place=change.path
            ) from None


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _replace(path: Path, change: Change) -> None:
    """Write beside the file, then put the new one in its place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write((change.after or "").encode())
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; these are as readable as any other in the checkout.
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _remove(path: Path, root: Path) -> None:
    path.unlink()
    for folder in path.parents:
        if folder == root or any(folder.iterdir()):
            break
        folder.rmdir()
