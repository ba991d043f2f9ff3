"""Functions that write: what somebody changes by calling them with the key of a foreign row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...spec import Function as Entry
from ...spec import Nobody, Owned, Relation, allows
from ..catalog import Argument, Column, Function, Table
from ..catalog.singular import singular
from ..model import SERVICE, USERS, Attempt, Call, Case, Expectation, Family, Identity, Key, Subject
from ..scenario import Row, Scenario, sample
from ..scenario.checks import enumerated
from ..scenario.folders import MAKES_IDS
from ..scenario.statements import text
from ..scenario.topics import topic_of, topics
from .additions import addable
from .described import short

_MOST = 12  # tables whose keys a function is called with, where nothing says which one it means
_MOST_TEXTS = 6
TEXTS = ("text", "character varying", "citext", "name")
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_WORDS = re.compile(r"\w+")
_TEXT = re.compile(r"'([^'%{}]{1,40})'")
_LOCKS = re.compile(r"\b(for\s+(no\s+key\s+)?|do\s+)update\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(update|delete\s+from|truncate|merge\s+into)\b", re.IGNORECASE)
_INSERTS = re.compile(r"\binsert\s+into\s+(?:[\w\"]+\.)?\"?(\w+)", re.IGNORECASE)
_PERSON = re.compile(r"user|owner|profile|account|member|author|person|uid")
_DOCUMENTS = ("json", "jsonb")
_PREFIX = re.compile(r"^(p|_|in|arg|v)_|^_+")


def change_cases(
    scenario: Scenario, entry: Entry, function: Function, label: str, usual: Call
) -> Iterator[Case]:
    """Calls by everybody who may call, with the owner's rows as arguments."""
    if not function.volatile or isinstance(entry.execute, Nobody):
        return
    aimed = tuple(aimed_calls(scenario, entry, function, usual))
    calls = [call for _, call in aimed]
    for target, call in aimed:
        words = f" by the key of {short(target)}" if target is not None else ""
        for who in scenario.identities:
            if who is SERVICE or not admits(entry, who):
                continue
            yield Case(
                id=f"{label}: {who.label} changes only what it may{words}",
                subject=Subject.function(str(call.function)),
                operation="execute",
                family=Family.CHANGES,
                attempt=Attempt(who, call),
                expected=Expectation(
                    frozenset((*_may(scenario, entry, who), *addable(scenario, entry, who)))
                ),
                controls=tuple(_controls(scenario, entry, calls)),
                why=f"changes = {entry.changes or 'what the tables let it change'}",
                silent=not (_surely_writes(function) or _adds(scenario, function)),
                transports=("sql",),
            )


def admits(entry: Entry, who: Identity) -> bool:
    """Whether `who` gets past EXECUTE."""
    return who.user_id is not None or str(entry.execute) == "public"


def _controls(scenario: Scenario, entry: Entry, calls: list[Call]) -> Iterator[Attempt]:
    """Any of the calls that changes something for anybody; this side first: it is their row."""
    people = [w for w in scenario.identities if w is not SERVICE and admits(entry, w)]
    for who in (*sorted(people, key=lambda w: w.world != "this"), SERVICE):
        yield from (Attempt(who, call) for call in calls)


def _surely_writes(function: Function) -> bool:
    """Whether a call has to change something for somebody, or the probe has missed its mark.

    A function with its caller's rights is held back by the policies, which have their own cases.
    """
    source = _LOCKS.sub(" ", COMMENT.sub(" ", function.source))
    return function.definer and _WRITES.search(source) is not None


def _adds(scenario: Scenario, function: Function) -> bool:
    """Whether it adds rows to a described table: some call has to, or nothing was shown."""
    named = {name.lower() for name in _INSERTS.findall(COMMENT.sub(" ", function.source))}
    belonging = (e for e in scenario.spec.owned if scenario.spec.belongs(e))
    return function.definer and any(entry.table.name.lower() in named for entry in belonging)


