"""Rules about views: with whose rights they read, and what they read."""

from __future__ import annotations

from collections.abc import Iterator

from wakti_sb.lint.catalog import Catalog, View
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.replay.names import relation, schema_of
from wakti_sb.lint.rules.naming import sql_name
from wakti_sb.lint.tree import ast, walk
from wakti_sb.spec import Spec

_USERS = "auth.users"


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    meant = {view.table for view in spec.view if not view.invoker}
    for name, view in catalog.views.items():
        readers = [r for r in ("anon", "authenticated") if _reads(view, r)]
        if schema_of(name) not in spec.project.schemas:
            continue
        if readers and not view.security_invoker and _reads_users(view):
            yield Finding.at(
                view.place,
                "auth_users_exposed",
                f"{name} shows auth.users to {' and '.join(readers)}",
                "copy what others may see into a table of your own, with policies",
            )
        if view.materialized:
            if readers:
                yield _materialized(name, view, readers)
        elif readers and not view.security_invoker and name not in meant:
            yield Finding.at(
                view.place,
                "view-with-owner-rights",
                f"{name} shows what its owner may see: no policy holds for who asks",
                f"alter view {sql_name(name)} set (security_invoker = true)",
            )


def _materialized(name: str, view: View, readers: list[str]) -> Finding:
    return Finding.at(
        view.place,
        "materialized_view_in_api",
        f"{name} keeps its rows, which no policy guards, and {' and '.join(readers)} may read it",
        f"revoke all on {sql_name(name)} from anon, authenticated, or move it to another schema",
    )


def _reads(view: View, role: str) -> bool:
    return any("select" in view.privileges.get(each, ()) for each in (role, "public"))


def _reads_users(view: View) -> bool:
    return any(
        isinstance(node, ast.RangeVar) and relation(node) == _USERS for node in walk(view.query)
    )
