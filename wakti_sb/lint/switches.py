"""Rules that wakti.toml switches off, each with its reason."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from wakti_sb.errors import SpecError
from wakti_sb.lint import edge_functions, migration_safety, style
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.rules import RULES

TOOLS = (style.TOOL, migration_safety.TOOL, edge_functions.TOOL)


def check(off: Mapping[str, str], style_rules: Iterable[str]) -> None:
    """Raise SpecError for a name that no rule has: it would switch nothing off in silence."""
    known = {*RULES, *TOOLS, *style_rules}
    for name in off:
        tool, slash, rule = name.partition("/")
        if name in known or (slash and rule and tool in TOOLS and tool != style.TOOL):
            continue
        close = difflib.get_close_matches(name, known, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"ours are: {', '.join(RULES)}"
        raise SpecError(
            f'"{name}" is no rule of lint; {hint}',
            place="wakti.toml [lint.off]",
            remedy=f"Rules of a tool are written TOOL/RULE; tools are {', '.join(TOOLS)}.",
        )


def is_off(rule: str, off: Mapping[str, str]) -> bool:
    """Whether a rule, or the whole tool it belongs to, is switched off."""
    return rule in off or rule.partition("/")[0] in off


def without_off(findings: Iterable[Finding], off: Mapping[str, str]) -> Iterable[Finding]:
    """The findings of rules that are on."""
    return (finding for finding in findings if not is_off(finding.rule, off))
