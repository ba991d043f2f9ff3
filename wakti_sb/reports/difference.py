"""Who gains and who loses access between two states: for a terminal, a pull request, a machine.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..conformance import Difference
from .markdown import escaped

_NOTHING = "Nobody gains or loses access."


def difference_text(found: Difference) -> str:
    """A line for each change, the worst first."""
    lines = [f"{change.severity!s:<8}  {change.sentence}" for change in found.changes]
    lines += [f"untested  {name}: {reason}" for name, reason in found.untested.items()]
    return "\n".join(lines or [_NOTHING])


def difference_markdown(found: Difference, base: str) -> str:
    """The same for a pull request."""
    return "\n".join(_lines(found, base)) + "\n"


def difference_json(found: Difference) -> dict[str, Any]:
    """What `rls diff --json` prints."""
    return {
        "worst": str(found.worst) if found.worst is not None else None,
        "changes": [
            {
                "severity": str(change.severity),
                "object": change.object,
                "operation": change.operation or None,
                "gained": change.gained,
                "who": list(change.who),
                "sentence": change.sentence,
            }
            for change in found.changes
        ],
        "untested": [{"table": n, "reason": r} for n, r in found.untested.items()],
    }


def _lines(found: Difference, base: str) -> Iterator[str]:
    yield f"## Access since {escaped(base)}"
    for title, gained in (("Gained", True), ("Lost", False)):
        changes = [change for change in found.changes if change.gained is gained]
        if changes:
            yield from ("", f"### {title}", "", "| severity | what |", "| --- | --- |")
            yield from (f"| {c.severity} | {escaped(c.sentence)} |" for c in changes)
    if not found.changes:
        yield from ("", _NOTHING)
    if found.untested:
        yield from ("", "### Not compared", "")
        yield from (f"- {escaped(n)}: {escaped(r)}" for n, r in found.untested.items())
