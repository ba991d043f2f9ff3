"""The rules of our own, over what all migrations together leave behind.

A table, policy or function is judged as the last migration left it: what a later one mends is no
longer a finding, and what was released wrong stays one until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakti_sb.generate.quoting import ident
from wakti_sb.lint.bodies import statements
from wakti_sb.lint.calls import calls_for_each_row
from wakti_sb.lint.catalog import Catalog, ForeignKey, Function, Policy, Table
from wakti_sb.lint.finding import Finding, Place
from wakti_sb.lint.lookups import unserved
from wakti_sb.lint.outward import Outward, outward_names
from wakti_sb.lint.replay.names import function_key, schema_of
from wakti_sb.spec import Spec, admits_anon

RULES = {
    "policy-without-role": "a policy says which roles it is for",
    "policy-calls-for-each-row": "auth.uid() and its like are called once a statement",
    "policy-without-index": "what a policy looks up has an index",
    "name-from-outside": "a name that a subquery selects is one of its own tables'",
    "foreign-key-without-index": "a foreign key has an index",
    "table-without-rls": "a table that the API shows has row level security",
    "view-with-owner-rights": "a view that the API shows reads with the rights of who asks",
    "definer-without-search-path": "a security definer function sets its search_path, pg_temp last",
    "function-open-to-anon": "a function that the API shows is not for everybody by accident",
}
"""Name and claim of each rule of our own."""


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    for name, table in catalog.tables.items():
        yield from _table(name, table, spec)
        for key in table.foreign_keys.values():
            yield from _foreign_key(name, table, key)
    for name, table in (*catalog.tables.items(), *catalog.platform_tables.items()):
        for policy in table.policies.values():
            yield from _policy(f'policy "{policy.name}" on {name}', policy)
            yield from _policy_lookups(name, policy, catalog)
            yield from _policy_names(name, policy, catalog)
    yield from _views(catalog, spec)
    yield from _functions(catalog, spec)


def _table(name: str, table: Table, spec: Spec) -> Iterator[Finding]:
    if schema_of(name) in spec.project.schemas and not table.row_security:
        yield Finding.at(
            table.place,
            "table-without-rls",
            f"{name} is open to everyone who holds a publishable key",
            f"alter table {_sql(name)} enable row level security; lint does not follow dynamic SQL",
        )


def _foreign_key(name: str, table: Table, key: ForeignKey) -> Iterator[Finding]:
    wanted = set(key.columns)
    for index in table.indexes.values():
        leading = set(index.columns[: len(wanted)])
        if leading == wanted and not index.partial and index.only_filled <= wanted:
            return
    columns = ", ".join(key.columns)
    yield Finding.at(
        key.place,
        "foreign-key-without-index",
        f"{name} ({columns}) points at {key.target} without an index: deleting a row there reads"
        " this whole table",
        f"create index on {_sql(name)} ({', '.join(map(ident, key.columns))})",
    )


def _policy(what: str, policy: Policy) -> Iterator[Finding]:
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


def _policy_lookups(name: str, policy: Policy, catalog: Catalog) -> Iterator[Finding]:
    found = {*unserved(policy.using, name, catalog), *unserved(policy.check, None, catalog)}
    for columns in sorted(found):
        table, column = columns[0]
        either = " or ".join(f"{table}.{column}" for table, column in columns)
        yield Finding.at(
            policy.place,
            "policy-without-index",
            f'policy "{policy.name}" on {name} looks rows up by {either}, which no index begins'
            " with",
            f"create index on {_sql(table)} ({ident(column)})",
        )


def _policy_names(name: str, policy: Policy, catalog: Catalog) -> Iterator[Finding]:
    table = catalog.table(name)
    around = {name.split(".")[1]: frozenset(table.columns) if table and table.columns else None}
    for condition in (policy.using, policy.check):
        for found in outward_names(condition, catalog, around):
            place = policy.source.place(found.location)
            yield _outward(place, f'policy "{policy.name}" on {name}', found)


def _function_names(key: str, function: Function, catalog: Catalog) -> Iterator[Finding]:
    for statement in statements(function.language, function.body or ""):
        for found in outward_names(statement, catalog):
            yield _outward(function.place, key, found)


def _outward(place: Place, what: str, found: Outward) -> Finding:
    return Finding.at(
        place,
        "name-from-outside",
        f"{what} asks for {found.name} in a subquery that has no such column: it means"
        f" {found.table}.{found.name} of the query around it",
        "write every name with its table; name a function's result as `… as found (value)`",
    )


def _views(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    meant = {view.table for view in spec.view if not view.invoker}
    for name, view in catalog.views.items():
        exposed = schema_of(name) in spec.project.schemas
        if exposed and not view.security_invoker and name not in meant:
            yield Finding.at(
                view.place,
                "view-with-owner-rights",
                f"{name} shows what its owner may see: no policy holds for who asks",
                f"alter view {_sql(name)} set (security_invoker = true)",
            )


def _functions(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    meant = {function_key(f.function) for f in spec.function if admits_anon(f.execute)}
    for key, function in catalog.functions.items():
        if function.security_definer:
            yield from _search_path(key, function)
        yield from _function_names(key, function, catalog)
        holders = [role for role in ("public", "anon") if role in function.executors]
        exposed = schema_of(key) in spec.project.schemas
        described = key in meant or key.partition("(")[0] in meant
        if exposed and holders and function.called_by_name and not described:
            yield Finding.at(
                function.place,
                "function-open-to-anon",
                f"{key} can be called by anybody over the API",
                f"revoke execute on function {key} from {', '.join(holders)}, or describe it"
                " under [[function]] in wakti.toml",
            )


def _search_path(key: str, function: Function) -> Iterator[Finding]:
    if function.search_path is None:
        fault = "finds names by its caller's search_path"
    elif function.search_path[-1:] != ("pg_temp",):
        fault = "looks into pg_temp first, where its caller may put tables and types of any name"
    else:
        return
    yield Finding.at(
        function.place,
        "definer-without-search-path",
        f"{key} runs with its owner's rights and {fault}",
        "add `set search_path = pg_catalog, pg_temp` and write every other name with its schema",
    )


def _sql(name: str) -> str:
    """A `schema.name` as SQL text."""
    return ".".join(ident(part) for part in name.split(".", 1))
