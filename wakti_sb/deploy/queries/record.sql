-- What earlier deployments sent, by kind and name.
select d.kind, d.name, d.digest, d.edition
from supabase_migrations.wakti_deployed as d
