"""Checks requests against a description of the Management API, with openapi-core."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest
from openapi_core.exceptions import OpenAPIError
from werkzeug import Request

ROOT = Path(__file__).parent.parent.parent
OURS = Path(__file__).with_name("contract.yaml")
MIGRATIONS = len(list((ROOT / "supabase" / "migrations").glob("*.sql")))
_METHODS = ("get", "post", "put", "patch", "delete")


def published() -> Path | None:
    """The platform's own document, where it lies beside the checkout."""
    told = os.environ.get("WAKTI_PLATFORM_DATA")
    folder = Path(told) if told else ROOT.parent / "shared" / "platform-data"
    file = folder / "management-api.json"
    return file if file.is_file() else None


def ours() -> dict[str, Any]:
    """The description of this repository."""
    document: dict[str, Any] = yaml.safe_load(OURS.read_text())
    return document


def operations(document: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Each operation by method and path."""
    return {
        (method, path): item[method]
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    }


class Contract:
    """Ours, and the published document too where it is at hand."""

    def __init__(self) -> None:
        self._documents = {"ours": OpenAPI.from_dict(ours())}
        file = published()
        if file is not None:
            self._documents["published"] = OpenAPI.from_dict(
                _readable(json.loads(file.read_text())),
                # It has words of its own in it.
                config=Config(spec_validator_cls=None),  # type: ignore[arg-type]
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Which documents requests are held against."""
        return tuple(self._documents)

    def complaint(self, request: Request) -> str | None:
        """What is wrong with a request; None for nothing."""
        for name, document in self._documents.items():
            try:
                document.validate_request(WerkzeugOpenAPIRequest(request))
            except OpenAPIError as error:
                details = [
                    str(one.message) for one in getattr(error.__cause__, "schema_errors", ())
                ]
                return f"{name}: {error!r} {error.__cause__!r} {details}"
        return None


def _readable(document: dict[str, Any]) -> dict[str, Any]:
    """As the validator takes it: the excerpt names no servers, and permissions as if schemes."""
    document.pop("servers", None)
    document["components"].pop("securitySchemes", None)
    for operation in operations(document).values():
        operation.pop("security", None)
    return document
