"""Names of relations: `schema.name`, as the catalog spells them."""

from __future__ import annotations

import re
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_PART = re.compile(r'"((?:[^"]|"")+)"|([^".\s]+)')
_LONGEST = 63  # bytes PostgreSQL keeps of an identifier; the rest would be cut off silently


class Relation(str):
    """A table or view, equal to its text `schema.name`.

    Names are taken as the catalog holds them (no folding to lower case). A part that holds a dot,
    a space or a quote is written in double quotes, as in SQL. Without a schema it is `public`.
    """

    schema: str
    name: str

    def __new__(cls, text: str) -> Relation:
        """Read `text`. Raise ValueError if it is not a name or `schema.name`."""
        schema, name = _split(text)
        self = super().__new__(cls, f"{_spell(schema)}.{_spell(name)}")
        self.schema = schema
        self.name = name
        return self

    @classmethod
    def of(cls, schema: str, name: str) -> Relation:
        """The relation with these catalog names, whatever characters they hold."""
        return cls(f"{_spell(schema, always=True)}.{_spell(name, always=True)}")

    def __getnewargs__(self) -> tuple[str]:
        return (str(self),)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_validate, core_schema.str_schema())


def column_name(text: str) -> str:
    """The column `text`. Raise PydanticCustomError if no column can have that name."""
    if not text or "\x00" in text or len(text.encode()) > _LONGEST:
        raise PydanticCustomError("name", "{value} is not a column name", {"value": repr(text)})
    return text


def _validate(text: str) -> Relation:
    try:
        return Relation(text)
    except ValueError as error:
        raise PydanticCustomError("name", "{why}", {"why": str(error)}) from None


def _split(text: str) -> tuple[str, str]:
    parts: list[str] = []
    position = 0
    while match := _PART.match(text, position):
        parts.append(match[1].replace('""', '"') if match[1] else match[2])
        position = match.end()
        if position == len(text):
            break
        if text[position] != ".":
            break
        position += 1
    if position != len(text) or not 1 <= len(parts) <= 2 or text.endswith(".") or "\x00" in text:
        raise ValueError(f'{text!r} is not a name such as "public.projects"')
    for part in parts:
        if len(part.encode()) > _LONGEST:
            raise ValueError(f"{part!r} is longer than the {_LONGEST} bytes of a PostgreSQL name")
    return (parts[0], parts[1]) if len(parts) == 2 else ("public", parts[0])


def _spell(part: str, *, always: bool = False) -> str:
    plain = not always and re.fullmatch(r'[^".\s]+', part)
    return part if plain else '"' + part.replace('"', '""') + '"'
