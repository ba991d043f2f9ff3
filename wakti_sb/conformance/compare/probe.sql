-- Try statements as other people, each in a subtransaction that is taken back.
-- Parameters: probes, a list of {role, claims, headers, arrange, statement, reads, look}.
-- Result: for each one {rows, count, code, message}. Only the connection that made it may call it.
create or replace function pg_temp.wakti_probe(probes jsonb) returns jsonb
language plpgsql
as $$
declare
  probe jsonb;
  answers jsonb := '[]';
  found jsonb;
  changed bigint;
  code text;
  words text;
  further text;
begin
  for probe in select p.value from jsonb_array_elements(probes) as p loop
    found := null;
    changed := 0;
    begin
      if probe ->> 'arrange' <> '' then
        execute probe ->> 'arrange';
      end if;
      perform
        set_config('request.jwt.claims', probe ->> 'claims', true),
        set_config('request.headers', probe ->> 'headers', true),
        set_config('role', probe ->> 'role', true);
      if (probe ->> 'reads')::boolean then
        execute probe ->> 'statement' into found;
      else
        execute probe ->> 'statement';
        get diagnostics changed = row_count;
        set constraints all immediate;
        perform set_config('role', 'none', true);
        execute probe ->> 'look' into found;
      end if;
      raise exception using errcode = 'WK001', message = coalesce(found::text, ''), detail = changed::text;
    exception when others then
      get stacked diagnostics code = returned_sqlstate, words = message_text, further = pg_exception_detail;
      answers := answers || jsonb_build_array(case
        when code = 'WK001' then jsonb_build_object('rows', nullif(words, '')::jsonb, 'count', further::bigint)
        else jsonb_build_object('code', code, 'message', words)
      end);
    end;
  end loop;
  return answers;
end
$$;
