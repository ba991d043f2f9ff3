-- What this server can do of what the platform can. Only the embedded stack's databases have the
-- schema; another server is left to say itself what it cannot.
select
  to_regnamespace('wakti_local') is null
    or (select r.rolsuper from pg_roles r where r.rolname = current_user),
  to_regnamespace('wakti_local') is null
    or exists (select from pg_collation c where c.collname = 'und-x-icu' and c.collprovider = 'i'),
  to_regnamespace('wakti_local') is null
    or exists (select from pg_am a where a.amname = 'hnsw')
