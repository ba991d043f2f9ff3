-- A type `vector` without a library: text inside, distances in SQL. A value is checked for its form
-- and its dimensions where a column or a cast says how many it has. No function names another of
-- this extension, so that it can be moved to another schema as the original can.

create type vector;

create function vector_in(cstring) returns vector
language internal immutable strict parallel safe as 'textin';
create function vector_out(vector) returns cstring
language internal immutable strict parallel safe as 'textout';
create function vector_recv(internal) returns vector
language internal stable strict parallel safe as 'textrecv';
create function vector_send(vector) returns bytea
language internal stable strict parallel safe as 'textsend';
create function vector_typmod_in(cstring[]) returns integer
language internal immutable strict parallel safe as 'varchartypmodin';
create function vector_typmod_out(integer) returns cstring
language internal immutable strict parallel safe as 'varchartypmodout';

create type vector (
  input = vector_in,
  output = vector_out,
  receive = vector_recv,
  send = vector_send,
  typmod_in = vector_typmod_in,
  typmod_out = vector_typmod_out,
  like = text
);

-- Checks a value and writes it as the original does. Parameters: the value, the dimensions as the
-- type keeps them (4 more; -1: any), whether the cast is explicit. Raises what the original raises.
create function vector(value vector, dimensions integer, explicit boolean) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  numbers real[];
begin
  if value::text !~ '^\s*\[.*\]\s*$' then
    raise exception 'invalid input syntax for type vector: "%"', value::text
      using errcode = 'invalid_text_representation',
        detail = 'Vector contents must start with "[" and end with "]".';
  end if;
  begin
    numbers := translate(value::text, '[]', '{}')::real[];
  exception when others then
    raise exception 'invalid input syntax for type vector: "%"', value::text
      using errcode = 'invalid_text_representation';
  end;
  if coalesce(array_ndims(numbers), 0) <> 1 then
    raise exception 'vector must have at least 1 dimension' using errcode = 'data_exception';
  elsif array_position(numbers, null) is not null then
    raise exception 'invalid input syntax for type vector: "%"', value::text
      using errcode = 'invalid_text_representation';
  elsif numbers && array['NaN', 'Infinity', '-Infinity']::real[] then
    raise exception 'NaN and infinite values are not allowed in vector'
      using errcode = 'data_exception';
  elsif dimensions >= 4 and cardinality(numbers) <> dimensions - 4 then
    raise exception 'expected % dimensions, not %', dimensions - 4, cardinality(numbers)
      using errcode = 'data_exception';
  end if;
  return '[' || array_to_string(numbers, ',') || ']';
end
$$;

create cast (vector as vector) with function vector(vector, integer, boolean) as implicit;

-- An array as a vector. Parameters: as above.
create function array_to_vector(numbers real[], dimensions integer, explicit boolean) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(array_ndims(numbers), 0) <> 1 then
    raise exception 'array must be 1-D' using errcode = 'data_exception';
  elsif array_position(numbers, null) is not null then
    raise exception 'array must not contain nulls' using errcode = 'null_value_not_allowed';
  elsif dimensions >= 4 and cardinality(numbers) <> dimensions - 4 then
    raise exception 'expected % dimensions, not %', dimensions - 4, cardinality(numbers)
      using errcode = 'data_exception';
  end if;
  return '[' || array_to_string(numbers, ',') || ']';
end
$$;

create function array_to_vector(numbers double precision[], dimensions integer, explicit boolean)
returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(array_ndims(numbers), 0) <> 1 then
    raise exception 'array must be 1-D' using errcode = 'data_exception';
  elsif array_position(numbers, null) is not null then
    raise exception 'array must not contain nulls' using errcode = 'null_value_not_allowed';
  elsif dimensions >= 4 and cardinality(numbers) <> dimensions - 4 then
    raise exception 'expected % dimensions, not %', dimensions - 4, cardinality(numbers)
      using errcode = 'data_exception';
  end if;
  return '[' || array_to_string(numbers::real[], ',') || ']';
end
$$;

