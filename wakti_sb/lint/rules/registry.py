"""The names of our rules, what each claims, and what Supabase calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["access", "speed", "strict"]
"""`access`: somebody may get at what is not theirs. `speed`: queries that read too much.
`strict`: no hole by itself, but what a careful project says outright."""
Level = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of our own.

    Parameters:
        supabase: the lint of Supabase's advisors (Splinter) that it answers, by its name there.
        needs_database: whether it cannot be told from the migrations alone.
        needs_use: nor from a database that was just made of them.
        part_of: a rule whose finding at the same place has the same cause, and says more.
    """

    claim: str
    group: Group
    level: Level
    supabase: str | None = None
    needs_database: bool = False
    needs_use: bool = False
    part_of: str | None = None


RULES: dict[str, Rule] = {
    # access
    "table-without-rls": Rule(
        "a table that the API shows has row level security",
        "access",
        "error",
        "rls_disabled_in_public",
    ),
    "policy_exists_rls_disabled": Rule(
        "a table with policies has row level security switched on",
        "access",
        "error",
        "policy_exists_rls_disabled",
    ),
    "sensitive_columns_exposed": Rule(
        "no secret or personal column lies in a table without row level security",
        "access",
        "error",
        "sensitive_columns_exposed",
    ),
    "auth_users_exposed": Rule(
        "no view shows auth.users to the API's roles", "access", "error", "auth_users_exposed"
    ),
    "view-with-owner-rights": Rule(
        "a view that the API shows reads with the rights of who asks",
        "access",
        "error",
        "security_definer_view",
    ),
    "materialized_view_in_api": Rule(
        "the API shows no materialized view: no policy guards its rows",
        "access",
        "warning",
        "materialized_view_in_api",
    ),
    "foreign_table_in_api": Rule(
        "the API shows no foreign table: no policy guards its rows",
        "access",
        "warning",
        "foreign_table_in_api",
    ),
    "insecure_queue_exposed_in_api": Rule(
        "a queue that the API shows has row level security",
        "access",
        "error",
        "insecure_queue_exposed_in_api",
        needs_database=True,
    ),
    "rls_policy_always_true": Rule(
        "no policy lets everybody write every row", "access", "warning", "rls_policy_always_true"
    ),
    "policy-for-anybody-signed-in": Rule(
        "a policy for changes asks for more than a sign-in", "access", "warning"
    ),
    "policy-passes-anonymous": Rule(
        "no policy lets somebody in because nobody is signed in", "access", "error"
    ),
    "rls_references_user_metadata": Rule(
        "no policy trusts user_metadata, which its user may write",
        "access",
        "error",
        "rls_references_user_metadata",
    ),
    "policy-over-database-role": Rule(
        "no policy compares a column with current_user: over the API it is the same for all",
        "access",
        "warning",
    ),
    "policy-over-callers-setting": Rule(
        "no policy trusts a setting that its caller may write", "access", "error"
    ),
    "policy-matches-claim": Rule(
        "no policy takes a pattern from a token, or matches an address by an open end",
        "access",
        "warning",
    ),
    "immutable-reads-session": Rule("no IMMUTABLE function reads who is asking", "access", "error"),
    "anon_security_definer_function_executable": Rule(
        "nobody calls a security definer function without signing in, unless that is said",
        "access",
        "warning",
        "anon_security_definer_function_executable",
    ),
    "definer-without-search-path": Rule(
        "a security definer function sets its search_path",
        "access",
        "warning",
        "function_search_path_mutable",
    ),
    "name-from-outside": Rule(
        "a name that a subquery selects is one of its own tables'", "access", "error"
    ),
    "role-passes-rls": Rule(
        "no role of the project passes row level security, or may become one that does",
        "access",
        "error",
    ),
    "storage-policy-without-bucket": Rule(
        "a policy on storage.objects says which bucket it is for",
        "access",
        "warning",
        part_of="rls_policy_always_true",
    ),
    "public_bucket_allows_listing": Rule(
        "nobody lists all objects of a public bucket",
        "access",
        "warning",
        "public_bucket_allows_listing",
        part_of="storage-policy-without-bucket",
    ),
    # speed
    "policy-calls-for-each-row": Rule(
        "auth.uid() and its like are called once a statement",
        "speed",
        "warning",
        "auth_rls_initplan",
    ),
    "policy-without-index": Rule("what a policy looks up has an index", "speed", "warning"),
    "foreign-key-without-index": Rule(
        "a foreign key has an index", "speed", "info", "unindexed_foreign_keys"
    ),
    "multiple_permissive_policies": Rule(
        "one permissive policy for a role and a command",
        "speed",
        "warning",
        "multiple_permissive_policies",
    ),
    "no_primary_key": Rule("a table has a primary key", "speed", "info", "no_primary_key"),
    "duplicate_index": Rule("no index is there twice", "speed", "warning", "duplicate_index"),
    "unused_index": Rule(
        "an index is used", "speed", "info", "unused_index", needs_database=True, needs_use=True
    ),
    "table_bloat": Rule(
        "a table takes no more than its rows need",
        "speed",
        "info",
        "table_bloat",
        needs_database=True,
    ),
    # strict
    "policy-without-role": Rule("a policy says which roles it is for", "strict", "info"),
    "rls_enabled_no_policy": Rule(
        "a table with row level security has a policy", "strict", "info", "rls_enabled_no_policy"
    ),
    "function-open-to-anon": Rule(
        "a function that the API shows is not for everybody by accident", "strict", "info"
    ),
    "search-path-without-pg-temp": Rule(
        "a security definer function looks into pg_temp last", "strict", "info"
    ),
    "function_search_path_mutable": Rule(
        "a function with its caller's rights sets its search_path, too",
        "strict",
        "warning",
        "function_search_path_mutable",
    ),
    "authenticated_security_definer_function_executable": Rule(
        "signed-in users call no security definer function, unless that is said",
        "strict",
        "warning",
        "authenticated_security_definer_function_executable",
    ),
    "trigger-leaves-callers-rights": Rule(
        "a trigger that clients set off does not write with other rights than theirs",
        "strict",
        "info",
    ),
    "unique-key-across-tenants": Rule(
        "a unique key holds the column that parts the tenants", "strict", "info"
    ),
    "foreign-key-unchecked": Rule(
        "a policy that lets rows in checks the parent that they point at", "strict", "warning"
    ),
    "default-privileges-for-the-api": Rule(
        "what will be made is not given to the API's roles in advance", "strict", "warning"
    ),
    "pg_graphql_anon_table_exposed": Rule(
        "GraphQL shows visitors no tables", "strict", "warning", "pg_graphql_anon_table_exposed"
    ),
    "pg_graphql_authenticated_table_exposed": Rule(
        "GraphQL shows signed-in users no tables",
        "strict",
        "warning",
        "pg_graphql_authenticated_table_exposed",
    ),
    "extension_in_public": Rule(
        "extensions have a schema of their own", "strict", "warning", "extension_in_public"
    ),
    "extension_versions_outdated": Rule(
        "extensions have the version that the server offers",
        "strict",
        "warning",
        "extension_versions_outdated",
        needs_database=True,
    ),
    "fkey_to_auth_unique": Rule(
        "a foreign key to the platform's tables points at a primary key",
        "strict",
        "error",
        "fkey_to_auth_unique",
    ),
    "unsupported_reg_types": Rule(
        "no column has a type that stops pg_upgrade",
        "strict",
        "warning",
        "unsupported_reg_types",
    ),
}
"""Each rule of our own by its name, the ones that matter most first."""

BY_SUPABASE_NAME: dict[str, tuple[str, ...]] = {
    lint: tuple(name for name, rule in RULES.items() if rule.supabase == lint)
    for lint in (rule.supabase for rule in RULES.values())
    if lint is not None
}
"""The rules of ours that answer a lint of Supabase's advisors."""
