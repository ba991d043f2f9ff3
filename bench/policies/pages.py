"""A page of 20 over REST: as its owner under row level security, and with the secret key."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import httpx

from bench.policies.crowd import Owner, Table
from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint

PAGE = 20
REQUESTS = 40  # of each kind, in each round
OWNER, SECRET = "owner", "secret key and a project filter"

_WARM_UP = 10

Rounds = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Page:
    """One page, read in two ways.

    Parameters:
        table: whose rows.
        scope: of one project, or of all projects of the owner.
        milliseconds: of each request, by who asked, in rounds.
    """

    table: str
    scope: str
    milliseconds: dict[str, Rounds]

    def of(self, who: str) -> list[float]:
        """The milliseconds of all rounds."""
        return [one for taken in self.milliseconds[who] for one in taken]

    @property
    def ratio(self) -> float:
        """The owner's median over the secret key's."""
        return statistics.median(self.of(OWNER)) / statistics.median(self.of(SECRET))

    @property
    def ratios(self) -> list[float]:
        """The same of each round by itself."""
        mine, other = self.milliseconds[OWNER], self.milliseconds[SECRET]
        pairs = zip(mine, other, strict=True)
        return [statistics.median(one) / statistics.median(two) for one, two in pairs]


def measure(endpoint: Endpoint, owner: Owner, table: Table, runs: int) -> list[Page]:
    """Read a table's pages, the two ways in turn, request by request.

    Raise StackError if the two do not answer the same rows: they would not be the same page.
    """
    with httpx.Client(base_url=f"{endpoint.api_url}/rest/v1", timeout=30) as client:
        return [
            _measure(client, endpoint, owner, table, runs, scope)
            for scope in ("one project", "all projects")
        ]


def _measure(
    client: httpx.Client, endpoint: Endpoint, owner: Owner, table: Table, runs: int, scope: str
) -> Page:
    requests = {
        who: client.build_request(
            "GET", f"/{table.owned.table.name}", params=parameters, headers=headers
        )
        for who, parameters, headers in (
            (OWNER, _owner_query(owner, table, scope), _as_owner(endpoint, owner)),
            (SECRET, _secret_query(owner, table, scope), {"apikey": endpoint.secret_key}),
        )
    }
    answers = [client.send(request).raise_for_status().json() for request in requests.values()]
    if not answers[0] or answers[0] != answers[1]:
        raise StackError(
            f"the owner and the secret key did not read the same page ({scope}).", place=table.name
        )
    for _ in range(_WARM_UP):
        for request in requests.values():
            client.send(request)
    rounds: dict[str, list[tuple[float, ...]]] = {who: [] for who in requests}
    for _ in range(runs):
        taken: dict[str, list[float]] = {who: [] for who in requests}
        for _ in range(REQUESTS):
            for who, request in requests.items():
                taken[who].append(_timed(client, request))
        for who, milliseconds in taken.items():
            rounds[who].append(tuple(milliseconds))
    return Page(table.name, scope, {who: tuple(each) for who, each in rounds.items()})


def _timed(client: httpx.Client, request: httpx.Request) -> float:
    begin = time.perf_counter()
    client.send(request).raise_for_status()
    return (time.perf_counter() - begin) * 1000


def _as_owner(endpoint: Endpoint, owner: Owner) -> dict[str, str]:
    return {"apikey": endpoint.publishable_key, "Authorization": f"Bearer {owner.token}"}


def _query(table: Table) -> dict[str, str]:
    return {
        "select": ",".join(table.columns),
        "order": f"{table.newest}.desc",
        "limit": str(PAGE),
    }


def _owner_query(owner: Owner, table: Table, scope: str) -> dict[str, str]:
    """All projects need no filter: the policies see to that."""
    filters = {} if scope == "all projects" else {table.key: f"eq.{owner.projects[0]}"}
    return _query(table) | filters


def _secret_query(owner: Owner, table: Table, scope: str) -> dict[str, str]:
    if scope == "all projects":
        return _query(table) | {table.key: f"in.({','.join(owner.projects)})"}
    return _query(table) | {table.key: f"eq.{owner.projects[0]}"}
