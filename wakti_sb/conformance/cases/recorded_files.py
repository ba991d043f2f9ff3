"""Files that belong to who owns the row that records them, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import Operation as SpecOperation
from ...spec import Own, Owned
from ..model import (
    DENIED,
    ELSEWHERE,
    OBJECTS,
    SERVICE,
    Attempt,
    Case,
    Family,
    Identity,
    Update,
    exactly,
)
from ..scenario import Row, Scenario
from ..scenario.folders import LOOSE
from ..scenario.statements import text
from .bucket import BucketCases
from .described import can, short
from .file_requests import FileRequest, download, place_of, remove


def recorded_cases(files: BucketCases, who: Identity) -> Iterator[Case]:
    """A file in nobody's folder, and one in another bucket, each named by a row of this side's."""
    scenario, bucket = files.scenario, files.bucket
    for entry in scenario.spec.owned:
        row = scenario.row(entry.table, "this")
        if entry.file is None or entry.file.bucket != bucket.name or row is None:
            continue
        for label in (LOOSE, ELSEWHERE):
            found = scenario.row(OBJECTS, f"{bucket.name} {label}")
            if found is None:
                continue
            named = _naming(scenario, entry, row, found)
            allowed = who is row.person and label == LOOSE
            expected = exactly((str(found.values["id"]),)) if allowed else DENIED
            there = " in another bucket" if label == ELSEWHERE else ""
            whose = "its own row" if who is row.person else "a row"
            rest = f"a file{there} that {whose} of {short(entry.table)} records"
            for operation, verb, asked in _ways(found):
                if not isinstance(bucket.right(operation), Own):
                    continue
                request, settings = asked
                controls = [Attempt(SERVICE, request, (named,), settings)]
                if row.person is not None and label == LOOSE:
                    controls.insert(0, Attempt(row.person, request, (named,), settings))
                yield replace(
                    files.case(
                        who,
                        f"{can(allowed)} {verb} {rest}",
                        operation,
                        Family.OWN if allowed else Family.RECORDED,
                        asked,
                        expected,
                    ),
                    attempt=Attempt(who, request, (named,), settings),
                    controls=() if allowed else tuple(controls),
                    why="recorded = true",
                    transports=files.transports(verb),
                )


def _naming(scenario: Scenario, entry: Owned, row: Row, found: Row) -> Update:
    """The row, made to name the object."""
    assert entry.file is not None  # noqa: S101  (who calls has looked)
    key = scenario.key_columns(entry.table)
    where = tuple((name, text(row.values.get(name))) for name in key)
    return Update(entry.table, ((entry.file.path, found.values["name"]),), where)


def _ways(found: Row) -> tuple[tuple[SpecOperation, str, FileRequest], ...]:
    file = place_of(found)
    return ("select", "read", download(file)), ("delete", "remove", remove(file))
