-- The ground the site API stands on, in the schema that REST never sees: its two roles, and what
-- only the API itself remembers. The functions, policies and grants are in the R_1x files.

-- wakti_site owns the functions and is bound by row level security; nobody logs in as it.
-- wakti_edge is who the edge function connects as; its password is set by `up` and `deploy`.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'wakti_site') then
    create role wakti_site nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'wakti_edge') then
    create role wakti_edge login;
  end if;
end
$$;

alter role wakti_site nologin noinherit nocreatedb nocreaterole;

alter role wakti_edge login noinherit nocreatedb nocreaterole connection limit 40;

-- A call begins within 3 seconds of its request or not at all, and the edge function gives up after
-- 8: what it has answered with "try again" must not be done afterwards.
alter role wakti_edge set statement_timeout = '4s';

alter role wakti_edge set lock_timeout = '1s';

alter role wakti_edge set idle_in_transaction_session_timeout = '10s';

-- The quota counts under a lock what others have committed before it.
alter role wakti_edge set default_transaction_isolation = 'read committed';

alter role wakti_edge set timezone = 'UTC';

alter role wakti_edge set search_path = pg_catalog, pg_temp;

-- Every query of the API is short; compiling one would cost more than running it.
alter role wakti_edge set jit = off;

-- The migrating role hands functions over to wakti_site and replaces them later, for which it must
-- be able to act as that role; it may become wakti_edge so that a connection can be narrowed.
-- Before PostgreSQL 16 the member itself says whether it inherits.
do $$
begin
  if current_setting('server_version_num')::integer >= 160000 then
    execute 'grant wakti_site to current_user with inherit true, set true';
    execute 'grant wakti_edge to current_user with inherit false, set true';
  else
    grant wakti_site, wakti_edge to current_user;
  end if;
end
$$;

grant usage on schema wakti to wakti_site, wakti_edge;

-- Whoever may make temporary objects can give them the names of tables and types that a function
-- asks for. Every role may, by a right of `public`; so each gets the right by itself, but for these
-- two, and `public` loses it. A role that is made later asks for it: grant temporary on database ….
do $$
declare
  holder text;
begin
  if has_database_privilege('wakti_edge', current_database(), 'temporary') then
    for holder in
      select r.rolname
      from pg_catalog.pg_roles as r
      where
        r.rolname not in ('wakti_site', 'wakti_edge')
        and r.rolname !~ '^pg_'
        and not r.rolsuper
        and has_database_privilege(r.oid, current_database(), 'temporary')
    loop
      execute format('grant temporary on database %I to %I', current_database(), holder);
    end loop;
    execute format('revoke temporary on database %I from public', current_database());
  end if;
end
$$;

-- answer: what every function of the API answers. An HTTP status, a machine code on refusal, the
-- finished JSON text (on refusal a sentence, where it says more than the code), the origin that
-- CORS names, and the seconds to wait after a 429.
-- pass: what the gates found out about a request. A null status means that it may go on.
do $$
begin
  if to_regtype('wakti.answer') is null then
    create type wakti.answer as (
      status integer,
      code text,
      body text,
      cors text,
      retry_after integer
    );
  end if;
  if to_regtype('wakti.pass') is null then
    create type wakti.pass as (
      status integer,
      code text,
      cors text,
      retry_after integer,
      owner_id uuid,
      is_owner boolean,
      features jsonb,
      setting text,
      site_user uuid
    );
  end if;
end
$$;

-- One row for each visitor who is signed in. Only the SHA-256 of the token is kept, so that a copy
-- of the database signs nobody in.
create table if not exists wakti.site_sessions (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  project_id uuid not null references public.projects (id) on delete cascade,
  site_user_id uuid not null references public.project_site_users (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create index if not exists site_sessions_project_id_idx
on wakti.site_sessions (project_id);

create index if not exists site_sessions_site_user_id_idx
on wakti.site_sessions (site_user_id, expires_at);

-- The password hashes of site users; the column of project_site_users tells the scheme alone.
create table if not exists wakti.site_credentials (
  site_user_id uuid primary key,
  project_id uuid not null,
  password_hash text not null,
  foreign key (project_id, site_user_id) references public.project_site_users (project_id, id)
  on update cascade on delete cascade
);

create index if not exists site_credentials_project_id_site_user_id_idx
on wakti.site_credentials (project_id, site_user_id);

-- Codes by which visitors who forgot their passwords set new ones: one for an account, made by the
-- owner, used once. Only the SHA-256 is kept.
create table if not exists wakti.reset_codes (
  site_user_id uuid primary key,
  project_id uuid not null,
  code_hash bytea not null check (octet_length(code_hash) = 32),
  expires_at timestamptz not null,
  foreign key (project_id, site_user_id) references public.project_site_users (project_id, id)
  on update cascade on delete cascade
);

create index if not exists reset_codes_project_id_site_user_id_idx
on wakti.reset_codes (project_id, site_user_id);

-- How often a client did something in its current minute. Unlogged: losing the counts in a crash
-- costs nothing, writing them twice would cost every request.
create unlogged table if not exists wakti.rate_limits (
  project_id uuid not null references public.projects (id) on delete cascade,
  action text not null,
  client text not null,
  started_at timestamptz not null default now(),
  -- squawk-ignore prefer-bigint-over-int
  requests integer not null default 1,
  primary key (project_id, action, client)
);

create index if not exists rate_limits_started_at_idx
on wakti.rate_limits (started_at);

-- Projects whose rows are close to the limit: from then on every new row is counted, but for the
-- second after a count that found no room.
create table if not exists wakti.full_projects (
  project_id uuid not null references public.projects (id) on delete cascade,
  kind text not null check (kind in ('items', 'submissions')),
  full_until timestamptz,
  primary key (project_id, kind)
);

-- What requests that name an Idempotency-Key were answered, for a day. Only the SHA-256 of the key
-- and of what was sent with it is kept; null stands for an answer that is still being made.
create table if not exists wakti.answered (
  project_id uuid not null references public.projects (id) on delete cascade,
  key bytea not null check (octet_length(key) = 32),
  answer text,
  created_at timestamptz not null default now(),
  primary key (project_id, key)
);

create index if not exists answered_created_at_idx
on wakti.answered (created_at);

-- Folders of the bucket whose project is gone, until they are empty.
create table if not exists wakti.abandoned_folders (
  folder text primary key,
  project_id uuid not null,
  since timestamptz not null default now(),
  looked_at timestamptz not null default now()
);

alter table wakti.abandoned_folders enable row level security;

alter table wakti.full_projects enable row level security;

alter table wakti.answered enable row level security;

alter table wakti.site_sessions enable row level security;

alter table wakti.site_credentials enable row level security;

alter table wakti.reset_codes enable row level security;

alter table wakti.rate_limits enable row level security;

revoke all on
wakti.site_sessions,
wakti.site_credentials,
wakti.reset_codes,
wakti.rate_limits,
wakti.full_projects,
wakti.answered,
wakti.abandoned_folders
from public, anon, authenticated, service_role;
