"""What the migrations leave behind, as far as the rules of lint ask for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from wakti_sb.lint.finding import Place
from wakti_sb.migrate.position import locate

API_ROLES = frozenset({"public", "anon", "authenticated"})
"""Roles that somebody with a publishable key has."""


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
        shape: everything but its name, as text: two of one shape are one too many.
        place: where it is written; None for one that a key brought along.
    """

    name: str
    columns: tuple[str | None, ...]
    only_filled: frozenset[str] = frozenset()
    partial: bool = False
    unique: bool = False
    primary: bool = False
    shape: str = ""
    place: Place | None = None

    def renamed(self, old: str, new: str) -> Index:
        """The same after a column got another name."""
        columns = tuple(new if column == old else column for column in self.columns)
        filled = frozenset(new if column == old else column for column in self.only_filled)
        return replace(self, columns=columns, only_filled=filled)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key: its columns, the table it points at, where it is written.

    Parameters:
        target_columns: what it points at there; empty stands for the primary key.
    """

    name: str
    columns: tuple[str, ...]
    target: str
    place: Place
    target_columns: tuple[str, ...] = ()

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
        command: `select`, `insert`, `update`, `delete` or `all`.
    """

    name: str
    roles: tuple[str, ...]
    using: Any
    check: Any
    place: Place
    source: Source
    command: str = "all"
    permissive: bool = True

    @property
    def conditions(self) -> tuple[Any, ...]:
        """Its conditions, as far as it has them."""
        return tuple(each for each in (self.using, self.check) if each is not None)

    @property
    def for_the_api(self) -> bool:
        """Whether it holds for a role that comes over the API without the secret key."""
        return not API_ROLES.isdisjoint(self.roles)


@dataclass(slots=True)
class Table:
    """A table as the statements so far have left it.

    Parameters:
        types: of its columns, as they are written, without the schema `pg_catalog`.
        privileges: what each role may do: `select`, `insert`, `update`, `delete`.
        foreign: whether its rows lie on another server.
    """

    place: Place
    columns: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    privileges: dict[str, set[str]] = field(default_factory=dict)
    foreign: bool = False
    row_security: bool = False
    partition: bool = False
    indexes: dict[str, Index] = field(default_factory=dict)
    foreign_keys: dict[str, ForeignKey] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """A view, and whether it asks with the rights of who asks it.

    Parameters:
        query: its parse tree.
        materialized: whether it keeps its rows, which no policy guards.
    """

    place: Place
    security_invoker: bool
    query: Any = None
    materialized: bool = False
    privileges: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger: its table, the `schema.name` of its function, and what it waits for."""

    name: str
    table: str
    function: str
    events: frozenset[str]
    place: Place


@dataclass(frozen=True, slots=True)
class DefaultGrant:
    """What a role gets on everything that will be made; `schema` is None for everywhere."""

    schema: str | None
    role: str
    kind: str
    place: Place


@dataclass(slots=True)
class Roles:
    """Roles that row level security does not stop, and who may become whom.

    Parameters:
        passing: roles that have BYPASSRLS or SUPERUSER.
        members: role and member.
    """

    passing: dict[str, Place] = field(default_factory=dict)
    members: dict[tuple[str, str], Place] = field(default_factory=dict)


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
    volatility: str = "volatile"
    for_triggers: bool = False


@dataclass(slots=True)
class Catalog:
    """Everything by its `schema.name`; functions by `schema.name(types)`.

    Parameters:
        platform_tables: tables that no migration makes, for the policies on them.
        extensions: the schema each is in, and where that is written.
        public_buckets: ids of the buckets whose objects everybody may fetch.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    platform_tables: dict[str, Table] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    triggers: dict[tuple[str, str], Trigger] = field(default_factory=dict)
    extensions: dict[str, tuple[str, Place]] = field(default_factory=dict)
    public_buckets: dict[str, Place] = field(default_factory=dict)
    default_grants: list[DefaultGrant] = field(default_factory=list)
    roles: Roles = field(default_factory=Roles)

    def table(self, name: str) -> Table | None:
        """A table, whoever made it."""
        return self.tables.get(name) or self.platform_tables.get(name)
