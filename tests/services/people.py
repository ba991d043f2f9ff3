"""Who uses the services in these tests, and what they use them on."""

from __future__ import annotations

from dataclasses import dataclass

from supabase import Client

from wakti_sb.stack import Endpoint

TABLES = """
create table public.folders (
  id bigint generated always as identity primary key,
  name text not null
);
create table public.notes (
  id bigint generated always as identity primary key,
  user_id uuid default auth.uid(),
  folder_id bigint references public.folders (id),
  title text not null check (title <> ''),
  data jsonb,
  tags text[],
  price numeric,
  made_at timestamptz not null default now()
);
alter table public.notes enable row level security;
create policy "own notes" on public.notes
to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));
grant select, insert, update, delete on public.notes to authenticated, service_role;
revoke all on public.notes from anon;
grant select, insert on public.folders to anon, authenticated;
grant select, insert, update on public.folders to service_role;
"""


@dataclass(frozen=True)
class User:
    """A signed-in user."""

    id: str
    email: str
    token: str
    client: Client


def headers(endpoint: Endpoint, **more: str) -> dict[str, str]:
    """Those of a visitor: the publishable key, and what a test adds."""
    return {"apikey": endpoint.publishable_key, **more}
