"""`[stack]` of wakti.toml, for a local stack.

The rest of the file is for whoever needs it: a project's stack can be brought up before there is a
model, and while it has mistakes.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ..errors import SpecError

_FILE = "wakti.toml"


def without_extensions(project: Path) -> tuple[str, ...] | None:
    """`without`: the extensions that it goes on without; None if it is not said.

    Raise SpecError if it is no list of names.
    """
    given = _section(project).get("without")
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
        raise SpecError(
            f"[stack] without = {given!r} is not a list of extensions.",
            place=str(project / _FILE),
            remedy='It looks like: without = ["vector", "postgis"]',
        )
    return tuple(given)


def durable(project: Path) -> bool:
    """`durable`: whether its database keeps what it was told when the machine loses its power.

    Raise SpecError if it is neither true nor false.
    """
    given = _section(project).get("durable", False)
    if not isinstance(given, bool):
        raise SpecError(
            f"[stack] durable = {given!r} is neither true nor false.", place=str(project / _FILE)
        )
    return given


def _section(project: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads((project / _FILE).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    section = data.get("stack")
    return section if isinstance(section, dict) else {}
