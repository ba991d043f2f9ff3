"""Names and values as SQL text. Every name or value in a template goes through one of these."""

from __future__ import annotations

from collections.abc import Iterable

from pglast.keywords import COL_NAME_KEYWORDS, RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from ..spec import Function, Relation

_KEYWORDS = RESERVED_KEYWORDS | TYPE_FUNC_NAME_KEYWORDS | COL_NAME_KEYWORDS
_PLAIN_START = frozenset("abcdefghijklmnopqrstuvwxyz_")
_PLAIN = _PLAIN_START | frozenset("0123456789")


def ident(name: str) -> str:
    """An identifier, in double quotes only where SQL would read it differently without.

    Raise ValueError for what no identifier can be.
    """
    if not name or any(ord(character) < 32 for character in name):
        raise ValueError(f"{name!r} cannot be a name in SQL")
    plain = name[0] in _PLAIN_START and _PLAIN.issuperset(name) and name not in _KEYWORDS
    return name if plain else '"' + name.replace('"', '""') + '"'


def relation(table: Relation) -> str:
    """A table or view with its schema."""
    return f"{ident(table.schema)}.{ident(table.name)}"


def literal(value: object) -> str:
    """A text, number, truth value or null, on one line. Raise ValueError for a NUL in a text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if "\x00" in text:
        raise ValueError("a text in SQL cannot hold a NUL character")
    quoted = "'" + text.replace("'", "''") + "'"
    if "\\" not in text and all(character >= " " for character in text):
        return quoted
    escaped = quoted.replace("\\", "\\\\")
    return "E" + "".join(c if c >= " " else f"\\x{ord(c):02x}" for c in escaped)


def text_array(values: Iterable[str]) -> str:
    """An array of texts: on one line where it is short, else a line for each."""
    items = [literal(value) for value in values]
    if not items:
        return "array[]::text[]"
    line = f"array[{', '.join(items)}]"
    if len(line) <= 80:
        return line
    return "array[\n  " + ",\n  ".join(items) + "\n]"


def comment(text: str) -> str:
    """A text that stays inside one `--` comment."""
    return " ".join(str(text).split())


def signature(function: Function) -> str:
    """A function's name, with its argument types where `wakti.toml` gives them."""
    _, paren, arguments = function.function.partition("(")
    return relation(function.name) + paren + arguments
