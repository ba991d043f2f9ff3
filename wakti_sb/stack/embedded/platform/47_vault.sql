-- Vault is switched on in a new project. Run as supabase_admin in each new database; a PostgreSQL
-- of the user's own (WAKTI_POSTGRES) may not have it.
do $$
begin
  if exists (select from pg_available_extensions where name = 'supabase_vault') then
    create extension supabase_vault with schema vault;
  end if;
end
$$;
