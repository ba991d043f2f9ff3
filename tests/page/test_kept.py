"""Columns that the database keeps, whatever a client sends for them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.dashboard.people import Owner, new_owner
from wakti_sb.stack import Endpoint


def insert(owner: Owner, table: str, **row: Any) -> dict[str, Any]:
    made = httpx.post(
        f"{owner.endpoint.api_url}/rest/v1/{table}",
        json={"user_id": owner.id, **row},
        headers={
            "apikey": owner.endpoint.publishable_key,
            "Authorization": f"Bearer {owner.token}",
            "Prefer": "return=representation",
        },
    ).raise_for_status()
    return dict(made.json()[0])


@pytest.mark.parametrize("sent", ["2001-01-01", "now", "infinity", None])
def test_a_new_row_has_the_default_in_the_place_of_what_was_sent(
    endpoint: Endpoint, sent: str | None
) -> None:
    owner = new_owner(endpoint)
    item = insert(
        owner,
        "project_collections",
        project_id=owner.project,
        collection_name="menu",
        data={},
        updated_at=sent,
    )
    assert item["updated_at"] == item["created_at"]  # both now(), of one transaction
    project = insert(owner, "projects", name="Another", updated_at=sent)
    assert project["updated_at"] == project["created_at"]
    backend = insert(
        owner, "project_backends", project_id=project["id"], enabled=False, enabled_at=sent
    )
    assert backend["enabled_at"] is None
