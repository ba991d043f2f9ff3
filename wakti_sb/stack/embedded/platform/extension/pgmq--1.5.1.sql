-- Queues as pgmq has them: a table pgmq.q_NAME with what waits, and pgmq.a_NAME with what was
-- archived. Whoever makes the extension owns its schema and may make queues; a message is sent and
-- read with the caller's own rights, so that policies on the tables hold.

create table pgmq.meta (
  queue_name varchar unique not null,
  is_partitioned boolean not null,
  is_unlogged boolean not null,
  created_at timestamptz not null default now()
);

grant all on pgmq.meta to @extowner@;

create type pgmq.message_record as (
  msg_id bigint,
  read_ct integer,
  enqueued_at timestamptz,
  vt timestamptz,
  message jsonb,
  headers jsonb
);

create type pgmq.queue_record as (
  queue_name varchar,
  is_partitioned boolean,
  is_unlogged boolean,
  created_at timestamptz
);

create type pgmq.metrics_result as (
  queue_name text,
  queue_length bigint,
  newest_msg_age_sec integer,
  oldest_msg_age_sec integer,
  total_messages bigint,
  scrape_time timestamptz,
  queue_visible_length bigint
);

-- The name of a queue's table. Parameters: the queue, `q` or `a`.
create function pgmq.format_table_name(queue_name text, prefix text) returns text
language plpgsql immutable
as $$
begin
  if queue_name ~ '[$;'']|--' then
    raise exception 'queue name contains invalid characters: $, ;, --, or ''';
  end if;
  return lower(prefix || '_' || queue_name);
end
$$;

-- Refuses a name that is too long for its tables and indexes. Parameter: the queue.
create function pgmq.validate_queue_name(queue_name text) returns void
language plpgsql immutable
as $$
begin
  if length(queue_name) > 47 then
    raise exception 'queue name is too long, maximum length is 47 characters';
  end if;
end
$$;

-- Makes a queue that is not there yet. Parameters: its name, whether a crash may empty it.
create function pgmq._make(queue_name text, unlogged boolean) returns void
language plpgsql
as $$
declare
  waiting constant text := pgmq.format_table_name(queue_name, 'q');
  archived constant text := pgmq.format_table_name(queue_name, 'a');
begin
  perform pgmq.validate_queue_name(queue_name);
  execute format(
    'create %s table if not exists pgmq.%I ('
    'msg_id bigint primary key generated always as identity, read_ct integer not null default 0, '
    'enqueued_at timestamptz not null default now(), vt timestamptz not null, message jsonb, '
    'headers jsonb)',
    case when unlogged then 'unlogged' else '' end, waiting
  );
  execute format('create index if not exists %I on pgmq.%I (vt)', waiting || '_vt_idx', waiting);
  execute format(
    'create table if not exists pgmq.%I ('
    'msg_id bigint primary key, read_ct integer not null default 0, '
    'enqueued_at timestamptz not null default now(), '
    'archived_at timestamptz not null default now(), vt timestamptz not null, message jsonb, '
    'headers jsonb)',
    archived
  );
  execute format(
    'create index if not exists %I on pgmq.%I (archived_at)', 'archived_at_idx_' || queue_name,
    archived
  );
  insert into pgmq.meta (queue_name, is_partitioned, is_unlogged)
  values (queue_name, false, unlogged)
  on conflict do nothing;
end
$$;

-- Each of these makes a queue, for whoever may create tables in the schema. Parameter: its name.
create function pgmq.create(queue_name text) returns void
language sql
as $$ select pgmq._make(queue_name, false) $$;

create function pgmq.create_non_partitioned(queue_name text) returns void
language sql
as $$ select pgmq._make(queue_name, false) $$;

create function pgmq.create_unlogged(queue_name text) returns void
language sql
as $$ select pgmq._make(queue_name, true) $$;

-- Refuses: the partitions are the work of an extension that is not here.
create function pgmq.create_partitioned(
  queue_name text, partition_interval text default '10000', retention_interval text default '100000'
) returns void
language plpgsql
as $$
begin
  raise exception 'partitioned queues need pg_partman, which is not there'
    using errcode = 'feature_not_supported';
end
$$;

-- Removes a queue, its archive and all that is in them. Result: whether it was there.
create function pgmq.drop_queue(queue_name text) returns boolean
language plpgsql
as $$
begin
  execute format('drop table if exists pgmq.%I', pgmq.format_table_name(queue_name, 'q'));
  execute format('drop table if exists pgmq.%I', pgmq.format_table_name(queue_name, 'a'));
  delete from pgmq.meta as m where m.queue_name = drop_queue.queue_name;
  return found;
end
$$;

