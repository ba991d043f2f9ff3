delete from supabase_migrations.wakti_deployed
where kind = %(kind)s and name = %(name)s
