"""Which extensions a local stack does without, and what that means."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wakti_sb.errors import SpecError
from wakti_sb.events import LeftOut

_FILE = "wakti.toml"


def configured(project: Path) -> tuple[str, ...] | None:
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


def as_json(left_out: Iterable[LeftOut]) -> list[dict[str, Any]]:
    """The statements that were left out, for a machine. Pure."""
    return [
        {
            "place": f"{one.file}:{one.line}",
            "statement": one.statement,
            "extension": one.extension,
            "reason": one.reason,
            "concerns": list(one.concerns),
        }
        for one in left_out
    ]


def concerned(left_out: Iterable[LeftOut]) -> dict[str, str]:
    """What is missing or not as it should be, and why. Pure."""
    reasons: dict[str, str] = {}
    for one in left_out:
        reason = f"needs {one.extension}: {one.file}:{one.line} was left out"
        reasons |= {name: reason for name in one.concerns if name not in reasons}
    return reasons
