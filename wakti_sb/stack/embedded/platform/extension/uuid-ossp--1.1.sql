-- The functions of uuid-ossp over what the server itself has: gen_random_uuid(), md5(), pgcrypto.

create function uuid_nil() returns uuid immutable strict parallel safe language sql
as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;

create function uuid_ns_dns() returns uuid immutable strict parallel safe language sql
as $$ select '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

create function uuid_ns_url() returns uuid immutable strict parallel safe language sql
as $$ select '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

create function uuid_ns_oid() returns uuid immutable strict parallel safe language sql
as $$ select '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

create function uuid_ns_x500() returns uuid immutable strict parallel safe language sql
as $$ select '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

-- Version 4: random.
create function uuid_generate_v4() returns uuid volatile strict parallel safe language sql
as $$ select pg_catalog.gen_random_uuid() $$;

-- Version 1: the clock in steps of 100 ns since 1582-10-15 (RFC 9562, 5.1), with a random node
-- whose multicast bit is set, because the server must not tell its network card's address.
create function uuid_generate_v1mc() returns uuid volatile strict parallel safe language sql
as $$
  select (
    substr(ticks, 9, 8) || '-' || substr(ticks, 5, 4) || '-1' || substr(ticks, 2, 3)
    || substr(random, 19, 5) || '-'
    || lpad(to_hex(get_byte(decode(substr(random, 25, 2), 'hex'), 0) | 1), 2, '0')
    || substr(random, 27, 10)
  )::uuid
  from (
    select
      lpad(to_hex(
        (extract(epoch from clock_timestamp()) * 10000000)::bigint + 122192928000000000
      ), 16, '0') as ticks,
      pg_catalog.gen_random_uuid()::text as random
  ) as parts
$$;

create function uuid_generate_v1() returns uuid volatile strict parallel safe language sql
as $$ select @extschema@.uuid_generate_v1mc() $$;

-- Version 3: MD5 of a namespace and a name. Version and variant bits as RFC 9562 sets them.
create function uuid_generate_v3(namespace uuid, name text)
returns uuid immutable strict parallel safe language sql
as $$
  select encode(
    set_byte(
      set_byte(hash, 6, (get_byte(hash, 6) & 15) | 48),
      8, (get_byte(hash, 8) & 63) | 128
    ), 'hex'
  )::uuid
  from (select decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex') as hash) as h
$$;

-- Version 5: SHA-1 of a namespace and a name.
create function uuid_generate_v5(namespace uuid, name text)
returns uuid immutable strict parallel safe language sql
as $$
  select encode(
    set_byte(
      set_byte(hash, 6, (get_byte(hash, 6) & 15) | 80),
      8, (get_byte(hash, 8) & 63) | 128
    ), 'hex'
  )::uuid
  from (
    select substring(
      @extschema:pgcrypto@.digest(uuid_send(namespace) || convert_to(name, 'UTF8'), 'sha1')
      from 1 for 16
    ) as hash
  ) as h
$$;
