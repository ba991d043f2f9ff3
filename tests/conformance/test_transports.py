"""How attempts travel: what an answer means, what a token says, how a value is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from storage3.exceptions import StorageApiError

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog, spec
from wakti_sb.conformance.catalog import Column
from wakti_sb.conformance.model import (
    ANON,
    NEW,
    Call,
    Delete,
    Identity,
    Request,
    Select,
    refusal,
)
from wakti_sb.conformance.scenario import Scenario, plan
from wakti_sb.conformance.transports import rows
from wakti_sb.conformance.transports.files import refused
from wakti_sb.conformance.transports.large import about_ours
from wakti_sb.conformance.transports.sessions import _claims, _holds
from wakti_sb.conformance.transports.sql import entered, told
from wakti_sb.conformance.transports.store import _differs
from wakti_sb.conformance.transports.tokens import SignedTokens, access_token, forged
from wakti_sb.spec import Relation

T = Relation("public.t")
F = Relation("public.f")
CALL = Call(F, "public.f(uuid)")


@pytest.mark.parametrize(
    ("call", "code", "message", "kind"),
    [
        (CALL, "42501", "permission denied for function f", "refused by grant"),
        (CALL, "42501", "permission denied for table secrets", "allowed"),
        (CALL, "42501", "not yours", "allowed"),
        (CALL, "42501", "permission denied for schema public", "refused by grant"),
        (CALL, "42501", "permission denied for schema private", "allowed"),
        (CALL, "42883", "function public.f(uuid) does not exist", "error"),
        (CALL, "PGRST202", "Could not find the function in the schema cache", "error"),
        (CALL, "PGRST301", "JWT expired", "refused by code"),
        (CALL, "P0001", "not yours", "allowed"),
        (CALL, "23505", "duplicate key", "allowed"),
        (CALL, "57014", "statement timeout", "allowed"),
        (replace(CALL, tells=(("m", ("1",)),)), "P0001", "not yours", "refused by code"),
        (replace(CALL, quoted=True), "42601", "syntax error", "allowed"),
        (replace(CALL, quoted=True), "42501", "permission denied for table t", "refused by grant"),
        (replace(CALL, quoted=True), "P0001", "no", "refused by code"),
        (replace(CALL, changes=True), "P0001", "no", "refused by code"),
        (replace(CALL, changes=True), "42501", "permission denied for table t", "refused by code"),
        (replace(CALL, changes=True), "23505", "duplicate key", "refused by code"),
        (replace(CALL, changes=True), "57014", "statement timeout", "error"),
        (replace(CALL, changes=True), "54001", "stack depth", "error"),
        (replace(CALL, changes=True), "42P17", "infinite recursion", "error"),
        (Select(T, ("id",)), "42501", "permission denied for table t", "refused by grant"),
        (Delete(T), "P0001", "no", "refused by code"),
    ],
)
def test_an_error_from_inside_a_function_means_that_it_was_entered(
    call: Request, code: str, message: str, kind: str
) -> None:
    found = entered(call, refusal(code, message))
    assert found.kind == kind
    assert (found.rows == {NEW}) is (kind == "allowed")
    assert (found.code, found.message) == (code, message)


def test_an_answer_tells_of_the_rows_whose_marks_it_holds() -> None:
    call = replace(CALL, tells=(("mark-a", ("1",)), ("mark-b", ("2",)), ("mark-c", ("3",))))
    assert told(call, '[{"v": "mark-a"}, "mark-c"]') == {("1",), ("3",)}
    assert told(call, "nothing") == frozenset()


OWNER = Identity("the owner", user_id="u", claims={"role": "authenticated", "team": 7})


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, payload, signature = token.split(".")
    parts = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, payload))
    return (*parts, signature)


def signed_with(token: str, secret: str) -> bool:
    text, _, signature = token.rpartition(".")
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == signature


@pytest.mark.parametrize(
    ("signature", "algorithm", "issued", "believed"),
    [
        ("valid", "HS256", 100_000, True),
        ("expired", "HS256", 100_000 - 7200, True),
        ("foreign", "HS256", 100_000, False),
        ("none", "none", 100_000, False),
    ],
)
def test_a_token_is_signed_as_its_identity_says(
    signature: str, algorithm: str, issued: int, believed: bool
) -> None:
    who = replace(OWNER, signature=signature)
    token = access_token(who, "a secret", "https://a/auth/v1", 100_000.9)
    head, claims, signed = decoded(token)
    assert head == {"alg": algorithm, "typ": "JWT"}
    assert (claims["iat"], claims["exp"], claims["iss"]) == (
        issued,
        issued + 3600,
        "https://a/auth/v1",
    )
    assert (claims["sub"], claims["team"]) == ("u", 7)
    assert bool(signed) is (signature != "none")
    assert signed_with(token, "a secret") is believed
    assert "=" not in token


def test_only_who_has_a_user_or_a_bad_signature_sends_a_token() -> None:
    tokens = SignedTokens("a secret", "i")
    assert tokens.token(ANON) is None
    assert tokens.token(OWNER) is not None
    assert tokens.token(replace(ANON, signature="foreign")) is not None
    assert tokens.why_not(OWNER) is None
    assert not signed_with(forged(OWNER, "i"), "a secret")
    assert forged(OWNER, "i") != forged(OWNER, "i")


@pytest.mark.parametrize(
    ("said", "wanted", "holds"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 3}, {"a": 2}, False),
        ({}, {"a": 1}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": {"b": 2}}, {"a": {"b": 1}}, False),
        ({}, {"a": {"b": 1}}, False),
        ({}, {"a": {}}, True),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
        ({}, {}, True),
    ],
)
def test_a_session_has_to_say_everything_that_is_wanted(
    said: dict[str, Any], wanted: dict[str, Any], holds: bool
) -> None:
    assert _holds(said, wanted) is holds


def test_what_a_session_says_is_read_from_its_token() -> None:
    for claims in ({"a": "b"}, {"a": "bc"}, {"a": "bcd"}, {"a": "bcde"}):
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        assert _claims(f"head.{payload}.signature") == claims
    assert _claims("") == {}


@pytest.mark.parametrize(
    ("now", "differs"),
    [
        ({}, False),
        ({"owner": "b"}, True),
        ({"version": "2"}, True),
        ({"metadata": {"size": 2}}, False),
        ({"updated_at": "later"}, False),
        ({"last_accessed_at": "later"}, False),
        ({"name": "other"}, True),
    ],
)
def test_an_object_differs_by_what_an_upload_does_not_renew(
    now: dict[str, Any], differs: bool
) -> None:
    before = {
        "name": "a", "owner": "a", "version": "1", "metadata": {"size": 1},
        "updated_at": "now", "last_accessed_at": "now",
    }  # fmt: skip
    assert _differs(before | now, before) is differs


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "Object not found", "zero rows"),
        (404, "gone", "zero rows"),
        (403, "no", "refused by code"),
        (400, "invalid signature", "refused by code"),
        (409, "there", "constraint"),
        (500, "boom", "error"),
    ],
)
def test_a_refusal_of_storage_is_known_by_its_status_or_its_words(
    status: int, message: str, kind: str
) -> None:
    assert refused(StorageApiError(message, "", status)).kind == kind


@pytest.mark.parametrize(
    ("column", "value", "sent"),
    [
        (None, "x", "x"),
        (Column("c", "text", "text"), None, None),
        (Column("c", "text", "text"), "x", "x"),
        (Column("c", "text", "text"), "true", "true"),
        (Column("c", "jsonb", "jsonb"), '{"a": [1]}', {"a": [1]}),
        (Column("c", "json", "json"), "3", 3),
        (Column("c", "text[]", "text[]", category="A"), '{"a","b"}', ["a", "b"]),
        (Column("c", "text[]", "text[]", category="A"), "{}", []),
        (Column("c", "boolean", "boolean"), "true", True),
        (Column("c", "boolean", "boolean"), "false", False),
        (Column("c", "integer", "integer"), "-3", -3),
        (Column("c", "bigint", "bigint"), "3", 3),
        (Column("c", "smallint", "smallint"), "3", 3),
        (Column("c", "numeric", "numeric"), "3.5", "3.5"),
    ],
)
def test_a_value_is_sent_as_json_of_its_columns_type(
    column: Column | None, value: Any, sent: Any
) -> None:
    found = rows._value(column, value)
    assert (found, type(found)) == (sent, type(sent))


def test_the_rows_that_come_along_with_a_parent_are_one_or_many() -> None:
    assert rows._inner({"t": None}, "t") == []
    assert rows._inner({}, "t") == []
    assert rows._inner({"t": {"id": 1}}, "t") == [{"id": 1}]
    assert rows._inner({"t": [{"id": 1}, {"id": 2}]}, "t") == [{"id": 1}, {"id": 2}]


def test_of_a_large_table_the_rows_of_our_people_and_under_our_rows_are_looked_at() -> None:
    planned = plan(spec(), catalog())
    people = [who.user_id for who in planned.identities if who.user_id]
    condition = about_ours(planned, UPLOADS).as_string(None)
    seeded = [row for row in planned.of(UPLOADS) if row.label]
    for row in seeded:
        assert f"\"id\" = '{row.values['id']}'" in condition
    for each in people:
        assert each in condition
    for parent in planned.of(PROJECTS):
        assert str(parent.values["id"]) in condition
    assert condition.count(" or ") == len(seeded) + 1  # user_id and project_id
    assert '"user_id" = any (' in condition
    assert '"project_id" = any (' in condition
    unplanned = Scenario(planned.spec, planned.catalog, (), ())
    assert about_ours(unplanned, UPLOADS).as_string(None).lower() == "false"
