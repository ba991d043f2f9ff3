from __future__ import annotations

import re

import pglast
import pytest

from wakti_sb import sources
from wakti_sb.generate.render import Renderer
from wakti_sb.spec import load, parse

TABLES = "sql/policies/R_20_policies.sql.j2"
STORAGE = "sql/policies/R_30_storage.sql.j2"

TEAM = """
    [[owned]]
    table = "public.teams"
    members = {table = "public.team_members", key = "team_id", user = "user_id", role = "role"}
    select = "member"
"""


def rendered(toml: str, template: str = TABLES) -> str:
    """The SQL, which PostgreSQL's own parser accepts."""
    text = Renderer(parse(toml), sources.root()).render(template)
    pglast.parse_sql(text)
    return text


def policy(text: str, name: str) -> str:
    """The policy with this name, on one line."""
    match = re.search(rf"create policy {re.escape(name)} on .*?;\n", text, re.DOTALL)
    assert match is not None, f"no policy {name} in:\n{text}"
    return " ".join(match[0].split())


def test_an_own_column_is_compared_once_a_statement() -> None:
    text = rendered('[[owned]]\ntable = "notes"\nowner = "user_id"\nselect = "own"')
    assert policy(text, "wakti_select") == (
        "create policy wakti_select on public.notes for select to authenticated "
        "using ( user_id = (select auth.uid()) );"
    )


def test_a_parent_is_asked_in_the_form_that_an_index_answers() -> None:
    text = rendered("""
        [[owned]]
        table = "public.projects"
        owner = "user_id"
        select = "own"
        [[owned]]
        table = "public.items"
        through = "public.projects"
        key = "project_id"
        insert = "own"
    """)
    assert policy(text, "wakti_insert").endswith(
        "with check ( project_id = any (array( select parent.id from public.projects as parent "
        "where parent.user_id = (select auth.uid()) )) );"
    )


def test_several_steps_are_nested() -> None:
    text = rendered("""
        [[owned]]
        table = "public.lists"
        owner = "user_id"
        select = "own"
        [[owned]]
        table = "public.tasks"
        through = "public.lists"
        key = "list_id"
        select = "own"
        [[owned]]
        table = "public.notes"
        through = "public.tasks"
        key = "task_id"
        delete = "own"
    """)
    assert (
        "task_id = any (array( select parent.id from public.tasks as parent where "
        "parent.list_id = any (array( select parent.id from public.lists as parent where "
        "parent.user_id = (select auth.uid()) )) ))"
    ) in policy(text, "wakti_delete")


def test_a_parent_that_the_caller_cannot_read_is_asked_by_a_function() -> None:
    text = rendered("""
        [[owned]]
        table = "public.secrets"
        owner = "user_id"
        [[owned]]
        table = "public.hints"
        through = "public.secrets"
        key = "secret_id"
        select = "own"
    """)
    assert "from wakti_rls.rows_secrets() as found (key)" in policy(text, "wakti_select")
    assert "security definer\nset search_path = pg_catalog, pg_temp" in text
    assert "revoke all on function wakti_rls.rows_secrets() from public, anon;" in text


@pytest.mark.parametrize("hidden", ['hidden = ["id"]', 'hidden = ["user_id"]'])
def test_a_parent_with_a_hidden_key_is_asked_by_a_function(hidden: str) -> None:
    text = rendered(f"""
        [[owned]]
        table = "public.projects"
        owner = "user_id"
        select = "own"
        {hidden}
        [[owned]]
        table = "public.items"
        through = "public.projects"
        key = "project_id"
        insert = "own"
    """)
    assert "wakti_rls.rows_projects()" in policy(text, "wakti_insert")


def test_members_are_looked_up_past_their_own_policies() -> None:
    text = rendered(TEAM + 'update = {right = "role:admin", columns = ["name"]}')
    assert "id = any (array( select found.key from wakti_rls.places_team_members()" in policy(
        text, "wakti_select"
    )
    assert "wakti_rls.places_team_members_admin()" in policy(text, "wakti_update")
    assert "and member.role::text = 'admin'" in text


def test_members_that_left_do_not_count() -> None:
    text = rendered(TEAM.replace('role = "role"', 'where = "left_at is null"'))
    assert "and member.left_at is null" in text


