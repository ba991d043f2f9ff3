"""Values for columns: one text per type that PostgreSQL casts, distinct for each number."""

from __future__ import annotations

import json
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
    if column.category == "A":
        return "{}"
    if column.labels:
        return column.labels[number % len(column.labels)]
    if column.fields:
        return f"({',' * (column.fields - 1)})"
    name = column.base.split("(")[0].removeprefix("extensions.").removeprefix("public.")
    if column.category == "R":
        return _range(name, number)
    if name in _LENGTHS:
        return _LENGTHS[name](column, number)
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


def elements(column: Column, number: int, salt: str = "") -> list[str]:
    """Arrays of one, two and three members, where the type of the members is known."""
    base = column.base.removesuffix("[]")
    texts = ("text", "character varying", "character", "citext", "name")
    category = "S" if base in texts else "U"
    member = Column(column.name, base, base, category=category, labels=column.labels)
    found = [sample(member, number + place, salt) for place in range(3)]
    known = [json.dumps(value) for value in found if value is not None]
    return [f"{{{','.join(known[: size + 1])}}}" for size in range(len(known))]


def _bits(column: Column, number: int) -> str:
    length = column.length or 1
    return f"{number % 2**length:b}".zfill(length)


def _vector(column: Column, number: int) -> str:
    return f"[{','.join(str(number % 100 + place) for place in range(column.length or 3))}]"


def _shape(column: Column, number: int) -> str:
    """PostGIS: of the kind and with the system that the type asks for."""
    kind, _, system = column.type.partition("(")[2].rstrip(")").partition(",")
    name = kind.lower().removesuffix("zm").removesuffix("z").removesuffix("m")
    point = f"{number % 80} {number % 80}"
    shapes = {
        "polygon": "POLYGON((0 0,1 0,1 1,0 0))",
        "linestring": f"LINESTRING(0 0,{point})",
        "multipoint": f"MULTIPOINT({point})",
        "multipolygon": "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
    }
    shape = shapes.get(name, f"POINT({point})")
    return f"SRID={system};{shape}" if system else shape


def _range(base: str, number: int) -> str:
    if base.endswith("multirange"):
        return f"{{{_range(base.removesuffix('multirange') + 'range', number)}}}"
    if base in ("int4range", "int8range", "numrange"):
        return f"[{number},{number + 1})"
    start = _EPOCH + timedelta(days=number)
    stop = start + timedelta(days=1)
    if base == "daterange":
        return f"[{start.date()},{stop.date()})"
    if base in ("tsrange", "tstzrange"):
        return f"[{start:%Y-%m-%d %H:%M},{stop:%Y-%m-%d %H:%M})"
    # A range of some project's own: two numbers are the likeliest.
    return f"[{number},{number + 1})"


_LENGTHS: dict[str, Callable[[Column, int], str]] = {
    "bit": _bits,
    "bit varying": _bits,
    "vector": _vector,
    "halfvec": _vector,
    "geometry": _shape,
    "geography": _shape,
}

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
    "point": "({n},{n})",
    "box": "({n},{n}),({m},{m})",
    "circle": "<({n},{n}),1>",
    "path": "(({n},{n}),({m},{m}))",
    "polygon": "(({n},{n}),({m},{m}),({n},{m}))",
    "line": "{{1,-1,{n}}}",
    "lseg": "[({n},{n}),({m},{m})]",
    "hstore": "note=>{word}",
    "ltree": "{word}",
    "lquery": "{word}",
    "ltxtquery": "{word}",
    '"char"': "w",
    "oid": "{big}",
    "xid": "{big}",
    "xid8": "{big}",
    "cid": "{big}",
    "tid": "({n},1)",
    "pg_lsn": "0/{n:X}",
    "jsonpath": "$.{word}",
    "txid_snapshot": "{m}:{m}:",
    "pg_snapshot": "{m}:{m}:",
    "regclass": "pg_class",
    "regtype": "text",
    "regrole": "anon",
    "regproc": "now",
    "regprocedure": "now()",
    "regoper": "pg_catalog.||/",
    "regoperator": "=(integer,integer)",
    "regnamespace": "public",
    "regconfig": "simple",
    "regdictionary": "simple",
    "regcollation": "default",
    "refcursor": "{word}",
    "cube": "({n},{m})",
    "seg": "{n}",
    "isbn": "978-0-393-04002-9",
    "isbn13": "978-0-393-04002-9",
    "ean13": "978-0-393-04002-9",
}


def _pattern(pattern: str, number: int, salt: str) -> str:
    word = marker(number, salt)
    return pattern.format(
        n=number,
        m=number + 1,
        big=_FIRST_NUMBER + number,
        byte=number % 250 + 1,
        high=number // 256 % 256,
        low=number % 256,
        hour=number % 24,
        minute=number % 60,
        word=word,
        digits=word[1:],
    )
