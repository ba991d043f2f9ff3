insert into supabase_migrations.schema_migrations (version, name, statements)
values (%(version)s, %(name)s, %(statements)s)
on conflict (version) do update
set name = excluded.name, statements = excluded.statements
where (schema_migrations.name, schema_migrations.statements)
  is distinct from (excluded.name, excluded.statements)
