-- Which of the tables are there, whether the product's projects are, and whether the migration that
-- fills empty columns has run.
select
  array(
    select wanted
    from unnest(%(tables)s::text[]) as wanted
    where to_regclass('public.' || wanted) is not null
    order by wanted
  ) as tables,
  to_regclass('public.projects') is not null as has_projects,
  to_regclass('wakti.adopted_rows') is not null as is_filled
