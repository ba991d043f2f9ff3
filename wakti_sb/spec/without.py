"""`[stack] without`: the extensions that a local stack goes on without."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ..errors import SpecError

_FILE = "wakti.toml"


def without_extensions(project: Path) -> tuple[str, ...] | None:
    """`[stack] without`; None if it is not said.

    The rest of the file is for whoever needs it: a project's stack can be brought up before there
    is a model, and while it has mistakes.

    Raise SpecError if it is no list of names.
    """
    try:
        data = tomllib.loads((project / _FILE).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    section = data.get("stack")
    given = section.get("without") if isinstance(section, dict) else None
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
        raise SpecError(
            f"[stack] without = {given!r} is not a list of extensions.",
            place=str(project / _FILE),
            remedy='It looks like: without = ["vector", "postgis"]',
        )
    return tuple(given)
