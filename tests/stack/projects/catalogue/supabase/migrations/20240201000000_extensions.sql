create extension if not exists "uuid-ossp" with schema extensions;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists citext with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists moddatetime schema extensions;
create extension if not exists unaccent with schema "extensions";
create extension if not exists ltree with schema extensions;
create extension if not exists hstore with schema extensions;
create extension if not exists btree_gist with schema extensions;
create extension if not exists btree_gin with schema extensions;
create extension if not exists pg_stat_statements with schema extensions;
create extension if not exists fuzzystrmatch with schema extensions;
create extension if not exists intarray with schema extensions;
create extension if not exists cube with schema extensions;
create extension if not exists earthdistance with schema extensions;
create extension if not exists tablefunc with schema extensions;
create extension if not exists dblink with schema extensions;
create extension if not exists postgres_fdw with schema extensions;
create extension if not exists isn;
create extension if not exists plpgsql with schema pg_catalog;
set search_path to public, extensions;
create table public.places (
  id uuid primary key default extensions.uuid_generate_v4(),
  other uuid default uuid_generate_v4(),
  slug extensions.citext not null unique,
  name text not null,
  path extensions.ltree,
  attributes extensions.hstore,
  during tstzrange,
  updated_at timestamptz default now(),
  secret text default encode(extensions.gen_random_bytes(16), 'hex'),
  exclude using gist (name with =, during with &&)
);
create trigger handle_updated_at before update on public.places
  for each row execute procedure extensions.moddatetime (updated_at);
create trigger handle_updated_at2 before update on public.places
  for each row execute function moddatetime('updated_at');
create index places_name_trgm on public.places using gin (name gin_trgm_ops);
create index places_name_trgm2 on public.places using gin (name extensions.gin_trgm_ops);
comment on extension citext is 'letters without case';