def test_two_roles_that_spell_alike_get_functions_of_their_own() -> None:
    text = rendered(TEAM + "update = \"role:'Night Shift' or role:'night-shift'\"")
    assert "wakti_rls.places_team_members_night_shift()" in text
    assert "wakti_rls.places_team_members_night_shift_2()" in text


def test_joined_rights_are_one_expression() -> None:
    text = rendered(
        TEAM
        + """
        [[owned]]
        table = "public.visits"
        through = "public.teams"
        key = "team_id"
        owner = "doctor_id"
        insert = "own and role:doctor"
        delete = "(own or role:admin) and claim:aal=aal2"
    """
    )
    assert (
        "( doctor_id = (select auth.uid()) and team_id = any (array( select found.key "
        "from wakti_rls.places_team_members_doctor() as found (key) )) )"
    ) in policy(text, "wakti_insert")
    assert "and (select auth.jwt() #>> array['aal']) = 'aal2'" in policy(text, "wakti_delete")


def test_open_rows_have_a_policy_for_visitors_and_one_for_people() -> None:
    text = rendered(
        '[[owned]]\ntable = "posts"\nowner = "user_id"\n'
        "select = \"public where status = 'it''s live'\""
    )
    assert policy(text, "wakti_select_anon") == (
        "create policy wakti_select_anon on public.posts for select to anon "
        "using ( status = 'it''s live' );"
    )
    assert "( status = 'it''s live' or user_id = (select auth.uid()) )" in policy(
        text, "wakti_select"
    )
    assert "grant select\non public.posts\nto anon, authenticated;" in text


def test_visitors_get_only_the_open_part_of_a_joined_right() -> None:
    text = rendered('[[owned]]\ntable = "p"\nowner = "u"\nselect = "own or public where a"')
    assert policy(text, "wakti_select_anon").endswith("using ( a );")


def test_a_token_that_names_a_column_is_asked_once_a_statement() -> None:
    text = rendered('[[owned]]\ntable = "t"\nselect = "claim:app_metadata.tenant_id={tenant_id}"')
    assert policy(text, "wakti_select").endswith(
        "using ( tenant_id::text = (select auth.jwt() #>> array['app_metadata', 'tenant_id']) );"
    )


def test_a_share_is_looked_up_past_the_policies_of_its_table() -> None:
    text = rendered(
        '[[owned]]\ntable = "f"\nowner = "u"\nselect = "own or shared:write"\n'
        'shared = {table = "s", key = "f_id", user = "u", role = "r", of = "nr"}\n'
        '[[owned]]\ntable = "s"\nselect = "shared"'
    )
    assert "or nr = any (array( select found.key from wakti_rls.places_s_write()" in policy(
        text, "wakti_select"
    )
    assert "member.r::text = 'write'" in text
    assert "Rows shared with the caller by public.s" in text


def test_nobody_gets_a_privilege_that_was_not_given() -> None:
    text = rendered('[[owned]]\ntable = "notes"\nowner = "user_id"\nselect = "own"')
    assert "revoke all on public.notes from public, anon, authenticated;" in text
    assert re.findall(r"^grant (\w+)$", text, re.MULTILINE) == ["select"]
    assert " to anon" not in text


def test_a_shared_table_keeps_the_privileges_of_its_maker() -> None:
    text = rendered('[[owned]]\ntable = "notes"\nexternal = true\nowner = "u"\nselect = "own"')
    assert "\nrevoke all on public.notes" not in text
    assert "like '%Made by wakti-sb%'" in text


def test_columns_are_granted_by_name() -> None:
    text = rendered(
        '[[owned]]\ntable = "notes"\nowner = "u"\nupdate = ["a", "B"]\n'
        'insert = {right = "own", columns = ["u", "a"]}'
    )
    assert 'grant update (a, "B")\non public.notes' in text
    assert "grant insert (u, a)\non public.notes" in text


def test_hidden_columns_are_left_out_whatever_the_table_has() -> None:
    text = rendered('[[owned]]\ntable = "n"\nowner = "u"\nselect = "own"\nhidden = ["pin"]')
    assert "a.attname <> all (array['pin'])" in text
    assert "'grant select (%s) on %s to authenticated'" in text


