"""All cases of a model: pure, in a fixed order, each id once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..model import Case
from ..scenario import Scenario
from .delete import delete_cases, upsert_cases
from .files import file_cases
from .functions import function_cases
from .insert import insert_cases
from .select import select_cases
from .subject import Subject
from .update import update_cases
from .views import view_write_cases


def derive(scenario: Scenario, transport: str = "sql") -> tuple[Case, ...]:
    """The cases that can travel this way; tables that could not be seeded have none."""
    found: dict[str, Case] = {}
    for case in _all(scenario):
        name, number = case.id, 1
        while name in found:
            if found[name].attempt == case.attempt:
                break
            number += 1
            name = f"{case.id} ({number})"
        else:
            found[name] = replace(case, id=name)
    return tuple(case for case in found.values() if transport in case.transports)


def _all(scenario: Scenario) -> Iterator[Case]:
    for entry in scenario.spec.relations:
        table = scenario.catalog.tables.get(entry.table)
        if table is None or str(entry.table) in scenario.untested:
            continue
        subject = Subject(entry, table, scenario)
        yield from select_cases(subject)
        if table.is_view:
            yield from view_write_cases(subject)
        else:
            yield from insert_cases(subject)
            yield from update_cases(subject)
            yield from delete_cases(subject)
            yield from upsert_cases(subject)
    yield from file_cases(scenario)
    yield from function_cases(scenario)
