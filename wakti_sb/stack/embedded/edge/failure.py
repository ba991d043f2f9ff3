"""Why a function does not answer, in the shape of the platform and in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Codes and sentences of the platform's runtime (its main service, and "Error codes" in its docs).
_SENTENCES = {
    "BOOT_ERROR": "Worker failed to boot (please check logs)",
    "WORKER_ERROR": "Function exited due to an error (please check logs)",
    "WORKER_LIMIT": "Worker failed to respond due to a resource limit (please check logs)",
}
_STATUS = {"BOOT_ERROR": 503, "WORKER_ERROR": 503, "WORKER_LIMIT": 546}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PLACE = re.compile(r"\(?(file://[^\s()]+?):(\d+):(\d+)\)?\s*$")
# The exit code of a process that answered every request it had begun (services/edge/runtime.ts).
_DRAINED = 75
_OUT_OF_MEMORY = "heap out of memory"

NOTHING_SERVED = "it serves nothing: it has neither Deno.serve nor a default export with fetch."


@dataclass(frozen=True)
class Failure:
    """What the gateway answers in the place of a function.

    Parameters:
        code: the platform's.
        reason: in words, for the person at this machine.
        drained: whether every request that the process had begun was answered.
    """

    code: str
    reason: str
    drained: bool = False

    def as_json(self) -> dict[str, object]:
        """For the gateway and for `status`."""
        return {
            "status": _STATUS[self.code],
            "code": self.code,
            "message": _SENTENCES[self.code],
            "reason": self.reason,
            "drained": self.drained,
        }


def of_exit(code: int, said: Sequence[str], project: Path, *, listened: bool) -> Failure:
    """Why a process ended by itself. Pure.

    Parameters:
        code: its exit code; negative for a signal.
        said: its last lines.
        listened: whether it had ever served.
    """
    lines = [_ANSI.sub("", line) for line in said]
    if any(_OUT_OF_MEMORY in line for line in lines):
        return Failure("WORKER_LIMIT", "it used more memory than a function may.")
    reason = _error(lines, project)
    if reason is None and code == 0:
        reason = "it ended by itself." if listened else NOTHING_SERVED
    if reason is None:
        reason = f"it was ended by signal {-code}." if code < 0 else f"it ended with code {code}."
    return Failure("WORKER_ERROR" if listened else "BOOT_ERROR", reason, code == _DRAINED)


def _error(lines: Sequence[str], project: Path) -> str | None:
    """Deno's last `error: …` with the first place below it that is a file of the project."""
    starts = [at for at, line in enumerate(lines) if line.startswith("error: ")]
    if not starts:
        return None
    told = lines[starts[-1]].removeprefix("error: ")
    told = re.sub(r"^Uncaught (\(in promise\) )?", "", told)
    for line in lines[starts[-1] :]:
        place = _PLACE.search(line)
        if place and (file := _inside(place[1], project)):
            return f"{file}:{place[2]}:{place[3]}: {told}"
    return told


def _inside(address: str, project: Path) -> str | None:
    try:
        return str(Path(unquote(urlsplit(address).path)).relative_to(project))
    except ValueError:
        return None
