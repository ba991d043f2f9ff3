"""The kinds of finding."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """What is wrong; its text is what reports and excuses call it."""

    LEAK = "leak"
    LOCKED_OUT = "locked out"
    NO_VERDICT = "no verdict"
    UNPROVEN = "unproven"
    UNDECLARED = "undeclared"
    MISSING = "missing"
    UNTESTED = "untested"
    CONDITION = "untested condition"
    BYPASS = "bypass"
    DISAGREEMENT = "disagreement"
    LEFT_BEHIND = "left behind"
