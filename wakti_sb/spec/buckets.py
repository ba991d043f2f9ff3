"""`[[bucket]]`: whose files lie where, and what the folders of a path mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from .memberships import Members
from .names import Relation
from .ownership import NOBODY, TEXT_OR_TEXTS, Operation, RightField, listed
from .rights import Right
from .settings import MimeType, Section, Size, Slug


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
    return in_braces(part[1:-1])


def in_braces(name: str) -> Segment:
    """What a name in braces stands for: `user`, `members` or a table."""
    if name == "user":
        return Segment("user")
    if name == "members":
        return Segment("members")
    try:
        return Segment("row", Relation(name))
    except ValueError as error:
        raise PydanticCustomError("path", "{why}", {"why": str(error)}) from None


def _paths(value: object) -> tuple[Path, ...]:
    paths = listed(value)
    if not isinstance(paths, list | tuple):
        raise PydanticCustomError("path", "paths is a list of texts, not {v}", {"v": repr(value)})
    return tuple(_path(text) for text in paths)


Paths = Annotated[
    tuple[Path, ...],
    PlainValidator(_paths),
    TEXT_OR_TEXTS,
]


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
    """The bucket's name."""
    public: bool = False
    """Downloads by URL are open to everybody; lists are not."""
    file_size_limit: Size | None = None
    """The largest object, in bytes. Default: `[limits] file`."""
    allowed_mime_types: tuple[MimeType, ...] | None = None
    """Types that it takes. Default: those of `[uploads]`."""
    paths: Paths = ()
    """What the first folders of an object's name mean: `{user}`, `{schema.table}`, `{members}`,
    `*` or a fixed name."""
    members: Members | None = None
    """Where it is written who belongs to the place that `{members}` names."""
    select: RightField = NOBODY
    """Who lists and downloads."""
    insert: RightField = NOBODY
    """Who uploads."""
    update: RightField = NOBODY
    """Who overwrites and moves."""
    delete: RightField = NOBODY
    """Who removes."""
    accepts: Relation | None = None
    """A function of an object's name and metadata that has to agree to an upload too."""
    recorded: bool = False
    """Who owns the row that records an object, by the `file` of an `[[owned]]` table, may list and
    remove the object wherever it lies, where `own` may: a project that is handed over keeps its
    files."""

    def right(self, operation: Operation) -> Right:
        """What is declared for one operation: list, upload, overwrite or move, remove."""
        right: Right = getattr(self, operation)
        return right