def _may(scenario: Scenario, entry: Entry, who: Identity) -> Iterator[Key]:
    """The rows that may be another or gone after a call by `who`."""
    if who.user_id is not None:
        yield (str(USERS), who.user_id)
    for row in scenario.rows:
        owned = scenario.spec.entry(row.table)
        if owned is not None and not owned.is_view and _open(scenario, entry, owned, who, row):
            yield (str(row.table), *scenario.key(row.table, row.values))


def _open(scenario: Scenario, entry: Entry, owned: Owned, who: Identity, row: Row) -> bool:
    standing = scenario.standing(who, owned, row.values)
    if entry.changes is not None:
        return allows(entry.changes, standing)
    rules = (owned.update.right, owned.delete.right)
    return standing.owns or any(allows(right, standing) for right in rules)


@dataclass(frozen=True)
class _Aim:
    """Fills arguments so that they lead to one row."""

    scenario: Scenario
    row: Row | None
    source: str = ""  # the function's body

    def value(self, argument: Argument, number: int) -> str | None:
        """A key where the type is one; something else than now where it is another column."""
        name = _plain(argument)
        row = self.row
        if argument.type in _DOCUMENTS:
            return self._document(argument) or literal(argument, number, self.scenario.salt)
        named = _named_after(self.scenario, name)
        if named is not None and _key_type(self.scenario, named.table) == argument.type:
            meant = row if row is not None and row.table == named.table else named
            return _key_of(self.scenario, meant)
        if row is not None:
            table = self.scenario.catalog.tables[row.table]
            column = next((c for n in (name, f"{name}_id") if (c := table.column(n))), None)
            if column is not None and column.type == argument.type:
                return self._column(table, column, row)
            if argument.type == _key_type(self.scenario, row.table) and not _person(argument):
                return _key_of(self.scenario, row)
            if argument.type == f"{_key_type(self.scenario, row.table)}[]":
                return f"{{{_key_of(self.scenario, row)}}}"
        if argument.type.endswith("[]") and argument.type.removesuffix("[]") in TEXTS:
            return _listed_texts(self.scenario, name)
        if argument.type == "uuid":
            return next(w.user_id for w in self.scenario.identities if w.world == "this")
        return literal(argument, number, self.scenario.salt)

    def _document(self, argument: Argument) -> str | None:
        """What the body takes out of a document, as the row has it."""
        found: dict[str, str | None] = {}
        taken = rf"\b{re.escape(argument.name)}\b\s*->>?\s*'(\w+)'"
        for key in re.findall(taken, self.source) if argument.name else ():
            named = _named_after(self.scenario, key)
            if self.row is not None and key in self.row.values:
                found[key] = text(self.row.values[key])
            elif named is not None:
                found[key] = _key_of(self.scenario, named)
        return json.dumps(found) if found else None

    def _column(self, table: Table, column: Column, row: Row) -> str | None:
        now = text(row.values.get(column.name))
        finds = {c for unique in table.uniques for c in unique.columns}
        finds |= {c for key in table.foreign_keys for c in key.columns}
        if column.name in finds:
            return now
        other = self.scenario.alternatives.get(row.table, {}).get(column.name)
        return now if other is None else text(other)


def literal(argument: Argument, number: int, salt: str) -> str | None:
    """A value by the argument's type alone: a member of an enumeration, what a domain lists."""
    base = argument.base or argument.type
    usual = "A" if base.endswith("[]") else "S" if base == "text" else "U"
    category = argument.category or usual
    column = Column(argument.name, argument.type, base, category=category, labels=argument.labels)
    listed = enumerated(column, argument.checks) if argument.checks else ()
    return listed[number % len(listed)] if listed else sample(column, number, salt)