-- Nothing of a queue belongs to the extension here.
create function pgmq.detach_archive(queue_name text) returns void
language sql
as $$ select $$;

-- Every queue.
create function pgmq.list_queues() returns setof pgmq.queue_record
language sql
as $$ select queue_name, is_partitioned, is_unlogged, created_at from pgmq.meta $$;

-- Each of these puts a message into a queue. Parameters: the queue, the message, its headers, when
-- it may be read first: a time, or seconds from now. Result: its number.
create function pgmq.send(queue_name text, msg jsonb, headers jsonb, delay timestamptz)
returns setof bigint
language plpgsql
as $$
begin
  return query execute format(
    'insert into pgmq.%I (vt, message, headers) values ($2, $1, $3) returning msg_id',
    pgmq.format_table_name(queue_name, 'q')
  ) using msg, delay, headers;
end
$$;

create function pgmq.send(queue_name text, msg jsonb) returns setof bigint
language sql
as $$ select * from pgmq.send(queue_name, msg, null::jsonb, clock_timestamp()) $$;

create function pgmq.send(queue_name text, msg jsonb, delay integer) returns setof bigint
language sql
as $$
  select *
  from pgmq.send(queue_name, msg, null::jsonb, clock_timestamp() + make_interval(secs => delay))
$$;

create function pgmq.send(queue_name text, msg jsonb, delay timestamptz) returns setof bigint
language sql
as $$ select * from pgmq.send(queue_name, msg, null::jsonb, delay) $$;

create function pgmq.send(queue_name text, msg jsonb, headers jsonb) returns setof bigint
language sql
as $$ select * from pgmq.send(queue_name, msg, headers, clock_timestamp()) $$;

create function pgmq.send(queue_name text, msg jsonb, headers jsonb, delay integer)
returns setof bigint
language sql
as $$
  select * from pgmq.send(queue_name, msg, headers, clock_timestamp() + make_interval(secs => delay))
$$;

-- The same for several messages, in their order. Result: a number each.
create function pgmq.send_batch(queue_name text, msgs jsonb [], headers jsonb [], delay timestamptz)
returns setof bigint
language plpgsql
as $$
begin
  if array_length(headers, 1) is distinct from array_length(msgs, 1) and headers is not null then
    raise exception 'msgs and headers must have the same length';
  end if;
  return query execute format(
    'insert into pgmq.%I (vt, message, headers) '
    'select $2, one.msg, one.headers from unnest($1, $3) with ordinality as one (msg, headers, n) '
    'order by one.n returning msg_id',
    pgmq.format_table_name(queue_name, 'q')
  ) using msgs, delay, coalesce(headers, array_fill(null::jsonb, array[cardinality(msgs)]));
end
$$;

create function pgmq.send_batch(queue_name text, msgs jsonb []) returns setof bigint
language sql
as $$ select * from pgmq.send_batch(queue_name, msgs, null::jsonb[], clock_timestamp()) $$;

create function pgmq.send_batch(queue_name text, msgs jsonb [], delay integer) returns setof bigint
language sql
as $$
  select *
  from pgmq.send_batch(
    queue_name, msgs, null::jsonb[], clock_timestamp() + make_interval(secs => delay)
  )
$$;

create function pgmq.send_batch(queue_name text, msgs jsonb [], delay timestamptz)
returns setof bigint
language sql
as $$ select * from pgmq.send_batch(queue_name, msgs, null::jsonb[], delay) $$;

create function pgmq.send_batch(queue_name text, msgs jsonb [], headers jsonb [])
returns setof bigint
language sql
as $$ select * from pgmq.send_batch(queue_name, msgs, headers, clock_timestamp()) $$;

-- Messages that nobody else has, hidden from others for a while. Parameters: the queue, the
-- seconds, how many, what each has to hold.
create function pgmq.read(queue_name text, vt integer, qty integer, conditional jsonb default '{}')
returns setof pgmq.message_record
language plpgsql
as $$
begin
  return query execute format(
    'with chosen as ('
    'select msg_id from pgmq.%1$I '
    'where vt <= clock_timestamp() and ($3 = ''{}'' or message @> $3) '
    'order by msg_id limit $1 for update skip locked) '
    'update pgmq.%1$I as m set vt = clock_timestamp() + $2, read_ct = read_ct + 1 '
    'from chosen where m.msg_id = chosen.msg_id '
    'returning m.msg_id, m.read_ct, m.enqueued_at, m.vt, m.message, m.headers',
    pgmq.format_table_name(queue_name, 'q')
  ) using qty, make_interval(secs => vt), conditional;
end
$$;

