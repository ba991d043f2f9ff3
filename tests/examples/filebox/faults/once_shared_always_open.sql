-- finding: documents: somebody it is shared with (write) cannot see this row once the share is gone
-- Shares are copied when they are made, and the copy outlives them.
create table private.once_shared (
  box_id uuid, guest_id uuid, primary key (box_id, guest_id)
);
create function private.remember_share() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.once_shared values (new.box_id, new.guest_id) on conflict do nothing;
  return new;
end
$$;
create trigger remember after insert or update on public.box_guests
for each row execute function private.remember_share();
create or replace function private.shared_boxes(at_least text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select o.box_id from private.once_shared as o
  left join public.box_guests as g using (box_id, guest_id)
  where o.guest_id = (select auth.uid()) and (at_least = 'read' or g.access = at_least)
$$;