def test_an_update_of_every_column_spares_keys_and_fixed_columns() -> None:
    text = rendered(
        '[[owned]]\ntable = "n"\nowner = "u"\nupdate = "own"\nimmutable = ["made_at"]\n'
    )
    assert "a.attname <> all (array['u', 'made_at'])" in text
    assert "i.indisprimary" in text


def test_a_view_gets_privileges_and_reads_with_the_callers_rights() -> None:
    text = rendered('[[view]]\nview = "app.v"\nowner = "u"\nselect = "own"')
    assert "alter view app.v set (security_invoker = true);" in text
    assert "create policy" not in text
    assert "grant usage on schema app to anon, authenticated, service_role;" in text


def test_a_function_is_executed_by_whom_it_names() -> None:
    text = rendered(
        '[[function]]\nfunction = "public.f(uuid, text[])"\nexecute = "authenticated"\n'
        '[[function]]\nfunction = "public.g"\n'
    )
    assert (
        "revoke all on function public.f(uuid, text[]) from public, anon, authenticated;\n\n"
        "grant execute on function public.f(uuid, text[]) to authenticated, service_role;"
    ) in text
    assert "grant execute on function public.g to service_role;" in text


def test_hostile_names_stay_names() -> None:
    text = rendered("""
        [[owned]]
        table = 'public."x; drop table y; --"'
        owner = 'a"b'
        select = "public where status = 'x''); drop table y; --'"
        update = ["c' d"]
        hidden = ["'; drop table y; --"]
    """)
    assert not [s for s in pglast.parse_sql(text) if type(s.stmt).__name__ == "DropStmt"]


@pytest.mark.parametrize(
    ("toml", "name", "predicate"),
    [
        (
            'paths = "{user}"\nselect = "own"',
            '"wakti_select files"',
            "(storage.foldername(name))[1] = (select auth.uid())::text",
        ),
        (
            'insert = "own"',
            '"wakti_insert files"',
            "owner_id = (select auth.uid())::text",
        ),
        (
            'paths = "a/*/{public.teams}"\nupdate = "role:admin"',
            '"wakti_update files"',
            "( (storage.foldername(name))[1] = 'a' and (storage.foldername(name))[2] is not null "
            "and (storage.foldername(name))[3] = any (array( select found.key::text "
            "from wakti_rls.places_team_members_admin() as found (key) )) )",
        ),
        ('select = "public"', '"wakti_select_anon files"', "true"),
    ],
)
def test_folders_say_whose_file_it_is(toml: str, name: str, predicate: str) -> None:
    text = rendered(f'{TEAM}\n[[bucket]]\nname = "files"\n{toml}', STORAGE)
    assert f"bucket_id = 'files' and {predicate} );" in policy(text, name)


def test_a_bucket_is_made_or_brought_up_to_date_with_its_limits() -> None:
    text = rendered(
        '[[bucket]]\nname = "files"\npublic = true\nallowed_mime_types = ["image/png"]', STORAGE
    )
    flat = " ".join(text.split())
    assert "values ( 'files', 'files', true, 10485760, array['image/png'] )" in flat
    assert "on conflict (id) do update set public = excluded.public" in flat


def test_two_long_bucket_names_keep_policies_apart() -> None:
    names = ["b" * 60 + "x1", "b" * 60 + "x2"]
    toml = "".join(f'[[bucket]]\nname = "{n}"\nselect = "own"\n' for n in names)
    found = re.findall(r'create policy "(.*)" on', rendered(toml, STORAGE))
    assert len(set(found)) == 2
    assert all(len(name.encode()) <= 63 for name in found)


def test_every_policy_of_this_repository_names_its_role_and_wraps_the_caller() -> None:
    root = sources.root()
    renderer = Renderer(load(root / "wakti.toml"), root)
    text = renderer.render(TABLES) + renderer.render(STORAGE)
    policies = re.findall(r"create policy .*?;\n", text, re.DOTALL)
    assert len(policies) == 29
    for each in policies:
        assert "\nto authenticated\n" in each
        assert len(re.findall(r"auth\.uid\(\)", each)) == len(
            re.findall(r"\(select auth\.uid\(\)\)", each)
        )


def test_the_output_has_no_trailing_blanks_and_no_gaps() -> None:
    text = rendered(TEAM)
    assert not re.search(r" \n|\n\n\n", text)
    assert text.endswith("\n")
