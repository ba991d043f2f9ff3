drop extension if exists "pg_net";

create extension if not exists "pg_net" with schema "public" version '0.14.0';

set check_function_bodies = off;

create table "public"."todos" (
    "id" uuid not null default gen_random_uuid(),
    "user_id" uuid default auth.uid(),
    "task" text
);

alter table "public"."todos" enable row level security;

CREATE UNIQUE INDEX todos_pkey ON public.todos USING btree (id);

alter table "public"."todos" add constraint "todos_pkey" PRIMARY KEY using index "todos_pkey";

alter table "public"."todos" add constraint "todos_user_id_fkey" FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE not valid;

alter table "public"."todos" validate constraint "todos_user_id_fkey";

CREATE OR REPLACE FUNCTION public.on_user_updated()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.todos set task = task where user_id = new.id;
  return new;
end;
$function$
;

grant delete on table "public"."todos" to "anon";

grant truncate on table "public"."todos" to "anon";

create policy "Individuals can view their own todos."
on "public"."todos"
as permissive
for select
to public
using ((( SELECT auth.uid() AS uid) = user_id));

CREATE TRIGGER on_auth_user_updated AFTER UPDATE ON auth.users FOR EACH ROW EXECUTE FUNCTION on_user_updated();

create policy "Give users access to own folder 1oj01fe_0"
on "storage"."objects"
as permissive
for select
to public
using (((bucket_id = 'avatars'::text) AND (( SELECT (auth.uid())::text AS uid) = (storage.foldername(name))[1])));
