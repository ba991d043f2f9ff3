"""What holds whoever writes: keys, states, times, features."""

from __future__ import annotations

import json

import psycopg
import pytest

from .callers import SERVICE, Database
from .world import TABLES, World, an_id, fresh, insert

OF_A_PROJECT = [table for table in TABLES if table != "projects"]


def owner_column(table: str) -> str:
    return "owner_id" if table == "project_site_users" else "user_id"


@pytest.mark.parametrize("table", OF_A_PROJECT)
def test_a_row_cannot_name_one_project_and_another_owner(world: World, table: str) -> None:
    world.database.run(f"delete from public.{table}")
    row = fresh(table, world.alice) | {owner_column(table): world.bob.owner.sub}
    assert world.database.outcome(SERVICE, insert(table, row), row) == "23503"


def test_handing_a_project_over_moves_everything_that_belongs_to_it(world: World) -> None:
    world.database.run(
        "update public.projects set user_id = %(new)s where id = %(id)s",
        {"new": world.bob.owner.sub, "id": world.alice.project},
    )
    for table in TABLES:
        assert world.database.outcome(world.alice.owner, f"select id from public.{table}") == 0
        assert world.database.outcome(world.bob.owner, f"select id from public.{table}") == 2


def test_deleting_an_account_deletes_what_it_owned(world: World) -> None:
    world.database.run("delete from auth.users where id = %(id)s", {"id": world.alice.owner.sub})
    for table in TABLES:
        assert world.database.run(f"select count(*) from public.{table}") == [(1,)]


def test_an_item_cannot_name_a_site_user_of_another_project(world: World) -> None:
    row = fresh("project_collections", world.alice) | {
        "created_by": world.bob.rows["project_site_users"]
    }
    statement = insert("project_collections", row)
    assert world.database.outcome(SERVICE, statement, row) == "23503"


def test_an_item_stays_when_the_site_user_who_made_it_goes(world: World) -> None:
    row = fresh("project_collections", world.alice) | {
        "created_by": world.alice.rows["project_site_users"]
    }
    world.database.run(insert("project_collections", row), row)
    world.database.run("delete from public.project_site_users")
    left = world.database.run("select count(*), count(created_by) from public.project_collections")
    assert left == [(3, 0)]


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("project_form_submissions", {"status": "new"}),
        ("project_collections", {"status": "hidden"}),
        ("project_uploads", {"status": "lost"}),
        ("project_uploads", {"size_bytes": 0}),
        ("project_site_users", {"status": "banned"}),
    ],
)
def test_an_unknown_state_is_refused(world: World, table: str, changes: dict[str, object]) -> None:
    row = fresh(table, world.alice) | changes
    assert world.database.outcome(SERVICE, insert(table, row), row) == "23514"


def test_an_email_is_taken_however_it_is_typed(world: World) -> None:
    row = fresh("project_site_users", world.alice) | {"email": "NEW@Example.com"}
    assert world.database.outcome(SERVICE, insert("project_site_users", row), row) == "23505"


@pytest.mark.parametrize("table", ["project_backends", "project_collection_schemas"])
def test_a_project_has_one_row_for_each_name(world: World, table: str) -> None:
    row = fresh(table, world.alice)
    assert world.database.outcome(SERVICE, insert(table, row), row) == "23505"


def test_a_storage_path_belongs_to_one_upload(world: World) -> None:
    row = fresh("project_uploads", world.alice) | {"storage_path": world.bob.file}
    assert world.database.outcome(SERVICE, insert("project_uploads", row), row) == "23505"


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("projects", "name = 'x'"),
        ("project_backends", "enabled = true"),
        ("project_collections", "data = '{\"b\": 2}'"),
        ("project_collection_schemas", "display_name = 'x'"),
    ],
)
def test_a_change_is_dated(world: World, table: str, change: str) -> None:
    world.database.run(f"update public.{table} set {change}")
    dated = world.database.run(f"select bool_and(updated_at > created_at) from public.{table}")
    assert dated == [(True,)]


