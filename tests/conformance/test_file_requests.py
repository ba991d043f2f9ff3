"""What the Storage API offers, as a request and as the SQL that its policies see."""

from __future__ import annotations

import pytest

from wakti_sb.conformance.cases import file_requests as files
from wakti_sb.conformance.cases import to_sql
from wakti_sb.conformance.findings import http_text
from wakti_sb.conformance.model import Attempt, Identity

WHO = Identity("the owner", user_id="11111111-1111-4111-8111-111111111111")
FILE, TO = files.Place("boxes", "a b/1.txt"), files.Place("boxes", "c/2.txt")


@pytest.mark.parametrize(
    ("asked", "line", "statement"),
    [
        (files.listing("boxes"), "POST /storage/v1/object/list/boxes", "select"),
        (files.download(FILE), "GET /storage/v1/object/boxes/a%20b/1.txt", "select"),
        (files.download_public(FILE), "GET /storage/v1/object/public/boxes/a%20b/1.txt", "select"),
        (files.sign(FILE), "POST /storage/v1/object/sign/boxes/a%20b/1.txt", "select"),
        (files.upload(FILE, WHO), "POST /storage/v1/object/boxes/a%20b/1.txt", "insert"),
        (
            files.sign_upload(FILE, WHO),
            "POST /storage/v1/object/upload/sign/boxes/a%20b/1.txt",
            "insert",
        ),
        (files.overwrite(FILE, WHO), "PUT /storage/v1/object/boxes/a%20b/1.txt", "do update set"),
        (files.move(FILE, TO, WHO), "POST /storage/v1/object/move", "update"),
        (files.copy(FILE, TO, WHO), "POST /storage/v1/object/copy", "insert"),
        (files.remove(FILE), "DELETE /storage/v1/object/boxes/a%20b/1.txt", "delete"),
    ],
)
def test_a_request_reads_as_http_and_as_sql(
    asked: files.FileRequest, line: str, statement: str
) -> None:
    request, settings = asked
    attempt = Attempt(WHO, request, (), settings)
    assert http_text(attempt).splitlines()[0] == line
    assert statement in to_sql(request)
    assert dict(settings)[files.OPERATION].startswith("storage.object.")


def test_a_copy_asks_whether_its_source_can_be_seen() -> None:
    request, _ = files.copy(FILE, TO, WHO)
    statement = to_sql(request)
    assert statement.startswith('insert into "storage"."objects"')
    assert statement.endswith("where \"bucket_id\" = 'boxes' and \"name\" = 'a b/1.txt'")
    assert "'c/2.txt'" in statement


def test_a_signed_url_is_asked_for_a_minute() -> None:
    request, settings = files.sign(FILE)
    assert http_text(Attempt(WHO, request, (), settings)).endswith('\n\n{"expiresIn": 60}')
    request, settings = files.move(FILE, TO, WHO)
    assert http_text(Attempt(WHO, request, (), settings)).endswith(
        '{"bucketId": "boxes", "sourceKey": "a b/1.txt", "destinationKey": "c/2.txt"}'
    )
    request, settings = files.listing("boxes")
    assert http_text(Attempt(WHO, request, (), settings)).endswith('{"prefix": ""}')
    request, settings = files.download(FILE)
    assert "{" not in http_text(Attempt(WHO, request, (), settings))
