-- The types and functions of pgsql-http. Nothing is ever sent: a database that calls others in the
-- middle of a transaction is nothing to imitate, and an answer made up would prove nothing.

create domain http_method as text;

create type http_header as (field varchar, value varchar);

create type http_request as (
  method http_method,
  uri varchar,
  headers http_header [],
  content_type varchar,
  content varchar
);

create type http_response as (
  status integer,
  content_type varchar,
  headers http_header [],
  content varchar
);

-- Refuses. Parameters: the method and the address that were asked for.
create function http_refused(method text, uri text) returns http_response
language plpgsql
as $$
begin
  raise exception 'the extension http sends nothing on the embedded stack: % %', method, uri
    using errcode = 'feature_not_supported',
      hint = 'Have a function of the tests answer in its place, or run against a PostgreSQL that has'
        ' the extension.';
end
$$;

-- Each of these stands for a request and refuses it. Parameters: what pgsql-http takes.
create function http(request http_request) returns http_response
language sql
as $$ select @extschema@.http_refused(($1).method, ($1).uri) $$;

create function http_get(uri varchar) returns http_response
language sql
as $$ select @extschema@.http_refused('GET', $1) $$;

create function http_get(uri varchar, data jsonb) returns http_response
language sql
as $$ select @extschema@.http_refused('GET', $1) $$;

create function http_post(uri varchar, content varchar, content_type varchar) returns http_response
language sql
as $$ select @extschema@.http_refused('POST', $1) $$;

create function http_post(uri varchar, data jsonb) returns http_response
language sql
as $$ select @extschema@.http_refused('POST', $1) $$;

create function http_put(uri varchar, content varchar, content_type varchar) returns http_response
language sql
as $$ select @extschema@.http_refused('PUT', $1) $$;

create function http_patch(uri varchar, content varchar, content_type varchar) returns http_response
language sql
as $$ select @extschema@.http_refused('PATCH', $1) $$;

create function http_delete(uri varchar) returns http_response
language sql
as $$ select @extschema@.http_refused('DELETE', $1) $$;

create function http_delete(uri varchar, content varchar, content_type varchar)
returns http_response
language sql
as $$ select @extschema@.http_refused('DELETE', $1) $$;

create function http_head(uri varchar) returns http_response
language sql
as $$ select @extschema@.http_refused('HEAD', $1) $$;

-- A header. Parameters: its name, its value.
create function http_header(field varchar, value varchar) returns http_header
language sql immutable
as $$ select $1, $2 $$;

-- Headers. Parameters: names and values by turns.
create function http_headers(variadic args text []) returns http_header []
language sql immutable
as $$
  select coalesce(array_agg(row(args[n], args[n + 1])::@extschema@.http_header order by n), '{}')
  from generate_series(1, coalesce(array_length(args, 1), 0), 2) as n
$$;

-- What a query or a form is made of. Parameter: text, or a JSON object. Result: percent-encoded.
create function urlencode(string varchar) returns text
language sql immutable strict
as $$
  select coalesce(
    string_agg(
      case
        when one ~ '^[A-Za-z0-9._~-]$' then one
        else regexp_replace(
          upper(encode(convert_to(one, 'UTF8'), 'hex')), '(..)', '%\1', 'g'
        )
      end, '' order by place
    ), ''
  )
  from regexp_split_to_table(string, '') with ordinality as split (one, place)
$$;

create function urlencode(string bytea) returns text
language sql immutable strict
as $$ select @extschema@.urlencode(convert_from(string, 'UTF8')::varchar) $$;

create function urlencode(data jsonb) returns text
language sql immutable strict
as $$
  select string_agg(
    @extschema@.urlencode(key::varchar) || '=' || @extschema@.urlencode(value::varchar), '&'
  )
  from jsonb_each_text(data)
$$;

-- The settings of curl are taken and mean nothing.
create function http_set_curlopt(curlopt varchar, value varchar) returns boolean
language sql
as $$ select true $$;

create function http_reset_curlopt() returns boolean
language sql
as $$ select true $$;

create function http_list_curlopt(out curlopt text, out value text) returns setof record
language sql
as $$ select null::text, null::text where false $$;
