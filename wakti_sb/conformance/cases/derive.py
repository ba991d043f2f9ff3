"""All cases of a model: pure, in a fixed order, each id once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..model import Case
from ..scenario import Scenario
from .channels import channel_cases
from .delete import delete_cases, upsert_cases
from .described import Described
from .files import file_cases
from .functions import function_cases
from .insert import insert_cases
from .select import select_cases
from .update import update_cases
from .views import view_write_cases


def derive(scenario: Scenario, transport: str = "sql") -> tuple[Case, ...]:
    """The cases that can travel this way; tables that could not be seeded have none."""
    return tuple(case for case in each_once(_all(scenario)) if transport in case.transports)


def each_once(cases: Iterable[Case]) -> Iterable[Case]:
    """The cases without repetitions; what is called alike gets a number."""
    found: dict[str, Case] = {}
    for case in cases:
        name, number = case.id, 1
        while name in found:
            if found[name].attempt == case.attempt:
                break
            number += 1
            name = f"{case.id} ({number})"
        else:
            found[name] = replace(case, id=name)
    return found.values()


def _all(scenario: Scenario) -> Iterator[Case]:
    for entry in scenario.spec.relations:
        table = scenario.catalog.tables.get(entry.table)
        if table is None or str(entry.table) in scenario.untested:
            continue
        described = Described(entry, table, scenario)
        yield from select_cases(described)
        if table.is_view:
            yield from view_write_cases(described)
        else:
            yield from insert_cases(described)
            yield from update_cases(described)
            yield from delete_cases(described)
            yield from upsert_cases(described)
    yield from file_cases(scenario)
    yield from channel_cases(scenario)
    yield from function_cases(scenario)