def test_a_new_place_or_owner_of_an_item_is_no_change_of_it(world: World) -> None:
    stamps = "select updated_at from public.project_collections order by id"
    before = world.database.run(stamps)
    world.database.run("update public.project_collections set sort_order = 7")
    world.database.run(
        "update public.projects set user_id = %(to)s where id = %(id)s",
        {"to": world.bob.owner.sub, "id": world.alice.project},
    )
    assert world.database.run(stamps) == before


def test_the_time_of_a_change_never_runs_backwards(world: World) -> None:
    item = "update public.project_collections set data = '{\"n\": 1}', updated_at = '2999-01-01'"
    world.database.run("alter table public.project_collections disable trigger user")
    world.database.run(item)
    world.database.run("alter table public.project_collections enable trigger user")
    world.database.run("update public.project_collections set data = '{\"n\": 2}'")
    later = "select bool_and(updated_at > '2999-01-01') from public.project_collections"
    assert world.database.run(later) == [(True,)]


def test_a_backend_remembers_since_when_it_is_on(world: World) -> None:
    since = "select enabled_at from public.project_backends order by id limit 1"
    assert world.database.run(since) == [(None,)]
    world.database.run("update public.project_backends set enabled = true")
    ((first,),) = world.database.run(since)
    assert first is not None
    world.database.run("update public.project_backends set enabled = true")
    assert world.database.run(since) == [(first,)]


ALL_FEATURES = """
    {"forms": {"enabled": true, "honeypot": "_gotcha", "max_bytes": 65536},
     "collections": {"enabled": true, "read": "public", "write": "site_users", "validate": false,
                     "overrides": {"products": {"write": "owner"}}},
     "uploads": {"enabled": true, "write": "public"},
     "auth": {"enabled": true, "signup": true},
     "rate_limits": {"submit": 60, "login": 20, "signup": 0, "write": 120, "upload": 30}}
"""


def test_true_and_false_for_a_system_are_short_for_enabled(world: World) -> None:
    written = '{"forms": true, "collections": false, "uploads": {"write": "owner"}}'
    statement = f"update project_backends set features = '{written}' returning features"
    assert world.database.ask(world.alice.owner, statement) == [
        (
            {
                "forms": {"enabled": True},
                "collections": {"enabled": False},
                "uploads": {"write": "owner"},
            },
        )
    ]


LONG_LISTS = json.dumps(
    {"forms": {"blocked_senders": ["x" * 254], "blocked_words": [f"a\n{n}" for n in range(200)]}}
)


