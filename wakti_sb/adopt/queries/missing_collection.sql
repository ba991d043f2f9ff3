-- Rows that name no collection.
select
  t.id,
  'missing_collection' as kind,
  'names no collection' as what,
  format('put it into the collection unnamed-%%s', left(t.id::text, 8)) as keep,
  'move it to wakti_quarantine.' || %(table)s as quarantine
from public.{table} as t
where t.collection_name is null
