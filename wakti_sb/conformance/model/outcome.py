"""What came of an attempt, in words that both transports share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .case import Key

Kind = Literal[
    "allowed",
    "zero rows",
    "refused by policy",
    "refused by grant",
    "refused by rule",
    "refused by code",
    "constraint",
    "error",
]
DENIALS: tuple[Kind, ...] = (
    "zero rows",
    "refused by policy",
    "refused by grant",
    "refused by rule",
    "refused by code",
)
_RULE = "rule: "  # how the detail begins that our triggers give beside their sentence


@dataclass(frozen=True)
class Outcome:
    """The answer and its effect.

    Parameters:
        kind: what happened; `allowed` means that rows were read or changed.
        rows: the keys of the rows that were read or, seen with the secret key, changed.
        count: how many rows a count told, or a write reported.
        code: SQLSTATE of a refusal.
        message: the database's own words.
        hint: the constraint, or what else names the cause.
    """

    kind: Kind
    rows: frozenset[Key] = frozenset()
    count: int = 0
    code: str = ""
    message: str = ""
    hint: str = ""

    def __str__(self) -> str:
        if self.kind == "allowed":
            number = max(len(self.rows), self.count)
            return f"allowed ({number} {'row' if number == 1 else 'rows'})"
        return f"{self.kind}: {self.message}" if self.message else self.kind


def refusal(code: str, message: str, constraint: str = "", detail: str = "") -> Outcome:
    """The outcome that an SQLSTATE, its message and its detail mean.

    A trigger of ours that refuses what a client writes gives its kind as the detail.
    """
    kind: Kind = "error"
    if code == "42501":
        kind = "refused by code"
        if "row-level security" in message:
            kind = "refused by policy"
        elif "permission denied" in message:
            kind = "refused by grant"
        elif detail.startswith(_RULE):
            kind = "refused by rule"
    elif code.startswith("23"):
        kind = "constraint"
    elif code in ("P0001", "28000", "401") or code.startswith(("PT4", "PGRST3")):
        kind = "refused by code"
    return Outcome(kind, code=code, message=message, hint=constraint)
