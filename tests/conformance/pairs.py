"""Changes of the example projects: twenty that change who reaches what, twenty that do not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """A change to an example, and the sentences that are true of it."""

    example: str
    name: str
    sql: str
    says: tuple[str, ...] = ()


_MINE = "(select auth.uid())"
_FORMERS = "a former member and a former editor"

CHANGES = (
    Pair(
        "notes",
        "a policy for everybody beside the owner's",
        'create policy "open" on public.notebooks for select using (true)',
        ("high: everybody can now read others' rows of notebooks",),
    ),
    Pair(
        "notes",
        "row level security off",
        "alter table public.reminders disable row level security",
        (
            "critical: everybody can now change others' rows of reminders",
            "critical: everybody can now delete others' rows of reminders",
            "critical: everybody can now insert rows in others' names into reminders",
            "high: everybody can now read others' rows of reminders",
        ),
    ),
    Pair(
        "notes",
        "a secret column granted",
        "grant select (embedding_key) on public.notes to authenticated",
        ("high: owners can now read 1 column (embedding_key) of notes",),
    ),
    Pair(
        "notes",
        "a grant on columns taken back",
        "revoke update on public.profiles from authenticated",
        ("medium: everybody who is signed in can no longer change own rows of profiles",),
    ),
    Pair(
        "notes",
        "a policy dropped",
        'drop policy "delete own notes" on public.notes',
        (
            "medium: owners can no longer delete own rows of notes",
            "low: owners can no longer delete others' rows through note_titles",
        ),
    ),
    Pair(
        "notes",
        "a check that does not look at the parent",
        'drop policy "add to own notebooks" on public.notes;'
        'create policy "add" on public.notes for insert to authenticated'
        f" with check (user_id = {_MINE})",
        (
            "critical: everybody who is signed in can now insert rows under another's"
            " row of notebooks by notebook_id into notes",
        ),
    ),
    Pair(
        "notes",
        "an option lost by create or replace",
        "create or replace view public.note_titles with (security_invoker = false) as"
        " select id, user_id, left(body, 40) as title from public.notes",
        (
            "critical: another owner can now change others' rows through note_titles",
            "critical: everybody who is signed in can now delete others' rows through note_titles",
            "high: everybody who is signed in can now read others' rows of note_titles",
        ),
    ),
    Pair(
        "notes",
        "a function open to anon again",
        "grant execute on function public.recent_notes (integer) to anon",
        ("high: anon can now execute recent_notes",),
    ),
    Pair(
        "notes",
        "a function that no longer asks who calls",
        "create or replace function public.delete_note(note_id bigint) returns void"
        " language sql security definer set search_path = pg_catalog, pg_temp"
        " as 'delete from public.notes as n where n.id = note_id'",
        ("critical: everybody who is signed in can now change others' rows through delete_note",),
    ),
    Pair(
        "notes",
        "privileges of tables to come",
        "alter default privileges in schema public revoke all on tables from anon",
        (
            "low: no longer: anon has delete, insert, maintain, references, select,"
            " trigger, truncate, update on tables that postgres makes from now on in public",
        ),
    ),
    Pair(
        "team",
        "any role may write",
        'alter policy "editors write" on public.documents'
        " using (team_id in (select private.my_teams('admin', 'editor', 'viewer')))",
        ("high: a member can now change rows of the own place of documents",),
    ),
    Pair(
        "team",
        "only admins may write",
        'alter policy "editors write" on public.documents'
        " using (team_id in (select private.my_teams('admin')))",
        ("medium: an editor can no longer change rows of the own place of documents",),
    ),
    Pair(
        "team",
        "members put themselves into a team",
        'create policy "join" on public.team_members for insert to authenticated'
        f" with check (user_id = {_MINE})",
        (
            "critical: a signed-in stranger can now insert rows in others' names into team_members",
            "critical: an anonymous sign-in can now insert rows under another's row of"
            " teams by team_id into team_members",
        ),
    ),
    Pair(
        "team",
        "a helper that counts former members",
        "create or replace function private.my_teams(variadic roles public.team_role[])"
        " returns setof uuid language sql stable security definer"
        " set search_path = pg_catalog, pg_temp as $$"
        " select m.team_id from public.team_members as m"
        f" where m.user_id = {_MINE} and m.role = any (roles) $$",
        (
            f"critical: {_FORMERS} can now change others' rows through archive_document",
            "critical: a former member can now delete others' rows of comments",
            f"critical: {_FORMERS} can now change others' rows of documents",
            "critical: a former member can now delete others' rows of documents",
            "critical: a former member can now change others' rows of team_members",
            "critical: a former member can now delete others' rows of team_members",
            "critical: a former member can now change others' rows of teams",
            "critical: a former member can now delete others' rows of teams",
            f"high: {_FORMERS} can now read others' rows of comments",
            f"high: {_FORMERS} can now read others' rows of documents",
            f"high: {_FORMERS} can now read others' rows of open_documents",
            f"high: {_FORMERS} can now read others' rows of team_members",
            f"high: {_FORMERS} can now read others' rows through team_size",
            f"high: {_FORMERS} can now read others' rows of teams",
            "low: a former editor can now delete own rows of comments",
            f"low: {_FORMERS} can now change own rows of comments",
            f"low: {_FORMERS} can now insert own rows into comments",
            f"low: {_FORMERS} can now insert own rows into documents",
            "low: a former member can now insert own rows into team_members",
        ),
    ),
    Pair(
        "team",
        "a column that nobody could change",
        "grant update (plan) on public.teams to authenticated",
        ("medium: the owner, another owner and an admin can now change 1 column (plan) of teams",),
    ),
    Pair(
        "magazine",
        "drafts are shown",
        'alter policy "published or own" on public.articles using (true)',
        ("high: everybody can now read others' rows (not published) of articles",),
    ),
    Pair(
        "magazine",
        "visitors lose a page",
        "revoke select on public.authors from anon",
        (
            "medium: anon can no longer read front_page",
            "low: anon can no longer read others' rows of articles",
            "low: anon can no longer read others' rows of authors",
            "low: anon can no longer read others' rows of bylines",
        ),
    ),
    Pair(
        "magazine",
        "a restrictive policy",
        'create policy "second factor" on public.articles as restrictive for delete'
        " to authenticated using ((select auth.jwt() ->> 'aal') = 'aal2')",
        ("medium: owners can no longer delete own rows of articles",),
    ),
    Pair(
        "filebox",
        "files of everybody's box",
        "alter policy \"read box files\" on storage.objects using (bucket_id = 'boxes')",
        (
            "critical: another owner can now upload others' files in bucket boxes",
            "high: everybody who is signed in can now read others' files in bucket boxes",
        ),
    ),
    Pair(
        "filebox",
        "a public bucket",
        "update storage.buckets set public = true where id = 'boxes'",
        ("high: new: everybody can download the files of bucket boxes by URL",),
    ),
)

_ALL_NOTES = (
    f'drop policy "own notebooks" on public.notebooks;'
    f'create policy "s" on public.notebooks for select to authenticated using (user_id = {_MINE});'
    f'create policy "i" on public.notebooks for insert to authenticated with check'
    f" (user_id = {_MINE});"
    f'create policy "u" on public.notebooks for update to authenticated using (user_id = {_MINE});'
    f'create policy "d" on public.notebooks for delete to authenticated using (user_id = {_MINE})'
)

REFACTORINGS = (
    Pair("notes", "nothing at all", "select 1"),
    Pair(
        "notes",
        "a policy renamed",
        'alter policy "own notebooks" on public.notebooks rename to "mine"',
    ),
    Pair("notes", "one policy split into four", _ALL_NOTES),
    Pair(
        "notes",
        "auth.uid() without its wrapping",
        'alter policy "own notebooks" on public.notebooks using (user_id = auth.uid())',
    ),
    Pair(
        "notes",
        "with check spelt out",
        f'alter policy "own reminders" on public.reminders using (note_id in (select id from'
        f" public.notes where user_id = {_MINE})) with check (note_id in (select id from"
        f" public.notes where user_id = {_MINE}))",
    ),
    Pair(
        "notes",
        "in made exists",
        'alter policy "own reminders" on public.reminders using (exists (select 1 from'
        f" public.notes as n where n.id = note_id and n.user_id = {_MINE}))",
    ),
    Pair("notes", "an index", "create index on public.reminders (note_id)"),
    Pair("notes", "row level security forced", "alter table public.notes force row level security"),
    Pair(
        "notes",
        "another policy that says the same",
        f'create policy "again" on public.notes for select to authenticated using'
        f" (user_id = {_MINE})",
    ),
    Pair(
        "notes",
        "a view made anew with its option",
        "create or replace view public.note_titles with (security_invoker = true) as"
        " select id, user_id, left(body, 40) as title from public.notes",
    ),
    Pair(
        "notes",
        "a function in another language",
        "create or replace function public.delete_note(note_id bigint) returns void"
        " language plpgsql security definer set search_path = '' as $$ begin"
        f" delete from public.notes as n where n.user_id = {_MINE} and n.id = note_id; end $$",
    ),
    Pair(
        "notes",
        "a column with a default and a comment",
        "comment on table public.notes is 'notes';"
        " alter table public.notes alter column priority set default 3",
    ),
    Pair(
        "team",
        "a helper with its conditions in another order",
        "create or replace function private.my_teams(variadic roles public.team_role[])"
        " returns setof uuid language sql stable security definer set search_path = ''"
        " as $$ select m.team_id from public.team_members as m"
        f" where m.role = any (roles) and m.left_at is null and m.user_id = {_MINE} $$",
    ),
    Pair(
        "team",
        "a helper instead of the condition itself",
        "create function private.admin_of(team uuid) returns boolean language sql stable"
        " security definer set search_path = '' as $$ select exists (select from"
        " public.team_members as m where m.team_id = team and m.role = 'admin'"
        f" and m.left_at is null and m.user_id = {_MINE}) $$;"
        "grant execute on function private.admin_of (uuid) to authenticated;"
        'alter policy "admins rename" on public.teams using ((select private.admin_of(id)))',
    ),
    Pair(
        "team",
        "two policies for what one said",
        'alter policy "authors and admins remove" on public.comments'
        " using (team_id in (select private.my_teams('admin')));"
        'create policy "authors remove" on public.comments for delete to authenticated'
        f" using (author_id = {_MINE} and"
        " team_id in (select private.my_teams('admin', 'editor', 'viewer')))",
    ),
    Pair(
        "team",
        "a grant that no policy follows",
        "grant delete on public.documents to anon",
    ),
    Pair(
        "magazine",
        "or in another order",
        'alter policy "published or own" on public.articles using (author_id in (select a.id from'
        f" public.authors as a where a.user_id = {_MINE}) or published is true)",
    ),
    Pair(
        "magazine",
        "for everybody said as two roles",
        'alter policy "everybody reads categories" on public.categories to anon, authenticated',
    ),
    Pair(
        "filebox",
        "a storage policy for each command",
        'drop policy "own avatar" on storage.objects;'
        + "".join(
            f'create policy "avatar {c}" on storage.objects for {c} to authenticated {clause}'
            f" (bucket_id = 'avatars' and (storage.foldername(name))[1] = {_MINE}::text);"
            for c, clause in (
                ("select", "using"),
                ("insert", "with check"),
                ("update", "using"),
                ("delete", "using"),
            )
        ),
    ),
    Pair(
        "filebox",
        "a helper moved to another schema",
        "create schema hidden; alter function private.own_boxes() set schema hidden;"
        " grant usage on schema hidden to authenticated",
    ),
)
