"""Ways to weaken a database, one at a time, as teams really do it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psycopg import sql

from ...spec import OPERATIONS, Owned, Public, Spec, admits_anon
from ..cases import matches
from ..catalog import Catalog, Policy, Rule, Table
from ..catalog.identifiers import ident, quoted
from ..model import API_ROLES, MESSAGES, OBJECTS
from .mutant import Mutant
from .policies import dropped, policy_mutants, without_folder


def mutants(spec: Spec, catalog: Catalog) -> Iterator[Mutant]:
    """Every mutant of a database, in a fixed order."""
    for entry in spec.owned:
        table = catalog.tables.get(entry.table)
        if table is None:
            continue
        if _rows_are_kept_apart(entry, table):
            yield from _row_level_security(table)
        for policy in _in_reach(table):
            if policy.command == "update" and not _changeable(table):
                yield dropped(table, policy)
                continue
            yield from policy_mutants(table, policy, _new_rows_matter(spec, table, policy))
        yield from _grants(spec, table)
        yield from _rules(table)
    for view in spec.view:
        table = catalog.tables.get(view.table)
        if table is not None and table.kind == "v" and table.invoker and not _open(view, table):
            yield _view(table)
    objects = catalog.tables.get(OBJECTS)
    if objects is not None and spec.bucket:
        for policy in _in_reach(objects):
            yield from policy_mutants(objects, policy)
            yield from without_folder(objects, policy)
    messages = catalog.tables.get(MESSAGES)
    if messages is not None and spec.channel:
        for policy in _in_reach(messages):
            yield from policy_mutants(messages, policy)
    yield from _functions(spec, catalog)


def out_of_reach(spec: Spec, catalog: Catalog) -> Iterator[str]:
    """Policies for roles that no user's token carries: their own tests answer for them."""
    for entry in spec.owned:
        table = catalog.tables.get(entry.table)
        for policy in table.policies if table is not None else ():
            if not _reached(policy):
                yield f'{entry.table}: policy "{policy.name}" for {", ".join(policy.roles)}'


def equivalent(spec: Spec, catalog: Catalog) -> Iterator[str]:
    """Weakenings that leave the database as it is, and why: not counted, for people to see."""
    for entry in spec.owned:
        table = catalog.tables.get(entry.table)
        if table is None:
            continue
        if table.rls and not _rows_are_kept_apart(entry, table):
            yield f"{entry.table}: row level security off: everything there is open to everybody"
        for policy in _in_reach(table):
            if policy.command == "update" and not _changeable(table):
                yield (
                    f'{entry.table}: policy "{policy.name}" weakened: rules keep every column as '
                    "it is"
                )
            elif policy.command == "update" and not _new_rows_matter(spec, table, policy):
                yield (
                    f'{entry.table}: policy "{policy.name}" without its check of new rows: no '
                    "column that it looks at may be updated"
                )
    for view in spec.view:
        table = catalog.tables.get(view.table)
        if table is not None and table.kind == "v" and table.invoker and _open(view, table):
            yield f"{view.table}: reads with its owner's rights: everybody may read all of it"


def _open(view: Owned, table: Table | None) -> bool:
    return view.select.right == Public() and not _written(table)


def _in_reach(table: Table) -> list[Policy]:
    return [policy for policy in table.policies if _reached(policy)]


def _reached(policy: Policy) -> bool:
    return bool({"public", *API_ROLES} & set(policy.roles))


def _row_level_security(table: Table) -> Iterator[Mutant]:
    if table.rls and not table.is_view:
        name = quoted(table.relation)
        yield Mutant(
            f"{table.relation}: row level security off",
            str(table.relation),
            "rls off",
            (f"alter table {name} disable row level security",),
        )


def _rows_are_kept_apart(entry: Owned, table: Table) -> bool:
    """Whether policies keep anything from anybody; grants alone may do it."""
    writers = {
        "insert": {role for column in table.columns for role in column.inserters},
        "update": {role for column in table.columns for role in column.updaters},
        "delete": set(table.deleters),
        "select": {role for column in table.columns for role in column.readers},
    }
    return any(
        {*API_ROLES} & writers[operation] and entry.rule(operation).right != Public()
        for operation in OPERATIONS
    )


def _new_rows_matter(spec: Spec, table: Table, policy: Policy) -> bool:
    """Whether a new row can differ from the old one in anything that a check looks at.

    Where no column that decides about a row may be updated, a missing check changes nothing, and
    the mutant would be the same database.
    """
    if policy.command != "update":
        return True
    entry = spec.entry(table.relation)
    updatable = _changeable(table)
    text = f"{policy.using or ''} {policy.check or ''}"
    looked_at = {name for name in updatable if re.search(rf"\b{re.escape(name)}\b", text)}
    return bool(looked_at | (updatable & set(entry.placing if entry is not None else ())))


