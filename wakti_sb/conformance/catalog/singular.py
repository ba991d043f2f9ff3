"""What one row of a table is called, by the table's English name. Pure."""

from __future__ import annotations


def singular(name: str) -> str:
    """`note` of `notes`, `company` of `companies`, `course` of `courses`."""
    word = name.lower()
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "tuses", "xes", "ches", "shes")):
        return word[:-2]
    return word.removesuffix("s")
