-- A table from the first versions of the official CLI holds the version only.
alter table supabase_migrations.schema_migrations
  add column if not exists statements text[],
  add column if not exists name text
