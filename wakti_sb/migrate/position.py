"""Where in a file something is, and how to show it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WIDTH = 96  # characters of a long line that are shown around the column


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; line and column count characters and begin at 1."""

    line: int
    column: int


def locate(text: str, offset: int) -> Position:
    """The line and column of the character at `offset`; the end of the text is a place too."""
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


def excerpt(text: str, offset: int) -> str:
    """The line at `offset` under its number, with a caret below the column."""
    position = locate(text, offset)
    line = text.split("\n")[position.line - 1].rstrip("\r")
    column = position.column - 1
    if len(line) > _WIDTH:
        # A generated file can be one line of megabytes: show the part around the column.
        start = max(0, column - _WIDTH // 2)
        end = start + _WIDTH
        clipped = ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
        column += (1 if start else 0) - start
        line = clipped
    number = f"{position.line:>5}"
    return f"{number} | {line}\n{' ' * len(number)} | {_padding(line[:column])}^"


def end_of_code(text: str) -> int:
    """The offset just behind the last character that is not white space."""
    return len(text.rstrip())


def _padding(before: str) -> str:
    """White space as wide on a terminal as `before`; tabs stay tabs."""
    return "".join(
        char if char == "\t" else " " * (2 if unicodedata.east_asian_width(char) in "WF" else 1)
        for char in before
    )


def first_line(sql: str, width: int = 80) -> str:
    """A statement as one line, for tables and progress."""
    line = re.sub(r"\s+", " ", sql).strip()
    return line if len(line) <= width else line[: width - 1] + "…"
