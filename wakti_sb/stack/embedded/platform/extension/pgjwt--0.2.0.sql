-- JSON Web Tokens with a shared secret (RFC 7519, HMAC of RFC 7518).

-- base64url without padding. Parameters: the bytes.
create function url_encode(data bytea) returns text immutable language sql
as $$ select translate(encode(data, 'base64'), E'+/=\n', '-_') $$;

-- The bytes of base64url. Parameters: the text, padded or not.
create function url_decode(data text) returns bytea immutable language sql
as $$
  select decode(
    rpad(translate(data, '-_', '+/'), 4 * ceil(length(data) / 4.0)::integer, '='), 'base64'
  )
$$;

-- The signature of a text. Parameters: the text, the secret, HS256, HS384 or HS512. Result: its
-- base64url; null for another algorithm.
create function algorithm_sign(signables text, secret text, algorithm text)
returns text immutable language sql
as $$
  select @extschema@.url_encode(
    @extschema:pgcrypto@.hmac(
      signables,
      secret,
      case algorithm when 'HS256' then 'sha256' when 'HS384' then 'sha384'
        when 'HS512' then 'sha512' end
    )
  )
$$;

-- A token. Parameters: its claims, the secret, the algorithm.
create function sign(payload json, secret text, algorithm text default 'HS256')
returns text immutable language sql
as $$
  select unsigned || '.' || @extschema@.algorithm_sign(unsigned, secret, algorithm)
  from (
    select
      @extschema@.url_encode(
        convert_to(format('{"alg":"%s","typ":"JWT"}', algorithm), 'utf8')
      ) || '.' || @extschema@.url_encode(convert_to(payload::text, 'utf8')) as unsigned
  ) as token
$$;

-- The number that a text says. Result: null if it says none.
create function try_cast_double(inp text) returns double precision immutable language plpgsql
as $$
begin
  return inp::double precision;
exception when others then
  return null;
end
$$;

-- What a token holds and whether it is good now: signature, nbf and exp. Parameters: the token, the
-- secret, the algorithm.
create function verify(token text, secret text, algorithm text default 'HS256')
returns table (header json, payload json, valid boolean) stable language sql
as $$
  select
    parts.header,
    parts.payload,
    coalesce(parts.signature_ok, false) and tstzrange(
      to_timestamp(@extschema@.try_cast_double(parts.payload ->> 'nbf')),
      to_timestamp(@extschema@.try_cast_double(parts.payload ->> 'exp'))
    ) @> current_timestamp
  from (
    select
      convert_from(@extschema@.url_decode(split[1]), 'utf8')::json as header,
      convert_from(@extschema@.url_decode(split[2]), 'utf8')::json as payload,
      split[3] = @extschema@.algorithm_sign(split[1] || '.' || split[2], secret, algorithm)
        as signature_ok
    from string_to_array(token, '.') as split
  ) as parts
$$;
