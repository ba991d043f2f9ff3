-- On the platform an extension (safeupdate) refuses every DELETE and UPDATE without a WHERE that a
-- request of the Data API leads to, also inside of functions. It is no part of PostgreSQL; here the
-- Data API lets auto_explain, which is, tell it of the statements that functions ran. Where a server
-- comes without that, only the requests themselves are watched.
-- Run as supabase_admin, once a cluster.

do $$
begin
  load 'auto_explain';
  alter role authenticator set session_preload_libraries = 'auto_explain';
  grant set on parameter
    auto_explain.log_min_duration,
    auto_explain.log_nested_statements,
    auto_explain.log_level,
    auto_explain.log_format
    to authenticator;
exception
  when undefined_file then
    raise notice 'auto_explain is not there';
end
$$;
