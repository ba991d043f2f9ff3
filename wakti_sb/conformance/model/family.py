"""The kinds of probe."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    """What a case tries; the judge, the findings and the fixes go by it."""

    OWN = "own"
    FOREIGN = "foreign"
    UNFILTERED = "unfiltered"
    COUNT = "count"
    EMBEDDED = "embedded"
    HIDDEN_COLUMN = "hidden column"
    FIXED_COLUMN = "fixed column"
    KEPT_COLUMN = "kept column"
    COLUMN = "column"
    FOREIGN_PARENT = "foreign parent"
    ANOTHERS_NAME = "another's name"
    NOBODYS_NAME = "nobody's name"
    NO_FOLDER = "no folder"
    ANOTHER_BUCKET = "another bucket"
    PUBLIC = "public"
    RECORDED = "recorded"
    MOVE = "move"
    COPY = "copy"
    EXECUTE = "execute"
    DATA = "data"
    CHANGES = "changes"
    QUOTE = "quote"
    TOKEN = "token"  # noqa: S105  (a kind of probe)


ABOUT_COLUMNS = (
    Family.HIDDEN_COLUMN,
    Family.FIXED_COLUMN,
    Family.KEPT_COLUMN,
    Family.COLUMN,
)
