create extension if not exists pg_cron;
create extension if not exists pg_net with schema extensions;
create extension if not exists supabase_vault with schema vault;
create extension if not exists "pgjwt" with schema extensions;
grant usage on schema cron to postgres;
grant all privileges on all tables in schema cron to postgres;
select vault.create_secret('http://api.supabase.internal:8000', 'project_url');
select vault.create_secret('anon', 'anon_key', 'the key of visitors');
create table public.sessions (id uuid primary key default gen_random_uuid(), expires_at timestamptz);
alter table public.sessions enable row level security;
select cron.schedule('clean-sessions', '*/5 * * * *', $$delete from public.sessions where expires_at < now()$$);
select cron.schedule('0 * * * *', 'vacuum');
select
  cron.schedule(
    'invoke-function-every-minute',
    '* * * * *',
    $$
    select net.http_post(
      url := (select decrypted_secret from vault.decrypted_secrets where name = 'project_url') || '/functions/v1/x',
      headers := jsonb_build_object('Content-type', 'application/json'),
      body := concat('{"time": "', now(), '"}')::jsonb
    ) as request_id;
    $$
  );
select cron.unschedule('clean-sessions');
select cron.unschedule(jobid) from cron.job where jobname = 'invoke-function-every-minute';
create or replace function public.notify() returns trigger language plpgsql security definer as $$
declare request_id bigint;
begin
  select net.http_post(
    url := 'https://example.com/hook',
    body := jsonb_build_object('record', to_jsonb(new)),
    headers := '{"Content-Type": "application/json"}'::jsonb,
    timeout_milliseconds := 5000
  ) into request_id;
  perform net.http_get('https://example.com', params := '{"a": "b"}'::jsonb);
  return new;
end $$;
create trigger notify after insert on public.sessions for each row execute function public.notify();
create trigger hook after insert on public.sessions for each row
execute function supabase_functions.http_request('https://example.com', 'POST', '{"Content-type":"application/json"}', '{}', '1000');
insert into public.sessions (expires_at) values (now());
select extensions.sign('{"sub": "1"}', 'secret');
create policy "staff" on public.sessions for select using (
  (select decrypted_secret from vault.decrypted_secrets where name = 'x') = 'y');
