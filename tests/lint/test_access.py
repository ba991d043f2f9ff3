"""Rules about who gets at what: each hole is found, and its sound neighbour is not."""

# ruff: noqa: E501  # a hole and its sound neighbour read best beside each other
from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import wakti
from wakti_sb.lint import BY_SUPABASE_NAME, RULES

from .conftest import Judge, write_migrations

TABLE = (
    "create table public.notes (id uuid primary key, user_id uuid, org text, owner text);"
    "alter table public.notes enable row level security;"
)
POLICY = "create policy p on public.notes for {} to {} {};"
OBJECTS = "create policy p on storage.objects for {} to {} {};"
DEFINER = (
    "create function public.f() returns int language sql security definer"
    " set search_path = pg_catalog, pg_temp as 'select 1';"
)
IMMUTABLE = "create function public.me() returns uuid language sql {} as 'select auth.uid()';"
BUCKET = "insert into storage.buckets (id, name, public) values ('a', 'a', {});"
SETTER = (
    "create function public.choose(v text) returns void language sql as"
    " $$ select set_config('app.org', {}, true) $$;"
)
ORG = "using (org = current_setting('app.org'))"
CHILD = (
    "create table public.parts (id uuid primary key, note_id uuid references public.notes (id),"
    " user_id uuid, label text{}); alter table public.parts enable row level security;"
    "create policy p on public.parts for insert to authenticated with check ({});"
)
MINE = "user_id = (select auth.uid())"

