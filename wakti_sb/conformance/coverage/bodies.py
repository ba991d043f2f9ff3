"""The queries of views and SECURITY DEFINER functions, whose conditions are measured too. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from psycopg import sql

from ...spec import Function as Entry
from ...spec import Nobody, Public, Relation, View
from ..cases import called_with, described_functions
from ..catalog import Function, Helper
from ..conditions import (
    ARGUMENTS,
    Helpers,
    Shown,
    arguments,
    body_of,
    by_name,
    shown_by,
    shown_by_expression,
    shown_by_query,
)
from ..model import API_ROLES, Call, Subject
from ..scenario import Scenario
from .clauses import Clause, Source

_MOST_CALLS = 8


def body_clauses(scenario: Scenario) -> Iterator[Clause]:
    """Those of every described view and of every described function that callers may execute."""
    helpers = by_name(scenario.catalog.helpers)
    for view in scenario.spec.view:
        if str(view.table) not in scenario.untested:
            yield from _of_view(scenario, view, helpers)
    for entry, function in described_functions(scenario):
        if function.definer and not function.trigger and not isinstance(entry.execute, Nobody):
            yield from _of_function(scenario, entry, function, helpers)


def _leads(scenario: Scenario, table: Relation) -> bool:
    """Whether rows of a table are there, and the model says whose they are."""
    entry = scenario.spec.entry(table)
    described = entry is not None and not entry.is_view and scenario.spec.belongs(entry)
    return described and scenario.row(table, "this") is not None


def _of_view(scenario: Scenario, view: View, helpers: Helpers) -> Iterator[Clause]:
    table = scenario.catalog.tables.get(view.table)
    right = view.select.right
    if table is None or (isinstance(right, Public) and right.where is None):
        return  # nobody must be refused
    subject = Subject.table(view.table, view=True)
    definer = table.kind == "m" or not table.invoker
    leads = partial(_leads, scenario)
    for each in shown_by(table.definition, helpers, leads, definer=definer):
        source = Source(subject, each.alias, view, each.names)
        yield _clause(each, source, frozenset(API_ROLES))


def _of_function(
    scenario: Scenario, entry: Entry, function: Function, helpers: Helpers
) -> Iterator[Clause]:
    helper = _helper(scenario, function)
    if helper is None or (body := body_of(helper, arguments(len(function.arguments)))) is None:
        return
    calls = tuple(_calls(function, helper, called_with(scenario, entry, function)))
    if function.arguments and not calls:
        return
    roles = API_ROLES if isinstance(entry.execute, Public) else ("authenticated",)
    leads = partial(_leads, scenario)
    shown = (
        shown_by_query(body.select, helpers, leads, definer=True)
        if body.select is not None
        else shown_by_expression(body.expression, helpers, leads, definer=True)
    )
    subject = Subject.function(str(function.relation))
    for each in shown:
        yield _clause(each, Source(subject, each.alias, entry, calls=calls), frozenset(roles))


def _clause(shown: Shown, source: Source, roles: frozenset[str]) -> Clause:
    return Clause(
        shown.table, "", False, ("select",), roles, shown.taken, shown.whole, source=source
    )


def _helper(scenario: Scenario, function: Function) -> Helper | None:
    known = (
        helper
        for helper in scenario.catalog.helpers
        if helper.relation == function.relation and len(helper.arguments) == len(function.arguments)
    )
    return next(known, None)


def _calls(function: Function, helper: Helper, calls: Iterator[Call]) -> Iterator[str]:
    """The arguments of a call, each under the name that conditions have for it."""
    found: dict[str, None] = {}
    for call in calls:
        given = dict(call.arguments)
        parts: list[str] = []
        for number, argument in enumerate(function.arguments):
            default = helper.defaults[number] if number < len(helper.defaults) else None
            value = sql.Literal(given.get(argument.name)).as_string(None)
            if argument.name not in given and default is not None:
                value = default
            parts.append(f"({value})::{argument.type} as argument_{number}")
        found[f"(select {', '.join(parts)}) as {ARGUMENTS}"] = None
    yield from list(found)[:_MOST_CALLS]
