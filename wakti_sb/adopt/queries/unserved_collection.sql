-- Rows that the site API cannot name.
select
  t.id,
  'unserved_name' as kind,
  format(
    'is in the collection %%s: the API takes letters, digits, _ and - only', to_json(t.collection_name)
  ) as what,
  null as keep,
  null as quarantine
from public.{table} as t
where t.collection_name !~ '^[A-Za-z0-9_-]{{1,64}}$'