# rule, hole, sound neighbour
PAIRS = [
    ("policy_exists_rls_disabled", TABLE.replace("enable", "disable") + POLICY.format("select", "anon", "using (true)"), TABLE + POLICY.format("select", "anon", "using (true)")),
    ("sensitive_columns_exposed", "create table public.k (api_key text);", "create table public.k (keyboard text);"),
    ("auth_users_exposed", "create view public.v as select id, email from auth.users;", "create view public.v with (security_invoker) as select id from auth.users;"),
    ("materialized_view_in_api", TABLE + "create materialized view public.m as select * from notes;", TABLE + "create materialized view public.m as select * from notes; revoke all on public.m from anon, authenticated;"),
    ("foreign_table_in_api", "create foreign table public.r (a int) server s;", "create foreign table private.r (a int) server s;"),
    ("rls_policy_always_true", TABLE + POLICY.format("update", "authenticated", "using (true)"), TABLE + POLICY.format("select", "authenticated", "using (true)")),
    ("rls_policy_always_true", TABLE + POLICY.format("insert", "anon", "with check (true)"), TABLE + POLICY.format("insert", "service_role", "with check (true)")),
    ("rls_policy_always_true", TABLE + POLICY.format("update", "authenticated", f"using ({MINE}) with check (true)"), TABLE + POLICY.format("update", "authenticated", f"using ({MINE})")),
    ("policy-for-anybody-signed-in", TABLE + POLICY.format("delete", "authenticated", "using (auth.role() = 'authenticated')"), TABLE + POLICY.format("delete", "authenticated", f"using (auth.role() = 'authenticated' and {MINE})")),
    ("policy-passes-anonymous", TABLE + POLICY.format("select", "anon", f"using (auth.uid() is null or {MINE})"), TABLE + POLICY.format("select", "anon", f"using (auth.uid() is not null and {MINE})")),
    ("rls_references_user_metadata", TABLE + POLICY.format("select", "authenticated", "using (org = auth.jwt() -> 'user_metadata' ->> 'org')"), TABLE + POLICY.format("select", "authenticated", "using (org = auth.jwt() -> 'app_metadata' ->> 'org')")),
    ("policy-over-database-role", TABLE + POLICY.format("select", "authenticated", "using (owner = current_user)"), TABLE + POLICY.format("select", "authenticated", "using (current_user = 'postgres')")),
    ("policy-over-callers-setting", TABLE + POLICY.format("select", "anon", "using (org = current_setting('request.headers')::json ->> 'x-org')"), TABLE + POLICY.format("select", "anon", "using (org = current_setting('request.jwt.claims')::json ->> 'org')")),
    ("policy-over-callers-setting", TABLE + SETTER.format("v") + POLICY.format("select", "anon", ORG), TABLE + SETTER.format("'fixed'") + POLICY.format("select", "anon", ORG)),
    ("policy-matches-claim", TABLE + POLICY.format("select", "authenticated", "using (owner like auth.jwt() ->> 'name')"), TABLE + POLICY.format("select", "authenticated", "using (owner like auth.uid()::text || '/%')")),
    ("policy-matches-claim", TABLE + POLICY.format("select", "authenticated", "using (auth.email() like '%example.com')"), TABLE + POLICY.format("select", "authenticated", "using (auth.email() like '%@example.com')")),
    ("immutable-reads-session", IMMUTABLE.format("immutable"), IMMUTABLE.format("stable")),
    ("anon_security_definer_function_executable", DEFINER, DEFINER + "revoke execute on function f() from public, anon;"),
    ("authenticated_security_definer_function_executable", DEFINER, DEFINER + "revoke execute on function f() from public, authenticated;"),
    ("role-passes-rls", "create role worker bypassrls;", "create role worker;"),
    ("role-passes-rls", "grant service_role to worker;", "grant service_role to authenticator;"),
    ("storage-policy-without-bucket", OBJECTS.format("insert", "authenticated", "with check ((storage.foldername(name))[1] = auth.uid()::text)"), OBJECTS.format("insert", "authenticated", "with check (bucket_id = 'a' and (storage.foldername(name))[1] = auth.uid()::text)")),
    ("storage-policy-without-bucket", OBJECTS.format("select", "authenticated", "using (auth.role() = 'authenticated')"), OBJECTS.format("select", "authenticated", "using (owner_id = auth.uid()::text)")),
    ("view-with-owner-rights", TABLE + "create view public.v as select * from notes;", TABLE + "create view public.v as select * from notes; revoke select on public.v from anon, authenticated;"),
    ("public_bucket_allows_listing", BUCKET.format("true") + OBJECTS.format("select", "anon", "using (bucket_id = 'a')"), BUCKET.format("false") + OBJECTS.format("select", "anon", "using (bucket_id = 'a')")),
    ("rls_policy_always_true", TABLE + POLICY.format("update", "authenticated", "using (null is null)"), TABLE + POLICY.format("update", "authenticated", "using (null = null)")),
    ("multiple_permissive_policies", TABLE + POLICY.format("select", "anon", "using (true)") + POLICY.format("all", "anon", "using (false)").replace("policy p", "policy q"), TABLE + POLICY.format("select", "anon", "using (true)") + POLICY.format("update", "anon", "using (false)").replace("policy p", "policy q")),
    ("no_primary_key", "create table public.k (id int);", "create table public.k (id int); alter table public.k add primary key (id);"),
    ("duplicate_index", TABLE + "create index a on notes (org); create index b on notes (org);", TABLE + "create index a on notes (org); create index b on notes (org desc);"),
    ("rls_enabled_no_policy", TABLE, TABLE + POLICY.format("select", "anon", "using (true)")),
    ("function_search_path_mutable", IMMUTABLE.format("stable"), IMMUTABLE.format("stable set search_path = ''")),
    ("trigger-leaves-callers-rights", TABLE + "create table public.log (a int); alter table public.log enable row level security; create function public.t() returns trigger language plpgsql security definer as $$ begin insert into public.log values (1); return new; end $$; create trigger t after insert on public.notes for each row execute function public.t();", TABLE + "create table public.log (a int); alter table public.log enable row level security; create function public.t() returns trigger language plpgsql as $$ begin insert into public.log values (1); return new; end $$; create trigger t after insert on public.notes for each row execute function public.t();"),
    ("unique-key-across-tenants", TABLE + CHILD.format(", unique (label)", MINE), TABLE + CHILD.format(", unique (user_id, label)", MINE)),
    ("foreign-key-unchecked", TABLE + CHILD.format("", MINE), TABLE + CHILD.format("", f"{MINE} and note_id in (select id from public.notes)")),
    ("default-privileges-for-the-api", "alter default privileges grant all on tables to anon;", "alter default privileges grant all on tables to service_role;"),
    ("pg_graphql_anon_table_exposed", "create extension pg_graphql;" + TABLE, TABLE),
    ("pg_graphql_authenticated_table_exposed", "create extension pg_graphql;" + TABLE, "create extension pg_graphql;" + TABLE + "revoke all on notes from authenticated;"),
    ("extension_in_public", "create extension pg_trgm;", "create extension pg_trgm with schema extensions;"),
    ("fkey_to_auth_unique", "create table k (phone text references auth.users (phone));", "create table k (id uuid references auth.users (id));"),
    ("unsupported_reg_types", "create table k (f regproc);", "create table k (f regclass);"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "hole", "sound"), PAIRS)
