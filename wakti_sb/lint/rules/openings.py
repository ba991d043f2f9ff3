"""Rules about conditions of policies that let more through than they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import enums

from wakti_sb.lint.bodies import without_comments
from wakti_sb.lint.catalog import API_ROLES, Catalog, Policy
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.replay.names import schema_of
from wakti_sb.lint.rules.expressions import (
    always_true,
    asks_for_nobody,
    asks_only_for_a_sign_in,
    call_name,
    calls,
    is_database_role,
    text_of,
    unwrapped,
)
from wakti_sb.lint.tree import ast, walk
from wakti_sb.spec import Spec

_WRITES = ("insert", "update", "delete", "all")
_CHANGES = ("update", "delete", "all")
_BY_THE_CALLER = ("request.header", "request.cookie", "request.method", "request.path")
_MATCHING = frozenset({"~~", "~~*", "~", "~*"})
_SET_CONFIG = re.compile(
    r"\bset_config\s*\(\s*(?P<name>'[^']*'|[^,]+?)\s*,\s*(?P<value>'[^']*'\s*,)?", re.I
)


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    settable = frozenset(_settable(catalog, spec))
    for name, table in (*catalog.tables.items(), *catalog.platform_tables.items()):
        off = name in catalog.tables and not table.row_security
        for policy in table.policies.values():
            if not policy.for_the_api or off:
                continue
            what = f'policy "{policy.name}" on {name}'
            if policy.permissive:
                yield from _open(what, policy)
            for condition in policy.conditions:
                yield from _trusts(what, policy, condition, settable)


def _open(what: str, policy: Policy) -> Iterator[Finding]:
    if _lets_everybody_write(policy):
        yield Finding.at(
            policy.place,
            "rls_policy_always_true",
            f"{what} lets {_who(policy)} {_does(policy)} every row",
            "say whose rows they are, e.g. user_id = (select auth.uid()); the secret key needs no"
            " policy",
        )
    elif policy.command in _CHANGES and asks_only_for_a_sign_in(policy.using):
        yield Finding.at(
            policy.place,
            "policy-for-anybody-signed-in",
            f"{what} lets everybody who is signed in {_does(policy)} everybody's rows",
            "say whose rows they are, e.g. user_id = (select auth.uid())",
        )
    if {"anon", "public"} & {*policy.roles} and any(map(asks_for_nobody, policy.conditions)):
        yield Finding.at(
            policy.place,
            "policy-passes-anonymous",
            f"{what} lets everybody through who is not signed in",
            "drop `auth.uid() is null`: the secret key needs no policy",
        )


def _lets_everybody_write(policy: Policy) -> bool:
    if policy.command in _CHANGES and (policy.using is None or always_true(policy.using)):
        return True
    if policy.command == "insert" and policy.check is None:
        return True
    return policy.command in _WRITES and policy.check is not None and always_true(policy.check)


def _who(policy: Policy) -> str:
    if "public" in policy.roles or "anon" in policy.roles:
        return "everybody, signed in or not,"
    return "everybody who is signed in"


def _does(policy: Policy) -> str:
    if policy.command == "all":
        return "read and write"
    if policy.command == "update" and policy.using is not None and not always_true(policy.using):
        return "make any row out of theirs, and so"
    return {"insert": "insert", "update": "change", "delete": "delete"}[policy.command]


def _trusts(
    what: str, policy: Policy, condition: Any, settable: frozenset[str]
) -> Iterator[Finding]:
    if _reads_user_metadata(condition):
        yield Finding.at(
            policy.place,
            "rls_references_user_metadata",
            f"{what} trusts user_metadata, and everybody may write their own",
            "keep it in app_metadata, or in a table that its user cannot write",
        )
    for node in walk(condition):
        if isinstance(node, ast.A_Expr):
            yield from _compared(what, policy, node)
    for name, call in calls(condition):
        setting = text_of(call.args[0]) if name == "current_setting" and call.args else None
        if setting is None:
            continue
        if setting.startswith(_BY_THE_CALLER):
            why = "and every caller writes their own request"
        elif setting in settable:
            why = "and a function of the API lets its caller write that"
        else:
            continue
        yield Finding.at(
            policy.source.place(call.location),
            "policy-over-callers-setting",
            f"{what} trusts the setting {setting}, {why}",
            "ask auth.uid() or a claim of app_metadata: they are signed",
        )


def _compared(what: str, policy: Policy, node: Any) -> Iterator[Finding]:
    sides = (node.lexpr, node.rexpr)
    if any(map(is_database_role, sides)) and any(
        isinstance(unwrapped(side), ast.ColumnRef) for side in sides
    ):
        yield Finding.at(
            policy.place,
            "policy-over-database-role",
            f"{what} compares a column with the database's role, which is `authenticated` for"
            " everybody who comes over the API",
            "ask (select auth.uid())",
        )
    kinds = enums.A_Expr_Kind
    matches = node.kind in (kinds.AEXPR_LIKE, kinds.AEXPR_ILIKE, kinds.AEXPR_SIMILAR)
    if not matches and node.name[-1].sval not in _MATCHING:
        return
    if _can_be_shaped(node.rexpr):
        fault = "takes its pattern from a token: who has % or _ in it matches others'"
        remedy = "compare with = or starts_with()"
    elif _is_address(node.lexpr) and _open_ended(text_of(node.rexpr), regex=not matches):
        fault = f"matches an address by {text_of(node.rexpr)!r}, which fits other domains too"
        remedy = "write '%@example.com', with the @"
    else:
        return
    yield Finding.at(policy.place, "policy-matches-claim", f"{what} {fault}", remedy)


def _can_be_shaped(node: Any) -> bool:
    """Whether a person chooses what stands there: an address or a claim, but not an id or role."""
    keys = {
        text_of(each.rexpr)
        for each in walk(node)
        if isinstance(each, ast.A_Expr) and each.name[-1].sval in ("->", "->>")
    }
    named = {name for name, _ in calls(node)}
    claim = "auth.jwt" in named and not keys & {"sub", "role", "aud", "app_metadata"}
    return claim or "auth.email" in named


def _is_address(node: Any) -> bool:
    node = unwrapped(node)
    if call_name(node) in ("lower", "upper"):
        return _is_address(node.args[0])
    if call_name(node) == "auth.email":
        return True
    match node:
        case ast.A_Expr(lexpr=left, rexpr=right) if node.name[-1].sval == "->>":
            return call_name(unwrapped(left)) == "auth.jwt" and text_of(right) == "email"
    return False


def _open_ended(pattern: str | None, *, regex: bool) -> bool:
    if pattern is None:
        return False
    if regex:
        return "@" not in pattern or not pattern.endswith("$")
    domain = pattern.rpartition("@")[2]
    return "@" not in pattern or "%" in domain or "_" in domain.replace("\\_", "")


def _reads_user_metadata(condition: Any) -> bool:
    return any(
        isinstance(node, ast.A_Expr)
        and node.name[-1].sval in ("->", "->>", "#>", "#>>")
        and "user_metadata" in (text_of(node.rexpr) or "")
        and {"auth.jwt", "current_setting"} & {name for name, _ in calls(node.lexpr)}
        for node in walk(condition)
    )


def _settable(catalog: Catalog, spec: Spec) -> Iterator[str]:
    """Settings that somebody writes as they like, by calling a function of the API."""
    for key, function in catalog.functions.items():
        if API_ROLES.isdisjoint(function.executors) or schema_of(key) not in spec.project.schemas:
            continue
        if not function.called_by_name:
            continue
        body = without_comments(function.body or "")
        for match in _SET_CONFIG.finditer(body):
            name = match["name"].strip()
            chosen = match["value"] is None and not re.search(
                r"auth\s*\.\s*(uid|jwt|role)", body, re.I
            )
            if chosen and name.startswith("'"):
                yield name.strip("'")
