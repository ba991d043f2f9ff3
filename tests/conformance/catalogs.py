"""A catalog and a model without a database: two tables, one of them under the other."""

from __future__ import annotations

from wakti_sb.conformance.catalog import Catalog, Column, ForeignKey, Policy, Role, Table, Unique
from wakti_sb.conformance.model import USERS
from wakti_sb.spec import Relation, Spec, parse

PROJECTS = Relation("public.projects")
UPLOADS = Relation("public.project_uploads")

BOTH = ("authenticated", "service_role")

MODEL = """
[[owned]]
table = "public.projects"
owner = "user_id"
select = "own"
insert = "own"
update = ["name"]
delete = "own"

[[owned]]
table = "public.project_uploads"
through = "public.projects"
key = "project_id"
owner = "user_id"
select = "own"
insert = "own"
update = ["filename"]
delete = "own"
hidden = ["secret"]
"""


def spec(text: str = MODEL) -> Spec:
    return parse(text)


def column(name: str, base: str = "uuid", *, default: str | None = None) -> Column:
    category = "S" if base == "text" else "U"
    return Column(
        name,
        base,
        base,
        category=category,
        not_null=True,
        default=default,
        readers=BOTH,
        inserters=BOTH,
        updaters=BOTH,
    )


def projects() -> Table:
    return Table(
        PROJECTS,
        (column("id", default="gen_random_uuid()"), column("user_id"), column("name", "text")),
        foreign_keys=(ForeignKey("projects_user", ("user_id",), USERS, ("id",)),),
        uniques=(Unique(("id",), primary=True),),
        policies=(Policy("own", "all", True, ("authenticated",), "user_id = auth.uid()", None),),
        deleters=BOTH,
    )


def uploads() -> Table:
    return Table(
        UPLOADS,
        (
            column("id", default="gen_random_uuid()"),
            column("project_id"),
            column("user_id"),
            column("filename", "text"),
            column("secret", "text"),
        ),
        foreign_keys=(
            ForeignKey("uploads_project", ("project_id",), PROJECTS, ("id",)),
            ForeignKey("uploads_user", ("user_id",), USERS, ("id",)),
        ),
        uniques=(Unique(("id",), primary=True),),
        policies=(Policy("own", "all", True, ("authenticated",), "user_id = auth.uid()", None),),
        deleters=BOTH,
    )


def catalog(*tables: Table) -> Catalog:
    known = tables or (projects(), uploads())
    return Catalog(
        ("public",),
        {table.relation: table for table in known},
        roles={name: Role(name) for name in ("anon", "authenticated")},
    )
