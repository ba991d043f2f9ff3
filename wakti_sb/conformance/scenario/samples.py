"""Values for columns: one text per type that PostgreSQL casts, distinct for each number."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ..catalog import Column

_NAMESPACE = uuid.UUID("6f0b4d52-6d0e-5a4b-9f0a-2f3f0c6f7a11")
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST_NUMBER = 900_000  # far from what a sequence has handed out


def uuid_for(*parts: object) -> str:
    """A uuid that is the same in every run: reports can be compared."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def sample(column: Column, number: int, salt: str = "") -> str | None:
    """A value for `column`, another one for each `number`; None for a type nobody knows."""
    if column.labels:
        return column.labels[number % len(column.labels)]
    if column.category == "A":
        return "{}"
    if column.category == "R":
        return _range(column.base, number)
    name = column.base.split("(")[0].removeprefix("extensions.").removeprefix("public.")
    if name == "uuid":
        return uuid_for(salt, column.name, number)
    if name == "boolean":
        return "true" if number % 2 else "false"
    if name in _BY_TYPE:
        return _BY_TYPE[name](column, number, salt)
    if name in _PATTERNS:
        return _pattern(_PATTERNS[name], number, salt)
    return _text(column, number, salt) if column.category == "S" else None


def marker(number: int, salt: str = "") -> str:
    """A word found nowhere else: seen in an answer, it tells whose row came out."""
    return f"w{uuid_for('marker', salt, number)[:8]}"


def _text(column: Column, number: int, salt: str) -> str:
    word = marker(number, salt)
    name = column.name.lower()
    if "email" in name or "mail" in name.split("_"):
        text = f"{word}@example.com"
    elif "url" in name or "website" in name or "link" in name:
        text = f"https://example.com/{word}"
    elif "phone" in name:
        text = f"+1555{number:07d}"
    else:
        text = word
    return text if column.length is None else text[-column.length :]


def _whole(_column: Column, number: int, _salt: str) -> str:
    return str(_FIRST_NUMBER + number)


def _small(_column: Column, number: int, _salt: str) -> str:
    return str(number % 30_000 + 1)


def _decimal(column: Column, number: int, _salt: str) -> str:
    digits = column.type.partition("(")[2].rstrip(")").split(",")
    room = int(digits[0]) - (int(digits[1]) if len(digits) > 1 else 0) if digits[0] else 9
    return str(number % 10 ** max(min(room, 9), 1))


def _moment(_column: Column, number: int, _salt: str) -> str:
    return (_EPOCH + timedelta(hours=number)).isoformat()


def _day(_column: Column, number: int, _salt: str) -> str:
    return (_EPOCH + timedelta(days=number)).date().isoformat()


def _range(base: str, number: int) -> str:
    if base in ("int4range", "int8range", "numrange"):
        return f"[{number},{number + 1})"
    start = _EPOCH + timedelta(days=number)
    stop = start + timedelta(days=1)
    if base == "daterange":
        return f"[{start.date()},{stop.date()})"
    if base in ("tsrange", "tstzrange"):
        return f"[{start:%Y-%m-%d %H:%M},{stop:%Y-%m-%d %H:%M})"
    return "empty"


_BY_TYPE: dict[str, Callable[[Column, int, str], str]] = {
    "smallint": _small,
    "integer": _whole,
    "bigint": _whole,
    "numeric": _decimal,
    "real": _small,
    "double precision": _small,
    "money": _small,
    "date": _day,
    "timestamp without time zone": _moment,
    "timestamp with time zone": _moment,
}

# {n} is the number, {m} the next one, {byte}, {high} and {low} parts of it; {word} the marker.
_PATTERNS = {
    "time without time zone": "{hour:02d}:{minute:02d}:00",
    "time with time zone": "{hour:02d}:{minute:02d}:00+00",
    "interval": "{m} minutes",
    "json": '{{"note": "{word}"}}',
    "jsonb": '{{"note": "{word}"}}',
    "bytea": "\\x{digits}",
    "inet": "192.0.2.{byte}",
    "cidr": "198.51.{byte}.0/24",
    "macaddr": "02:00:00:00:{high:02x}:{low:02x}",
    "macaddr8": "02:00:00:ff:fe:00:{high:02x}:{low:02x}",
    "xml": "<note>{word}</note>",
    "tsvector": "{word}",
    "tsquery": "{word}",
    "bit": "0",
    "bit varying": "0",
    "point": "({n},{n})",
    "box": "({n},{n}),({m},{m})",
    "circle": "<({n},{n}),1>",
    "path": "(({n},{n}),({m},{m}))",
    "polygon": "(({n},{n}),({m},{m}),({n},{m}))",
    "line": "{{1,-1,{n}}}",
    "lseg": "[({n},{n}),({m},{m})]",
    "hstore": "note=>{word}",
    "ltree": "{word}",
}


def _pattern(pattern: str, number: int, salt: str) -> str:
    word = marker(number, salt)
    return pattern.format(
        n=number,
        m=number + 1,
        byte=number % 250 + 1,
        high=number // 256 % 256,
        low=number % 256,
        hour=number % 24,
        minute=number % 60,
        word=word,
        digits=word[1:],
    )
