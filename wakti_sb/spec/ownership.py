"""The ownership model: `[[owned]]`, `[[view]]`, `[[function]]`, `[[excuse]]`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .grammar import parse_right
from .memberships import ONE_TEXT, TEXT, Column, Members, Shares
from .names import Relation, column_name
from .rights import Condition, Nobody, Public, Right, TokenNames, atoms
from .settings import Json, Section, Slug

Operation = Literal["select", "insert", "update", "delete"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)

NOBODY = Nobody()

_TEXTS = {"type": "array", "items": TEXT}
# What editors are told of values that a validator of our own reads.
TEXT_OR_TEXTS = WithJsonSchema({"anyOf": [TEXT, _TEXTS]})


@dataclass(frozen=True)
class Rule:
    """Who may do an operation, and to which columns (None: to all that are not hidden)."""

    right: Right = NOBODY
    columns: tuple[str, ...] | None = None

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_rule)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        whole = {
            "type": "object",
            "properties": {"right": TEXT, "columns": _TEXTS},
            "required": ["right"],
            "additionalProperties": False,
        }
        return {"anyOf": [TEXT, _TEXTS, whole]}


def _right(value: object) -> Right:
    if not isinstance(value, str):
        raise PydanticCustomError(
            "right", 'a right is a text such as "own", not {value}', {"value": repr(value)}
        )
    try:
        return parse_right(value)
    except ValueError as error:
        raise PydanticCustomError("right", "{why}", {"why": str(error)}) from None


def _rule(value: object) -> Rule:
    """A right, or `{right = …, columns = […]}`; `Owned` has turned a bare list into the latter."""
    if isinstance(value, Rule):
        return value
    if not isinstance(value, Mapping):
        return Rule(_right(value))
    if unknown := sorted(set(value) - {"right", "columns"}):
        raise PydanticCustomError(
            "rule", "{key} is not known here; valid are: right, columns", {"key": f'"{unknown[0]}"'}
        )
    right = _right(value.get("right"))
    columns = value.get("columns")
    if columns is None:
        return Rule(right)
    if not isinstance(columns, list | tuple) or not all(isinstance(c, str) for c in columns):
        raise PydanticCustomError(
            "rule", "columns is a list of column names, not {value}", {"value": repr(columns)}
        )
    names = tuple(column_name(c) for c in columns)
    if not names:  # nothing can be written: the same as nobody may write
        return Rule(Nobody(), ())
    return Rule(right, names)


def listed(value: object) -> object:
    """A list, where one text may stand for it; a tuple, as strict models take no list for one."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


RightField = Annotated[
    Right, PlainValidator(_right), PlainSerializer(str, return_type=str), ONE_TEXT
]
Columns = Annotated[tuple[Column, ...], BeforeValidator(listed), TEXT_OR_TEXTS]
Relations = Annotated[tuple[Relation, ...], BeforeValidator(listed), TEXT_OR_TEXTS]


class File(Section):
    """Columns that say which stored object a row stands for, and what that object is."""

    bucket: Slug
    """The bucket."""
    path: Column
    """The column with the object's name."""
    size: Column | None = None
    """The column with the object's size in bytes."""
    type: Column | None = None
    """The column with the object's MIME type."""


