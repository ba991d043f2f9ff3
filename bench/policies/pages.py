"""A page of 20 over REST: as its owner under row level security, and with the secret key."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from bench.policies.crowd import Owner, Table
from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint

PAGE = 20
OWNER, SECRET = "owner", "secret key and a project filter"
ONE, ALL = "one project", "all projects"

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
    milliseconds: Mapping[str, Rounds]

    def of(self, who: str) -> list[float]:
        """The milliseconds of all rounds."""
        return [one for taken in self.milliseconds[who] for one in taken]

    @property
    def ratios(self) -> list[float]:
        """The owner's median over the secret key's, of each round."""
        pairs = zip(self.milliseconds[OWNER], self.milliseconds[SECRET], strict=True)
        return [statistics.median(mine) / statistics.median(other) for mine, other in pairs]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios)


def measure(
    endpoint: Endpoint, owner: Owner, table: Table, *, runs: int, requests: int
) -> list[Page]:
    """Read a table's pages in both ways in turn, request by request.

    Parameters:
        runs: rounds that count; one before them warms up.
        requests: of each kind, in each round.

    Raise StackError if the two do not answer the same rows: they would not be the same page.
    """
    found = []
    with httpx.Client(base_url=f"{endpoint.api_url}/rest/v1", timeout=30) as client:
        for scope in (ONE, ALL):
            pair = _requests(client, endpoint, owner, table, scope)
            _require_same(client, pair, table, scope)
            rounds = [_round(client, pair, requests) for _ in range(runs + 1)][1:]
            milliseconds = {who: tuple(taken[who] for taken in rounds) for who in pair}
            found.append(Page(table.name, scope, milliseconds))
    return found


def _requests(
    client: httpx.Client, endpoint: Endpoint, owner: Owner, table: Table, scope: str
) -> dict[str, httpx.Request]:
    """The page as both ask for it. The owner of all its projects needs no filter."""
    page = {"select": ",".join(table.columns), "order": f"{table.newest}.desc", "limit": str(PAGE)}
    one = {table.key: f"eq.{owner.projects[0]}"}
    each = {table.key: f"in.({','.join(owner.projects)})"}
    path = f"/{table.owned.table.name}"
    as_owner = {"apikey": endpoint.publishable_key, "Authorization": f"Bearer {owner.token}"}
    as_secret = {"apikey": endpoint.secret_key}
    mine, other = (page | one, page | one) if scope == ONE else (page, page | each)
    return {
        OWNER: client.build_request("GET", path, params=mine, headers=as_owner),
        SECRET: client.build_request("GET", path, params=other, headers=as_secret),
    }


def _require_same(
    client: httpx.Client, pair: Mapping[str, httpx.Request], table: Table, scope: str
) -> None:
    mine, other = (client.send(one).raise_for_status().json() for one in pair.values())
    if not mine or mine != other:
        raise StackError(
            f"owner and secret key do not read the same page of {scope}.", place=table.name
        )


def _round(
    client: httpx.Client, pair: Mapping[str, httpx.Request], requests: int
) -> dict[str, tuple[float, ...]]:
    taken: dict[str, list[float]] = {who: [] for who in pair}
    for _ in range(requests):
        for who, request in pair.items():
            begin = time.perf_counter()
            client.send(request).raise_for_status()
            taken[who].append((time.perf_counter() - begin) * 1000)
    return {who: tuple(milliseconds) for who, milliseconds in taken.items()}
