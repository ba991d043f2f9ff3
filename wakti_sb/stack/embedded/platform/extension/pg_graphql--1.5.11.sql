-- GraphQL is not served here. Comments of tables with `@graphql(…)` are comments and stay.

-- Answers a query, always with an error.
create function resolve(
  query text,
  variables jsonb default '{}',
  "operationName" text default null,
  extensions jsonb default null
) returns jsonb language sql
as $$
  select '{"errors": [{"message": "GraphQL is not served by the embedded stack."}]}'::jsonb
$$;
