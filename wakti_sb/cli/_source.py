"""A project whose data is asked for: the local stack, a hosted project, or any by its addresses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wakti_sb import backup
from wakti_sb.cli._hosted import hosted
from wakti_sb.errors import UsageError
from wakti_sb.events import Listener
from wakti_sb.stack import Address, Target


def source(
    project: Path, address: Address, project_ref: str | None, listener: Listener
) -> backup.Source:
    """Where the data is. A hosted project has to be named: a link alone is not enough.

    Raise UsageError if two places are named, or an API without its database.
    """
    if project_ref is not None:
        if address.db_url is not None or address.stack is not None:
            raise UsageError("--project-ref and --stack or --db-url name different places.")
        place = hosted(project_ref, url=address.url, listener=listener)
        database = place.database()
        endpoint = replace(place.endpoint(), db_url=database.url)
        return backup.Source(endpoint, database.role)
    if not address.named and address.stack is None:
        address = replace(address, stack="embedded")
    with Target(project, address).checked_endpoint(listener) as endpoint:
        return backup.Source(endpoint)