create function array_to_vector(numbers integer[], dimensions integer, explicit boolean)
returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(array_ndims(numbers), 0) <> 1 then
    raise exception 'array must be 1-D' using errcode = 'data_exception';
  elsif array_position(numbers, null) is not null then
    raise exception 'array must not contain nulls' using errcode = 'null_value_not_allowed';
  elsif dimensions >= 4 and cardinality(numbers) <> dimensions - 4 then
    raise exception 'expected % dimensions, not %', dimensions - 4, cardinality(numbers)
      using errcode = 'data_exception';
  end if;
  return '[' || array_to_string(numbers::real[], ',') || ']';
end
$$;

create function array_to_vector(numbers numeric[], dimensions integer, explicit boolean)
returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(array_ndims(numbers), 0) <> 1 then
    raise exception 'array must be 1-D' using errcode = 'data_exception';
  elsif array_position(numbers, null) is not null then
    raise exception 'array must not contain nulls' using errcode = 'null_value_not_allowed';
  elsif dimensions >= 4 and cardinality(numbers) <> dimensions - 4 then
    raise exception 'expected % dimensions, not %', dimensions - 4, cardinality(numbers)
      using errcode = 'data_exception';
  end if;
  return '[' || array_to_string(numbers::real[], ',') || ']';
end
$$;

-- A vector as an array. Parameters: the vector, then what every cast is told.
create function vector_to_float4(value vector, dimensions integer, explicit boolean) returns real[]
language sql immutable strict parallel safe
as $$
  select translate(value::text, '[]', '{}')::real[]
$$;

create cast (vector as real[])
with function vector_to_float4(vector, integer, boolean) as implicit;
create cast (real[] as vector)
with function array_to_vector(real[], integer, boolean) as assignment;
create cast (double precision[] as vector)
with function array_to_vector(double precision[], integer, boolean) as assignment;
create cast (integer[] as vector)
with function array_to_vector(integer[], integer, boolean) as assignment;
create cast (numeric[] as vector)
with function array_to_vector(numeric[], integer, boolean) as assignment;

-- How many numbers a vector has.
create function vector_dims(value vector) returns integer
language sql immutable strict parallel safe
as $$
  select cardinality(translate(value::text, '[]', '{}')::double precision[])
$$;

-- Its length in space.
create function vector_norm(value vector) returns double precision
language sql immutable strict parallel safe
as $$
  select coalesce(sqrt(sum(one.x * one.x)), 0)
  from unnest(translate(value::text, '[]', '{}')::double precision[]) as one (x)
$$;

-- The straight distance (`<->`).
create function l2_distance(left_one vector, right_one vector) returns double precision
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a double precision[] := translate(left_one::text, '[]', '{}')::double precision[];
  b double precision[] := translate(right_one::text, '[]', '{}')::double precision[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select sqrt(sum((pair.x - pair.y) ^ 2))
    from unnest(a, b) as pair (x, y)
  );
end
$$;

-- The distance along the axes (`<+>`).
create function l1_distance(left_one vector, right_one vector) returns double precision
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a double precision[] := translate(left_one::text, '[]', '{}')::double precision[];
  b double precision[] := translate(right_one::text, '[]', '{}')::double precision[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select sum(abs(pair.x - pair.y))
    from unnest(a, b) as pair (x, y)
  );
end
$$;

-- The inner product.
create function inner_product(left_one vector, right_one vector) returns double precision
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a double precision[] := translate(left_one::text, '[]', '{}')::double precision[];
  b double precision[] := translate(right_one::text, '[]', '{}')::double precision[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select sum(pair.x * pair.y)
    from unnest(a, b) as pair (x, y)
  );
end
$$;

-- The inner product, so that the nearest comes first (`<#>`).
create function vector_negative_inner_product(left_one vector, right_one vector) returns double precision
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a double precision[] := translate(left_one::text, '[]', '{}')::double precision[];
  b double precision[] := translate(right_one::text, '[]', '{}')::double precision[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select -sum(pair.x * pair.y)
    from unnest(a, b) as pair (x, y)
  );
end
$$;

-- The distance by angle (`<=>`); NaN where a vector has no direction.
create function cosine_distance(left_one vector, right_one vector) returns double precision
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a double precision[] := translate(left_one::text, '[]', '{}')::double precision[];
  b double precision[] := translate(right_one::text, '[]', '{}')::double precision[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select case
      when sum(pair.x ^ 2) = 0 or sum(pair.y ^ 2) = 0 then 'NaN'
      else 1 - greatest(-1, least(1, sum(pair.x * pair.y)
        / sqrt(sum(pair.x ^ 2) * sum(pair.y ^ 2))))
    end
    from unnest(a, b) as pair (x, y)
  );
