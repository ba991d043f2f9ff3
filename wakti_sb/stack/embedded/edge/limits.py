"""The limits of the platform that a function's process is held to, and how they are set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from wakti_sb.errors import UsageError

WALL_CLOCK = "WAKTI_WALL_CLOCK"
CPU = "WAKTI_CPU_LIMIT"


@dataclass(frozen=True)
class Limits:
    """In seconds, with the platform's values (its page "Limits", and the official CLI's runtime).

    Parameters:
        wall_clock: how long a request may wait for the beginning of its answer.
        cpu: how long a process may compute for a request; 0 for as long as it likes.
    """

    wall_clock: int = 150
    cpu: float = 2.0

    @property
    def cpu_until_relieved(self) -> float:
        """After this much computing others get the next requests: half of it, as there."""
        return self.cpu / 2


def of(variables: Mapping[str, str]) -> Limits:
    """What the environment says. Raise UsageError for what is no number of seconds."""
    said = Limits()
    return Limits(
        round(_number(variables, WALL_CLOCK, said.wall_clock, 1)),
        _number(variables, CPU, said.cpu, 0),
    )


def _number(variables: Mapping[str, str], name: str, default: float, least: float) -> float:
    text = variables.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= 86_400:
        raise UsageError(
            f"{name} is {text!r}; it is a number of seconds from {least:.0f} to 86400.",
            remedy=f"Say {name}={default:.0f}, or nothing for the platform's limit.",
        )
    return number
