create table public.authors (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references auth.users (id) on delete cascade,
  handle text not null unique check (handle = lower(handle) and handle ~ '^[a-z0-9_]{3,20}$'),
  bio text not null default '',
  payout_account text
);

create table public.categories (
  id integer generated always as identity primary key,
  name text not null unique
);
insert into public.categories (name) values ('news'), ('essays');

create domain public.percentage as integer check (value between 0 and 100);

create table public.articles (
  id uuid primary key default gen_random_uuid(),
  author_id uuid not null references public.authors (id) on delete cascade,
  category_id integer references public.categories (id),
  title text not null,
  body text not null default '',
  ready public.percentage not null,
  published boolean not null default false,
  published_at timestamptz,
  check (not published or published_at is not null)
);
create index on public.articles (author_id);

create table public.reactions (
  article_id uuid not null references public.articles (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  kind text not null check (kind in ('like', 'laugh')),
  primary key (article_id, user_id)
);

alter table public.authors enable row level security;
alter table public.categories enable row level security;
alter table public.articles enable row level security;
alter table public.reactions enable row level security;

revoke all on public.authors, public.categories, public.reactions from anon, authenticated;
grant select (id, user_id, handle, bio) on public.authors to anon, authenticated;
grant insert (user_id, handle, bio), update (handle, bio), delete on public.authors to authenticated;
grant select on public.categories to anon, authenticated;
grant select, insert, delete on public.reactions to authenticated;

create policy "everybody reads authors" on public.authors for select using (true);
create policy "become an author" on public.authors for insert to authenticated
with check (user_id = (select auth.uid()));
create policy "edit oneself" on public.authors for update to authenticated
using (user_id = (select auth.uid()));
create policy "stop being one" on public.authors for delete to authenticated
using (user_id = (select auth.uid()));

create policy "everybody reads categories" on public.categories for select using (true);

create policy "published or own" on public.articles for select
using (
  published
  or author_id in (select a.id from public.authors as a where a.user_id = (select auth.uid()))
);
create policy "authors write" on public.articles for insert to authenticated
with check (author_id in (select a.id from public.authors as a where a.user_id = (select auth.uid())));
create policy "authors edit" on public.articles for update to authenticated
using (author_id in (select a.id from public.authors as a where a.user_id = (select auth.uid())));
create policy "authors delete" on public.articles for delete to authenticated
using (author_id in (select a.id from public.authors as a where a.user_id = (select auth.uid())));

create policy "members read reactions" on public.reactions for select to authenticated using (true);
-- The subquery runs with the caller's rights: only articles that it can see are found.
create policy "react" on public.reactions for insert to authenticated
with check (
  user_id = (select auth.uid()) and article_id in (select a.id from public.articles as a)
);
create policy "take back" on public.reactions for delete to authenticated
using (user_id = (select auth.uid()));

create view public.front_page with (security_invoker = true) as
select a.id, a.title, w.handle
from public.articles as a
inner join public.authors as w on a.author_id = w.id
where a.published;

-- An author edits here too: the policies of the table hold.
create view public.bylines with (security_invoker = true) as
select id, user_id, handle, bio from public.authors;

alter publication supabase_realtime add table public.reactions;

insert into storage.buckets (id, name, public) values ('covers', 'covers', true);

create policy "authors list their covers" on storage.objects for select to authenticated
using (bucket_id = 'covers' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy "authors upload covers" on storage.objects for insert to authenticated
with check (bucket_id = 'covers' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy "authors replace covers" on storage.objects for update to authenticated
using (bucket_id = 'covers' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy "authors remove covers" on storage.objects for delete to authenticated
using (bucket_id = 'covers' and (storage.foldername(name))[1] = (select auth.uid())::text);
