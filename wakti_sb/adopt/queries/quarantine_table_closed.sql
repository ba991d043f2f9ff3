alter table wakti_quarantine.{table} enable row level security
