alter table wakti_quarantine.{table} add column if not exists {column} {type}