def test_a_hole_is_found_and_its_sound_neighbour_is_not(
    judge: Judge, project: Path, rule: str, hole: str, sound: str
) -> None:
    assert {finding.rule for finding in judge(hole, by=[rule])} == {rule}
    (project / "supabase/migrations/20250101000001_m1.sql").unlink()
    assert judge(sound, by=[rule]) == ()


@pytest.mark.parametrize(
    ("command", "off", "told"),
    [
        ("all", "", ["rls_policy_always_true"]),
        ("all", "rls_policy_always_true", ["storage-policy-without-bucket"]),
        ("select", "", ["storage-policy-without-bucket"]),
        ("select", "storage-policy-without-bucket", ["public_bucket_allows_listing"]),
    ],
)
def test_one_policy_for_all_files_is_told_once(
    project: Path, command: str, off: str, told: list[str]
) -> None:
    policy = OBJECTS.format(command, "authenticated", "using (true)")
    write_migrations(project, [BUCKET.format("true") + policy])
    if off:
        with (project / "wakti.toml").open("a") as file:
            file.write(f'[lint.off]\n"{off}" = "a reason"\n')
    done = wakti("lint", "--ask", "access", "--json", cwd=project)
    found = [finding["rule"] for finding in json.loads(done.stdout)["findings"]]
    assert [rule for rule in found if rule != "policy-without-role"] == told


def test_every_lint_of_supabases_advisors_has_a_rule() -> None:
    # Splinter's own list on 2026-11-26, read from its repository.
    assert {*BY_SUPABASE_NAME} == {
        "anon_security_definer_function_executable",
        "auth_rls_initplan",
        "auth_users_exposed",
        "authenticated_security_definer_function_executable",
        "duplicate_index",
        "extension_in_public",
        "extension_versions_outdated",
        "fkey_to_auth_unique",
        "foreign_table_in_api",
        "function_search_path_mutable",
        "insecure_queue_exposed_in_api",
        "materialized_view_in_api",
        "multiple_permissive_policies",
        "no_primary_key",
        "pg_graphql_anon_table_exposed",
        "pg_graphql_authenticated_table_exposed",
        "policy_exists_rls_disabled",
        "public_bucket_allows_listing",
        "rls_disabled_in_public",
        "rls_enabled_no_policy",
        "rls_policy_always_true",
        "rls_references_user_metadata",
        "security_definer_view",
        "sensitive_columns_exposed",
        "table_bloat",
        "unindexed_foreign_keys",
        "unsupported_reg_types",
        "unused_index",
    }


def test_each_rule_has_its_line_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lint.md").read_text("utf-8")
    missing = [name for name in (*RULES, *BY_SUPABASE_NAME) if f"`{name}`" not in page]
    assert missing == []
