"""Every request of a deployment, every fault that can meet it, and what then happens.

The table in docs/deploy.md is made from this, and the tests try every cell of it:
`python -m tests.deploy.stations` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tests.deploy.faults import Fault

_PROJECT = "/v1/projects/[a-z]{20}"
ALWAYS = 99


class Outcome(Enum):
    """How the command ends that meets a fault, and what it says."""

    GOES_ON = "goes on"
    WAITS = "waits, goes on"
    REPEATS = "repeats, goes on"
    TOKEN = "stops: the access token is refused"
    PERMISSION = "stops: names the permission"
    PLAN = "stops: the plan does not allow it"
    MISSING = "stops: no such project"
    TOO_MANY = "stops: too many requests"
    FAILED = "stops: the platform failed"
    PAGE = "stops: a page came back"
    UNKNOWN = "stops: not known whether it was done"
    UNWELL = "deployed; a check failed"
    KILLED = "killed"

    @property
    def code(self) -> int:
        """The exit code."""
        if self in (Outcome.GOES_ON, Outcome.WAITS, Outcome.REPEATS):
            return 0
        if self is Outcome.UNWELL:
            return 1
        return -9 if self is Outcome.KILLED else 2

    @property
    def sentence(self) -> str:
        """What has to be said, among other things."""
        return _SENTENCES.get(self, "")


_SENTENCES = {
    Outcome.WAITS: "the platform asks to wait",
    Outcome.TOKEN: "the access token is refused",
    Outcome.PERMISSION: "this access token may not do that",
    Outcome.PLAN: "the organization's plan does not allow it",
    Outcome.MISSING: "there is no such thing, or it is not yours to see",
    Outcome.TOO_MANY: "too many requests, and waiting did not help",
    Outcome.FAILED: "the platform failed",
    Outcome.PAGE: "a page came back instead of the API's answer",
    Outcome.UNKNOWN: "Whether it was done is not known here",
    Outcome.UNWELL: "deployed, and not all is well",
}


@dataclass(frozen=True)
class Station:
    """One kind of request.

    Parameters:
        name: as the table has it.
        kind: `read` before anything is changed, `change`, or `check` afterwards.
        repeatable: whether it may simply be sent again.
        optional: whether a token without the permission is good enough.
    """

    name: str
    method: str
    path: str
    kind: str
    repeatable: bool = True
    optional: bool = False


STATIONS = (
    Station("find the project", "GET", _PROJECT, "read"),
    Station("read the keys", "GET", f"{_PROJECT}/api-keys", "read"),
    Station("read the database", "POST", f"{_PROJECT}/database/query/read-only", "read"),
    Station("read the Data API's settings", "GET", f"{_PROJECT}/postgrest", "read", optional=True),
    Station("read Storage's settings", "GET", f"{_PROJECT}/config/storage", "read", optional=True),
    Station("list the functions", "GET", f"{_PROJECT}/functions", "read"),
    Station("list the secrets", "GET", f"{_PROJECT}/secrets", "read"),
    Station("make a login", "POST", f"{_PROJECT}/cli/login-role", "change"),
    Station("find the pooler", "GET", f"{_PROJECT}/config/database/pooler", "change"),
    Station(
        "deploy a function", "POST", f"{_PROJECT}/functions/deploy", "change", repeatable=False
    ),
    Station("set the secrets", "POST", f"{_PROJECT}/secrets", "change"),
    Station("change the Data API's settings", "PATCH", f"{_PROJECT}/postgrest", "change"),
    Station("change Storage's settings", "PATCH", f"{_PROJECT}/config/storage", "change"),
    Station("ask for the health", "GET", f"{_PROJECT}/health", "check"),
    Station("ask the advisors", "GET", f"{_PROJECT}/advisors/.*", "check", optional=True),
)


@dataclass(frozen=True)
class Trouble:
    """One row of the table: a fault that may meet any request.

    Parameters:
        kind, status, moment: of the fault.
        always: whether it lasts for as long as the command tries.
    """

    name: str
    kind: str
    status: int = 0
    moment: str = "before"
    always: bool = True

    def fault(self, station: Station) -> Fault:
        """The fault at a station."""
        return Fault(
            station.method,
            station.path,
            self.kind,  # type: ignore[arg-type]
            status=self.status,
            message="Said by the platform" if self.kind == "status" else "",
            headers={"x-ratelimit-reset": "0.02"} if self.status == 429 else {},
            moment=self.moment,  # type: ignore[arg-type]
            times=ALWAYS if self.always else 1,
        )

    def outcome(self, station: Station) -> Outcome:
        """What the command does about it there."""
        if self.kind == "kill":
            return Outcome.KILLED
        if not self.always and self.status == 429:
            return Outcome.WAITS
        if not self.always and station.repeatable:
            return Outcome.REPEATS
        if self.status == 403 and station.optional:
            return Outcome.GOES_ON
        if station.kind == "check":
            return Outcome.UNWELL
        if self.kind == "page":
            return Outcome.PAGE
        if self.kind == "lost":
            return Outcome.UNKNOWN
        return _BY_STATUS[self.status]


_BY_STATUS = {
    401: Outcome.TOKEN,
    402: Outcome.PLAN,
    403: Outcome.PERMISSION,
    404: Outcome.MISSING,
    429: Outcome.TOO_MANY,
    500: Outcome.FAILED,
}

TROUBLES = (
    Trouble("401", "status", 401),
    Trouble("402", "status", 402),
    Trouble("403", "status", 403),
    Trouble("404", "status", 404),
    Trouble("429 once", "status", 429, always=False),
    Trouble("429 on and on", "status", 429),
    Trouble("500 once", "status", 500, always=False),
    Trouble("500 on and on", "status", 500),
    Trouble("a proxy's page", "page"),
    Trouble("connection lost before the effect", "lost", always=False),
    Trouble("connection lost after the effect", "lost", moment="after", always=False),
    Trouble("killed before the effect", "kill", always=False),
    Trouble("killed after the effect", "kill", moment="after", always=False),
)


def table() -> str:
    """The table as Markdown: a row for each fault; requests that all faults meet alike in one."""
    columns: dict[tuple[Outcome, ...], list[str]] = {}
    for station in STATIONS:
        outcomes = tuple(trouble.outcome(station) for trouble in TROUBLES)
        columns.setdefault(outcomes, []).append(station.name)
    heads = [", ".join(names) for names in columns.values()]
    lines = [f"| fault | {' | '.join(heads)} |", f"| --- {'| --- ' * len(heads)}|"]
    for number, trouble in enumerate(TROUBLES):
        cells = [outcomes[number].value for outcomes in columns]
        lines.append(f"| {trouble.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201  # its purpose
