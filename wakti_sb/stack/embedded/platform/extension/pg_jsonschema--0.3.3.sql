-- JSON Schema in PL/pgSQL: the validating keywords of drafts 4 to 2020-12, with references inside of
-- the schema. A keyword that changes what is valid and is not known here is refused when it is met:
-- better no answer than a wrong one. Formats are annotations, as pg_jsonschema has them.

-- Whether a keyword is understood, or says nothing about what is valid. Parameter: a keyword.
create function _jsonschema_known(keyword text) returns boolean
language sql immutable
as $$
  select keyword not in (
    'unevaluatedItems', 'unevaluatedProperties', '$dynamicRef', '$recursiveRef', '$dynamicAnchor',
    '$recursiveAnchor', '$vocabulary'
  )
$$;

-- The part of a schema that a reference names. Parameters: the whole, the reference.
create function _jsonschema_part(root jsonb, reference text) returns jsonb
language plpgsql immutable
as $$
declare
  path text[];
  found jsonb;
begin
  if reference = '#' then
    return root;
  end if;
  if reference !~ '^#/' then
    raise exception 'pg_jsonschema on the embedded stack follows no reference out of the schema: %',
      reference
      using errcode = 'feature_not_supported';
  end if;
  select array_agg(
    replace(replace(replace(replace(part, '%22', '"'), '%25', '%'), '~1', '/'), '~0', '~') order by n
  )
  into path
  from regexp_split_to_table(substr(reference, 3), '/') with ordinality as parts (part, n);
  found := root #> path;
  if found is null then
    raise exception 'the schema has no part %', reference
      using errcode = 'invalid_parameter_value';
  end if;
  return found;
end
$$;

