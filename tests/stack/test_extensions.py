"""Local `pgmq` and `pg_jsonschema`, which work, and `http`, which refuses."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

VALID = (
    ('{"type": "object", "required": ["a"]}', '{"a": null}'),
    ('{"properties": {"a": {"type": "integer", "minimum": 3}}}', '{"a": 3.0, "b": "x"}'),
    ('{"items": {"$ref": "#/$defs/s"}, "$defs": {"s": {"maxLength": 2}}}', '["ab", "日本"]'),
    ('{"prefixItems": [{"type": "string"}], "items": false}', '["a"]'),
    ('{"oneOf": [{"type": "string"}, {"const": 1}]}', "1"),
    ('{"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"maximum": 5}}', "5"),
    ('{"patternProperties": {"^x-": true}, "additionalProperties": false}', '{"x-a": 1}'),
    ('{"contains": {"type": "number"}, "maxContains": 1, "uniqueItems": true}', '["a", 1]'),
    ('{"dependentRequired": {"a": ["b"]}}', '{"b": 1}'),
    ('{"format": "email", "x-mine": 1}', '"nobody"'),
)
INVALID = (
    (VALID[0][0], "{}", '"a" is a required property'),
    (VALID[1][0], '{"a": 2}', "2 is less than the minimum of 3 at /a"),
    (VALID[2][0], '["ab", "日本語"]', "is longer than 2 characters at /1"),
    (VALID[3][0], '["a", 1]', "False schema does not allow 1 at /1"),
    ('{"oneOf": [{"type": "number"}, {"const": 1}]}', "1", "more than one of the schemas"),
    (VALID[5][0], "6", "6 is greater than the maximum of 5"),
    (VALID[6][0], '{"y": 1}', 'Additional properties are not allowed ("y" was unexpected)'),
    (VALID[7][0], '["a", "a", 1]', "non-unique elements"),
    (VALID[8][0], '{"a": 1}', '"b" is a required property'),
    ('{"not": {"type": "null"}}', "null", "is not allowed for null"),
)


@pytest.fixture
def connection(empty_database: str) -> Iterator[psycopg.Connection]:
    """A connection as postgres, where the extensions are."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        for name in ("http", "pg_jsonschema"):
            connection.execute(f"create extension {name} with schema extensions")
        connection.execute("create extension pgmq")
        yield connection


def test_a_json_schema_is_held_against_a_value(connection: psycopg.Connection) -> None:
    errors = "select jsonschema_validation_errors(%s, %s)"
    for schema, value in VALID:
        assert connection.execute(errors, (schema, value)).fetchone() == ([],), schema
    for schema, value, reason in INVALID:
        ((told,),) = connection.execute(errors, (schema, value)).fetchall()
        assert len(told) == 1, schema
        assert reason in told[0], schema
    matches = "select json_matches_schema(%s, %s), jsonb_matches_schema(%s, %s)"
    assert connection.execute(matches, VALID[0] * 2).fetchone() == (True, True)
    assert connection.execute(matches, INVALID[0][:2] * 2).fetchone() == (False, False)


def test_a_check_by_a_schema_holds(connection: psycopg.Connection) -> None:
    connection.execute(
        "create table public.kept (data jsonb check ("
        """extensions.jsonb_matches_schema('{"type": "object"}', data)))"""
    )
    connection.execute("insert into public.kept values ('{}')")
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("insert into public.kept values ('[]')")


def test_a_keyword_that_is_not_understood_is_refused_and_not_passed_over(
    connection: psycopg.Connection,
) -> None:
    for schema in ('{"unevaluatedProperties": false}', '{"$ref": "https://example.com/s"}'):
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="embedded stack"):
            connection.execute("select json_matches_schema(%s, '{}')", (schema,))


def test_a_message_is_read_by_one_until_its_time_is_over(connection: psycopg.Connection) -> None:
    def read(statement: str) -> list[object]:
        return [row[0] for row in connection.execute(statement)]

    connection.execute("select pgmq.create('jobs')")
    assert read("""select pgmq.send('jobs', '{"n": 1}')""") == [1]
    assert read("""select pgmq.send('jobs', '{"n": 2}', 60)""") == [2]  # not yet visible
    assert read("""select pgmq.send_batch('jobs', array['{"n": 3}', '{}']::jsonb[])""") == [3, 4]

    assert read("select msg_id from pgmq.read('jobs', 30, 1)") == [1]
    assert read("select message from pgmq.read('jobs', 0, 1)") == [{"n": 3}]  # visible again
    assert read("select read_ct from pgmq.read('jobs', 30, 1)") == [2]
    assert read("select message from pgmq.pop('jobs')") == [{}]
    assert read("select msg_id from pgmq.pop('jobs')") == []

    assert read("select pgmq.archive('jobs', 1)") == [True]
    assert read("select pgmq.archive('jobs', 1)") == [False]
    assert read("select msg_id from pgmq.a_jobs") == [1]
    assert read("select pgmq.delete('jobs', array[3, 99])") == [3]
    assert read("select queue_length from pgmq.metrics_all()") == [1]
    assert read("select msg_id from pgmq.set_vt('jobs', 2, 0)") == [2]
    assert read("select pgmq.purge_queue('jobs')") == [1]
    assert read("select pgmq.drop_queue('jobs')") == [True]
    assert read("select queue_name from pgmq.list_queues()") == []


def test_who_may_not_write_to_a_queue_cannot_send(connection: psycopg.Connection) -> None:
    connection.execute("select pgmq.create('jobs')")
    connection.execute("grant usage on schema pgmq to authenticated")
    with connection.transaction(force_rollback=True):
        connection.execute("set local role authenticated")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="q_jobs"):
            connection.execute("select pgmq.send('jobs', '{}')")


def test_a_request_of_http_is_refused_and_named(connection: psycopg.Connection) -> None:
    for call in (
        "http_get('https://example.com/a')",
        "http_post('https://example.com/a', '{}', 'application/json')",
        "http(('DELETE', 'https://example.com/a', null, null, null)::http_request)",
    ):
        with pytest.raises(psycopg.errors.FeatureNotSupported, match=r"https://example\.com/a"):
            connection.execute(f"select status from {call}")
    row = connection.execute("select urlencode('a b/é'), (http_header('a', 'b')).value").fetchone()
    assert row == ("a%20b%2F%C3%A9", "b")
