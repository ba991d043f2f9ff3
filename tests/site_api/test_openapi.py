"""The API answers as docs/openapi.yaml says, whatever it is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.site_api.project import NO_RATE_LIMITS, Project

pytestmark = pytest.mark.fuzz
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "openapi.yaml"
CASES = int(os.environ.get("WAKTI_FUZZ_CASES", "200"))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_answer_is_as_described(project: Project, method: str, mode: GenerationMode) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    item = project.api("POST", "collection/products", data={"a": 1}).json()["item"]["id"]
    schema = schemathesis.openapi.from_dict(yaml.safe_load(DOCUMENT.read_text()))
    schema.config.update(base_url=project.url)

    @settings(
        max_examples=CASES // 8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema["/"][method].as_strategy(generation_mode=mode))
    def answers_as_described(case: schemathesis.Case) -> None:
        # Random ids name nothing, and every answer would be the same refusal.
        for fields in (case.query, case.body):
            if isinstance(fields, dict) and isinstance(fields.get("projectId"), str):
                fields["projectId"] = project.id
                if fields.get("id"):
                    fields["id"] = item
        case.call_and_validate(checks=CHECKS)

    answers_as_described()
