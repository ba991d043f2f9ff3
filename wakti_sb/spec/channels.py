"""`[[channel]]`: private Realtime channels, and who may listen, send and be seen there."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from .buckets import Path, Segment, in_braces
from .memberships import Members
from .ownership import NOBODY, RightField
from .rights import Right
from .settings import Section

ChannelOperation = Literal["read", "write", "presence", "track"]
_PART = re.compile(r"\{([^{}]*)\}")


def _topic(value: object) -> Path:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, str) or not value:
        raise PydanticCustomError(
            "topic", "a topic is a text such as {example}", {"example": '"room:{public.rooms}"'}
        )
    segments: list[Segment] = []
    for number, part in enumerate(_PART.split(value)):
        if number % 2 == 0:
            if re.search(r"[{}\x00]", part):
                raise PydanticCustomError(
                    "topic", "{topic}: a brace is not closed", {"topic": f'"{value}"'}
                )
            segments.extend([Segment("name", part)] if part else [])
        else:
            segments.append(in_braces(part))
    return tuple(segments)


def _spelled(topic: Path) -> str:
    words = {"user": "{user}", "members": "{members}"}
    return "".join(
        words.get(each.kind) or (f"{{{each.value}}}" if each.kind == "row" else each.value)
        for each in topic
    )


class Channel(Section):
    """Private channels whose topics follow a pattern.

    In `topic` stands `{user}` for the owner's id, `{schema.table}` for the id of a row of an
    `[[owned]]` table, `{members}` for the key of `members` below; the rest is fixed.
    """

    topic: Annotated[
        Path,
        PlainValidator(_topic),
        PlainSerializer(_spelled, return_type=str),
        WithJsonSchema({"type": "string"}),
        Field(min_length=1),
    ]
    """The pattern, such as `"room:{public.rooms}"`."""
    members: Members | None = None
    """Where it is written who belongs to the place that `{members}` names."""
    read: RightField = NOBODY
    """Who receives broadcasts."""
    write: RightField = NOBODY
    """Who sends broadcasts."""
    presence: RightField = NOBODY
    """Who sees who is there."""
    track: RightField | None = None
    """Who is shown as being there. Default: as `presence`."""

    @property
    def name(self) -> str:
        """The pattern as it is written."""
        return _spelled(self.topic)

    def right(self, operation: ChannelOperation) -> Right:
        """What is declared for one of these."""
        right: Right | None = getattr(self, operation)
        return self.presence if right is None else right


CHANNEL_OPERATIONS: tuple[ChannelOperation, ...] = ("read", "write", "presence", "track")
