"""Ownership models of other projects: their policies do what the model says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from wakti_sb import sources
from wakti_sb.generate.render import Renderer
from wakti_sb.spec import parse

from .callers import ANON, Caller, Database
from .world import an_id

REFUSED = "42501"
ADA, BEN, CY, DOT = (Caller("authenticated", an_id(1, n)) for n in (1, 2, 3, 4))

Model = Callable[[str, str], Database]


@pytest.fixture
def model(empty_database: str) -> Iterator[Model]:
    """Make tables, then the policies that a `wakti.toml` asks for."""
    with psycopg.connect(empty_database) as connection:
        database = Database(connection)

        def build(ddl: str, toml: str) -> Database:
            renderer = Renderer(parse(toml), sources.root())
            for text in (
                ddl,
                renderer.render("sql/policies/R_20_policies.sql.j2"),
                renderer.render("sql/policies/R_30_storage.sql.j2"),
            ):
                connection.execute(text.encode())
            return database

        yield build


def ids(database: Database, who: Caller, table: str) -> list[int]:
    return sorted(n for (n,) in database.ask(who, f"select id from {table}"))


TEAMS = f"""
    create schema app;
    create table public.teams (id bigint primary key, name text);
    create table public.team_members (
      team_id bigint references teams, user_id uuid, role text, left_at date,
      primary key (team_id, user_id)
    );
    create table public."Team Docs" (
      id serial primary key, "team" bigint references teams, author uuid, body text, pin text,
      open boolean default false
    );
    create table app.comments (
      id bigint generated always as identity primary key,
      doc_id int references public."Team Docs", author uuid, body text
    );
    insert into teams values (1, 'one'), (2, 'two');
    insert into team_members values
      (1, '{ADA.sub}', 'admin'), (1, '{BEN.sub}', 'doctor'), (2, '{CY.sub}', 'admin');
    insert into team_members values (1, '{DOT.sub}', 'admin', '2020-01-01');
    insert into "Team Docs" (id, team, author, open)
      values (11, 1, '{ADA.sub}', false), (21, 2, '{CY.sub}', true);
    insert into app.comments (doc_id, author) values (11, '{ADA.sub}'), (21, '{CY.sub}');
"""
TEAM_MODEL = """
    [[owned]]
    table = "public.teams"
    members = {table = "public.team_members", key = "team_id", user = "user_id", role = "role", where = "left_at is null"}
    select = "member"
    update = {right = "role:admin", columns = ["name"]}

    [[owned]]
    table = "public.team_members"
    key = "team_id"
    owner = "user_id"
    members = {table = "public.team_members", key = "team_id", user = "user_id", role = "role", where = "left_at is null"}
    select = "member"
    insert = "role:admin"
    update = {right = "role:admin", columns = ["role"]}
    delete = "own or role:admin"

    [[owned]]
    table = 'public."Team Docs"'
    through = "public.teams"
    key = "team"
    owner = "author"
    select = "member or public where open"
    insert = "own and role:doctor"
    update = "role:admin"
    hidden = ["pin"]

    [[owned]]
    table = "app.comments"
    through = 'public."Team Docs"'
    key = "doc_id"
    owner = "author"
    select = "member"
    insert = "own and member"
    delete = "own"

    [[bucket]]
    name = "team-files"
    paths = ["{public.teams}/{user}", "shared/{public.teams}"]
    select = "member"
    insert = "own or role:admin"
