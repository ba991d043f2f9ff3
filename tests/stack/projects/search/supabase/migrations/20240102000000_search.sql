-- Search by meaning.
create extension if not exists vector with schema extensions;

create table public.documents (
  id bigint generated always as identity primary key,
  user_id uuid not null default auth.uid() references auth.users on delete cascade,
  content text not null,
  embedding extensions.vector(384)
);
alter table public.documents enable row level security;
create policy "own documents" on public.documents for all to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create index on public.documents using hnsw (embedding vector_cosine_ops);

create table public.document_tags (
  document_id bigint not null references public.documents on delete cascade,
  tag text not null,
  primary key (document_id, tag)
);
alter table public.document_tags enable row level security;

create or replace function public.match_documents (
  query_embedding vector(384),
  match_threshold float,
  match_count int
) returns setof public.documents
language sql stable
as $$
  select * from public.documents
  where documents.embedding <=> query_embedding < 1 - match_threshold
  order by documents.embedding <=> query_embedding asc
  limit least(match_count, 200);
$$;
grant execute on function public.match_documents(vector, float, int) to authenticated;

create table public.folders (
  id bigint generated always as identity primary key,
  user_id uuid not null default auth.uid() references auth.users on delete cascade,
  name text not null
);
alter table public.folders enable row level security;
create policy "own folders" on public.folders for all to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