def aimed_calls(
    scenario: Scenario, entry: Entry, function: Function, usual: Call
) -> Iterator[tuple[Relation | None, Call]]:
    """The call once for each table whose key it may take, and once with a person's."""
    given = dict(usual.arguments)
    wanted = [a for a in function.arguments if a.name not in entry.arguments]
    targets: list[Row | None] = [*_targets(scenario, entry, function, wanted)]
    variants = (
        variant
        for row in targets
        if row is not None
        for variant in scenario.of(row.table)
        if variant.variant and variant.world == "this"
    )
    for row in (*(targets or [None]), *list(variants)[:_MOST]):
        aim = _Aim(scenario, row, function.source)
        arguments: list[tuple[str, str | None]] = []
        types: list[str] = []
        for number, argument in enumerate(function.arguments):
            if argument.name in entry.arguments:
                arguments.append((argument.name, given[argument.name]))
            elif argument.default and not _takes_key(scenario, argument, row):
                continue
            else:
                arguments.append((argument.name, aim.value(argument, number)))
            types.append(argument.type)
        call = replace(usual, arguments=tuple(arguments), types=tuple(types), changes=True)
        yield (row.table if row is not None else None), call
        if targets and row is targets[0]:
            yield from _meaning_people(scenario, entry, call)


def _meaning_people(
    scenario: Scenario, entry: Entry, call: Call
) -> Iterator[tuple[Relation, Call]]:
    """The same call with a person in each argument that may name one, whatever it is called."""
    person = _person_of(scenario)
    arguments = tuple(
        (name, person if type_ == "uuid" and name not in entry.arguments else value)
        for (name, value), type_ in zip(call.arguments, call.types, strict=True)
    )
    if arguments != call.arguments:
        yield USERS, replace(call, arguments=arguments)


def _person_of(scenario: Scenario) -> str:
    return next(str(who.user_id) for who in scenario.identities if who.world == "this")


def exact_calls(
    scenario: Scenario, entry: Entry, function: Function, usual: Call
) -> Iterator[Call]:
    """Calls with the owner's own texts, and with every default filled."""
    given = dict(usual.arguments)
    texts = [a for a in function.arguments if a.type in TEXTS and a.name not in entry.arguments]
    counted = any(_choices(entry, function))
    if not texts and not counted and not any(a.default for a in function.arguments):
        return
    values: dict[str, str | None] = {}
    types: tuple[str, ...] = ()
    for value in (
        *_keys_as_texts(scenario, function, texts),
        *_texts_of_the_owner(scenario, texts),
        *_constants(function, texts),
        None,
    ):
        values = {
            a.name: value if a in texts and value is not None else given.get(a.name)
            for a in function.arguments
        }
        for number, argument in enumerate(function.arguments):
            if values[argument.name] is None:
                row = next(iter(_targets(scenario, entry, function, [argument])), None)
                values[argument.name] = _Aim(scenario, row).value(argument, number)
        types = tuple(argument.type for argument in function.arguments)
        yield replace(usual, arguments=tuple(values.items()), types=types)
        if value is not None and any(a.default for a in texts):
            asked = [a for a in function.arguments if not a.default or a.name in given]
            named = tuple((a.name, values[a.name]) for a in asked)
            yield replace(usual, arguments=named, types=tuple(a.type for a in asked))
    for name, choices in _choices(entry, function):
        for choice in choices:
            yield replace(usual, arguments=tuple({**values, name: choice}.items()), types=types)
    # A key may be meant as that of a person, whatever it is called.
    person = _person_of(scenario)
    meant = [
        a.name for a in function.arguments if a.type == "uuid" and a.name not in entry.arguments
    ]
    if meant:
        yield replace(
            usual, arguments=tuple({**values, **dict.fromkeys(meant, person)}.items()), types=types
        )


def _keys_as_texts(scenario: Scenario, function: Function, texts: list[Argument]) -> Iterator[str]:
    """Keys of the owner's rows in the tables that the body names, where it makes uuids of texts."""
    if not texts or not MAKES_IDS.search(function.source):
        return
    named = set(_WORDS.findall(COMMENT.sub(" ", function.source).lower()))
    for owned in scenario.spec.owned:
        row = scenario.row(owned.table, "this")
        if row is not None and owned.table.name.lower() in named:
            yield _key_of(scenario, row) or ""


