"""What a statement wanted that is not there, from what the server said. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# undefined_table, _function, _object, _column, invalid_schema_name; feature_not_supported is what
# the server says of an extension without files.
_STATES = {"42P01", "42883", "42704", "42703", "3F000", "0A000"}

# There is no field of an error that holds the name: these are PostgreSQL's own messages.
_MESSAGES = tuple(
    (kind, re.compile(pattern, re.DOTALL))
    for kind, pattern in (
        ("extension", r'extension "(?P<name>.+?)" is not available'),
        ("extension", r'required extension "(?P<name>.+?)" is not installed'),
        ("column", r'column "(?P<name>.+?)" of relation "(?P<table>.+?)" does not exist'),
        ("column", r'column "(?P<name>[^"]+)" .*does not exist'),
        ("column", r"column (?P<name>\S+) does not exist"),
        ("operator", r"operator does not exist: (?P<name>.+)"),
        ("operator class", r'operator (?:class|family) "(?P<name>.+?)" does not exist.*'),
        (
            "function",
            r"(?:function|procedure|aggregate|routine) (?P<name>[^(]+)\(.*\) does not exist",
        ),
        ("function", r'could not find an? (?:function|procedure|aggregate) named "(?P<name>.+?)"'),
        ("type", r"type (?P<name>[^\s\"]+) does not exist"),
        ("object", r'(?P<kind>[a-z][a-z -]*) "(?P<name>.+?)" .*does not exist'),
        ("object", r'(?P<kind>[a-z][a-z -]*) "(?P<name>.+?)" does not exist'),
    )
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A thing that is not there.

    Parameters:
        kind: `extension`, `column`, `function`, `operator`, `type`, `relation`, `schema`, ….
        schema: as it was written; empty if it was not.
        name: without the schema; of an operator the whole expression.
        table: of a column, if the server said it.
    """

    kind: str
    schema: str
    name: str
    table: str = ""


def missing_from(sqlstate: str | None, message: str) -> Missing | None:
    """What is missing; None if the server refused the statement for another reason."""
    if sqlstate not in _STATES:
        return None
    for kind, pattern in _MESSAGES:
        found = pattern.fullmatch(message)
        if found is None:
            continue
        if kind == "object":
            kind = found["kind"]
        if kind in ("operator", "schema", "extension"):
            return Missing(kind, "", found["name"])
        if kind == "column":
            table = found.groupdict().get("table") or ""
            return Missing(kind, "", found["name"].rpartition(".")[2].strip('"'), table)
        schema, _, name = found["name"].removesuffix("[]").replace('"', "").rpartition(".")
        return Missing(kind, schema, name)
    return None
