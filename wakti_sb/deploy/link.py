"""Which hosted project a folder belongs to: its ref, remembered in `.wakti/`, never the token."""

from __future__ import annotations

import json
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem

_FILE = Path(".wakti") / "link.json"


def read(project: Path) -> str | None:
    """The ref that was remembered; None if there is none."""
    try:
        told = json.loads((project / _FILE).read_text("utf-8"))
        return str(told["project_ref"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(project: Path, ref: str) -> Path:
    """Write the ref down, out of git's sight. Raise EnvironmentProblem if that cannot be."""
    file = project / _FILE
    try:
        file.parent.mkdir(exist_ok=True)
        ignore = file.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        file.write_text(json.dumps({"project_ref": ref}) + "\n", "utf-8")
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot write here: {error.strerror or error}", place=str(file)
        ) from None
    return file


def forget(project: Path) -> bool:
    """Forget the ref; whether there was one."""
    known = read(project) is not None
    (project / _FILE).unlink(missing_ok=True)
    return known
