"""Rules that only a database answers: each hole is found, and its sound neighbour is not."""

from __future__ import annotations

import psycopg
import pytest

from wakti_sb.lint.database.measured import measured
from wakti_sb.spec import parse

_INDEXED = "create table t (a int primary key, b int); create {} index on t (b);"
_LARGE = (
    "create table t (a int primary key, b text) with (autovacuum_enabled = false);"
    "insert into t select n, repeat(md5(n::text), 30) from generate_series(1, 16000) as n;"
    "delete from t where a > {}; analyze t;"
)
_OLD = "update pg_extension set extversion = {} where extname = 'plpgsql';"
_QUEUE = (
    "create schema pgmq; create table pgmq.q_jobs (id int);"
    "grant select on pgmq.q_jobs to anon; alter table pgmq.q_jobs {} row level security;"
)
PAIRS = [
    ("unused_index", _INDEXED.format(""), _INDEXED.format("unique")),
    ("table_bloat", _LARGE.format(10), _LARGE.format(15_990)),
    ("extension_versions_outdated", _OLD.format("'0.9'"), _OLD.format("extversion")),
    ("insecure_queue_exposed_in_api", _QUEUE.format("disable"), _QUEUE.format("enable")),
]


@pytest.mark.parametrize(("rule", "hole", "sound"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_what_only_a_database_tells_is_found_and_its_sound_neighbour_is_not(
    empty_database: str, rule: str, hole: str, sound: str
) -> None:
    as_superuser = empty_database.replace("postgres:postgres@", "supabase_admin:postgres@", 1)
    spec = parse('[project]\nname = "t"\nschemas = ["public", "pgmq_public"]')
    told = []
    for statements in (hole, sound):
        with psycopg.connect(as_superuser) as connection:
            connection.execute(statements)
            found = [each.rule for each in measured(connection, spec, used=True)]
            told.append(rule in found)
            connection.rollback()
    assert told == [True, False]


def test_an_index_of_a_database_that_was_just_made_is_not_called_unused(
    empty_database: str,
) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute(_INDEXED.format(""))
        found = [each.rule for each in measured(connection, parse(""), used=False)]
    assert "unused_index" not in found
