-- finding: public.find_boxes(text): nobody described this function
create function public.find_boxes(word text) returns setof public.boxes
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select * from public.boxes where label like '%' || word || '%'
$$;