def _texts_of_the_owner(scenario: Scenario, wanted: list[Argument]) -> Iterator[str]:
    """What the owner's rows say in columns that are called like an argument; else in any text."""
    if not wanted:
        return
    owner = next(who for who in scenario.identities if who.world == "this")
    found: dict[str, None] = {str(owner.token["email"]): None}
    for channel in scenario.spec.channel:
        found |= {
            topic_of(each): None for each in topics(scenario, channel) if each.world == "this"
        }
    named = {_plain(argument) for argument in wanted}
    rows = [row for row in scenario.rows if row.label == "this"]
    for close in (True, False):
        for row in rows:
            for column in scenario.catalog.tables[row.table].columns:
                value = text(row.values.get(column.name))
                if column.category == "S" and value and (column.name in named) is close:
                    found.setdefault(value)
    yield from list(found)[:_MOST_TEXTS]


def _constants(function: Function, texts: list[Argument]) -> list[str]:
    """The texts that the body names: it may do something else for each."""
    found = _TEXT.findall(COMMENT.sub(" ", function.source)) if texts else ()
    return list(dict.fromkeys(found))[:_MOST_TEXTS]


def _choices(entry: Entry, function: Function) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Arguments of which each value is worth a call of its own."""
    for argument in function.arguments:
        if argument.type == "boolean" and argument.name not in entry.arguments:
            yield argument.name, ("true", "false")


def _listed_texts(scenario: Scenario, name: str) -> str:
    """What rows say in columns that an array is called after: `roles` asks for every role."""
    named = {name, singular(name)}
    if not any(column in row.values for row in scenario.rows for column in named):
        # As `r`, or `allowed`: what is asked for among people is their roles.
        tables = {row.table for row in scenario.rows}
        members = (scenario.spec.members_in(table) for table in tables)
        named = {each.role for each in members if each is not None and each.role is not None}
    found = {
        value: None
        for row in scenario.rows
        for column in sorted(named)
        if isinstance(value := row.values.get(column), str)
    }
    return f"{{{','.join(json.dumps(value) for value in list(found)[:_MOST_TEXTS])}}}"


def _targets(
    scenario: Scenario, entry: Entry, function: Function, wanted: list[Argument]
) -> list[Row]:
    """The owner's rows that the arguments may mean, by their names, else by their type."""
    known = (scenario.row(owned.table, "this") for owned in scenario.spec.owned)
    rows = [row for row in known if row is not None]
    open_ = [row for row in rows if any(_takes_key(scenario, a, row) for a in wanted)]
    by_name = [
        row for row in open_ if any(_named_after(scenario, _plain(a)) is row for a in wanted)
    ]
    words = function.relation.name
    by_words = [row for row in open_ if singular(row.table.name) in words]
    if not open_ and any(a.type in _DOCUMENTS for a in wanted):
        named = set(_WORDS.findall(COMMENT.sub(" ", function.source).lower()))
        open_ = [row for row in rows if row.table.name.lower() in named]
    by_entry = [row for row in rows if row.table == entry.of]
    return by_name or by_entry or by_words or open_[:_MOST]


def _takes_key(scenario: Scenario, argument: Argument, row: Row | None) -> bool:
    if row is None:
        return False
    key = _key_type(scenario, row.table)
    return key is not None and argument.type in (key, f"{key}[]") and not _person(argument)


def _person(argument: Argument) -> bool:
    return _PERSON.search(argument.name.lower()) is not None


def _named_after(scenario: Scenario, name: str) -> Row | None:
    """The owner's row of the table that an argument is called after: `note_id`, `note`."""
    plain = name.removesuffix("_id")
    called = {owned.table: singular(owned.table.name) for owned in scenario.spec.owned}
    exact = (table for table, word in called.items() if word in (name, plain))
    # `site_user` may be one of `project_site_users`; `user` alone is a person.
    longer = (t for t, word in called.items() if "_" in plain and word.endswith(f"_{plain}"))
    found = next(iter((*exact, *longer)), None)
    return None if found is None else scenario.row(found, "this")


def _key_type(scenario: Scenario, table: Relation) -> str | None:
    known = scenario.catalog.tables[table]
    key = known.column(known.primary_key[0]) if len(known.primary_key) == 1 else None
    return key.type if key is not None else None


def _key_of(scenario: Scenario, row: Row) -> str | None:
    return text(row.values.get(scenario.key_columns(row.table)[0]))


def _plain(argument: Argument) -> str:
    return _PREFIX.sub("", argument.name.lower())
