"""Which findings are told: not those of rules that are switched off, and each cause once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

from wakti_sb.errors import SpecError
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.rules import BY_SUPABASE_NAME, RULES
from wakti_sb.lint.tools import SQLFLUFF, TOOLS


def check(off: Mapping[str, str], style_rules: Callable[[], Iterable[str]]) -> None:
    """Raise SpecError for a name that no rule has: it would switch nothing off in silence.

    Parameters:
        style_rules: the names of sqlfluff's rules; it is asked where another name is not enough.
    """
    names = {*RULES, *BY_SUPABASE_NAME, *TOOLS}
    unclear = [name for name in off if name not in names and not _of_a_silent_tool(name)]
    known = {*names, *style_rules()} if unclear else names
    for name in unclear:
        if name in known:
            continue
        close = difflib.get_close_matches(name, known, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"ours are: {', '.join(RULES)}"
        raise SpecError(
            f'"{name}" is no rule of lint; {hint}',
            place="wakti.toml [lint.off]",
            remedy=f"Rules of a tool are written TOOL/RULE; tools are {', '.join(TOOLS)}.",
        )


def _of_a_silent_tool(name: str) -> bool:
    """Whether it is written as a rule of squawk or Deno, which tell nobody what rules they have."""
    tool, _, rule = name.partition("/")
    return bool(rule) and tool in TOOLS and tool != SQLFLUFF


def is_off(rule: str, off: Mapping[str, str]) -> bool:
    """Whether a rule, or the whole tool it belongs to, is switched off, by either of its names."""
    ours = RULES.get(rule)
    if ours is not None and ours.supabase in off:
        return True
    return rule in off or rule.partition("/")[0] in off


def without_off(findings: Iterable[Finding], off: Mapping[str, str]) -> Iterable[Finding]:
    """The findings of rules that are on."""
    return (finding for finding in findings if not is_off(finding.rule, off))


def one_a_cause(findings: Iterable[Finding]) -> Iterable[Finding]:
    """The findings without those that are part of another one at the same place."""
    listed = list(findings)
    there = {(finding.rule, finding.file, finding.line, finding.column) for finding in listed}
    for finding in listed:
        place = (finding.file, finding.line, finding.column)
        ours = RULES.get(finding.rule)
        around = ours.part_of if ours is not None else None
        if around is not None and (around, *place) in there:
            continue
        if around is not None and (RULES[around].part_of, *place) in there:
            continue
        yield finding
