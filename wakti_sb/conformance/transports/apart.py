"""Attempts on files: what of them travels, which can be under way together, what each did. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..cases.file_requests import OPERATION, Place
from ..model import Attempt, Copy, Insert, Key, Update, Upsert
from .effects import State, changed

_TRAVELS = ("bucket_id", "name")  # who the owner is, the service takes from the token
_TOGETHER = 32


def operation(attempt: Attempt) -> str:
    """What is asked of the Storage API, as it calls that itself."""
    return dict(attempt.settings)[OPERATION]


def source(attempt: Attempt) -> Place:
    """The file that is asked for: the source of a move or copy."""
    return _place(dict(getattr(attempt.request, "where", ())) or _values(attempt))


def places(attempt: Attempt) -> frozenset[Place]:
    """Every file that it names."""
    file = source(attempt)
    return frozenset(
        (file, _place({"bucket_id": file.bucket, "name": file.name, **_values(attempt)}))
    )


def as_sent(attempt: Attempt) -> Attempt:
    """The attempt without what the Storage API is not told: two that are alike now are one."""
    request = attempt.request
    if not isinstance(request, Insert | Update | Upsert | Copy):
        return attempt
    values = tuple((name, value) for name, value in request.values if name in _TRAVELS)
    return replace(attempt, request=replace(request, values=values))


def batches(attempts: Iterable[Attempt]) -> Iterator[list[Attempt]]:
    """The attempts in groups, in none of which a file is named twice."""
    made: list[tuple[list[Attempt], set[Place]]] = []
    for attempt in attempts:
        named = places(attempt)
        free = (each for each in made if len(each[0]) < _TOGETHER and not named & each[1])
        batch, taken = next(free, ([], set()))
        if not batch:
            made.append((batch, taken))
        batch.append(attempt)
        taken |= named
    for batch, _ in made:
        yield batch


def done(attempt: Attempt, before: State, after: State) -> frozenset[Key]:
    """The keys of the files that an attempt has reached, looked for where it names them alone."""
    named = places(attempt)
    return changed(attempt.request, _at(named, before), _at(named, after), 0)


def nothing_else(attempts: Iterable[Attempt], before: State, after: State) -> bool:
    """Whether no file has changed but those that the attempts name."""
    named = {place for attempt in attempts for place in places(attempt)}
    keys = (key for key in {*before, *after} if before.get(key) != after.get(key))
    rows = (row for key in keys for row in (before.get(key), after.get(key)) if row is not None)
    return all(_place(row) in named for row in rows)


def _at(named: frozenset[Place], rows: State) -> State:
    return {key: row for key, row in rows.items() if _place(row) in named}


def _place(values: Mapping[str, Any]) -> Place:
    return Place(values["bucket_id"], str(values.get("name", "")))


def _values(attempt: Attempt) -> dict[str, Any]:
    return dict(getattr(attempt.request, "values", ()))
