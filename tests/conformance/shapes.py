"""Strange shapes of tables, each beside a near neighbour that is not one of them."""

from __future__ import annotations

from dataclasses import dataclass

_KEY = "id uuid primary key default gen_random_uuid()"
_USER = "uuid not null references auth.users on delete cascade"
_MINE = "(select auth.uid())"


@dataclass(frozen=True)
class Shape:
    """A schema, what is proposed for its tables, and the causes that its policies leave.

    Parameters:
        says: the beginnings of lines, by table.
        never: what none of a table's lines may hold, by table.
        causes: the titles of all causes that an untouched proposal has.
    """

    name: str
    ddl: str
    says: dict[str, tuple[str, ...]]
    never: dict[str, tuple[str, ...]]
    causes: tuple[str, ...] = ()


def _closed(*tables: str) -> str:
    return "".join(f"alter table {name} enable row level security;" for name in tables)


def _asked(name: str, table: str, key: str, *more: str) -> str:
    return (
        f"create function {name} returns boolean language sql stable security definer"
        f" set search_path = '' as $$ select exists (select from {table} as t where t.{key}"
        f" and {' and '.join((f't.user_id = {_MINE}', *more))}) $$;"
        f"revoke execute on function {name} from public, anon;"
    )


SHAPES = (
    Shape(
        "a role by a foreign key, in another schema, beside an actor's role in a film",
        "create schema teams; grant usage on schema teams to authenticated;"
        "create table roles (name text primary key);"
        "insert into roles values ('owner'), ('admin'), ('member');"
        f"create table accounts ({_KEY}, created_by uuid references auth.users,"
        f" primary_owner_user_id {_USER}, name text not null);"
        f"create table teams.accounts_memberships (user_id {_USER},"
        " account_id uuid not null references accounts on delete cascade,"
        " account_role text not null references roles, primary key (user_id, account_id));"
        f"create table invoices ({_KEY}, account_id uuid not null references accounts, total int);"
        f"create table films ({_KEY}, user_id {_USER}, title text);"
        f"create table actors ({_KEY}, name text);"
        "create table film_credits (film_id uuid references films on delete cascade,"
        " actor_id uuid references actors, role text not null, primary key (film_id, actor_id));"
        + _closed("roles", "accounts", "teams.accounts_memberships", "invoices", "films")
        + _closed("actors", "film_credits")
        + _asked(
            "teams.has_role(a uuid, r text default null)",
            "teams.accounts_memberships",
            "account_id = a",
            "(r is null or t.account_role = r)",
        ).replace("(a uuid, r text default null) from", "(uuid, text) from")
        + "grant execute on function teams.has_role(uuid, text) to authenticated;"
        "create policy r on roles for select to authenticated using (true);"
        "create policy r on accounts for select to authenticated"
        f" using (primary_owner_user_id = {_MINE} or teams.has_role(id));"
        "create policy u on accounts for update to authenticated"
        " using (teams.has_role(id, 'owner'));"
        "create policy r on invoices for select to authenticated"
        " using (teams.has_role(account_id));"
        "create policy i on invoices for insert to authenticated"
        " with check (teams.has_role(account_id, 'admin'));"
        f"create policy o on films to authenticated using (user_id = {_MINE});"
        "create policy r on actors for select using (true);"
        "create policy o on film_credits to authenticated using (film_id in"
        f" (select id from films where user_id = {_MINE}));",
        {
            "accounts": (
                'owner = "primary_owner_user_id"',
                'members = { table = "teams.accounts_memberships", key = "account_id",'
                ' user = "user_id", role = "account_role" }',
                'select = "own or member"',
                'update = "role:owner"',
            ),
            "invoices": ('select = "member"', 'insert = "role:admin"', 'delete = "none"'),
            "film_credits": ('through = "public.films"', 'select = "own"'),
        },
        {"film_credits": ("members",), "films": ("members",)},
    ),
    Shape(
        "a role by its suffix, beside likes",
        "create type workspace_role as enum ('owner', 'editor', 'reader');"
        f"create table workspaces ({_KEY}, name text not null);"
        "create table workspace_users ("
        " workspace_id uuid references workspaces on delete cascade,"
        f" user_id {_USER}, workspace_role workspace_role not null, primary key"
        " (workspace_id, user_id));"
        f"create table pages ({_KEY}, workspace_id uuid not null references workspaces, body text);"
        "create table page_likes (page_id uuid references pages on delete cascade,"
        f" user_id {_USER}, primary key (page_id, user_id));"
        + _closed("workspaces", "workspace_users", "pages", "page_likes")
        + _asked("inside(w uuid)", "public.workspace_users", "workspace_id = w").replace(
            "(w uuid) from", "(uuid) from"
        )
        + "create policy r on workspaces for select to authenticated using (inside(id));"
        "create policy r on workspace_users for select to authenticated"
        " using (inside(workspace_id));"
        "create policy r on pages for select to authenticated using (inside(workspace_id));"
        "create policy u on pages for update to authenticated using (exists (select from"
        " workspace_users as w where w.workspace_id = pages.workspace_id"
        f" and w.user_id = {_MINE} and w.workspace_role in ('owner', 'editor')));"
        "create policy r on page_likes for select to authenticated"
        " using (page_id in (select id from pages));"
        "create policy i on page_likes for insert to authenticated"
        f" with check (user_id = {_MINE} and page_id in (select id from pages));",
        {
            "workspaces": (
                'members = { table = "public.workspace_users", key = "workspace_id",'
                ' user = "user_id", role = "workspace_role" }',
            ),
            "pages": ('through = "public.workspaces"', 'update = "role:owner or role:editor"'),
            "page_likes": ('owner = "user_id"', 'insert = "own and member"'),
        },
        {"page_likes": ("members",), "pages": ("members",)},
    ),
    Shape(
        "a text for a role, of which policies name some",
        f"create table clubs ({_KEY}, name text);"
        "create table club_members (club_id uuid references clubs on delete cascade,"
        f" user_id {_USER}, role text not null, nick text, primary key (club_id, user_id));"
        f"create table chairs ({_KEY}, club_id uuid not null references clubs, role text);"
        + _closed("clubs", "club_members", "chairs")
        + "revoke update on club_members from anon, authenticated;"
        "grant update (nick) on club_members to authenticated;"
        f"create policy r on club_members for select to authenticated using (user_id = {_MINE});"
        f"create policy u on club_members for update to authenticated using (user_id = {_MINE});"
        "create policy r on clubs for select to authenticated using (id in"
        f" (select club_id from club_members where user_id = {_MINE}));"
        "create policy u on clubs for update to authenticated using (id in"
        f" (select club_id from club_members where user_id = {_MINE} and role = 'chair'));",
        {
            "clubs": ('select = "member"', 'update = "role:chair"'),
            # Who may change its nick may not change its role.
            "club_members": (
                'select = "own"',
                'update = { right = "own", columns = ["nick"] }',
            ),
            "chairs": ('through = "public.clubs"', 'select = "none"'),
        },
        {"chairs": ("members",)},
    ),
    Shape(
        "who may change its own membership, role and all",
        f"create table clubs ({_KEY}, name text);"
        "create table club_members (club_id uuid references clubs on delete cascade,"
        f" user_id {_USER}, role text not null check (role in ('chair', 'plain')),"
        " primary key (club_id, user_id));"
        + _closed("clubs", "club_members")
        + f"create policy o on club_members to authenticated using (user_id = {_MINE});",
        {"club_members": ('select = "own"', 'insert = "member"', 'update = "none"')},
        {},
        (
            "club_members: a signed-in stranger cannot insert a row for itself",
            "club_members: the owner cannot change its own row",
        ),
    ),
    Shape(
        "an owner among those who looked at a row",
        f"create table accounts ({_KEY}, created_by uuid references auth.users,"
        f" updated_by uuid references auth.users, primary_owner_user_id {_USER}, name text);"
        f"create table memos ({_KEY}, body text, created_by {_USER});"
        f"create table tickets ({_KEY}, approved_by uuid references auth.users,"
        f" assignee_id uuid references auth.users, requester_id {_USER}, body text);"
        + _closed("accounts", "memos", "tickets")
        + f"create policy o on accounts to authenticated using (primary_owner_user_id = {_MINE});"
        f"create policy o on memos to authenticated using (created_by = {_MINE});"
        f"create policy o on tickets to authenticated using (requester_id = {_MINE});",
        {
            "accounts": ('owner = "primary_owner_user_id"  # its',),
            "memos": ('owner = "created_by"  # its foreign key leads to a user',),
            "tickets": (
                'owner = "requester_id"  # guess: its foreign key leads to a user, as approved_by'
                " and assignee_id do",
            ),
        },
        {"tickets": ("shared",)},
    ),
    Shape(
        "two people of a row, beside one whom no policy asks for",
        f"create table messages ({_KEY}, receiver_id {_USER}, sender_id {_USER}, body text,"
        " read_at timestamptz, check (sender_id <> receiver_id));"
        f"create table orders ({_KEY}, courier_id {_USER}, buyer_id {_USER}, total int);"
        + _closed("messages", "orders")
        + "revoke update on messages from anon, authenticated;"
        "grant update (read_at) on messages to authenticated;"
        "create policy r on messages for select to authenticated"
        f" using ({_MINE} in (sender_id, receiver_id));"
        f"create policy i on messages for insert to authenticated with check (sender_id = {_MINE});"
        f"create policy u on messages for update to authenticated using (receiver_id = {_MINE});"
        f"create policy r on orders for select to authenticated using (buyer_id = {_MINE});",
        {
            "messages": (
                'owner = "sender_id"  # guess',
                'shared = { table = "public.messages", key = "id", user = "receiver_id" }',
                'select = "own or shared"',
                'insert = "own"',
                'update = { right = "shared", columns = ["read_at"] }',
                'delete = "none"',
            ),
            "orders": ('owner = "buyer_id"', 'select = "own"'),
        },
        {"orders": ("shared",)},
    ),
    Shape(
        "the tenant's key before others, with and without a foreign key",
        f"create table organizations ({_KEY}, name text);"
        "create table organization_members (organization_id uuid references organizations,"
        f" user_id {_USER}, primary key (organization_id, user_id));"
        f"create table areas ({_KEY}, organization_id uuid not null references organizations);"
        f"create table deals ({_KEY}, area_id uuid references areas,"
        " organization_id uuid not null references organizations, total int);"
        f"create table loose ({_KEY}, organization_id uuid not null, body text);"
        f"create table named ({_KEY}, user_id {_USER}, organization_name text not null);"
        f"create table steps ({_KEY}, area_id uuid references areas,"
        " deal_id uuid not null references deals);"
        + _closed("organizations", "organization_members", "areas", "deals", "loose", "named")
        + _closed("steps")
        + _asked("inside(o uuid)", "public.organization_members", "organization_id = o").replace(
            "(o uuid) from", "(uuid) from"
        )
        + "create policy r on organizations for select to authenticated using (inside(id));"
        "create policy r on organization_members for select to authenticated"
        " using (inside(organization_id));"
        "create policy r on areas for select to authenticated using (inside(organization_id));"
        "create policy r on deals for select to authenticated using (inside(organization_id));"
        "create policy o on loose to authenticated using (inside(organization_id));"
        f"create policy o on named to authenticated using (user_id = {_MINE});"
        "create policy r on steps for select to authenticated using (deal_id in"
        " (select id from deals));",
        {
            "deals": ('through = "public.organizations"', 'key = "organization_id"'),
            "loose": (
                'through = "public.organizations"  # guess: a column of this name',
                'select = "member"',
            ),
            "named": ('owner = "user_id"', 'select = "own"'),
            "steps": ('through = "public.deals"', 'key = "deal_id"', 'select = "member"'),
        },
        {"named": ("through",)},
    ),
    Shape(
        "parents of parents, and a key of several columns, beside reference data",
        f"create table profiles (id {_USER} primary key, name text);"
        f"create table projects ({_KEY}, owner uuid not null references profiles, name text);"
        "create table categories (id int primary key, name text);"
        f"create table tasks ({_KEY}, belongs uuid not null references projects,"
        " category_id int references categories);"
        f"create table remarks ({_KEY}, task uuid not null references tasks, body text);"
        "create table items (project_id uuid references projects, no int, body text,"
        " primary key (project_id, no));"
        f"create table parts ({_KEY}, project_id uuid not null, item_no int not null,"
        " foreign key (project_id, item_no) references items);"
        "create table tips (id int primary key, category_id int references categories);"
        + _closed("profiles", "projects", "categories", "tasks", "remarks", "items", "parts")
        + _closed("tips")
        + f"create policy o on profiles to authenticated using (id = {_MINE});"
        f"create policy o on projects to authenticated using (owner = {_MINE});"
        "create policy r on categories for select using (true);"
        "create policy r on tips for select using (true);"
        "create policy o on tasks to authenticated using (belongs in (select id from projects));"
        "create policy o on remarks to authenticated using (task in (select id from tasks));"
        "create policy o on items to authenticated using (project_id in (select id from projects));"
        "create policy o on parts to authenticated"
        " using (project_id in (select id from projects));",
        {
            "profiles": ('owner = "id"', 'insert = "own"'),
            "tasks": ('through = "public.projects"', 'key = "belongs"', 'select = "own"'),
            "remarks": ('through = "public.tasks"', 'key = "task"', 'insert = "own"'),
            "parts": ('through = "public.projects"', 'key = "project_id"', 'delete = "own"'),
            "tips": ('select = "public"', 'insert = "none"'),
        },
        {"tips": ("through",), "categories": ("through",)},
    ),
    Shape(
        "shares under another name, beside shares of a company",
        f"create table recipes ({_KEY}, owner_id {_USER}, title text);"
        "create table recipe_collaborators (recipe_id uuid references recipes on delete cascade,"
        f" user_id {_USER}, primary key (recipe_id, user_id));"
        f"create table stock_shares ({_KEY}, holder_id {_USER}, company text, amount int);"
        + _closed("recipes", "recipe_collaborators", "stock_shares")
        + _asked("lets_in(r uuid)", "public.recipe_collaborators", "recipe_id = r").replace(
            "(r uuid) from", "(uuid) from"
        )
        + "create policy r on recipes for select to authenticated"
        f" using (owner_id = {_MINE} or lets_in(id));"
        f"create policy u on recipes for update to authenticated using (owner_id = {_MINE});"
        "create policy r on recipe_collaborators for select to authenticated"
        f" using (user_id = {_MINE});"
        f"create policy o on stock_shares to authenticated using (holder_id = {_MINE});",
        {
            "recipes": (
                'shared = { table = "public.recipe_collaborators", key = "recipe_id",'
                ' user = "user_id" }',
                'select = "own or shared"',
                'update = "own"',
            ),
            "recipe_collaborators": ('through = "public.recipes"', 'select = "shared"'),
            "stock_shares": ('owner = "holder_id"', 'select = "own"'),
        },
        {"stock_shares": ("through", "shared")},
    ),
    Shape(
        "claims: of a setting, of one value, in a function, and of user_metadata",
        f"create table sheets ({_KEY}, company uuid not null, name text);"
        f"create table pay ({_KEY}, amount int);"
        f"create table audits ({_KEY}, words text);"
        f"create table vanity ({_KEY}, tenant text not null);"
        + _closed("sheets", "pay", "audits", "vanity")
        + "create function is_staff() returns boolean language sql stable as"
        " $$ select coalesce((auth.jwt() -> 'app_metadata' ->> 'staff')::boolean, false) $$;"
        "create policy o on sheets to authenticated using (company = (current_setting("
        "'request.jwt.claims', true)::jsonb #>> '{app_metadata,company}')::uuid);"
        "create policy r on pay for select to authenticated"
        " using ((auth.jwt() -> 'app_metadata' ->> 'role') in ('boss', 'clerk'));"
        "create policy r on audits for select to authenticated using ((select is_staff()));"
        "create policy r on vanity for select to authenticated"
        " using (tenant = (auth.jwt() -> 'user_metadata' ->> 'tenant'));",
        {
            "sheets": (
                'select = "claim:app_metadata.company={company}"',
                'delete = "claim:app_metadata.company={company}"',
            ),
            "pay": ('select = "claim:app_metadata.role=boss or claim:app_metadata.role=clerk"',),
            "audits": ('select = "claim:app_metadata.staff=true"',),
            "vanity": ('select = "none"',),
        },
        {"vanity": ("claim:",)},
        ("vanity: a stranger with user_metadata.tenant=the owner's cannot see this row",),
    ),
    Shape(
        "what a sign-up trigger fills, beside a table of the same shape that it does not",
        f"create table profiles (id {_USER} primary key, username text unique not null);"
        f"create table workspaces ({_KEY}, owner_id {_USER}, name text not null);"
        "create table workspace_members (workspace_id uuid references workspaces on delete cascade,"
        f" user_id {_USER}, role text not null check (role in ('owner', 'member')),"
        " primary key (workspace_id, user_id));"
        f"create table settings (user_id {_USER} primary key, theme text not null default 'light');"
        f"create table avatars (user_id {_USER} primary key, path text not null);"
        f"create table notes ({_KEY}, author uuid not null references profiles, body text);"
        "create function fill() returns trigger language plpgsql security definer"
        " set search_path = '' as $$ declare w uuid; begin"
        " insert into public.profiles values (new.id, coalesce(new.email, new.id::text));"
        " insert into public.workspaces (name, owner_id) values ('mine', new.id) returning id"
        " into w; insert into public.workspace_members values (w, new.id, 'owner');"
        " insert into public.settings (user_id) values (new.id); return new; end $$;"
        "create trigger fill after insert on auth.users for each row execute function fill();"
        + _closed("profiles", "workspaces", "workspace_members", "settings", "avatars", "notes")
        + _asked("inside(w uuid)", "public.workspace_members", "workspace_id = w").replace(
            "(w uuid) from", "(uuid) from"
        )
        + "revoke execute on function fill() from public, anon, authenticated;"
        f"create policy r on profiles for select to authenticated using (id = {_MINE});"
        f"create policy i on profiles for insert to authenticated with check (id = {_MINE});"
        "create policy r on workspaces for select to authenticated using (inside(id));"
        "create policy r on workspace_members for select to authenticated"
        " using (inside(workspace_id));"
        f"create policy o on settings to authenticated using (user_id = {_MINE});"
        f"create policy o on avatars to authenticated using (user_id = {_MINE});"
        f"create policy o on notes to authenticated using (author = {_MINE});",
        {
            "profiles": ('owner = "id"', 'select = "own"', 'insert = "own"'),
            "settings": ('owner = "user_id"', 'insert = "own"', 'delete = "own"'),
            "avatars": ('owner = "user_id"', 'insert = "own"', 'delete = "own"'),
            "workspaces": ('select = "member"  # guess: tried', 'insert = "none"'),
        },
        {},
    ),
    Shape(
        "a place that its maker sees as its member alone",
        f"create table workspaces ({_KEY}, owner_id {_USER}, name text not null);"
        "create table workspace_members (workspace_id uuid references workspaces on delete cascade,"
        f" user_id {_USER}, primary key (workspace_id, user_id));"
        "create function let_in() returns trigger language plpgsql security definer"
        " set search_path = '' as $$ begin insert into public.workspace_members values"
        " (new.id, new.owner_id); return new; end $$;"
        "create trigger let_in after insert on workspaces for each row execute function let_in();"
        + _closed("workspaces", "workspace_members")
        + _asked("inside(w uuid)", "public.workspace_members", "workspace_id = w").replace(
            "(w uuid) from", "(uuid) from"
        )
        + "revoke execute on function let_in() from public, anon, authenticated;"
        "create policy r on workspace_members for select to authenticated"
        f" using (user_id = {_MINE});"
        "create policy r on workspaces for select to authenticated using (inside(id));"
        "create policy i on workspaces for insert to authenticated"
        f" with check (owner_id = {_MINE});",
        {"workspaces": ('select = "member"  # guess: tried', 'insert = "own"')},
        {},
    ),
    Shape(
        "reference data whose keys a check lists, all of them taken",
        "create table plans (id text primary key check (id in ('free', 'pro')), price int);"
        "insert into plans values ('free', 0), ('pro', 10);"
        f"create table subscriptions (user_id {_USER} primary key,"
        " plan text not null references plans);"
        "create table secrets (id int primary key, word text);"
        + _closed("plans", "subscriptions", "secrets")
        + "create policy r on plans for select using (true);"
        f"create policy r on subscriptions for select to authenticated using (user_id = {_MINE});",
        {
            "plans": ('select = "public"  # guess: rows of nobody; open to everybody',),
            "subscriptions": ('owner = "user_id"', 'select = "own"'),
            "secrets": ('select = "none"',),
        },
        {},
    ),
    Shape(
        "who says of itself that it is an admin, beside a flag that says nothing of a person",
        f"create table profiles (id {_USER} primary key, name text, is_admin boolean not null"
        " default false, wants_mail boolean not null default false);"
        f"create table lists ({_KEY}, user_id {_USER}, is_public boolean not null default false);"
        f"create table reports ({_KEY}, user_id {_USER}, body text);"
        + _closed("profiles", "lists", "reports")
        + f"create policy r on profiles for select to authenticated using (id = {_MINE});"
        f"create policy u on profiles for update to authenticated using (id = {_MINE});"
        "create function is_admin() returns boolean language sql stable security definer"
        f" set search_path = '' as $$ select p.is_admin from public.profiles as p"
        f" where p.id = {_MINE} $$;"
        "revoke execute on function is_admin() from public, anon;"
        f"create policy o on lists to authenticated using (user_id = {_MINE});"
        "create policy r on reports for select to authenticated"
        f" using (user_id = {_MINE} or is_admin());"
        f"create table entries ({_KEY}, list_id uuid not null references lists);"
        + _closed("entries")
        + "create policy r on entries for select to authenticated using (list_id in (select id"
        f" from lists where user_id = {_MINE} and is_public is not null));",
        {
            "profiles": (
                'update = { right = "own", columns = ["name", "wants_mail"] }'
                '  # guess: "u"; is_admin says what a person may do',
            ),
            "lists": ('update = "own"',),
        },
        {},
        (
            "profiles: the owner cannot change id of its own row",
            "profiles: the owner cannot change is_admin of its own row",
        ),
    ),
)
