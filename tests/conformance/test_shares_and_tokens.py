"""A second way in, share by share, and rows that a token leads to: hole beside sound form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.schemas import applied
from wakti_sb import sources
from wakti_sb.conformance import run
from wakti_sb.generate.render import Renderer
from wakti_sb.spec import Spec, parse

Database = Callable[[], str]

FOLDERS = """
create table folders (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users on delete cascade,
  title text not null
);
create table files (
  id bigint generated always as identity primary key,
  folder_id uuid not null references folders on delete cascade,
  title text not null
);
create table folder_shares (
  folder_id uuid references folders on delete cascade,
  user_id uuid references auth.users on delete cascade,
  access text not null check (access in ('read', 'write')),
  revoked_at timestamptz,
  primary key (folder_id, user_id)
);
"""
SHARED = parse("""
[project]
name = "folders"
[generate]
backend = false

[[owned]]
table = "folders"
owner = "owner_id"
select = "own or shared"
insert = "own"
update = {right = "own or shared:write", columns = ["title"]}
delete = "own"
[owned.shared]
table = "folder_shares"
key = "folder_id"
user = "user_id"
role = "access"
where = "revoked_at is null"

[[owned]]
table = "files"
through = "folders"
key = "folder_id"
select = "own or shared"
insert = "own or shared:write"
update = {right = "own or shared:write", columns = ["title"]}
delete = "own"

[[owned]]
table = "folder_shares"
through = "folders"
key = "folder_id"
select = "own or shared"
insert = "own"
update = ["revoked_at"]
delete = "own or shared"
""")

ORDERS = """
create table tenants (id uuid primary key default gen_random_uuid(), name text not null);
create table orders (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants,
  total numeric not null
);
create table loose_notes (
  id bigint generated always as identity primary key,
  tenant_id text not null,
  body text not null
);
"""
TENANTS = parse("""
[project]
name = "orders"
[generate]
backend = false

[[owned]]
table = "tenants"
select = "claim:app_metadata.tenant_id={id}"

[[owned]]
table = "orders"
select = "claim:app_metadata.tenant_id={tenant_id}"
insert = "claim:app_metadata.tenant_id={tenant_id}"
update = {right = "claim:app_metadata.tenant_id={tenant_id}", columns = ["total"]}

[[owned]]
table = "loose_notes"
select = "claim:app_metadata.tenant_id={tenant_id}"
insert = "claim:app_metadata.tenant_id={tenant_id} and claim:app_metadata.staff=true"
delete = "claim:app_metadata.tenant_id={tenant_id}"
""")


# A row that names a second person is a share of itself.
MESSAGES = """
create table messages (
  id uuid primary key default gen_random_uuid(),
  sender_id uuid not null references auth.users,
  receiver_id uuid not null references auth.users,
  body text,
  read_at timestamptz,
  check (sender_id <> receiver_id)
);
"""
TWO_PEOPLE = parse("""
[project]
name = "messages"
[generate]
backend = false

