"""Tables that say who belongs to a place, and with whom a row is shared."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from .grammar import parse_condition
from .names import Relation, column_name
from .rights import Condition
from .settings import Section

TEXT = {"type": "string"}
ONE_TEXT = WithJsonSchema(TEXT)
"""What editors are told of a text that a validator of our own reads."""

Column = Annotated[str, AfterValidator(column_name)]


def _condition(value: object) -> Condition | None:
    if value is None or isinstance(value, Condition):
        return value
    try:
        return parse_condition(str(value))
    except ValueError as error:
        raise PydanticCustomError("condition", "{why}", {"why": str(error)}) from None


class Members(Section):
    """Where it is written who belongs to a place.

    `key` names the place, `user` the person, `role` what the person is there. Rows that do not
    meet `where` (`where = "left_at is null"`) count as if they were not there.
    """

    table: Relation
    """The table of memberships."""
    key: Column
    """Its column that names the place."""
    user: Column
    """Its column that names the person."""
    role: Column | None = None
    """Its column that says what the person is there."""
    where: Annotated[Condition | None, PlainValidator(_condition), ONE_TEXT] = None
    """Only rows that meet this count: a condition such as `left_at is null`."""


class Shares(Members):
    """Where it is written with whom a single row is shared: a table with a row for each share.

    The shares are about rows of the entry that names them, and count for what lies under these
    rows by `through`. Who may write the table of shares says its own `[[owned]]` entry; there
    the right `shared` is the person that a row names.
    """

    table: Relation
    """The table of shares."""
    key: Column
    """Its column that names the row."""
    user: Column
    """Its column that names the person."""
    role: Column | None = None
    """Its column that says what the person may do: `shared:NAME` asks for it."""
    of: Column = "id"
    """The column of the row that `key` points at."""
