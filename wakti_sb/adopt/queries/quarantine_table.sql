-- Rows as they were, each with when, why, and whether it was moved here or changed where it is.
create table if not exists wakti_quarantine.{table} (
  adopted_at timestamptz not null default now(),
  adopt_action text not null check (adopt_action in ('moved', 'changed')),
  adopt_reason text not null
)