[[owned]]
table = "messages"
owner = "sender_id"
shared = { table = "messages", key = "id", user = "receiver_id" }
select = "own or shared"
insert = "own"
update = { right = "shared", columns = ["read_at"] }
delete = "own"
""")


def _written(model: Spec, ddl: str, url: str) -> str:
    """The tables, with the policies that the model asks for."""
    policies = Renderer(model, sources.root()).render("sql/policies/R_20_policies.sql.j2")
    return applied(url, ddl, policies)


@pytest.mark.slow
def test_policies_written_from_a_model_with_shares_are_sound(databases: Database) -> None:
    report = run(SHARED, _written(SHARED, FOLDERS, databases()))
    assert [finding.id for finding in report.findings] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hole", "finding"),
    [
        pytest.param(
            'create policy "more" on folder_shares for insert to authenticated'
            " with check (user_id = (select auth.uid()))",
            "folder_shares: another owner cannot insert its own row under this row of folders",
            id="a share that somebody makes for itself",
        ),
        pytest.param(
            'create policy "more" on files for select to authenticated using (exists (select from'
            " folder_shares as s where s.user_id = (select auth.uid()) and s.revoked_at is null))",
            "files: somebody with a share in another row cannot see this row",
            id="any share opens every folder",
        ),
        pytest.param(
            'create policy "more" on folders for select to authenticated using (exists (select from'
            " folder_shares as s where s.folder_id = folders.id"
            " and s.user_id = (select auth.uid())));"
            "alter policy wakti_select on folder_shares using (user_id = (select auth.uid())"
            " or folder_id in (select key from wakti_rls.rows_folders() as f (key)))",
            "folders: somebody it was shared with once cannot see this row",
            id="a revoked share",
        ),
        pytest.param(
            'create policy "more" on files for update to authenticated using (folder_id in'
            " (select s.folder_id from folder_shares as s where s.user_id = (select auth.uid())"
            " and s.revoked_at is null))",
            "files: somebody it is shared with (read) cannot change this row",
            id="a share to read that writes",
        ),
    ],
)
def test_a_hole_in_shares_is_found(hole: str, finding: str, databases: Database) -> None:
    url = _written(SHARED, FOLDERS, databases())
    helper = (
        "create or replace function wakti_rls.rows_folders() returns setof uuid language sql stable"
        " security definer set search_path = pg_catalog, pg_temp as"
        " 'select id from public.folders where owner_id = (select auth.uid())';"
        "grant execute on function wakti_rls.rows_folders() to authenticated;"
    )
    report = run(SHARED, applied(url, *([helper] if "rows_folders" in hole else []), hole))
    assert finding in {name for f in report.findings for name in (f.id, *f.cases)}


@pytest.mark.slow
def test_policies_written_from_a_model_with_tenants_are_sound(databases: Database) -> None:
    report = run(TENANTS, _written(TENANTS, ORDERS, databases()))
    assert [finding.id for finding in report.findings] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hole", "finding"),
    [
        pytest.param(
            'create policy "more" on orders for select to authenticated using (tenant_id::text ='
            " (select auth.jwt() -> 'user_metadata' ->> 'tenant_id'))",
            "orders: a stranger with this row's app_metadata.tenant_id in its user_metadata "
            "cannot see this row",
            id="user_metadata",
        ),
        pytest.param(
            'create policy "more" on orders for select to authenticated'
            " using ((select auth.jwt() -> 'app_metadata' ->> 'tenant_id') is not null)",
            "orders: somebody with another row's app_metadata.tenant_id cannot see this row",
            id="any tenant",
        ),
        pytest.param(
            'create policy "more" on orders for select to authenticated using (tenant_id::text ='
            " coalesce((select auth.jwt() -> 'app_metadata' ->> 'tenant_id'), tenant_id::text))",
            "orders: a signed-in stranger cannot see this row",
            id="no tenant",
        ),
        pytest.param(
            "alter policy wakti_insert on orders with check (true)",
            "orders: somebody with another row's app_metadata.tenant_id cannot insert a row in the "
            "name of somebody with this row's app_metadata.tenant_id",
            id="a row for another tenant",
        ),
        pytest.param(
            "alter policy wakti_insert on loose_notes with check"
            " (tenant_id = (select auth.jwt() -> 'app_metadata' ->> 'tenant_id'))",
            "loose_notes: somebody with this row's app_metadata.tenant_id cannot insert its own "
            "row",
            id="the other half of the right",
        ),
    ],
)
def test_a_hole_between_tenants_is_found(hole: str, finding: str, databases: Database) -> None:
    report = run(TENANTS, applied(_written(TENANTS, ORDERS, databases()), hole))
    assert finding in {name for f in report.findings for name in (f.id, *f.cases)}


@pytest.mark.slow
def test_policies_written_for_rows_of_two_people_are_sound(databases: Database) -> None:
    report = run(TWO_PEOPLE, _written(TWO_PEOPLE, MESSAGES, databases()))
    assert [finding.id for finding in report.findings] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hole", "finding"),
    [
        pytest.param(
            "alter policy wakti_update on messages using (true)",
            "messages: the owner cannot change its own row",
            id="its sender says that it was read",
        ),
        pytest.param(
            "alter policy wakti_insert on messages"
            " with check ((select auth.uid()) in (sender_id, receiver_id))",
            "messages: another owner cannot insert a row in the name of the owner",
            id="its receiver writes it",
        ),
        pytest.param(
            "alter policy wakti_delete on messages using (receiver_id = (select auth.uid()))",
            "messages: somebody it is shared with cannot delete this row",
            id="its receiver deletes it",
        ),
    ],
)
def test_a_hole_between_two_people_is_found(hole: str, finding: str, databases: Database) -> None:
    report = run(TWO_PEOPLE, applied(_written(TWO_PEOPLE, MESSAGES, databases()), hole))
    found = {name for f in report.findings for name in (f.id, *f.cases)}
    assert any(name.startswith(finding) for name in found), found
