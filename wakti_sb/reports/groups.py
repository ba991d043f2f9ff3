"""Findings that tell of one hole, together: a reader mends it once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..conformance.model import Finding


@dataclass(frozen=True)
class Group:
    """Findings that are one hole: the same object, operation and policy, by several people."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that is shown whole."""
        return self.findings[0]

    @property
    def identities(self) -> tuple[str, ...]:
        """Everybody who got through, or was kept out."""
        return tuple(dict.fromkeys(f.identity for f in self.findings if f.identity))


def groups(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """The findings, those that tell of the same hole together."""
    found: dict[tuple[str, ...], list[Finding]] = {}
    for each in findings:
        key = (each.table, each.operation, each.problem, each.policy)
        found.setdefault(key if each.policy else (each.id,), []).append(each)
    return tuple(Group(tuple(each)) for each in found.values())


def as_text(group: Group) -> str:
    """A finding for a terminal: the claim, what happened, by whom, what decided, what closes it."""
    finding, others = group.first, group.identities[1:]
    lines = [finding.id, f"  {finding.reason}"]
    if others:
        lines.append(f"  also by {', '.join(others)}")
    if finding.policy:
        lines.append(f"  decided by {finding.policy}")
    if finding.fix_tried:
        lines.append("  this closes it, and was tried:")
    lines.extend(f"    {line}" for line in finding.fix.splitlines())
    return "\n" + "\n".join(lines)
