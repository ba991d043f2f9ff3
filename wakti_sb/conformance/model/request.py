"""What somebody asks for, independent of the way it travels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...spec import Relation

Pairs = tuple[tuple[str, Any], ...]  # column and text (None: null)


@dataclass(frozen=True)
class Join:
    """Reach a table from another one that it points at: `parent` is asked, the rows come along."""

    parent: Relation
    columns: tuple[tuple[str, str], ...]  # ours, the parent's
    name: str = ""  # of the foreign key, for the API's hint


@dataclass(frozen=True)
class Select:
    """Read columns of rows; `present` and `order` name a column without returning it."""

    table: Relation
    columns: tuple[str, ...]
    where: Pairs = ()
    present: str | None = None
    order: str | None = None
    count: bool = False
    join: Join | None = None


@dataclass(frozen=True)
class Insert:
    """Add one row and ask for nothing back.

    `about` names the columns that the attempt is about: where a trigger has put another value
    there, the row is not the one that was asked for. `returning` names what is asked for in return:
    clients ask for the whole row unless they are told not to.
    """

    table: Relation
    values: Pairs
    about: tuple[str, ...] = field(default=(), compare=False)
    returning: tuple[str, ...] = ()


@dataclass(frozen=True)
class Upsert:
    """Add one row, or overwrite the one with the same key."""

    table: Relation
    values: Pairs
    key: tuple[str, ...]


@dataclass(frozen=True)
class Update:
    """Change the rows that meet `where`; all that the caller may change if it is empty.

    `about` as for an insert.
    """

    table: Relation
    values: Pairs
    where: Pairs = ()
    about: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Delete:
    """Remove the rows that meet `where`; all that the caller may remove if it is empty."""

    table: Relation
    where: Pairs = ()


@dataclass(frozen=True)
class Copy:
    """Add a row of these values if there is one, for the caller, that meets `where`.

    Where `key` names columns, the row that has the same values there is overwritten.
    """

    table: Relation
    values: Pairs
    where: Pairs
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """Execute a function with named arguments (texts, null as None).

    `types` are those of the arguments, as a cast spells them: overloads differ by nothing else.
    `tells` are marks of rows and the keys of these rows: what to look for in the answer.
    `changes`: what counts is not the answer, but the rows of any table that are others afterwards.
    `without`: rows, by table and key, that the answer must not depend on: it is asked for again
    when they are not there, and when `others` has made other ones of some.
    `quoted`: what counts is whether a quote in a text breaks a statement.
    `variadic`: the last argument is an array that stands for any number of them.
    """

    function: Relation
    signature: str
    arguments: Pairs = ()
    types: tuple[str, ...] = ()
    tells: tuple[tuple[str, tuple[str, ...]], ...] = ()
    changes: bool = False
    without: tuple[tuple[Relation, Pairs], ...] = ()
    others: tuple[Update, ...] = ()
    quoted: bool = False
    variadic: bool = False


Request = Select | Insert | Upsert | Update | Delete | Copy | Call


def table_of(request: Request) -> Relation:
    """The table, view or function that a request is about."""
    return request.function if isinstance(request, Call) else request.table
