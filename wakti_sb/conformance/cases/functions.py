"""Functions: who may execute them, and whose data they tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ...spec import AllOf, AnyOf, Nobody, Public, Relation, Right, allows
from ...spec import Function as Entry
from ..catalog import Argument, Function
from ..model import (
    ALLOWED_NEW,
    DENIED,
    SERVICE,
    Attempt,
    Call,
    Case,
    Expectation,
    Family,
    Identity,
    Key,
    Subject,
)
from ..scenario import Row, Scenario
from ..scenario.statements import text
from .accounts import account_cases
from .changes import change_cases, literal
from .described import keyed, short
from .disclosure import disclosure_cases, possible_calls, quote_cases

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_DELETES_PEOPLE = re.compile(r"\bdelete\s+from\s+auth\.users\b", re.IGNORECASE)


def described_functions(scenario: Scenario) -> Iterator[tuple[Entry, Function]]:
    """Each `[[function]]` with the functions of the catalog that it is about."""
    for entry in scenario.spec.function:
        for function in scenario.catalog.functions:
            if matches(entry, function):
                yield entry, function


def matches(entry: Entry, function: Function) -> bool:
    """Whether an entry describes this function; without types it describes every overload."""
    if entry.name != function.relation:
        return False
    _, paren, types = entry.function.partition("(")
    wanted = types.removesuffix(")").replace(" ", "")
    return not paren or wanted == function.types.replace(" ", "")


def function_cases(scenario: Scenario) -> Iterator[Case]:
    """EXECUTE by everybody, and what the answers give away."""
    for entry, function in described_functions(scenario):
        if function.trigger:
            continue  # nobody can call these
        call = _call(scenario, entry, function)
        label = f"{short(function.relation)}({function.types})"
        for who in scenario.identities:
            if who is not SERVICE:
                yield _execute(scenario, entry, label, who, call, _transports(call, function))
        if entry.of is not None and not isinstance(entry.execute, Nobody):
            yield from _data(scenario, entry, label, call)
        yield from disclosure_cases(scenario, entry, function, label, call)
        calls = [c for _, c in possible_calls(scenario, entry, function, call)]
        yield from account_cases(scenario, entry, function, label, calls)
        yield from quote_cases(scenario, entry, function, label, call)
        yield from change_cases(scenario, entry, function, label, call)


def called_with(scenario: Scenario, entry: Entry, function: Function) -> Iterator[Call]:
    """The calls that are tried."""
    usual = _call(scenario, entry, function)
    yield from (call for _, call in possible_calls(scenario, entry, function, usual))


def _execute(
    scenario: Scenario,
    entry: Entry,
    label: str,
    who: Identity,
    call: Call,
    transports: tuple[str, ...],
) -> Case:
    allowed = _admits(entry.execute, who)
    rightful = [other for other in scenario.identities if _admits(entry.execute, other)]
    people = (*(other for other in rightful[:1] if other is not SERVICE), SERVICE)
    return Case(
        id=f"{label}: {who.label} {'can' if allowed else 'cannot'} execute it",
        subject=Subject.function(str(call.function)),
        operation="execute",
        family=Family.EXECUTE,
        attempt=Attempt(who, call),
        expected=ALLOWED_NEW if allowed else DENIED,
        controls=() if allowed else tuple(Attempt(person, call) for person in people),
        transports=transports,
        why=f"execute = {entry.execute}",
    )


def _data(scenario: Scenario, entry: Entry, label: str, call: Call) -> Iterator[Case]:
    assert entry.of is not None  # noqa: S101  (the caller has looked)
    owned = scenario.spec.entry(entry.of)
    rows = scenario.of(entry.of)
    if owned is None or not rows:
        return
    marks = _marks(scenario, rows)
    telling = replace(call, tells=marks)
    this = scenario.row(entry.of, "this")
    for who in scenario.identities:
        if who is SERVICE or not _admits(entry.execute, who):
            continue
        open_to = [r for r in rows if allows(entry.data, scenario.standing(who, owned, r.values))]
        may = frozenset(_key(scenario, row) for row in open_to)
        closed = tuple(row for row in rows if row not in open_to and row.label)
        rightful = [
            other
            for other in scenario.identities
            if other is not SERVICE
            and this is not None
            and _admits(entry.execute, other)
            and allows(entry.data, scenario.standing(other, owned, this.values))
        ]
        # An answer tells of the owner's row where it is another one without it.
        counts = replace(telling, without=keyed(scenario, [this] if this is not None else []))
        controls = [Attempt(other, counts) for other in (*rightful[:1], SERVICE)]
        yield Case(
            id=f"{label}: {who.label} learns of {short(entry.of)} only what is open to it",
            subject=Subject.function(str(call.function)),
            operation="execute",
            family=Family.DATA,
            attempt=Attempt(who, replace(telling, without=keyed(scenario, closed))),
            expected=Expectation(may),
            controls=tuple(controls),
            transports=("sql",),
            why=f"data = {entry.data}",
        )


def _transports(call: Call, function: Function) -> tuple[str, ...]:
    """The API names arguments: it cannot call a computed field, whose row has no name.

    What deletes people is called in a transaction that is rolled back, and nowhere else.
    """
    if _DELETES_PEOPLE.search(function.source):
        return ("sql",)
    return ("sql", "client") if all(name for name, _ in call.arguments) else ("sql",)


def _admits(right: Right, who: Identity) -> bool:
    """Whether the right opens the door of EXECUTE; whose data comes out is another question."""
    match right:
        case Nobody():
            return False
        case Public():
            return True
        case AllOf(parts=parts):
            return all(_admits(part, who) for part in parts)
        case AnyOf(parts=parts):
            return any(_admits(part, who) for part in parts)
        case _:
            return who.user_id is not None


def _marks(scenario: Scenario, rows: list[Row]) -> tuple[tuple[str, Key], ...]:
    """What tells a row in an answer: values that no other row of the table holds."""
    found: list[tuple[str, Key]] = []
    texts = [{t for v in row.values.values() if len(t := text(v) or "") >= 8} for row in rows]
    for index, row in enumerate(rows):
        others = set().union(*(t for i, t in enumerate(texts) if i != index))
        found.extend((mark, _key(scenario, row)) for mark in sorted(texts[index] - others))
    return tuple(found)


def _key(scenario: Scenario, row: Row) -> Key:
    return scenario.key(row.table, row.values)


def _call(scenario: Scenario, entry: Entry, function: Function) -> Call:
    given: list[tuple[str, str | None]] = []
    types: list[str] = []
    for number, argument in enumerate(function.arguments):
        if argument.name in entry.arguments:
            value = text(entry.arguments[argument.name])
            given.append((argument.name, value and _filled(scenario, value)))
        elif not argument.default:
            given.append((argument.name, _guess(scenario, entry, argument, number)))
        else:
            continue
        types.append(argument.type)
    variadic = bool(function.arguments) and function.arguments[-1].variadic
    return Call(
        function.relation,
        function.signature,
        tuple(given),
        tuple(types),
        variadic=variadic and len(given) == len(function.arguments),
    )


def _filled(scenario: Scenario, value: str) -> str:
    """`{user}`: the owner's id; `{schema.table}`: the key of the owner's row there."""

    def fill(match: re.Match[str]) -> str:
        if match[1] == "user":
            return next(str(who.user_id) for who in scenario.identities if who.world == "this")
        table, _, column = match[1].partition(":")
        row = scenario.row(Relation(table), "this")
        if row is None:
            return match[0]
        return str(row.values.get(column or scenario.key_columns(row.table)[0]))

    return _PLACEHOLDER.sub(fill, value)


def _guess(scenario: Scenario, entry: Entry, argument: Argument, number: int) -> str | None:
    """A value by the argument's name, as a column of the table that is told; else by type."""
    this = scenario.row(entry.of, "this") if entry.of is not None else None
    name = re.sub(r"^(p|_|in|arg)_", "", argument.name).lstrip("_")
    for column_name in (name, f"{name}_id"):
        if this is not None and column_name in this.values:
            return text(this.values[column_name])
    if argument.type == "uuid":
        if "user" in name or "owner" in name or this is None:
            return next(who.user_id for who in scenario.identities if who.world == "this")
        return text(this.values.get(scenario.key_columns(this.table)[0]))
    return literal(argument, number, scenario.salt)