"""  # noqa: E501  (an inline table of TOML stands on one line)


@pytest.fixture
def teams(model: Model) -> Database:
    return model(TEAMS, TEAM_MODEL)


def test_members_see_their_place_and_nobody_else_does(teams: Database) -> None:
    assert [ids(teams, who, "teams") for who in (ADA, BEN, CY, DOT)] == [[1], [1], [2], []]
    assert teams.outcome(ANON, "select * from teams") == REFUSED


def test_members_see_who_else_is_there(teams: Database) -> None:
    seen = teams.ask(BEN, "select user_id::text from team_members where left_at is null order by 1")
    assert [user for (user,) in seen] == [ADA.sub, BEN.sub]


def test_only_a_role_may_do_what_is_for_that_role(teams: Database) -> None:
    rename = "update teams set name = 'x'"
    assert [teams.outcome(who, rename) for who in (ADA, BEN, DOT)] == [1, 0, 0]
    join = f"insert into team_members values (1, '{an_id(1, 8)}', 'doctor')"
    assert teams.outcome(BEN, join) == REFUSED
    assert teams.outcome(ADA, join) == 1
    assert teams.outcome(CY, join) == REFUSED


def test_nobody_makes_itself_an_admin(teams: Database) -> None:
    assert teams.outcome(BEN, "update team_members set role = 'admin'") == 0
    assert teams.outcome(ADA, "update team_members set user_id = gen_random_uuid()") == REFUSED
    join = f"insert into team_members values (2, '{BEN.sub}', 'admin')"
    assert teams.outcome(BEN, join) == REFUSED


def test_a_member_may_leave(teams: Database) -> None:
    leave = "delete from team_members where user_id = auth.uid()"
    assert teams.outcome(BEN, leave) == 1
    assert ids(teams, BEN, "teams") == []


def test_a_row_of_ones_own_inside_a_place_that_one_belongs_to(teams: Database) -> None:
    write = 'insert into "Team Docs" (team, author) values (%(team)s, %(author)s)'
    assert teams.outcome(BEN, write, {"team": 1, "author": BEN.sub}) == 1
    assert teams.outcome(BEN, write, {"team": 1, "author": ADA.sub}) == REFUSED
    assert teams.outcome(BEN, write, {"team": 2, "author": BEN.sub}) == REFUSED
    assert teams.outcome(ADA, write, {"team": 1, "author": ADA.sub}) == REFUSED


def test_open_rows_are_read_by_everybody(teams: Database) -> None:
    assert ids(teams, ANON, '"Team Docs"') == [21]
    assert ids(teams, BEN, '"Team Docs"') == [11, 21]
    assert ids(teams, DOT, '"Team Docs"') == [21]


def test_a_hidden_column_is_read_by_nobody(teams: Database) -> None:
    for who in (ANON, ADA):
        assert teams.outcome(who, 'select pin from "Team Docs"') == REFUSED


def test_a_row_does_not_move_to_another_place(teams: Database) -> None:
    assert teams.outcome(ADA, 'update "Team Docs" set team = 2') == REFUSED
    assert teams.outcome(ADA, 'update "Team Docs" set id = 99') == REFUSED
    assert teams.outcome(ADA, "update \"Team Docs\" set body = 'x' where id = 11") == 1


def test_rights_reach_through_a_parent(teams: Database) -> None:
    assert ids(teams, BEN, "app.comments") == [1]
    write = "insert into app.comments (doc_id, author) values (%(doc)s, %(author)s)"
    assert teams.outcome(BEN, write, {"doc": 11, "author": BEN.sub}) == 1
    assert teams.outcome(BEN, write, {"doc": 21, "author": BEN.sub}) == REFUSED
    assert teams.outcome(BEN, "delete from app.comments where id = 1") == 0


def test_folders_of_a_place_are_for_its_members(teams: Database) -> None:
    put = "insert into storage.objects (bucket_id, name) values ('team-files', %(name)s)"
    assert teams.outcome(ADA, put, {"name": "shared/1/a.png"}) == 1
    assert teams.outcome(ADA, put, {"name": "shared/2/a.png"}) == REFUSED
    assert teams.outcome(BEN, put, {"name": "shared/1/b.png"}) == REFUSED
    assert teams.outcome(ADA, put, {"name": "a.png"}) == REFUSED
    listing = "select name from storage.objects"
    assert [teams.outcome(who, listing) for who in (ADA, BEN, CY, ANON)] == [1, 1, 0, 0]


def test_a_parent_that_is_closed_still_says_whose_row_it_is(model: Model) -> None:
    database = model(
        f"""
        create table vaults (id int primary key, user_id uuid);
        create table keys (id int primary key, vault_id int references vaults);
        insert into vaults values (1, '{ADA.sub}'), (2, '{BEN.sub}');
        insert into keys values (1, 1), (2, 2);
        """,
        """
        [[owned]]
        table = "public.vaults"
        owner = "user_id"
        [[owned]]
        table = "public.keys"
        through = "public.vaults"
        key = "vault_id"
        select = "own"
        """,
    )
    assert ids(database, ADA, "keys") == [1]
    assert database.outcome(ADA, "select id from vaults") == REFUSED


def test_a_right_can_ask_for_a_claim(model: Model) -> None:
    database = model(
        "create table notes (id int primary key, user_id uuid)",
        '[[owned]]\ntable = "notes"\nowner = "user_id"\ninsert = "own and claim:aal=aal2"',
    )
    write = f"insert into notes values (1, '{ADA.sub}')"
    assert database.outcome(ADA, write) == REFUSED
    assert database.outcome(Caller("authenticated", ADA.sub, {"aal": "aal2"}), write) == 1


def test_numbers_of_a_serial_column_can_be_drawn(model: Model) -> None:
    database = model(
        "alter default privileges for role postgres in schema public "
        "revoke all on sequences from authenticated;"
        "create table notes (id serial primary key, user_id uuid)",
        '[[owned]]\ntable = "notes"\nowner = "user_id"\ninsert = "own"',
    )
    assert database.outcome(ADA, f"insert into notes (user_id) values ('{ADA.sub}')") == 1


def test_a_view_reads_with_the_rights_of_who_asks(model: Model) -> None:
    database = model(
        f"""
        create table notes (id int primary key, user_id uuid);
        create view all_notes as select * from notes;
        insert into notes values (1, '{ADA.sub}'), (2, '{BEN.sub}');
        """,
        '[[owned]]\ntable = "notes"\nowner = "user_id"\nselect = "own"\n'
        '[[view]]\nview = "all_notes"\nowner = "user_id"\nselect = "own"',
    )
    assert ids(database, ADA, "all_notes") == [1]
    assert database.outcome(ANON, "select * from all_notes") == REFUSED
    assert database.outcome(ADA, "delete from all_notes") == REFUSED


def test_a_function_is_closed_until_the_model_opens_it(model: Model) -> None:
    database = model(
        "create function f() returns int language sql return 1;"
        "create function g() returns int language sql return 1;",
        '[[function]]\nfunction = "f"\nexecute = "authenticated"\n[[function]]\nfunction = "g"',
    )
    assert database.outcome(ADA, "select f()") == 1
    assert database.outcome(ANON, "select f()") == REFUSED
    assert database.outcome(ADA, "select g()") == REFUSED


def test_a_table_that_left_the_model_loses_its_policies(model: Model) -> None:
    notes = '[[owned]]\ntable = "notes"\nowner = "user_id"\nselect = "own"\n'
    database = model(
        f"create table notes (id int, user_id uuid); insert into notes values (1, '{ADA.sub}');"
        "create table pages (id int, user_id uuid);",
        notes,
    )
    assert ids(database, ADA, "notes") == [1]
    model("", notes.replace("notes", "pages"))
    assert ids(database, ADA, "notes") == []


def test_a_narrower_model_takes_back_what_the_wider_one_gave(model: Model) -> None:
    wide = '[[owned]]\ntable = "notes"\nowner = "u"\nselect = "own"\nupdate = ["a", "b"]'
    database = model(
        f"create table notes (u uuid, a int, b int); insert into notes values ('{ADA.sub}', 1, 1);",
        wide,
    )
    assert database.outcome(ADA, "update notes set b = 2") == 1
    model("", wide.replace('["a", "b"]', '["a"]'))
    assert database.outcome(ADA, "update notes set b = 2") == REFUSED
    assert database.outcome(ADA, "update notes set a = 2") == 1


def test_a_shared_table_keeps_what_its_maker_granted(model: Model) -> None:
    toml = '[[owned]]\ntable = "notes"\nexternal = true\nowner = "u"\nselect = "own"'
    ddl = f"create table notes (u uuid, a int); insert into notes values ('{ADA.sub}', 1);"
    database = model(ddl + 'create policy "theirs" on notes for update using (true);', toml)
    assert database.outcome(ADA, "update notes set a = 2") == 1


def test_many_owners_of_a_parent_are_found_by_an_index(model: Model) -> None:
    database = model(
        """
        create table lists (id uuid primary key default gen_random_uuid(), user_id uuid);
        create table tasks (id uuid primary key default gen_random_uuid(), list_id uuid);
        create table notes (id uuid primary key default gen_random_uuid(), task_id uuid);
        create index on lists (user_id);
        create index on tasks (list_id);
        create index on notes (task_id);
        insert into lists (user_id) select gen_random_uuid() from generate_series(1, 3000);
        insert into tasks (list_id) select id from lists, generate_series(1, 3);
        insert into notes (task_id) select id from tasks, generate_series(1, 3);
        analyze lists, tasks, notes;
        """,
        """
        [[owned]]
        table = "public.lists"
        owner = "user_id"
        select = "own"
        [[owned]]
        table = "public.tasks"
        through = "public.lists"
        key = "list_id"
        select = "own"
        [[owned]]
        table = "public.notes"
        through = "public.tasks"
        key = "task_id"
        select = "own"
        """,
    )
    plan = database.explain(ADA, "select id from notes")
    assert "Seq Scan" not in plan, plan
