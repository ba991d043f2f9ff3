"""Rules about policies: for whom they are, what they cost, by which names they look things up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from wakti_sb.generate.quoting import ident
from wakti_sb.lint.calls import calls_for_each_row
from wakti_sb.lint.catalog import Catalog, Policy, Table
from wakti_sb.lint.finding import Finding, Place
from wakti_sb.lint.lookups import unserved
from wakti_sb.lint.outward import Outward, outward_names
from wakti_sb.lint.rules.naming import sql_name

_COMMANDS = ("select", "insert", "update", "delete")


def judge(catalog: Catalog) -> Iterator[Finding]:
    """What the rules find."""
    for name, table in (*catalog.tables.items(), *catalog.platform_tables.items()):
        for policy in table.policies.values():
            yield from _alone(f'policy "{policy.name}" on {name}', policy)
            yield from _lookups(name, policy, catalog)
            yield from _names(name, policy, catalog)
        yield from _together(name, table)


def _alone(what: str, policy: Policy) -> Iterator[Finding]:
    if "public" in policy.roles:
        yield Finding.at(
            policy.place,
            "policy-without-role",
            f"{what} is for every role there is and will be",
            "say `to authenticated`, or `to anon, authenticated`",
        )
    for condition in (policy.using, policy.check):
        for call, location in calls_for_each_row(condition):
            yield Finding.at(
                policy.source.place(location),
                "policy-calls-for-each-row",
                f"{what} calls {call}() for each row",
                f"write (select {call}(…)): the planner then calls it once a statement",
            )


def _together(name: str, table: Table) -> Iterator[Finding]:
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for command in _COMMANDS:
        for role in ("anon", "authenticated"):
            several = tuple(
                policy.name
                for policy in table.policies.values()
                if policy.permissive
                and policy.command in (command, "all")
                and {role, "public"} & {*policy.roles}
            )
            if len(several) > 1:
                found[several].append(f"{command} by {role}")
    for names, when in found.items():
        last = table.policies[names[-1]]
        yield Finding.at(
            last.place,
            "multiple_permissive_policies",
            f"{len(names)} policies of {name} are all asked for {', '.join(when)}:"
            f" {', '.join(names)}",
            "make one of them with `or`, or name the roles and commands that each is for",
        )


def _lookups(name: str, policy: Policy, catalog: Catalog) -> Iterator[Finding]:
    found = {*unserved(policy.using, name, catalog), *unserved(policy.check, None, catalog)}
    for columns in sorted(found):
        table, column = columns[0]
        either = " or ".join(f"{table}.{column}" for table, column in columns)
        yield Finding.at(
            policy.place,
            "policy-without-index",
            f'policy "{policy.name}" on {name} looks rows up by {either}, which no index begins'
            " with",
            f"create index on {sql_name(table)} ({ident(column)})",
        )


def _names(name: str, policy: Policy, catalog: Catalog) -> Iterator[Finding]:
    table = catalog.table(name)
    around = {name.split(".")[1]: frozenset(table.columns) if table and table.columns else None}
    for condition in (policy.using, policy.check):
        for found in outward_names(condition, catalog, around):
            place = policy.source.place(found.location)
            yield outward(place, f'policy "{policy.name}" on {name}', found)


def outward(place: Place, what: str, found: Outward) -> Finding:
    """A name that means the query around it."""
    return Finding.at(
        place,
        "name-from-outside",
        f"{what} asks for {found.name} in a subquery that has no such column: it means"
        f" {found.table}.{found.name} of the query around it",
        "write every name with its table; name a function's result as `… as found (value)`",
    )
