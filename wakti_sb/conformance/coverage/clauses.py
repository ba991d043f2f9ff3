"""The policies whose conditions are measured: those that a caller of the API meets. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...spec import OPERATIONS, Function, Operation, Relation, View
from ..catalog import Policy, Table
from ..conditions import Helpers, Taken, by_name, taken_apart
from ..model import API_ROLES, MESSAGES, OBJECTS, Subject
from ..scenario import Scenario


@dataclass(frozen=True)
class Source:
    """A view or function that lets rows of a table out.

    Parameters:
        subject: what findings call it.
        alias: what its conditions call the table.
        entry: what the model says of it.
        names: its columns that are columns of the table: what both call them.
        calls: the arguments that a function is called with, as parts of a SELECT.
    """

    subject: Subject
    alias: str
    entry: View | Function = field(hash=False)
    names: tuple[tuple[str, str], ...] = ()
    calls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    """USING or WITH CHECK of a policy, or the query of a view or function, taken apart.

    Parameters:
        table: whose rows it decides about.
        policy: its name; empty for a view or function.
        new_rows: whether it is asked about rows as they would be, not as they are.
        operations: what it decides about.
        roles: those that it is asked for.
        taken: its conditions.
        expression: the whole of it.
        permissive: whether it opens rows, and does not only close some.
        source: the view or function that it is of, if it is of one.
    """

    table: Relation
    policy: str
    new_rows: bool
    operations: tuple[Operation, ...]
    roles: frozenset[str]
    taken: Taken
    expression: str = ""
    permissive: bool = True
    source: Source | None = None


def policy_clauses(scenario: Scenario) -> Iterator[Clause]:
    """Those of every described table, and of the storage objects where buckets are described."""
    accepting = {bucket.accepts for bucket in scenario.spec.bucket}
    helpers = by_name(
        tuple(
            replace(helper, whole=True) if helper.relation in accepting else helper
            for helper in scenario.catalog.helpers
        )
    )
    for relation in _tables(scenario):
        table = scenario.catalog.tables[relation]
        if table.rls:
            for policy in table.policies:
                if relation != OBJECTS or _about_ours(scenario, policy):
                    yield from _of(table, policy, helpers)


def _tables(scenario: Scenario) -> Iterator[Relation]:
    for entry in scenario.spec.owned:
        if entry.table in scenario.catalog.tables and str(entry.table) not in scenario.untested:
            yield entry.table
    if scenario.spec.bucket and OBJECTS in scenario.catalog.tables:
        yield OBJECTS
    if scenario.spec.channel and MESSAGES in scenario.catalog.tables:
        yield MESSAGES


def _about_ours(scenario: Scenario, policy: Policy) -> bool:
    """Whether a storage policy is about a described bucket, or about every one.

    Those of a bucket that nobody described are untested with it.
    """
    text = f"{policy.using or ''} {policy.check or ''}"
    names = (bucket.name for bucket in scenario.spec.bucket)
    return "bucket_id" not in text or any(f"'{name}'" in text for name in names)


def _of(table: Table, policy: Policy, helpers: Helpers) -> Iterator[Clause]:
    roles = frozenset(role for role in API_ROLES if {"public", role} & set(policy.roles))
    if not roles:
        return  # nobody's token leads there: its own tests answer for it
    for expression, new_rows in ((policy.using, False), (policy.check, True)):
        if expression is None:
            continue
        if table.relation == MESSAGES:
            # What a client asks for is the topic of the message that is tried for it.
            expression = expression.replace("realtime.topic()", f"{table.relation.name}.topic")
        taken = taken_apart(expression, helpers, table.relation.name)
        operations = tuple(_operations(policy, new_rows))
        if operations and (taken.atoms or taken.problem):
            yield Clause(
                table.relation,
                policy.name,
                new_rows,
                operations,
                roles,
                taken,
                expression,
                policy.permissive,
            )


def _operations(policy: Policy, new_rows: bool) -> Iterator[Operation]:
    about: tuple[Operation, ...] = ("insert", "update") if new_rows else OPERATIONS
    for operation in about:
        used_as_check = operation == "insert" and not new_rows and policy.check is not None
        if policy.command in (operation, "all") and not used_as_check:
            yield operation
