"""A proposed model, line by line, each with where it comes from. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

GUESS = "# guess"


@dataclass(frozen=True)
class Line:
    """`key = value`, with the source of it; a guess is for a person to confirm."""

    key: str
    value: str
    source: str = ""
    guess: bool = False

    def __str__(self) -> str:
        if self.guess:
            return f"{self.key} = {self.value}  {GUESS}: {self.source or 'confirm or correct'}"
        return f"{self.key} = {self.value}" + (f"  # {self.source}" if self.source else "")


@dataclass(frozen=True)
class RightLine:
    """Who may do one operation, and to which columns (None: all)."""

    right: str
    source: str
    columns: tuple[str, ...] | None = None

    def line(self, key: str) -> Line:
        """As it stands in the file."""
        value = quoted(self.right)
        if self.columns is not None and self.right != "none":
            value = f"{{ right = {value}, columns = {quoted(list(self.columns))} }}"
        return Line(key, value, self.source, guess=True)


@dataclass(frozen=True)
class Entry:
    """One section.

    Parameters:
        section: `owned`, `view`, `bucket` or `function`.
        subject: what findings call it.
        head: the lines before the rights.
        rights: by operation.
        tail: the lines after them.
        remarks: comments at the end.
    """

    section: str
    subject: str
    head: tuple[Line, ...]
    rights: dict[str, RightLine] = field(default_factory=dict)
    tail: tuple[Line, ...] = ()
    remarks: tuple[str, ...] = ()

    def with_right(self, operation: str, right: str, source: str) -> Entry:
        """The same with another right."""
        changed = replace(self.rights[operation], right=right, source=source)
        return replace(self, rights={**self.rights, operation: changed})

    def with_columns(self, operation: str, columns: tuple[str, ...], source: str) -> Entry:
        """The same with these columns alone."""
        changed = replace(self.rights[operation], columns=columns, source=source)
        return replace(self, rights={**self.rights, operation: changed})

    def lines(self) -> Iterator[str]:
        """As they stand in the file."""
        yield ""
        yield f"[[{self.section}]]"
        yield from map(str, self.head)
        for operation, right in self.rights.items():
            yield str(right.line(operation))
        yield from map(str, self.tail)
        yield from (f"# {remark}" for remark in self.remarks)


@dataclass(frozen=True)
class Draft:
    """The whole proposal.

    Parameters:
        untried: why its rights were not tried, as one sentence; empty where they were, or may be.
    """

    name: str
    schemas: tuple[str, ...]
    entries: tuple[Entry, ...]
    untried: str = ""

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# Who owns what, proposed from the database. Nothing here is proved yet:"
        yield f'# every line marked "{GUESS}" is for a person to decide, and says where it is from.'
        if self.untried:
            yield f"# {self.untried}"
        yield ""
        yield "[project]"
        yield f"name = {quoted(self.name)}"
        yield f"schemas = {quoted(list(self.schemas))}"
        yield ""
        yield "# Your own migrations hold the policies; wakti-sb only proves them."
        yield "[generate]"
        yield "backend = false"
        yield "policies = false"
        for entry in self.entries:
            yield from entry.lines()


def quoted(value: object) -> str:
    """A text, a list or a truth value as TOML writes it."""
    return json.dumps(value, ensure_ascii=False)
