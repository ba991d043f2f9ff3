"""What lint is asked for: groups of rules, chosen by the command, wakti.toml or the project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from wakti_sb.lint.finding import Finding
from wakti_sb.lint.rules import RULES
from wakti_sb.lint.tools import DENO, SQLFLUFF, SQUAWK
from wakti_sb.spec import LintGroup, Spec

GROUPS: tuple[LintGroup, ...] = get_args(LintGroup)
"""In the order in which they are shown."""
ABOUT = {
    "access": "who gets at what",
    "safety": "what new migrations do to a live database",
    "speed": "what makes queries read too much",
    "strict": "no hole by itself, but better said outright",
    "style": "how SQL and TypeScript are written",
    "functions": "whether the edge functions' types agree",
}
_FIRST: tuple[LintGroup, ...] = ("access", "safety")
# squawk's rules about how types and statements are chosen, which no live database feels.
_TASTE = (
    "ban-char-field", "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity",
    "prefer-robust-stmts", "prefer-text-field", "prefer-timestamp-tz",
)  # fmt: skip
_TYPES = ("check", "parse", "packages")


def asked(spec: Spec, given: Iterable[str] = ()) -> frozenset[LintGroup]:
    """The groups that count: as given, else as wakti.toml says, else by whose project it is.

    A project with our backend is asked for everything. Somebody else's is asked first who gets at
    what, and what a migration would do to a live database: how they write is theirs.
    """
    named = tuple(given) or spec.lint.ask
    if named is None:
        return frozenset(GROUPS if spec.generate.backend else _FIRST)
    return frozenset(group for group in GROUPS if group in named or "all" in named)


def group_of(rule: str) -> LintGroup:
    """The group that a rule belongs to."""
    if rule in RULES:
        return RULES[rule].group
    tool, _, name = rule.partition("/")
    if tool == SQUAWK:
        return "style" if name in _TASTE else "safety"
    if tool == DENO:
        return "functions" if name in _TYPES else "style"
    assert tool == SQLFLUFF, rule  # noqa: S101  # a tool of ours
    return "style"


def in_groups(findings: Iterable[Finding], groups: frozenset[LintGroup]) -> Iterable[Finding]:
    """The findings of these groups."""
    return (finding for finding in findings if group_of(finding.rule) in groups)
