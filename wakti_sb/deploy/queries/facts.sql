-- What there is, in one row: the tables that the other questions read, the role of the site API,
-- and the buckets.
select
  to_regclass('supabase_migrations.schema_migrations') is not null as has_history,
  to_regclass('supabase_migrations.wakti_deployed') is not null as has_record,
  exists (select from pg_catalog.pg_roles where rolname = 'wakti_edge') as has_edge_role,
  (
    select coalesce(jsonb_agg(jsonb_build_object(
      'name', b.id,
      'public', b.public,
      'file_size_limit', b.file_size_limit,
      'allowed_mime_types', b.allowed_mime_types
    )), '[]'::jsonb)
    from storage.buckets as b
  ) as buckets
