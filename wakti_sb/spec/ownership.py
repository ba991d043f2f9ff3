"""The ownership model: `[[owned]]`, `[[view]]`, `[[bucket]]`, `[[function]]`, `[[excuse]]`."""

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
    PlainSerializer,
    PlainValidator,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .grammar import parse_condition, parse_right
from .names import Relation, column_name
from .rights import Condition, Nobody, Public, Right, atoms
from .settings import Json, MimeType, Section, Size, Slug

Operation = Literal["select", "insert", "update", "delete"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)

NOBODY = Nobody()

Column = Annotated[str, AfterValidator(column_name)]


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


def _condition(value: object) -> Condition | None:
    if value is None or isinstance(value, Condition):
        return value
    try:
        return parse_condition(str(value))
    except ValueError as error:
        raise PydanticCustomError("condition", "{why}", {"why": str(error)}) from None


def _listed(value: object) -> object:
    """One text where a list may stand; a tuple, because strict models take no list for one."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


RightField = Annotated[Right, PlainValidator(_right), PlainSerializer(str, return_type=str)]
Columns = Annotated[tuple[Column, ...], BeforeValidator(_listed)]
Relations = Annotated[tuple[Relation, ...], BeforeValidator(_listed)]


class Members(Section):
    """Where it is written who belongs to a place.

    `key` names the place, `user` the person, `role` what the person is there. Rows that do not
    meet `where` (`where = "left_at is null"`) count as if they were not there.
    """

    table: Relation
    key: Column
    user: Column
    role: Column | None = None
    where: Annotated[Condition | None, PlainValidator(_condition)] = None


class File(Section):
    """Columns that say which stored object a row stands for, and what that object is."""

    bucket: Slug
    path: Column
    size: Column | None = None
    type: Column | None = None


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

    `shared` says that another program made the table: `generate` adds policies and privileges to
    it and takes none away.
    """

    table: Relation
    through: Relations = ()
    key: Columns = ()
    parent_key: Columns = ("id",)
    parent_owner: Column | None = None
    owner: Column | None = None
    members: Members | None = None
    select: Rule = Rule()
    insert: Rule = Rule()
    update: Rule = Rule()
    delete: Rule = Rule()
    shared: bool = False
    immutable: Columns = ()
    fixed: Columns = ()
    kept: Columns = ()
    hidden: Columns = ()
    file: File | None = None

    @model_validator(mode="before")
    @classmethod
    def _columns_are_a_rule(cls, data: Any) -> Any:
        """`update = ["a", "b"]`: these columns, by the person (or the member) it belongs to."""
        if not isinstance(data, Mapping):
            return data
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
        return tuple(dict.fromkeys((*own, *owner, *self.immutable)))

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
    def is_view(self) -> bool:
        """Whether this describes a view."""
        return False


class View(Owned):
    """A view, described like a table; `table` is the view's name.

    `invoker` says that the view reads with the rights of who asks (`security_invoker`), which is
    what lets the policies of its tables hold.
    """

    invoker: bool = True

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


@dataclass(frozen=True)
class Segment:
    """One folder of a storage path: `{user}`, `{members}`, `{schema.table}`, `*` or a fixed name.

    `kind` is "user", "members", "row", "any" or "name"; `value` is the table or the fixed name.
    """

    kind: Literal["user", "members", "row", "any", "name"]
    value: str = ""

    @property
    def relation(self) -> Relation:
        """The table whose rows name this folder (`kind` is "row")."""
        return Relation(self.value)


Path = tuple[Segment, ...]


def _path(text: object) -> Path:
    if not isinstance(text, str):
        raise PydanticCustomError(
            "path", "a path is a text such as {example}", {"example": '"{user}"'}
        )
    return tuple(_segment(part, text) for part in text.removesuffix("/*").strip("/").split("/"))


def _segment(part: str, text: str) -> Segment:
    if part == "*":
        return Segment("any")
    if not (part.startswith("{") and part.endswith("}")):
        if not part or re.search(r"[{}*\x00]", part):
            raise PydanticCustomError(
                "path",
                "{path}: {part} is neither a folder's name nor *, {example}",
                {
                    "path": f'"{text}"',
                    "part": f'"{part}"',
                    "example": "{user}, {members} or {schema.table}",
                },
            )
        return Segment("name", part)
    inner = part[1:-1]
    if inner == "user":
        return Segment("user")
    if inner == "members":
        return Segment("members")
    try:
        return Segment("row", Relation(inner))
    except ValueError as error:
        raise PydanticCustomError("path", "{why}", {"why": str(error)}) from None


def _paths(value: object) -> tuple[Path, ...]:
    listed = _listed(value)
    if not isinstance(listed, list | tuple):
        raise PydanticCustomError("path", "paths is a list of texts, not {v}", {"v": repr(value)})
    return tuple(_path(text) for text in listed)


class Bucket(Section):
    """A storage bucket and whose files lie where.

    Each of `paths` says what the first folders of an object's name mean: `{user}` the owner's id,
    `{schema.table}` the id of a row of an `[[owned]]` table, `{members}` the key of `members`
    below, `*` anything, and else the folder's own name. `own` asks the folders that name a person
    or a row with an owner, `member` and `role:` those that name a place. Where no folder names a
    person, and in a bucket without `paths`, a file belongs to who uploaded it. An object that
    matches no path belongs to nobody. `public` opens downloads by URL to everybody, not lists.
    `accepts` names a function of an object's name and metadata that has to agree to an upload too.
    """

    name: Slug
    public: bool = False
    file_size_limit: Size | None = None
    allowed_mime_types: tuple[MimeType, ...] | None = None
    paths: Annotated[tuple[Path, ...], PlainValidator(_paths)] = ()
    members: Members | None = None
    select: RightField = NOBODY
    insert: RightField = NOBODY
    update: RightField = NOBODY
    delete: RightField = NOBODY
    accepts: Relation | None = None

    def right(self, operation: Operation) -> Right:
        """What is declared for one operation: list, upload, overwrite or move, remove."""
        right: Right = getattr(self, operation)
        return right


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
    execute: RightField = NOBODY
    data: RightField = NOBODY
    changes: RightField | None = None
    adds: RightField | None = None
    of: Relation | None = None
    arguments: Json = Field(default_factory=dict)

    @property
    def name(self) -> Relation:
        """The name without the argument types."""
        return Relation(self.function.partition("(")[0])


class Excuse(Section):
    """A reviewed exception: an object (or one finding about it) that stays as it is, and why."""

    object: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    finding: str | None = None
    until: datetime.date | None = None

    def holds(self, today: datetime.date) -> bool:
        """Whether it still counts; the last day is included."""
        return self.until is None or today <= self.until
