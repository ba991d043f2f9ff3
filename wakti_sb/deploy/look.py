"""What is there already, read from the project; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wakti_sb.deploy import errors
from wakti_sb.deploy.management import DataApi, Function
from wakti_sb.deploy.queries import query
from wakti_sb.deploy.target import Place
from wakti_sb.migrate import Applied, history_query
from wakti_sb.stack.config import Bucket


@dataclass(frozen=True)
class Sent:
    """What a deployment remembered in the database.

    Parameters:
        digest: of what was sent: a function's sources, a secret's value.
        edition: what the platform called a function afterwards.
    """

    digest: str
    edition: str


@dataclass(frozen=True)
class State:
    """A project as it is.

    Parameters:
        history: the migrations that it holds.
        has_edge_role: whether the site API's login is there.
        buckets: by name.
        sent: by kind (`function`, `secret`) and name.
        functions: by name; None where the project has no Management API.
        secrets: digests by name, likewise.
        data_api: None where it cannot be read.
        largest_file: bytes that Storage takes; None where it cannot be read.
        unread: what could not be read, and why.
    """

    history: tuple[Applied, ...]
    has_edge_role: bool
    buckets: Mapping[str, Bucket]
    sent: Mapping[tuple[str, str], Sent]
    functions: Mapping[str, Function] | None = None
    secrets: Mapping[str, str] | None = None
    data_api: DataApi | None = None
    largest_file: int | None = None
    unread: tuple[str, ...] = field(default=())


def look(place: Place) -> State:
    """Ask the project for everything that a plan depends on. Raise a DeployError."""
    facts = place.read_rows(query("facts"))[0]
    applied = history(place) if facts["has_history"] else ()
    sent = {}
    if facts["has_record"]:
        for row in place.read_rows(query("record")):
            sent[(row["kind"], row["name"])] = Sent(row["digest"], row["edition"])
    buckets = {row["name"]: _bucket(row) for row in facts["buckets"]}
    state = State(applied, facts["has_edge_role"], buckets, sent)
    return state if place.management is None else _with_platform(place, state)


def history(place: Place) -> tuple[Applied, ...]:
    """The migrations that a project with a history holds, oldest first."""
    return tuple(Applied(**row) for row in place.read_rows(history_query()))


def _with_platform(place: Place, state: State) -> State:
    api = place.management
    assert api is not None  # noqa: S101  # the caller has asked
    unread: list[str] = []
    data_api = largest = None
    try:
        data_api = api.data_api()
    except errors.NotPermitted:
        unread.append("the Data API's settings")
    try:
        largest = api.storage().file_size_limit
    except errors.NotPermitted:
        unread.append("Storage's settings")
    return State(
        state.history,
        state.has_edge_role,
        state.buckets,
        state.sent,
        api.functions(),
        api.secret_digests(),
        data_api,
        largest,
        tuple(unread),
    )


def _bucket(row: Mapping[str, Any]) -> Bucket:
    types = row["allowed_mime_types"]
    return Bucket(
        public=bool(row["public"]),
        file_size_limit=row["file_size_limit"],
        allowed_mime_types=tuple(types) if types else None,
    )