class Owned(Section):
    """A table whose rows belong to somebody.

    `owner` alone names the user. With `through` the row's `key` points at a row of another table
    and belongs to whom that one belongs; `owner` is then the row's own copy, kept equal by a
    foreign key. Several steps are written as lists, or follow from the parent's own entry.

    With `members`, here or at the end of `through`, `key` leads to the place whose members count,
    and `owner` names the person the row belongs to inside that place.

    Clients write whole rows. A column of `fixed` may be written, as long as its value stays the
    same; for a column of `kept` the database puts aside whatever a client sends.

    `file` says that a row stands for a stored object, without which it cannot be inserted.

    With `shared` the rows of another table name further people for a single row, apart from its
    owner and its place: the right `shared` is theirs.

    `external` says that another program made the table: `generate` adds policies and privileges to
    it and takes none away.
    """

    table: Relation
    """`schema.name` as the catalog spells it; without a schema `public`. A part with a dot or a
    space stands in double quotes."""
    through: Relations = ()
    """The table whose row this one belongs to. Several steps are a list, or follow from the
    parents' own entries."""
    key: Columns = ()
    """The column that points at `through`, or at the place of `members`; one for each step."""
    parent_key: Columns = ("id",)
    """The column that `key` points at."""
    parent_owner: Column | None = None
    """The parent's column with the user's id, where the parent has no entry of its own."""
    owner: Column | None = None
    """The column with the user's id. With `through` it is the row's own copy."""
    members: Members | None = None
    """Where it is written who belongs to the place that `key` names."""
    shared: Shares | None = None
    """A second way in: where it is written with whom a single row is shared."""
    select: Rule = Rule()
    """Who reads a row, and which columns."""
    insert: Rule = Rule()
    """Who inserts a row, and with which columns."""
    update: Rule = Rule()
    """Who changes a row, and which columns."""
    delete: Rule = Rule()
    """Who deletes a row."""
    external: bool = False
    """Another program made the table: `generate` adds policies and privileges and takes none away.
    """
    immutable: Columns = ()
    """Columns that no client may send in an update. Key and owner never are."""
    fixed: Columns = ()
    """Columns that a client may send with a whole row and not change."""
    kept: Columns = ()
    """Columns for which the database puts aside what a client sends."""
    hidden: Columns = ()
    """Columns that nobody but the secret key reads; `select *` is refused then."""
    file: File | None = None
    """The row stands for a stored object, without which it cannot be inserted."""

    @model_validator(mode="before")
    @classmethod
    def _columns_are_a_rule(cls, data: Any) -> Any:
        """`update = ["a", "b"]`: these columns, by the person (or the member) it belongs to."""
        if not isinstance(data, Mapping):
            return data
        if isinstance(data.get("shared"), bool):
            raise PydanticCustomError(
                "shared",
                "shared names the table of shares; of a table that another program made say "
                "external = {value}",
                {"value": str(data["shared"]).lower()},
            )
        right = "member" if "members" in data and "owner" not in data else "own"
        lists: dict[str, object] = {
            operation: {"right": right, "columns": data[operation]}
            for operation in ("select", "insert", "update")
            if isinstance(data.get(operation), list)
        }
        if data.get("update") == [] and (data.get("fixed") or data.get("kept")):
            # A whole row may be written, though nothing of it changes.
            lists["update"] = Rule(_right(right), ())
        return {**data, **lists}

    @model_validator(mode="after")
    def _steps_have_keys(self) -> Owned:
        if self.through and len(self.key) != len(self.through):
            raise PydanticCustomError(
                "key",
                "through names {tables} and key names {keys}; each step needs the column that "
                "points at its table",
                {
                    "tables": ", ".join(self.through),
                    "keys": ", ".join(self.key) or "no column",
                },
            )
        if len(self.key) > 1 and not self.through:
            raise PydanticCustomError("key", "key names several columns but through is missing", {})
        if len(self.parent_key) not in (1, len(self.through)):
            raise PydanticCustomError(
                "key", "parent_key names one column, or one for each step of through", {}
            )
        return self

    def rule(self, operation: Operation) -> Rule:
        """What is declared for one operation."""
        rule: Rule = getattr(self, operation)
        return rule

    @property
    def placing(self) -> tuple[str, ...]:
        """Columns that decide where a row belongs, or are declared immutable: they never change."""
        own = self.key[:1] if self.key != self.parent_key or self.through else ()
        owner = (self.owner,) if self.owner else ()
        told = self.token_columns.values()
        return tuple(dict.fromkeys((*own, *owner, *told, *self.immutable)))

    @property
    def granted(self) -> tuple[str, ...]:
        """Columns that a client may send although it cannot change them."""
        return tuple(dict.fromkeys((*self.fixed, *self.kept)))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that the rights name, each once."""
        found = (
            atom.where
            for operation in OPERATIONS
            for atom in atoms(self.rule(operation).right)
            if isinstance(atom, Public) and atom.where is not None
        )
        return tuple(dict.fromkeys(found))

    @property
    def token_columns(self) -> dict[tuple[str, ...], str]:
        """The columns that rights compare with claims of the token, by the path of the claim."""
        found = (a for operation in OPERATIONS for a in atoms(self.rule(operation).right))
        return {a.path: a.column for a in found if isinstance(a, TokenNames)}

    @property
    def is_view(self) -> bool:
        """Whether this describes a view."""
        return False


class View(Owned):
    """A view, described like a table; `table` is the view's name.

    `invoker` says that the view reads with the rights of who asks (`security_invoker`), which is
    what lets the policies of its tables hold.
    """

    invoker: bool = True
    """It reads with the rights of who asks (`security_invoker`)."""

    @model_validator(mode="before")
    @classmethod
    def _view_is_its_name(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "view" in data and "table" not in data:
            return {("table" if key == "view" else key): value for key, value in data.items()}
        return data

    @property
    def is_view(self) -> bool:
        """Whether this describes a view."""
        return True


def _function_name(text: str) -> str:
    name, paren, arguments = text.partition("(")
    if paren and not re.fullmatch(r'[\w\s."\[\],]*\)', arguments):
        raise PydanticCustomError(
            "function", '{value} is not a name such as "public.f(uuid)"', {"value": f'"{text}"'}
        )
    try:
        relation = Relation(name.strip())
    except ValueError:
        raise PydanticCustomError(
            "function", '{value} is not a name such as "public.f"', {"value": f'"{text}"'}
        ) from None
    return f"{relation}{paren}{arguments}"


class Function(Section):
    """A function of an exposed schema: who may execute it and whose data it may tell.

    `data` is read like the right of a table: `own` means that nothing of others comes out.
    `of` names the `[[owned]]` table whose rows it tells, `arguments` how a case may call it.
    `changes` is read like `data`, for the rows that a call may change or remove; without it those
    that the caller owns, and those that the tables themselves let the caller change. `adds` says
    the same of new rows in somebody's name or place, as a message to somebody else is.
    """

    function: Annotated[str, AfterValidator(_function_name)]
    """`schema.name`, with argument types where it has overloads: `public.total(uuid)`."""
    execute: RightField = NOBODY
    """Who may call it."""
    data: RightField = NOBODY
    """Whose rows it may tell."""
    changes: RightField | None = None
    """Whose rows it may change or remove. Default: the caller's own, and what the tables let the
    caller change."""
    adds: RightField | None = None
    """In whose name or place it may add rows. Default: the caller's own, and what the tables let
    the caller insert."""
    of: Relation | None = None
    """The `[[owned]]` table that `data` is about."""
    arguments: Json = Field(default_factory=dict)
    """Values to call it with, by name."""

    @property
    def name(self) -> Relation:
        """The name without the argument types."""
        return Relation(self.function.partition("(")[0])


class Excuse(Section):
    """A reviewed exception: an object (or one finding about it) that stays as it is, and why."""

    object: Annotated[str, Field(min_length=1)]
    """The table, view, bucket or function, as findings name it."""
    reason: Annotated[str, Field(min_length=1)]
    """Why it stays as it is."""
    finding: str | None = None
    """One finding about it, in its own words. Default: all."""
    until: datetime.date | None = None
    """The last day that the exception counts."""

    def holds(self, today: datetime.date) -> bool:
        """Whether it still counts; the last day is included."""
        return self.until is None or today <= self.until