-- The same, waiting for a message where there is none. Parameters: also how many seconds to wait,
-- and how many milliseconds between two looks.
create function pgmq.read_with_poll(
  queue_name text,
  vt integer,
  qty integer,
  max_poll_seconds integer default 5,
  poll_interval_ms integer default 100,
  conditional jsonb default '{}'
) returns setof pgmq.message_record
language plpgsql
as $$
declare
  until constant timestamptz := clock_timestamp() + make_interval(secs => max_poll_seconds);
begin
  loop
    return query select * from pgmq.read(queue_name, vt, qty, conditional);
    if found or clock_timestamp() > until then
      return;
    end if;
    perform pg_sleep(poll_interval_ms / 1000.0);
  end loop;
end
$$;

-- Takes the first message that may be read out of a queue. Parameter: the queue.
create function pgmq.pop(queue_name text) returns setof pgmq.message_record
language plpgsql
as $$
begin
  return query execute format(
    'delete from pgmq.%1$I where msg_id = ('
    'select msg_id from pgmq.%1$I where vt <= clock_timestamp() '
    'order by msg_id limit 1 for update skip locked) '
    'returning msg_id, read_ct, enqueued_at, vt, message, headers',
    pgmq.format_table_name(queue_name, 'q')
  );
end
$$;

-- Hides a message from now on. Parameters: the queue, the number, the seconds.
create function pgmq.set_vt(queue_name text, msg_id bigint, vt integer)
returns setof pgmq.message_record
language plpgsql
as $$
begin
  return query execute format(
    'update pgmq.%I set vt = clock_timestamp() + $2 where msg_id = $1 '
    'returning msg_id, read_ct, enqueued_at, vt, message, headers',
    pgmq.format_table_name(queue_name, 'q')
  ) using msg_id, make_interval(secs => vt);
end
$$;

-- Deletes messages. Parameters: the queue, the numbers. Result: those that were there.
create function pgmq.delete(queue_name text, msg_ids bigint []) returns setof bigint
language plpgsql
as $$
begin
  return query execute format(
    'delete from pgmq.%I where msg_id = any($1) returning msg_id',
    pgmq.format_table_name(queue_name, 'q')
  ) using msg_ids;
end
$$;

-- The same for one message. Result: whether it was there.
create function pgmq.delete(queue_name text, msg_id bigint) returns boolean
language sql
as $$ select exists (select from pgmq.delete(queue_name, array[msg_id])) $$;

-- Moves messages into the archive. Parameters: the queue, the numbers. Result: those that were
-- there.
create function pgmq.archive(queue_name text, msg_ids bigint []) returns setof bigint
language plpgsql
as $$
begin
  return query execute format(
    'with gone as (delete from pgmq.%I where msg_id = any($1) '
    'returning msg_id, vt, read_ct, enqueued_at, message, headers) '
    'insert into pgmq.%I (msg_id, vt, read_ct, enqueued_at, message, headers) '
    'select msg_id, vt, read_ct, enqueued_at, message, headers from gone returning msg_id',
    pgmq.format_table_name(queue_name, 'q'), pgmq.format_table_name(queue_name, 'a')
  ) using msg_ids;
end
$$;

-- The same for one message. Result: whether it was there.
create function pgmq.archive(queue_name text, msg_id bigint) returns boolean
language sql
as $$ select exists (select from pgmq.archive(queue_name, array[msg_id])) $$;

-- Deletes what waits in a queue; the archive stays. Result: how many messages it was.
create function pgmq.purge_queue(queue_name text) returns bigint
language plpgsql
as $$
declare
  gone bigint;
begin
  execute format('delete from pgmq.%I', pgmq.format_table_name(queue_name, 'q'));
  get diagnostics gone = row_count;
  return gone;
end
$$;

-- How long a queue is and how old what waits in it. Parameter: the queue.
create function pgmq.metrics(queue_name text) returns pgmq.metrics_result
language plpgsql
as $$
declare
  told pgmq.metrics_result;
begin
  execute format(
    'select $1, count(*), extract(epoch from clock_timestamp() - max(enqueued_at))::integer, '
    'extract(epoch from clock_timestamp() - min(enqueued_at))::integer, '
    '(select case when is_called then last_value else 0 end from %s), clock_timestamp(), '
    'count(*) filter (where vt <= clock_timestamp()) from pgmq.%I',
    pg_get_serial_sequence(
      format('pgmq.%I', pgmq.format_table_name(queue_name, 'q')), 'msg_id'
    ),
    pgmq.format_table_name(queue_name, 'q')
  ) into told using queue_name;
  return told;
end
$$;

-- The same of every queue.
create function pgmq.metrics_all() returns setof pgmq.metrics_result
language sql
as $$ select (pgmq.metrics(queue_name)).* from pgmq.meta $$;
