insert into supabase_migrations.wakti_deployed (kind, name, digest, edition)
values (%(kind)s, %(name)s, %(digest)s, %(edition)s)
on conflict (kind, name) do update
  set
    digest = excluded.digest,
    edition = excluded.edition,
    deployed_at = now()
