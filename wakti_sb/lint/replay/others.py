"""Triggers, extensions, roles and buckets."""

from __future__ import annotations

from typing import Any

from wakti_sb.lint.catalog import Catalog, Trigger
from wakti_sb.lint.finding import Place
from wakti_sb.lint.replay.names import qualified, relation, truth
from wakti_sb.lint.tree import ast

_EVENTS = {4: "insert", 8: "delete", 16: "update", 32: "truncate"}
_PASSING = frozenset({"bypassrls", "superuser"})
_BUCKETS = "storage.buckets"


def apply(node: Any, place: Place, catalog: Catalog) -> None:
    """Follow a statement about one of them."""
    match node:
        case ast.CreateTrigStmt():
            table = relation(node.relation)
            events = frozenset(word for bit, word in _EVENTS.items() if node.events & bit)
            catalog.triggers[table, node.trigname] = Trigger(
                node.trigname, table, qualified(node.funcname), events, place
            )
        case ast.CreateExtensionStmt():
            schema = next((o.arg.sval for o in node.options or () if o.defname == "schema"), "")
            catalog.extensions.setdefault(node.extname, (schema, place))
        case ast.CreateRoleStmt() | ast.AlterRoleStmt():
            _role(node, place, catalog)
        case ast.GrantRoleStmt():
            _membership(node, place, catalog)
        case ast.InsertStmt() if relation(node.relation) == _BUCKETS:
            _buckets(node, place, catalog)
        case ast.UpdateStmt() if relation(node.relation) == _BUCKETS:
            _changed_bucket(node, place, catalog)


def _role(node: Any, place: Place, catalog: Catalog) -> None:
    name = node.role if isinstance(node, ast.CreateRoleStmt) else node.role.rolename
    for option in node.options or ():
        if option.defname in _PASSING and name is not None:
            if truth(option.arg):
                catalog.roles.passing[name] = place
            else:
                catalog.roles.passing.pop(name, None)


def _membership(node: Any, place: Place, catalog: Catalog) -> None:
    for granted in node.granted_roles:
        for member in node.grantee_roles:
            key = (granted.priv_name, member.rolename or "public")
            if node.is_grant:
                catalog.roles.members[key] = place
            else:
                catalog.roles.members.pop(key, None)


def _buckets(node: Any, place: Place, catalog: Catalog) -> None:
    columns = [column.name for column in node.cols or ()]
    rows = getattr(node.selectStmt, "valuesLists", None) or ()
    if not {"id", "public"} <= {*columns}:
        return
    for row in rows:
        values = dict(zip(columns, row, strict=False))
        _public(values["id"], values["public"], place, catalog)


def _changed_bucket(node: Any, place: Place, catalog: Catalog) -> None:
    value = next((t.val for t in node.targetList if t.name == "public"), None)
    match node.whereClause:
        case ast.A_Expr(lexpr=ast.ColumnRef(fields=(ast.String(sval="id"),)), rexpr=wanted):
            if value is not None:
                _public(wanted, value, place, catalog)


def _public(bucket: Any, public: Any, place: Place, catalog: Catalog) -> None:
    match bucket, public:
        case ast.A_Const(val=ast.String(sval=name)), ast.A_Const(
            val=ast.Boolean(boolval=is_public)
        ):
            if is_public:
                catalog.public_buckets[name] = place
            else:
                catalog.public_buckets.pop(name, None)
