"""What a wrong request is answered, as the platform answers it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from psycopg import Connection
from supabase import Client, PostgrestAPIError

from wakti_sb.stack.endpoint import Endpoint

from .people import User, headers

pytestmark = pytest.mark.usefixtures("tables")


def test_a_refused_change_is_undone(clean: Endpoint, http: httpx.Client, service: Client) -> None:
    service.from_("folders").insert([{"name": "a"}, {"name": "b"}]).execute()
    one_row = {
        "apikey": clean.secret_key,
        "Accept": "application/vnd.pgrst.object+json",
        "Prefer": "return=representation",
    }
    answer = http.patch("/rest/v1/folders?id=gt.0", headers=one_row, json={"name": "c"})
    assert answer.status_code == 406
    assert answer.json()["code"] == "PGRST116"
    rows = service.from_("folders").select("name").order("name").execute().data
    assert rows == [{"name": "a"}, {"name": "b"}]


def test_what_is_not_exposed_is_not_there(service: Client, sql: Connection[Any]) -> None:
    sql.execute("create schema private; create table private.secrets (a int)")
    sql.execute("grant usage on schema private to service_role")
    with pytest.raises(PostgrestAPIError) as error:
        service.from_("secrets").select("*").execute()
    assert error.value.code == "PGRST205"
    assert "private" not in str(error.value.hint)
    with pytest.raises(PostgrestAPIError) as error:
        service.schema("private").from_("secrets").select("*").execute()
    assert error.value.code == "PGRST106"


STATUSES = {
    "P0001": 400,  # what a plain `raise exception` raises
    "23514": 400,
    "23505": 409,
    "23503": 409,
    "40001": 500,
    "53300": 503,
    "54000": 500,
    "XX000": 500,
    "PT418": 418,
}


def test_errors_of_the_database_are_answered_as_the_platform_answers_them(
    clean: Endpoint, http: httpx.Client, sql: Connection[Any]
) -> None:
    sql.execute(
        """
        create function public.fail(code text) returns void language plpgsql as $$
        begin
          raise exception 'no' using errcode = code, hint = 'a hint';
        end $$
        """
    )
    for code, status in STATUSES.items():
        answer = http.post("/rest/v1/rpc/fail", headers=headers(clean), json={"code": code})
        assert answer.status_code == status, code
        assert answer.json() == {"code": code, "message": "no", "hint": "a hint", "details": None}


def test_a_broken_check_is_the_callers_fault(ada: User) -> None:
    with pytest.raises(PostgrestAPIError) as error:
        ada.client.from_("notes").insert({"title": ""}).execute()
    assert error.value.code == "23514"


BAD_BODIES = [
    b"",
    b"{",
    b"\xff\xfe",
    b'{"title": "\xc3\x28"}',
    b'{"title": "a\\u0000b"}',
    b'{"title": "x", "data": {"a": "\\u0000"}}',
    b'{"unknown": 1}',
    b'[{"title": "x"}, 5]',
    b'{"title": "x", "id": "no number"}',
]


BAD_QUERIES = [
    "select=nothing",
    "select=title,,",
    "select=folders(",
    "title=nonsense",
    "order=nothing",
    "id=eq.text",
    "or=(a",
    "title=eq.%00",
    "%00=eq.1",
]


def test_a_bad_request_is_the_callers_fault(clean: Endpoint, http: httpx.Client, ada: User) -> None:
    token = headers(clean, Authorization=f"Bearer {ada.token}")
    answers = {
        content: http.post("/rest/v1/notes", headers=token, content=content)
        for content in BAD_BODIES
    } | {
        query.encode(): http.get(f"/rest/v1/notes?{query}", headers=token) for query in BAD_QUERIES
    }
    for request, answer in answers.items():
        assert answer.status_code == 400, request
        assert answer.json()["message"]
        assert "    at " not in answer.text  # no stack


def test_a_body_without_end_is_refused(clean: Endpoint, http: httpx.Client) -> None:
    body = b'{"title": "' + b"x" * (20 * 1024 * 1024) + b'"}'
    answer = http.post("/rest/v1/folders", headers=headers(clean), content=body)
    assert answer.status_code == 413
    assert answer.json()["message"]
