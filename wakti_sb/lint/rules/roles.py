"""Rules about roles, extensions and what is given in advance."""

from __future__ import annotations

from collections.abc import Iterator

from wakti_sb.lint.catalog import API_ROLES, Catalog, Table, View
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.replay.names import schema_of
from wakti_sb.lint.rules.naming import sql_name
from wakti_sb.spec import Spec

_PASSES = frozenset({"service_role", "postgres", "supabase_admin"})
_PLATFORM = _PASSES | {"dashboard_user"}
_MAY_BE_MEMBERS = _PLATFORM | {"authenticator"}
# The platform has put these where they are, or their control file says where they belong.
_PLACED = frozenset(
    {"plpgsql", "uuid-ossp", "pgcrypto", "pg_stat_statements", "pg_graphql", "supabase_vault"}
    | {"pg_cron", "pgmq", "pgsodium", "pgtap", "pgaudit", "plv8"}
)


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    yield from _passing(catalog)
    yield from _in_advance(catalog, spec)
    yield from _extensions(catalog)
    if "pg_graphql" in catalog.extensions:
        yield from _graphql(catalog, spec)


def _passing(catalog: Catalog) -> Iterator[Finding]:
    for role, place in catalog.roles.passing.items():
        if role not in _PLATFORM and not role.startswith(("supabase_", "pg_")):
            yield Finding.at(
                place,
                "role-passes-rls",
                f"no policy holds for the role {role}",
                f"alter role {role} nobypassrls, and write policies for what it needs",
            )
    reach = _PASSES | {*catalog.roles.passing}
    for (role, member), place in catalog.roles.members.items():
        if role in reach and member not in _MAY_BE_MEMBERS and not member.startswith("supabase_"):
            yield Finding.at(
                place,
                "role-passes-rls",
                f"{member} may become {role}, whom no policy stops",
                f"revoke {role} from {member}",
            )


def _in_advance(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    for given in catalog.default_grants:
        if given.role not in API_ROLES or given.kind == "sequences":
            continue
        if given.schema == "public":
            continue  # as on a fresh project of the platform
        if given.schema is None or given.schema in spec.project.schemas:
            where = f"in {given.schema}" if given.schema else "everywhere"
            yield Finding.at(
                given.place,
                "default-privileges-for-the-api",
                f"all {given.kind} that will be made {where} are given to {given.role}",
                "grant on each of them what it needs",
            )


def _extensions(catalog: Catalog) -> Iterator[Finding]:
    for name, (schema, place) in catalog.extensions.items():
        if schema in ("", "public") and name not in _PLACED:
            yield Finding.at(
                place,
                "extension_in_public",
                f"the extension {name} puts its functions into public, where the API shows them",
                f'create extension "{name}" with schema extensions',
            )


def _graphql(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    things: dict[str, Table | View] = {**catalog.tables, **catalog.views}
    for role, rule in (
        ("anon", "pg_graphql_anon_table_exposed"),
        ("authenticated", "pg_graphql_authenticated_table_exposed"),
    ):
        for name, thing in things.items():
            held = thing.privileges.get(role, set()) | thing.privileges.get("public", set())
            if schema_of(name) in spec.project.schemas and "select" in held:
                yield Finding.at(
                    thing.place,
                    rule,
                    f"GraphQL shows {role} that {name} is there, with its columns",
                    f"revoke select on {sql_name(name)} from {role}",  # noqa: S608  # never run
                )