end
$$;

-- Number by number.
create function vector_add(left_one vector, right_one vector) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a real[] := translate(left_one::text, '[]', '{}')::real[];
  b real[] := translate(right_one::text, '[]', '{}')::real[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select '[' || string_agg((pair.x + pair.y)::text, ',' order by pair.n) || ']'
    from unnest(a, b) with ordinality as pair (x, y, n)
  );
end
$$;

-- Number by number.
create function vector_sub(left_one vector, right_one vector) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a real[] := translate(left_one::text, '[]', '{}')::real[];
  b real[] := translate(right_one::text, '[]', '{}')::real[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select '[' || string_agg((pair.x - pair.y)::text, ',' order by pair.n) || ']'
    from unnest(a, b) with ordinality as pair (x, y, n)
  );
end
$$;

-- Number by number.
create function vector_mul(left_one vector, right_one vector) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  a real[] := translate(left_one::text, '[]', '{}')::real[];
  b real[] := translate(right_one::text, '[]', '{}')::real[];
begin
  if cardinality(a) <> cardinality(b) then
    raise exception 'different vector dimensions % and %', cardinality(a), cardinality(b)
      using errcode = 'data_exception';
  end if;
  return (
    select '[' || string_agg((pair.x * pair.y)::text, ',' order by pair.n) || ']'
    from unnest(a, b) with ordinality as pair (x, y, n)
  );
end
$$;

-- One behind the other.
create function vector_concat(left_one vector, right_one vector) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  return rtrim(left_one::text, ' ]') || ',' || ltrim(right_one::text, ' [');
end
$$;

-- The same direction, with length 1.
create function l2_normalize(value vector) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  numbers double precision[] := translate(value::text, '[]', '{}')::double precision[];
  norm double precision := (select sqrt(sum(one.x ^ 2)) from unnest(numbers) as one (x));
begin
  return (
    select '[' || string_agg(
      (case when norm = 0 then 0 else one.x / norm end)::real::text, ',' order by one.n
    ) || ']'
    from unnest(numbers) with ordinality as one (x, n)
  );
end
$$;

-- Some of its numbers. Parameters: the vector, the first (from 1), how many.
create function subvector(value vector, start integer, count integer) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  numbers real[] := translate(value::text, '[]', '{}')::real[];
begin
  return '[' || array_to_string(numbers[start : start + count - 1], ',') || ']';
end
$$;

-- A bit for each number: whether it is above zero.
create function binary_quantize(value vector) returns bit
language sql immutable strict parallel safe
as $$
  select string_agg(case when one.x > 0 then '1' else '0' end, '' order by one.n)::varbit::bit varying
  from unnest(translate(value::text, '[]', '{}')::real[]) with ordinality as one (x, n)
$$;

-- The order of two vectors, as that of their numbers.
create function vector_cmp(left_one vector, right_one vector) returns integer
language sql immutable strict parallel safe
as $$
  select btarraycmp(
    translate(left_one::text, '[]', '{}')::real[], translate(right_one::text, '[]', '{}')::real[]
  )
$$;

create function vector_lt(left_one vector, right_one vector) returns boolean
language sql immutable strict parallel safe
as $$
  select btarraycmp(
    translate(left_one::text, '[]', '{}')::real[], translate(right_one::text, '[]', '{}')::real[]
  ) < 0
$$;

create function vector_le(left_one vector, right_one vector) returns boolean
language sql immutable strict parallel safe
as $$
  select btarraycmp(
    translate(left_one::text, '[]', '{}')::real[], translate(right_one::text, '[]', '{}')::real[]
  ) <= 0
$$;

create function vector_eq(left_one vector, right_one vector) returns boolean
language sql immutable strict parallel safe
as $$
  select btarraycmp(
    translate(left_one::text, '[]', '{}')::real[], translate(right_one::text, '[]', '{}')::real[]
  ) = 0
$$;