@pytest.mark.parametrize("features", ["{}", ALL_FEATURES, '{"forms": {}}', LONG_LISTS])
def test_known_features_are_taken(world: World, features: str) -> None:
    statement = f"update public.project_backends set features = '{features}'"
    assert world.database.outcome(world.alice.owner, statement) == 1


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ("[]", "features must be an object"),
        ("null", "features must be an object"),
        ('{"form": {}}', "features.form is not a known key; known are auth, collections, forms"),
        ('{"forms": "yes"}', 'features.forms must be an object, not "yes"'),
        ('{"rate_limits": true}', "features.rate_limits must be an object, not true"),
        ('"yes"', "features must be an object"),
        ('{"auth": {"on": true}}', "features.auth.on is not a known key; known are enabled"),
        ('{"forms": {"enabled": "yes"}}', "features.forms.enabled must be true or false, not"),
        ('{"forms": {"honeypot": 3}}', "features.forms.honeypot must be a text of at most 64"),
        ('{"forms": {"max_bytes": 0}}', "features.forms.max_bytes must be a whole number from 1"),
        ('{"forms": {"max_bytes": 1.5}}', "max_bytes must be a whole number"),
        ('{"forms": {"max_bytes": 1e300}}', "max_bytes must be a whole number"),
        ('{"forms": {"max_bytes": null}}', "max_bytes must be a whole number"),
        ('{"forms": {"blocked_words": "x"}}', "blocked_words must be a list of at most 200 texts"),
        ('{"forms": {"blocked_words": [1]}}', "blocked_words must be a list of at most 200 texts"),
        ('{"forms": {"blocked_words": [""]}}', "blocked_words must be a list of at most 200 texts"),
        (
            json.dumps({"forms": {"blocked_senders": ["x" * 255]}}),
            "blocked_senders must be a list of at most 200 texts",
        ),
        (
            json.dumps({"forms": {"blocked_senders": ["x"] * 201}}),
            "blocked_senders must be a list of at most 200 texts",
        ),
        ('{"uploads": {"write": "all"}}', 'write must be "public", "site_users" or "owner", not'),
        (
            '{"collections": {"read": "all"}}',
            'must be "public", "site_users", "own" or "owner", not',
        ),
        ('{"collections": {"validate": 1}}', "features.collections.validate must be true or false"),
        ('{"collections": {"overrides": []}}', "features.collections.overrides must be an object"),
        (
            '{"collections": {"overrides": {"a": 1}}}',
            "features.collections.overrides.a must be an object, not 1",
        ),
        (
            '{"collections": {"overrides": {"a b": {}}}}',
            "features.collections.overrides.a b is not a known key; known are names of",
        ),
        (
            '{"collections": {"overrides": {"a": {"rite": "owner"}}}}',
            "features.collections.overrides.a.rite is not a known key; known are create",
        ),
        ('{"rate_limits": {"login": -1}}', "login must be a whole number from 0 to 1000000, not"),
        ('{"rate_limits": {"logins": 1}}', "features.rate_limits.logins is not a known key"),
    ],
)
def test_a_wrong_feature_is_refused_with_a_sentence_that_names_it(
    world: World, features: str, sentence: str
) -> None:
    statement = f"update public.project_backends set features = '{features}'"
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        world.database.ask(world.alice.owner, statement)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"collection_name": "a b"}, "collection_name takes letters, digits, _ and -"),
        ({"collection_name": "x" * 65}, "at most 64"),
        ({"data": {"a": "x" * 600_000}}, "data is larger than 262144 bytes"),
    ],
)
def test_an_item_that_the_site_could_not_serve_is_refused(
    world: World, changes: dict[str, object], sentence: str
) -> None:
    row = fresh("project_collections", world.alice) | changes
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        world.database.ask(world.alice.owner, insert("project_collections", row), row)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"note": "x" * 10000}, None),
        ({"note": "x" * 10001}, "note takes at most 10000 characters"),
        ({"labels": ["a"] * 20}, None),
        ({"labels": ["a"] * 21}, "labels takes at most 20 labels"),
        ({"labels": ["ب" * 999, "b"]}, None),
        ({"labels": ["ب" * 999, "bb"]}, "of 1000 characters in all"),
        ({"labels": ["a", ""]}, "none of them empty"),
        ({"labels": ["a", None]}, "none of them empty"),
    ],
)
def test_an_owners_words_about_a_message_have_their_limits(
    world: World, words: dict[str, object], refused: str | None
) -> None:
    row = fresh("project_form_submissions", world.alice) | words
    assigned = ", ".join(f"{column} = %({column})s" for column in words)
    change = f"update public.project_form_submissions set {assigned}"
    for statement in (insert("project_form_submissions", row), change):
        if refused is None:
            world.database.run(statement, row)
        else:
            with pytest.raises(psycopg.errors.CheckViolation, match=refused):
                world.database.run(statement, row)


def test_every_foreign_key_has_an_index_that_starts_with_it(database: Database) -> None:
    missing = database.run("""
        select c.conrelid::regclass::text, c.conname
        from pg_constraint as c
        where c.contype = 'f' and c.connamespace = 'public'::regnamespace
          and not exists (
            select from pg_index as i
            where i.indrelid = c.conrelid
              and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] = c.conkey
          )
    """)
    assert missing == []


def test_nothing_is_left_unchecked(database: Database) -> None:
    unchecked = "select conname from pg_constraint where not convalidated"
    assert database.run(unchecked) == []


def test_every_table_in_public_is_guarded(database: Database) -> None:
    open_tables = database.run("""
        select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and not relrowsecurity
    """)
    assert open_tables == []


def test_a_row_of_an_unknown_project_is_refused(world: World) -> None:
    row = fresh("project_uploads", world.alice) | {"project_id": an_id(2, 99)}
    assert world.database.outcome(SERVICE, insert("project_uploads", row), row) == "23503"
