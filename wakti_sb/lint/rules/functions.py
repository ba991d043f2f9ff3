"""Rules about functions: who calls them, with whose rights, and by whose names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakti_sb.lint.bodies import statements, without_comments
from wakti_sb.lint.catalog import API_ROLES, Catalog, Function
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.outward import outward_names
from wakti_sb.lint.replay.names import function_key, relation, schema_of
from wakti_sb.lint.rules.policies import outward
from wakti_sb.lint.tree import ast, walk
from wakti_sb.spec import Spec, admits_anon

_SESSION = re.compile(
    r"\bauth\s*\.\s*(uid|jwt|role|email)\s*\(|\bcurrent_setting\s*\(|\b(current|session)_user\b",
    re.IGNORECASE,
)


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    anon = {function_key(f.function) for f in spec.function if admits_anon(f.execute)}
    described = {function_key(f.function) for f in spec.function}
    for key, function in catalog.functions.items():
        yield from _search_path(key, function)
        yield from _names(key, function, catalog)
        if function.volatility == "immutable" and _SESSION.search(
            without_comments(function.body or "")
        ):
            yield Finding.at(
                function.place,
                "immutable-reads-session",
                f"{key} is IMMUTABLE and reads who is asking: one person's answer may be kept for"
                " the next",
                "say STABLE",
            )
        if schema_of(key) in spec.project.schemas and function.called_by_name:
            yield from _callers(key, function, _known(key, anon), _known(key, described))
    yield from _triggers(catalog, spec)


def _known(key: str, names: set[str]) -> bool:
    return key in names or key.partition("(")[0] in names


def _callers(key: str, function: Function, anon: bool, described: bool) -> Iterator[Finding]:
    holders = [role for role in ("public", "anon") if role in function.executors]
    revoke = f"revoke execute on function {key} from"
    if holders and not anon:
        roles = ", ".join(holders)
        if function.security_definer:
            yield Finding.at(
                function.place,
                "anon_security_definer_function_executable",
                f"{key} runs with its owner's rights, which no policy stops, and anybody may call"
                " it over the API",
                f"{revoke} {roles}, or describe it under [[function]] in wakti.toml",
            )
        else:
            yield Finding.at(
                function.place,
                "function-open-to-anon",
                f"{key} can be called by anybody over the API",
                f"{revoke} {roles}, or describe it under [[function]] in wakti.toml",
            )
    if function.security_definer and "authenticated" in function.executors and not described:
        yield Finding.at(
            function.place,
            "authenticated_security_definer_function_executable",
            f"{key} runs with its owner's rights, and everybody who is signed in may call it",
            f"{revoke} authenticated, or describe it under [[function]] in wakti.toml",
        )


def _search_path(key: str, function: Function) -> Iterator[Finding]:
    remedy = (
        "add `set search_path = pg_catalog, pg_temp` and write every other name with its schema"
    )
    if function.search_path is None:
        if function.security_definer:
            rule, with_rights = "definer-without-search-path", "with its owner's rights"
        else:
            rule, with_rights = "function_search_path_mutable", "with its caller's rights"
        fault = f"runs {with_rights} and finds names by its caller's search_path"
    elif function.security_definer and function.search_path[-1:] != ("pg_temp",):
        rule = "search-path-without-pg-temp"
        fault = (
            "runs with its owner's rights and looks into pg_temp first, where its caller may put"
            " tables and types of any name"
        )
    else:
        return
    yield Finding.at(function.place, rule, f"{key} {fault}", remedy)


def _names(key: str, function: Function, catalog: Catalog) -> Iterator[Finding]:
    for statement in statements(function.language, function.body or ""):
        for found in outward_names(statement, catalog):
            yield outward(function.place, key, found)


def _triggers(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    for trigger in catalog.triggers.values():
        table = catalog.tables.get(trigger.table)
        function = catalog.functions.get(f"{trigger.function}()")
        if table is None or function is None or not function.security_definer:
            continue
        if not table.row_security or schema_of(trigger.table) not in spec.project.schemas:
            continue
        if not any(trigger.events & table.privileges.get(role, set()) for role in API_ROLES):
            continue
        written = sorted(_written(function, catalog) - {trigger.table})
        if written:
            yield Finding.at(
                trigger.place,
                "trigger-leaves-callers-rights",
                f"whoever writes {trigger.table} writes {', '.join(written)} too, past its"
                f" policies: {trigger.function}() runs with its owner's rights",
                "say in a comment why it may, check in it who is asking, or make it SECURITY"
                " INVOKER",
            )


def _written(function: Function, catalog: Catalog) -> set[str]:
    found = set()
    for statement in statements(function.language, function.body or ""):
        for node in walk(statement):
            if isinstance(node, ast.InsertStmt | ast.UpdateStmt | ast.DeleteStmt):
                name = relation(node.relation)
                table = catalog.tables.get(name)
                if table is not None and table.row_security:
                    found.add(name)
    return found
