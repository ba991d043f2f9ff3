"""`rls init`: shares, tenants that a token names, and what is published, as guesses."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.conformance.schemas import applied
from wakti_sb.conformance import propose, run
from wakti_sb.spec import parse

Database = Callable[[], str]

SHARES = """
create table docs (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users,
  title text not null
);
create table doc_shares (
  doc_id uuid not null references docs on delete cascade,
  shared_with uuid not null references auth.users,
  shared_by uuid not null references auth.users,
  permission text not null check (permission in ('view', 'edit')),
  primary key (doc_id, shared_with)
);
create function can_edit(d uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare found_it boolean;
begin
  select exists (
    select from public.doc_shares as s
    where s.doc_id = d and s.shared_with = auth.uid() and s.permission = 'edit'
  ) into found_it;
  return found_it;
end $$;
create function is_owner(d uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.docs as o where o.id = d and o.owner_id = auth.uid())
$$;
revoke execute on function can_edit(uuid), is_owner(uuid) from public, anon, authenticated;
grant execute on function can_edit(uuid), is_owner(uuid) to authenticated;
alter table docs enable row level security;
alter table doc_shares enable row level security;
create policy r on docs for select to authenticated using (
  owner_id = auth.uid()
  or exists (select from doc_shares as s where s.doc_id = docs.id and s.shared_with = auth.uid())
);
create policy i on docs for insert to authenticated with check (owner_id = auth.uid());
create policy u on docs for update to authenticated using (owner_id = auth.uid() or can_edit(id));
create policy s on doc_shares for select to authenticated
using (shared_with = auth.uid() or is_owner(doc_id));
create policy w on doc_shares for insert to authenticated
with check (is_owner(doc_id) and shared_by = auth.uid());
create policy d on doc_shares for delete to authenticated using (is_owner(doc_id));
"""
TENANTS = """
create schema app;
grant usage on schema app to authenticated;
create function app.tenant() returns uuid language sql stable as $$
  select nullif(auth.jwt() -> 'app_metadata' ->> 'tenant_id', '')::uuid
$$;
create table tenants (id uuid primary key default gen_random_uuid(), name text not null);
create table invoices (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  total int not null,
  created_by uuid references auth.users
);
create table drafts (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  user_id uuid not null references auth.users,
  body text not null
);
alter table tenants enable row level security;
alter table invoices enable row level security;
alter table drafts enable row level security;
create policy t on tenants for select to authenticated using (id = app.tenant());
create policy i on invoices to authenticated
using (tenant_id = ((auth.jwt() -> 'app_metadata') ->> 'tenant_id')::uuid);
create policy d on drafts to authenticated
using (tenant_id = (select app.tenant()) and user_id = (select auth.uid()));
"""
PUBLISHED = """
create type post_status as enum ('draft', 'review', 'published');
create table posts (
  id uuid primary key default gen_random_uuid(),
  author_id uuid not null references auth.users,
  status post_status not null default 'draft',
  published_at timestamptz
);
create table products (
  id uuid primary key default gen_random_uuid(), name text not null, is_active boolean not null
);
create table plans (
  id uuid primary key default gen_random_uuid(), name text not null, paid boolean not null
);
alter table posts enable row level security;
alter table products enable row level security;
alter table plans enable row level security;
create policy r on posts for select
using (status in ('published') and published_at <= now() or author_id = auth.uid());
create policy w on posts to authenticated using (author_id = auth.uid());
create policy r on products for select to authenticated using (is_active);
create policy r on plans for select using (paid);
"""


def _section(text: str, table: str) -> str:
    (found,) = (s for s in re.split(r"\n(?=\[\[)", text) if f'"public.{table}"\n' in s[:60] + "\n")
    return found


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("ddl", "table", "lines"),
    [
        pytest.param(
            SHARES,
            "docs",
            [
                'shared = { table = "public.doc_shares", key = "doc_id", user = "shared_with", '
                'role = "permission" }  # guess: public.doc_shares says with whom',
                'select = "own or shared"  # guess: "r"',
                'insert = "own"  # guess: "i"',
                'update = "own or shared:edit"  # guess: "u"',
                'delete = "none"  # guess: no policy',
            ],
            id="a table of shares is a second way in",
        ),
        pytest.param(
            SHARES,
            "doc_shares",
            ['through = "public.docs"', 'select = "own or shared"', 'insert = "own"'],
            id="who may read a row writes its shares",
        ),
        pytest.param(
            TENANTS,
            "invoices",
            ['select = "claim:app_metadata.tenant_id={tenant_id}"  # guess: "i"'],
            id="a claim that is compared with a key",
        ),
        pytest.param(
            TENANTS,
            "drafts",
            ['select = "own and claim:app_metadata.tenant_id={tenant_id}"  # guess: "d"'],
            id="a claim beside the owner, read by a function",
        ),
        pytest.param(
            TENANTS,
            "tenants",
            ['select = "claim:app_metadata.tenant_id={id}"'],
            id="the tenant itself",
        ),
        pytest.param(
            PUBLISHED,
            "posts",
            [
                "select = \"public where status = 'published' and public where published_at <= "
                'now()"  # guess: "r", "w" opens these rows'
            ],
            id="a member of an enumeration, and a date that has come",
        ),
        pytest.param(
            PUBLISHED,
            "products",
            ['select = "authenticated and public where is_active"'],
            id="a flag, to everybody who is signed in",
        ),
        pytest.param(
            PUBLISHED,
            "plans",
            ['select = "none"'],
            id="a flag that does not say that a row is published",
        ),
    ],
)
def test_a_proposal_names_what_the_policies_ask_for(
    ddl: str, table: str, lines: list[str], databases: Database
) -> None:
    section = _section(propose(applied(databases(), ddl)), table)
    for line in lines:
        assert line in section, section


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "ddl", [SHARES, TENANTS, PUBLISHED.partition("create policy r on plans")[0]]
)
def test_such_a_proposal_is_clean_as_it_is(ddl: str, databases: Database) -> None:
    url = applied(databases(), ddl)
    assert [finding.id for finding in run(parse(propose(url)), url).findings] == []


@pytest.mark.slow
def test_a_tenant_that_everybody_writes_into_its_own_token_is_a_finding(
    databases: Database,
) -> None:
    url = applied(databases(), TENANTS.replace("-> 'app_metadata'", "-> 'user_metadata'"))
    text = propose(url)
    assert "claim:" not in text
    assert any(
        finding.operation == "select" and str(finding.subject) == "public.invoices"
        for finding in run(parse(text), url).findings
    )


@pytest.mark.slow
def test_who_names_itself_in_a_share_is_a_finding(databases: Database) -> None:
    hole = "alter policy w on doc_shares with check (shared_by = auth.uid())"
    url = applied(databases(), SHARES, hole)
    names = {
        name
        for finding in run(parse(propose(url)), url).findings
        for name in (finding.id, *finding.cases)
    }
    assert "doc_shares: another owner cannot insert its own row under this row of docs" in names