create function vector_ne(left_one vector, right_one vector) returns boolean
language sql immutable strict parallel safe
as $$
  select btarraycmp(
    translate(left_one::text, '[]', '{}')::real[], translate(right_one::text, '[]', '{}')::real[]
  ) <> 0
$$;

create function vector_ge(left_one vector, right_one vector) returns boolean
language sql immutable strict parallel safe
as $$
  select btarraycmp(
    translate(left_one::text, '[]', '{}')::real[], translate(right_one::text, '[]', '{}')::real[]
  ) >= 0
$$;

create function vector_gt(left_one vector, right_one vector) returns boolean
language sql immutable strict parallel safe
as $$
  select btarraycmp(
    translate(left_one::text, '[]', '{}')::real[], translate(right_one::text, '[]', '{}')::real[]
  ) > 0
$$;

create operator <-> (
  leftarg = vector, rightarg = vector, function = l2_distance, commutator = <->
);
create operator <#> (
  leftarg = vector, rightarg = vector, function = vector_negative_inner_product, commutator = <#>
);
create operator <=> (
  leftarg = vector, rightarg = vector, function = cosine_distance, commutator = <=>
);
create operator <+> (
  leftarg = vector, rightarg = vector, function = l1_distance, commutator = <+>
);
create operator + (
  leftarg = vector, rightarg = vector, function = vector_add, commutator = +
);
create operator * (
  leftarg = vector, rightarg = vector, function = vector_mul, commutator = *
);
create operator - (leftarg = vector, rightarg = vector, function = vector_sub);
create operator || (leftarg = vector, rightarg = vector, function = vector_concat);
create operator < (
  leftarg = vector, rightarg = vector, function = vector_lt, commutator = >, negator = >=,
  restrict = scalarltsel
);
create operator <= (
  leftarg = vector, rightarg = vector, function = vector_le, commutator = >=, negator = >,
  restrict = scalarlesel
);
create operator = (
  leftarg = vector, rightarg = vector, function = vector_eq, commutator = =, negator = <>,
  restrict = eqsel
);
create operator <> (
  leftarg = vector, rightarg = vector, function = vector_ne, commutator = <>, negator = =,
  restrict = neqsel
);
create operator >= (
  leftarg = vector, rightarg = vector, function = vector_ge, commutator = <=, negator = <,
  restrict = scalargesel
);
create operator > (
  leftarg = vector, rightarg = vector, function = vector_gt, commutator = <, negator = <=,
  restrict = scalargtsel
);

create operator class vector_ops default for type vector using btree as
  operator 1 <,
  operator 2 <=,
  operator 3 =,
  operator 4 >=,
  operator 5 >,
  function 1 vector_cmp(vector, vector);

-- Adds a vector to sums: how many there were, then the sum of each number.
create function vector_accum(state double precision[], value vector) returns double precision[]
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  numbers double precision[] := translate(value::text, '[]', '{}')::double precision[];
begin
  if cardinality(state) = 1 then
    return array[1::double precision] || numbers;
  elsif cardinality(state) <> cardinality(numbers) + 1 then
    raise exception 'expected % dimensions, not %', cardinality(state) - 1, cardinality(numbers)
      using errcode = 'data_exception';
  end if;
  return (
    select array[state[1] + 1] || array_agg(pair.x + pair.y order by pair.n)
    from unnest(state[2:], numbers) with ordinality as pair (x, y, n)
  );
end
$$;

-- The mean of what was added; null if nothing was.
create function vector_avg(state double precision[]) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select '[' || string_agg((one.x / state[1])::real::text, ',' order by one.n) || ']'
    from unnest(state[2:]) with ordinality as one (x, n)
  );
end
$$;

-- The sum of what was added; null if nothing was.
create function vector_sum(state double precision[]) returns vector
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select '[' || string_agg(one.x::real::text, ',' order by one.n) || ']'
    from unnest(state[2:]) with ordinality as one (x, n)
  );
end
$$;

create aggregate avg(vector) (
  sfunc = vector_accum, stype = double precision[], finalfunc = vector_avg, initcond = '{0}'
);
create aggregate sum(vector) (
  sfunc = vector_accum, stype = double precision[], finalfunc = vector_sum, initcond = '{0}'
);
