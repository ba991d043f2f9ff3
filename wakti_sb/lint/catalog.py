"""What the migrations leave behind, as far as the rules of lint ask for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from wakti_sb.lint.finding import Place
from wakti_sb.migrate.position import locate


@dataclass(frozen=True, slots=True)
class Source:
    """A text with SQL in it.

    Parameters:
        shift: lines of the file before the text.
    """

    file: str
    text: str
    shift: int = 0

    def place(self, offset: int) -> Place:
        """The place of the character at `offset` of the text."""
        position = locate(self.text, offset)
        return Place(self.file, position.line + self.shift, position.column)


@dataclass(frozen=True, slots=True)
class Index:
    """An index or a key that brings one along.

    Parameters:
        columns: in order; None stands for an expression.
        only_filled: columns whose empty rows are left out (`where column is not null`).
        partial: whether some other condition leaves rows out.
    """

    name: str
    columns: tuple[str | None, ...]
    only_filled: frozenset[str] = frozenset()
    partial: bool = False

    def renamed(self, old: str, new: str) -> Index:
        """The same after a column got another name."""
        columns = tuple(new if column == old else column for column in self.columns)
        filled = frozenset(new if column == old else column for column in self.only_filled)
        return replace(self, columns=columns, only_filled=filled)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key: its columns, the table it points at, where it is written."""

    name: str
    columns: tuple[str, ...]
    target: str
    place: Place

    def renamed(self, old: str, new: str) -> ForeignKey:
        """The same after a column got another name."""
        return replace(
            self, columns=tuple(new if column == old else column for column in self.columns)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its conditions are nodes of PostgreSQL's parse tree.

    Parameters:
        source: the text that the nodes' locations count in, and its file.
    """

    name: str
    roles: tuple[str, ...]
    using: Any
    check: Any
    place: Place
    source: Source


@dataclass(slots=True)
class Table:
    """A table as the statements so far have left it."""

    place: Place
    columns: list[str] = field(default_factory=list)
    row_security: bool = False
    partition: bool = False
    indexes: dict[str, Index] = field(default_factory=dict)
    foreign_keys: dict[str, ForeignKey] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """A view, and whether it asks with the rights of who asks it."""

    place: Place
    security_invoker: bool


@dataclass(slots=True)
class Function:
    """A function as the statements so far have left it.

    Parameters:
        search_path: the schemas that it sets for itself; None where it sets none.
        called_by_name: whether REST can call it: no trigger function, no procedure.
        executors: roles that hold EXECUTE.
        language: that its body is written in.
        body: its text; None where it is no text.
    """

    place: Place
    security_definer: bool
    search_path: tuple[str, ...] | None
    called_by_name: bool
    executors: set[str]
    language: str = "sql"
    body: str | None = None


@dataclass(slots=True)
class Catalog:
    """Everything by its `schema.name`; functions by `schema.name(types)`.

    Parameters:
        platform_tables: tables that no migration makes, for the policies on them.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    platform_tables: dict[str, Table] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)

    def table(self, name: str) -> Table | None:
        """A table, whoever made it."""
        return self.tables.get(name) or self.platform_tables.get(name)
