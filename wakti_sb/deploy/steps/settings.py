"""Secrets and settings: what is set through the Management API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wakti_sb.deploy.management import Management
from wakti_sb.deploy.plan import EDGE_SECRET, Plan, digest_of
from wakti_sb.deploy.steps import record
from wakti_sb.deploy.target import Database


def set_secrets(api: Management, database: Database | None, secrets: Mapping[str, str]) -> None:
    """Set secrets, and see that the platform holds them.

    Parameters:
        database: where the login's digest is remembered; None if the login is not among them.
    """
    if not secrets:
        return
    api.set_secrets(secrets)
    told = api.secret_digests()
    url = secrets.get(EDGE_SECRET)
    if database is None or url is None or told.get(EDGE_SECRET) in (None, digest_of(url)):
        return
    # A digest of another kind than is known: what the platform says now is compared next time.
    with database.session() as connection, connection.transaction():
        record.write(connection, "secret", EDGE_SECRET, told[EDGE_SECRET])


def set_settings(api: Management, plan: Plan) -> None:
    """Change what the plan wants of the Data API and of Storage."""
    changes: dict[str, Any] = {}
    if plan.schemas is not None:
        changes["db_schema"] = ",".join(plan.schemas)
    if plan.max_rows is not None:
        changes["max_rows"] = plan.max_rows
    if changes:
        api.set_data_api(changes)
    if plan.largest_file is not None:
        api.set_storage(file_size_limit=plan.largest_file)
