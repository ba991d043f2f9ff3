"""What the server of the tests keeps between requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REF = "abcdefghijklmnopqrst"


@dataclass
class Deployed:
    """A function as the platform holds it."""

    record: dict[str, Any]
    files: dict[str, bytes]
    metadata: dict[str, Any]


@dataclass
class State:
    """What requests change, beside the database."""

    functions: dict[str, Deployed] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    postgrest: dict[str, Any] = field(
        default_factory=lambda: {
            "db_schema": "public,graphql_public",
            "max_rows": 1000,
            "db_extra_search_path": "public, extensions",
            "db_pool": None,
            "jwt_secret": "a-jwt-secret-that-nobody-may-see-on-a-screen",
        }
    )
    file_size_limit: int = 50 * 1024 * 1024
    status: str = "ACTIVE_HEALTHY"
    lints: list[dict[str, Any]] = field(default_factory=list)
