-- What a run through the client has put into a database, written down before it does so: if it is
-- killed, the next run takes exactly this away. In a schema that no API exposes; gone at the end.
create schema if not exists wakti_conformance;
revoke all on schema wakti_conformance from public;
create table if not exists wakti_conformance.runs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null default now(),
  made jsonb not null
);
