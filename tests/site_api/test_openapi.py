"""The API answers as docs/openapi.yaml says, whatever it is sent."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.site_api.fuzz_world import CALLERS, PLACES, World
from tests.site_api.project import Project
from wakti_sb.stack import Endpoint

pytestmark = pytest.mark.fuzz
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "openapi.yaml"
# Nine tests share them.
CASES = int(os.environ.get("WAKTI_FUZZ_CASES", "225")) // 9
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)
SETTINGS = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
Record = Callable[[str, object], None]


@pytest.fixture
def world(make_project: Callable[[], Project], endpoint: Endpoint) -> Iterator[World]:
    """Projects of every kind, with something in them."""
    with psycopg.connect(endpoint.database, autocommit=True) as database:
        yield World(make_project, database)


def tell(record_property: Record, what: str, seen: Counter[str]) -> None:
    """Hand what was answered how often to the summary of the run."""
    answers = ", ".join(f"{answer} {count}" for answer, count in seen.most_common())
    record_property("fuzz", (seen.total(), f"{what}: {answers}"))


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_answer_is_as_described(
    world: World, method: str, mode: GenerationMode, record_property: Record
) -> None:
    schema = schemathesis.openapi.from_dict(yaml.safe_load(DOCUMENT.read_text()))
    schema.config.update(base_url=world.url)
    seen: Counter[str] = Counter()

    @SETTINGS
    @given(
        case=schema["/"][method].as_strategy(generation_mode=mode),
        # Most meet what is there: a request that fits nothing tests the first gate again.
        place=st.sampled_from(["open", "open", *PLACES, None]),
        caller=st.sampled_from(CALLERS),
    )
    def answers_as_described(case: schemathesis.Case[Any], place: str | None, caller: str) -> None:
        if place is not None:
            world.settle(case, place, caller)
        answer = case.call_and_validate(checks=list(CHECKS))
        # What is not modified has no body.
        bare = answer.status_code in (200, 304)
        seen[str(answer.status_code) if bare else answer.json()["code"]] += 1

    answers_as_described()
    tell(record_property, f"{method}, {mode.value}", seen)
    if mode is GenerationMode.POSITIVE:
        assert seen["200"] >= seen.total() / 5, seen


METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "QUERY", "PROPFIND")
MEDIA_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "text/html",
    "application/xml",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "application/vnd.api+json",
    "multipart/form-data",
    "multipart/form-data; boundary=b",
    "multipart/mixed; boundary=b",
    "image/png",
    "nonsense",
    "",
)


def test_any_method_with_any_content_type_is_answered_in_json(
    world: World, record_property: Record
) -> None:
    document = yaml.safe_load(DOCUMENT.read_text())
    codes = document["components"]["schemas"]["Error"]["properties"]["code"]["enum"]
    described = {int(status) for status in document["paths"]["/"]["post"]["responses"]}
    seen: Counter[str] = Counter()
    submission = f'{{"projectId":"{world.projects["open"].id}","action":"submit","data":{{}}}}'

    @SETTINGS
    @given(
        method=st.sampled_from(METHODS),
        media_type=st.sampled_from(MEDIA_TYPES),
        body=st.one_of(st.binary(max_size=200), st.just(submission.encode())),
    )
    def is_answered(method: str, media_type: str, body: bytes) -> None:
        headers = {"Content-Type": media_type}
        answer = httpx.request(method, world.url, content=body, headers=headers)
        if method == "OPTIONS":
            assert (answer.status_code, answer.content) == (204, b"")
        else:
            assert answer.status_code in described - {500, 503}
            assert answer.headers["content-type"] == "application/json"
            if answer.status_code != 200 and method != "HEAD":
                assert set(answer.json()) == {"error", "code"}
                assert answer.json()["code"] in codes
        seen[f"{method} {answer.status_code}"] += 1

    is_answered()
    tell(record_property, "any method and content type", seen)
