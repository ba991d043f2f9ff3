"""Whether a login tells by its time who has an account: a known address beside unknown ones.

    python -m bench.login [--runs 60] [--json]

Through the gateway, with the iterations of a hosted project. A wrong password for an account, the
same for an address that nobody has, and the right one, in turn; the first of each is not counted.
"""

from __future__ import annotations

import statistics
import time

import httpx

from bench._project import folder
from bench._report import Report, figure, options, run, show, target, targets_table
from bench.site_api.ours import FUNCTION, ours

KNOWN = "a known address, a wrong password"
UNKNOWN = "an address that nobody has"
RIGHT = "a known address, its password"
MOST = 1.05  # of one median, the other
ACCOUNT = {"email": "visitor@example.com", "password": "a visitor's own password"}


def main() -> None:
    arguments = options(__doc__, runs=60).parse_args()
    with folder() as project, ours(project) as running:
        url = f"{running.endpoint.functions_url}/{FUNCTION}"
        with httpx.Client(timeout=60) as http:
            report = measure(http, url, running.project, arguments.runs)
    show(report, _markdown, as_json=arguments.json)


def measure(http: httpx.Client, url: str, project: str, runs: int) -> Report:
    """Milliseconds of each kind of login."""
    _ask(http, url, project, "signup", ACCOUNT)
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: [], RIGHT: []}
    for number in range(runs + 1):
        for kind, data, status in (
            (KNOWN, ACCOUNT | {"password": "a wrong password"}, 401),
            (UNKNOWN, ACCOUNT | {"email": f"nobody{number}@example.com"}, 401),
            (RIGHT, ACCOUNT, 200),
        ):
            begun = time.perf_counter()
            answer = _ask(http, url, project, "login", data)
            milliseconds = (time.perf_counter() - begun) * 1000
            assert answer.status_code == status, answer.text
            if number > 0:
                taken[kind].append(milliseconds)
    known, unknown = (statistics.median(taken[kind]) for kind in (KNOWN, UNKNOWN))
    ratio = max(known, unknown) / min(known, unknown)
    return {
        "runs": runs,
        "contenders": {kind: {"milliseconds": figure(values)} for kind, values in taken.items()},
        "ratios": {"known / unknown": round(known / unknown, 3)},
        "targets": {"the slower median of the two / the other": target(ratio, at_most=MOST)},
    }


def _ask(
    http: httpx.Client, url: str, project: str, action: str, data: dict[str, str]
) -> httpx.Response:
    body = {"projectId": project, "action": f"auth/{action}", "data": data}
    return http.post(url, json=body)


def _markdown(report: Report) -> str:
    lines = ["| login | median ms | p99 | from | to |", "| --- " * 5 + "|"]
    for kind, figures in report["contenders"].items():
        one = figures["milliseconds"]
        low, high = one["spread"]
        lines.append(f"| {kind} | {one['median']} | {one['p99']} | {low} | {high} |")
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