-- Whether a value is of a type. Parameters: the value, the type's name.
create function _jsonschema_is(instance jsonb, type text) returns boolean
language sql immutable
as $$
  select case type
    when 'integer' then
      jsonb_typeof(instance) = 'number' and (instance #>> '{}')::numeric % 1 = 0
    else jsonb_typeof(instance) = type
  end
$$;

-- What is wrong with a value. Parameters: schema, value, the whole schema, the place of the value,
-- how many schemas this one is inside of. Result: a sentence each; none if it is valid.
create function _jsonschema_errors(
  schema jsonb, instance jsonb, root jsonb, place text, depth integer
)
returns text []
language plpgsql immutable
as $$
declare
  wrong text[] := '{}';
  here constant text := case when place = '' then '' else ' at ' || place end;
  kind constant text := jsonb_typeof(instance);
  told constant text := left(instance::text, 200);
  word text;
  rule jsonb;
  number numeric;
  size integer;
  hits integer;
  first integer;
  each record;
  known text[];
begin
  if jsonb_typeof(schema) = 'boolean' then
    if schema = 'false' then
      return array[format('False schema does not allow %s%s', told, here)];
    end if;
    return wrong;
  end if;
  if jsonb_typeof(schema) is distinct from 'object' then
    raise exception 'a schema is an object or a boolean, not %', schema
      using errcode = 'invalid_parameter_value';
  end if;
  if depth > 200 then
    raise exception 'the schema refers to itself without end'
      using errcode = 'statement_too_complex';
  end if;
  for word in select key from jsonb_object_keys(schema) as keys (key) loop
    if not @extschema@._jsonschema_known(word) then
      raise exception 'pg_jsonschema on the embedded stack does not know the keyword %', word
        using errcode = 'feature_not_supported';
    end if;
  end loop;

  if schema ? '$ref' then
    wrong := wrong || @extschema@._jsonschema_errors(
      @extschema@._jsonschema_part(root, schema ->> '$ref'), instance, root, place, depth + 1
    );
    -- Beside a reference older drafts hear nothing else.
    if coalesce(root ->> '$schema', '') ~ 'draft-0[467]' then
      return wrong;
    end if;
  end if;

  rule := schema -> 'type';
  if rule is not null and not exists (
    select from jsonb_array_elements_text(
      case jsonb_typeof(rule) when 'array' then rule else jsonb_build_array(rule) end
    ) as types (type)
    where @extschema@._jsonschema_is(instance, type)
  ) then
    wrong := wrong || case jsonb_typeof(rule)
      when 'array' then format('%s is not of types %s%s', told, rule, here)
      else format('%s is not of type %s%s', told, rule, here)
    end;
  end if;
  if schema ? 'enum' and not exists (
    select from jsonb_array_elements(schema -> 'enum') as one (value) where value = instance
  ) then
    wrong := wrong || format('%s is not one of %s%s', told, schema -> 'enum', here);
  end if;
  if schema ? 'const' and schema -> 'const' <> instance then
    wrong := wrong || format('%s was expected%s', schema -> 'const', here);
  end if;

  if kind = 'number' then
    number := (instance #>> '{}')::numeric;
    if number % (schema ->> 'multipleOf')::numeric <> 0 then
      wrong := wrong || format(
        '%s is not a multiple of %s%s', told, schema -> 'multipleOf', here
      );
    end if;
    if number > (schema ->> 'maximum')::numeric
      or (schema -> 'exclusiveMaximum' = 'true' and number = (schema ->> 'maximum')::numeric) then
      wrong := wrong || format(
        '%s is greater than the maximum of %s%s', told, schema -> 'maximum', here
      );
    end if;
    if number < (schema ->> 'minimum')::numeric
      or (schema -> 'exclusiveMinimum' = 'true' and number = (schema ->> 'minimum')::numeric) then
      wrong := wrong || format(
        '%s is less than the minimum of %s%s', told, schema -> 'minimum', here
      );
    end if;
    if jsonb_typeof(schema -> 'exclusiveMaximum') = 'number'
      and number >= (schema ->> 'exclusiveMaximum')::numeric then
      wrong := wrong || format(
        '%s is greater than or equal to the maximum of %s%s', told, schema -> 'exclusiveMaximum',
        here
      );
    end if;
    if jsonb_typeof(schema -> 'exclusiveMinimum') = 'number'
      and number <= (schema ->> 'exclusiveMinimum')::numeric then
      wrong := wrong || format(
        '%s is less than or equal to the minimum of %s%s', told, schema -> 'exclusiveMinimum', here
      );
    end if;

  elsif kind = 'string' then
    size := char_length(instance #>> '{}');
    if size > (schema ->> 'maxLength')::numeric then
      wrong := wrong || format(
        '%s is longer than %s characters%s', told, schema -> 'maxLength', here
      );
    end if;
    if size < (schema ->> 'minLength')::numeric then
      wrong := wrong || format(
        '%s is shorter than %s characters%s', told, schema -> 'minLength', here
      );
    end if;
    if (instance #>> '{}') !~ (schema ->> 'pattern') then
      wrong := wrong || format('%s does not match %s%s', told, schema -> 'pattern', here);
    end if;

  elsif kind = 'array' then
    size := jsonb_array_length(instance);
    if size > (schema ->> 'maxItems')::numeric then
      wrong := wrong || format(
        '%s has more than %s items%s', told, schema -> 'maxItems', here
      );
    end if;
    if size < (schema ->> 'minItems')::numeric then
      wrong := wrong || format(
        '%s has less than %s items%s', told, schema -> 'minItems', here
      );
    end if;
    if schema -> 'uniqueItems' = 'true' and size > (
      select count(distinct value) from jsonb_array_elements(instance) as items (value)
    ) then
      wrong := wrong || format('%s has non-unique elements%s', told, here);
    end if;
    -- A list of schemas is for the first items, by either name.
    rule := coalesce(
      schema -> 'prefixItems',
      case when jsonb_typeof(schema -> 'items') = 'array' then schema -> 'items' end
    );
    first := coalesce(jsonb_array_length(rule), 0);
    for each in
      select value, n - 1 as at
      from jsonb_array_elements(instance) with ordinality as items (value, n)
    loop
      if each.at < first then
        wrong := wrong || @extschema@._jsonschema_errors(
          rule -> each.at::integer, each.value, root, place || '/' || each.at, depth + 1
        );
      elsif jsonb_typeof(schema -> 'items') in ('object', 'boolean') then
        wrong := wrong || @extschema@._jsonschema_errors(
          schema -> 'items', each.value, root, place || '/' || each.at, depth + 1
        );
      elsif jsonb_typeof(schema -> 'items') = 'array' and schema ? 'additionalItems' then
        wrong := wrong || @extschema@._jsonschema_errors(
          schema -> 'additionalItems', each.value, root, place || '/' || each.at, depth + 1
        );
      end if;
    end loop;
    if schema ? 'contains' then
      select count(*) into hits
      from jsonb_array_elements(instance) as items (value)
      where @extschema@._jsonschema_errors(
        schema -> 'contains', value, root, place, depth + 1
      ) = '{}';
      if hits < coalesce((schema ->> 'minContains')::numeric, 1)
        or hits > (schema ->> 'maxContains')::numeric then
        wrong := wrong || format(
          'None of %s are valid under the given schema%s', told, here
        );
      end if;
    end if;

  elsif kind = 'object' then
    select count(*) into size from jsonb_object_keys(instance);
    if size > (schema ->> 'maxProperties')::numeric then
      wrong := wrong || format(
        '%s has more than %s properties%s', told, schema -> 'maxProperties', here
      );
    end if;
    if size < (schema ->> 'minProperties')::numeric then
      wrong := wrong || format(
        '%s has less than %s properties%s', told, schema -> 'minProperties', here
      );
    end if;
    for word in
      select name
      from jsonb_array_elements_text(
        case jsonb_typeof(schema -> 'required') when 'array' then schema -> 'required' else '[]' end
      ) as required (name)
    loop
      if not instance ? word then
        wrong := wrong || format('%s is a required property%s', to_jsonb(word), here);
      end if;
    end loop;
    for each in select key, value from jsonb_each(instance) loop
      known := '{}';
      if schema -> 'properties' ? each.key then
        known := known || each.key;
        wrong := wrong || @extschema@._jsonschema_errors(
          schema -> 'properties' -> each.key, each.value, root, place || '/' || each.key, depth + 1
        );
      end if;
      for word in
        select pattern
        from jsonb_object_keys(coalesce(schema -> 'patternProperties', '{}')) as patterns (pattern)
        where each.key ~ pattern
      loop
        known := known || word;
        wrong := wrong || @extschema@._jsonschema_errors(
          schema -> 'patternProperties' -> word, each.value, root, place || '/' || each.key,
          depth + 1
        );
      end loop;
      if known = '{}' and schema -> 'additionalProperties' = 'false' then
        wrong := wrong || format(
          'Additional properties are not allowed (%s was unexpected)%s', to_jsonb(each.key), here
        );
      elsif known = '{}' and schema ? 'additionalProperties' then
        wrong := wrong || @extschema@._jsonschema_errors(
          schema -> 'additionalProperties', each.value, root, place || '/' || each.key, depth + 1
        );
      end if;
      if schema ? 'propertyNames' then
        wrong := wrong || @extschema@._jsonschema_errors(
          schema -> 'propertyNames', to_jsonb(each.key), root, place, depth + 1
        );
      end if;
    end loop;
    for each in
      select asked.key, asked.value
      from unnest(array['dependencies', 'dependentRequired', 'dependentSchemas']) as words (name)
      cross join lateral jsonb_each(coalesce(schema -> words.name, '{}')) as asked
      where instance ? asked.key
    loop
      if jsonb_typeof(each.value) = 'array' then
        for word in select name from jsonb_array_elements_text(each.value) as names (name) loop
          if not instance ? word then
            wrong := wrong || format('%s is a required property%s', to_jsonb(word), here);
          end if;
        end loop;
      else
        wrong := wrong || @extschema@._jsonschema_errors(
          each.value, instance, root, place, depth + 1
        );
      end if;
    end loop;
  end if;

  for rule in select value from jsonb_array_elements(coalesce(schema -> 'allOf', '[]')) loop
    wrong := wrong || @extschema@._jsonschema_errors(rule, instance, root, place, depth + 1);
  end loop;
  for word in
    select name from unnest(array['anyOf', 'oneOf']) as words (name) where schema ? name
  loop
    select count(*) into hits
    from jsonb_array_elements(schema -> word) as options (value)
    where @extschema@._jsonschema_errors(value, instance, root, place, depth + 1) = '{}';
    if hits = 0 then
      wrong := wrong || format(
        '%s is not valid under any of the schemas listed in the ''%s'' keyword%s', told, word, here
      );
    elsif hits > 1 and word = 'oneOf' then
      wrong := wrong || format(
        '%s is valid under more than one of the schemas listed in the ''oneOf'' keyword%s', told,
        here
      );
    end if;
  end loop;
  if schema ? 'not' and @extschema@._jsonschema_errors(
    schema -> 'not', instance, root, place, depth + 1
  ) = '{}' then
    wrong := wrong || format('%s is not allowed for %s%s', schema -> 'not', told, here);
  end if;
  if schema ? 'if' then
    word := case
      when @extschema@._jsonschema_errors(schema -> 'if', instance, root, place, depth + 1) = '{}'
        then 'then'
      else 'else'
    end;
    if schema ? word then
      wrong := wrong || @extschema@._jsonschema_errors(
        schema -> word, instance, root, place, depth + 1
      );
    end if;
  end if;
  return wrong;
end
$$;

-- What is wrong with a value. Parameters: the schema, the value. Result: a sentence each; an empty
-- list if it is valid.
create function jsonschema_validation_errors(schema json, instance json) returns text []
language sql immutable strict
as $$ select @extschema@._jsonschema_errors(schema::jsonb, instance::jsonb, schema::jsonb, '', 0) $$;

-- Whether a value is valid. Parameters: the schema, the value.
create function json_matches_schema(schema json, instance json) returns boolean
language sql immutable strict
as $$
  select @extschema@._jsonschema_errors(schema::jsonb, instance::jsonb, schema::jsonb, '', 0) = '{}'
$$;

-- The same for a value that is jsonb.
create function jsonb_matches_schema(schema json, instance jsonb) returns boolean
language sql immutable strict
as $$
  select @extschema@._jsonschema_errors(schema::jsonb, instance, schema::jsonb, '', 0) = '{}'
$$;

-- Whether something is a schema at all, as far as a few small values can tell. Parameter: a schema.
create function jsonschema_is_valid(schema json) returns boolean
language plpgsql immutable strict
as $$
declare
  rule jsonb := schema::jsonb;
begin
  if jsonb_typeof(rule) not in ('object', 'boolean') then
    return false;
  end if;
  perform @extschema@._jsonschema_errors(rule, one, rule, '', 0)
  from unnest(array['null', '0', '""', '[null]', '{"a": null}']::jsonb[]) as ones (one);
  return not exists (
    select
    from jsonb_array_elements_text(
      case jsonb_typeof(rule -> 'type')
        when 'array' then rule -> 'type'
        when 'string' then jsonb_build_array(rule -> 'type')
        else '[]'
      end
    ) as types (name)
    where name not in ('null', 'boolean', 'object', 'array', 'number', 'string', 'integer')
  );
exception
  when feature_not_supported then
    raise;
  when others then
    return false;
end
$$;
