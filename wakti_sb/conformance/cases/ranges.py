"""Calls that ask for as much as they can: from the lowest to the highest moment or number. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import Function as Entry
from ..catalog import Argument, Function
from ..model import Call

_MOMENTS = ("date", "timestamp without time zone", "timestamp with time zone")
_FROM, _TO = "1000-01-01", "2999-12-31"
_LARGEST = {
    "smallint": "32767",
    "integer": "2147483647",
    "bigint": "2147483647",
    "numeric": "2147483647",
    "real": "2147483647",
    "double precision": "2147483647",
}


def wide_calls(entry: Entry, function: Function, usual: Call) -> Iterator[Call]:
    """The usual call with every range wide open, whichever of two arguments is its beginning."""
    free = [a for a in function.arguments if a.name and a.name not in entry.arguments]
    moments = [a for a in free if a.type in _MOMENTS]
    numbers = [a for a in free if a.type in _LARGEST]
    if not moments and len(numbers) < 2:
        return
    given = dict(usual.arguments)
    for first in (0, 1):
        values = {a.name: _end(a, (n + first) % 2) for n, a in enumerate(moments)}
        values |= {a.name: _end(a, (n + first) % 2) for n, a in enumerate(numbers)}
        asked = [a for a in function.arguments if a.name in given or a.name in values]
        yield replace(
            usual,
            arguments=tuple((a.name, values.get(a.name, given.get(a.name))) for a in asked),
            types=tuple(a.type for a in asked),
        )


def _end(argument: Argument, place: int) -> str:
    ends = (_FROM, _TO) if argument.type in _MOMENTS else ("0", _LARGEST[argument.type])
    return ends[place]
