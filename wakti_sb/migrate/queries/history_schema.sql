create schema if not exists supabase_migrations