def _changeable(table: Table) -> set[str]:
    """The columns that a role of the API can change: granted, and kept by no rule."""
    kept = {c for rule in table.rules if rule.operation == "update" for c in rule.columns}
    return {c.name for c in table.columns if {*API_ROLES} & set(c.updaters)} - kept


def _grants(spec: Spec, table: Table) -> Iterator[Mutant]:
    entry = spec.entry(table.relation)
    if entry is None or table.is_view:
        return
    name = quoted(table.relation)
    for column in table.columns:
        if column.generated or column.identity == "a":
            continue
        hidden = column.name in entry.hidden and "authenticated" not in column.readers
        if hidden:
            yield _column(table, name, "select", column.name)
        if (
            column.name in entry.hidden
            and "anon" not in column.readers
            and _anon_reads(table, entry)
        ):
            yield _column(table, name, "select", column.name, "anon")
        may_update = _in_reach_for(table, "update") and "authenticated" not in column.updaters
        if may_update and entry.update.columns is not None:
            yield _column(table, name, "update", column.name)
        may_insert = _in_reach_for(table, "insert") and "authenticated" not in column.inserters
        if may_insert and entry.insert.columns is not None:
            yield _column(table, name, "insert", column.name)


def _rules(table: Table) -> Iterator[Mutant]:
    """A rule for what clients write, gone altogether or for one of its columns."""
    name = quoted(table.relation)
    for rule in table.rules:
        drop = f"drop trigger {ident(rule.name)} on {name}"
        yield Mutant(
            f"{table.relation}: {rule.name} dropped", str(table.relation), "rule dropped", (drop,)
        )
        for column in rule.columns if len(rule.columns) > 1 else ():
            rest = tuple(c for c in rule.columns if c != column)
            yield Mutant(
                f"{table.relation}: {rule.name} without {column}",
                str(table.relation),
                "rule without a column",
                (drop, _rule(rule, name, rest)),
            )
        if rule.operation == "update":
            sent = ident(rule.columns[0])
            yield Mutant(
                f"{table.relation}: update on {rule.columns[0]} revoked",
                str(table.relation),
                "whole rows refused",
                (f"revoke update ({sent}) on {name} from authenticated",),
            )


def _rule(rule: Rule, table: str, columns: tuple[str, ...]) -> str:
    """The trigger, on these columns alone."""
    differs = ""
    if rule.operation == "update":
        old, new = (", ".join(f"{row}.{ident(c)}" for c in columns) for row in ("old", "new"))
        differs = f" and ({old}) is distinct from ({new})"
    return (
        f"create trigger {ident(rule.name)} before {rule.operation} on {table} for each row "
        f"when (current_user in ('anon', 'authenticated'){differs}) "
        f"execute function wakti_rls.{rule.function}({', '.join(map(_literal, columns))})"
    )


def _literal(text: str) -> str:
    return sql.Literal(text).as_string(None)


def _anon_reads(table: Table, entry: Owned) -> bool:
    return admits_anon(entry.select.right) and any("anon" in c.readers for c in table.columns)


def _in_reach_for(table: Table, operation: str) -> bool:
    return any(policy.applies(operation, "authenticated") for policy in table.policies)


def _column(
    table: Table, name: str, privilege: str, column: str, role: str = "authenticated"
) -> Mutant:
    to_anon = " to anon" if role == "anon" else ""
    return Mutant(
        f"{table.relation}: {privilege} on {column} granted{to_anon}",
        str(table.relation),
        "column grant",
        (f"grant {privilege} ({ident(column)}) on {name} to {role}",),
    )


def _view(table: Table) -> Mutant:
    return Mutant(
        f"{table.relation}: reads with its owner's rights",
        str(table.relation),
        "view of its owner",
        (f"alter view {quoted(table.relation)} set (security_invoker = false)",),
    )


def _written(view: Table | None) -> bool:
    """Whether a role of the API can write through it: then its owner's rights open more."""
    if view is None or not view.writes:
        return False
    holders = {role for c in view.columns for role in (*c.inserters, *c.updaters)}
    return bool({*API_ROLES} & (holders | set(view.deleters)))


def _functions(spec: Spec, catalog: Catalog) -> Iterator[Mutant]:
    for function in catalog.functions:
        described = any(matches(entry, function) for entry in spec.function)
        if described and not function.trigger and "anon" not in function.executors:
            yield Mutant(
                f"{function.signature}: anon can execute it",
                str(function.relation),
                "function open to anon",
                (f"grant execute on function {function.signature} to anon",),
            )
