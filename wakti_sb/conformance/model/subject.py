"""What a case or a finding is about. It reads as its text, and knows what it is."""

from __future__ import annotations

from enum import StrEnum

from ...spec import Relation


class SubjectKind(StrEnum):
    """The kinds of object that people reach, and what else a finding can be about."""

    TABLE = "table"
    VIEW = "view"
    BUCKET = "bucket"
    FUNCTION = "function"
    CHANNEL = "channel"
    ROLE = "role"
    MODEL = "model"


class Subject(str):
    """A table, view, bucket, function or channel: `public.notes`, `bucket avatars`.

    `name` is what the database calls it.
    """

    kind: SubjectKind
    name: str

    def __new__(cls, text: str, kind: SubjectKind = SubjectKind.TABLE, name: str = "") -> Subject:
        """`text` is how reports call it."""
        made = super().__new__(cls, text)
        made.kind = kind
        made.name = name or text
        return made

    def __getnewargs__(self) -> tuple[str, SubjectKind, str]:  # type: ignore[override]  # str's own has one text
        return str(self), self.kind, self.name

    @classmethod
    def table(cls, relation: Relation, *, view: bool = False) -> Subject:
        """A table, or a view."""
        return cls(str(relation), SubjectKind.VIEW if view else SubjectKind.TABLE)

    @classmethod
    def bucket(cls, name: str) -> Subject:
        """A storage bucket."""
        return cls(f"bucket {name}", SubjectKind.BUCKET, name)

    @classmethod
    def function(cls, name: str) -> Subject:
        """A function, by its name or its signature."""
        return cls(name, SubjectKind.FUNCTION)

    @classmethod
    def channel(cls, topic: str) -> Subject:
        """The channels whose topics follow a pattern."""
        return cls(f"channel {topic}", SubjectKind.CHANNEL, topic)
