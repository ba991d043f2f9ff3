"""PostgreSQL, Supabase Lite and Deno as one local stack, without Docker."""
