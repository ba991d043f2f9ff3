"""What visitors of other projects feel of a flood against one: their p99 beside its quiet value.

    python -m bench.noise [--runs 3] [--seconds 5] [--json]

Through the gateway. One project is flooded over 16 connections, once with its rate limits, so that
nearly all is refused, and once without any, so that all of it is served. Meanwhile visitors of
another project submit and list, one request at a time.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import psycopg

from bench._project import folder
from bench._report import Report, figure, options, p99, positive, run, show, target, targets_table
from bench.load import Request, flood
from bench.site_api.ours import FUNCTION, NO_LIMITS, ours
from wakti_sb.stack import Endpoint

QUIET = "quiet"
LIMITED = "under a flood that its limits refuse"
OPEN = "under a flood that is served"
MOST = 2.0
PAUSE = 0.005  # seconds between two requests of the visitor


def main() -> None:
    parser = options(__doc__, runs=3)
    parser.add_argument("--seconds", type=positive, default=5, help="of load; %(default)s")
    arguments = parser.parse_args()
    with folder() as project, ours(project) as running:
        flooded = {name: new_project(running.endpoint, held) for name, held in FLOODED.items()}
        url = f"{running.endpoint.functions_url}/{FUNCTION}"
        taken: dict[str, list[float]] = {name: [] for name in (QUIET, LIMITED, OPEN)}
        visited = running.requests(url)
        for number in range(arguments.runs + 1):
            for name, values in taken.items():
                running.empty()
                found = one_round(visited, url, flooded.get(name), arguments.seconds)
                if number > 0:
                    values.append(found)
    show(_report(arguments.runs, taken), _markdown, as_json=arguments.json)


FLOODED: dict[str, Mapping[str, object]] = {LIMITED: {}, OPEN: NO_LIMITS}


def new_project(endpoint: Endpoint, features: Mapping[str, object]) -> str:
    """The id of one more project, with these features, of the owner who is there."""
    with psycopg.connect(endpoint.database) as connection:
        row = connection.execute(
            "with made as (insert into public.projects (user_id, name)"
            " select id, 'flooded' from auth.users returning id, user_id)"
            " insert into public.project_backends (project_id, user_id, enabled, features)"
            " select id, user_id, true, %s from made returning project_id::text",
            [json.dumps(features)],
        ).fetchone()
    assert row
    return str(row[0])


def one_round(visited: dict[str, Request], url: str, flooded: str | None, seconds: int) -> float:
    """The p99 of the visitor, milliseconds; `flooded` is a project, None for quiet."""
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        visitor: Future[list[float]] = pool.submit(_visit, list(visited.values()), over)
        try:
            if flooded is None:
                time.sleep(seconds)
            else:
                body = {"projectId": flooded, "action": "submit", "data": {"text": "x" * 100}}
                flood(Request(url, body), seconds)
        finally:  # else the visitor would never end, nor this
            over.set()
        return p99(visitor.result())


def _visit(requests: list[Request], over: threading.Event) -> list[float]:
    waited = []
    with httpx.Client(timeout=60) as http:
        while not over.is_set():
            for one in requests:
                begun = time.perf_counter()
                if one.body is None:
                    answer = http.get(one.url)
                else:
                    answer = http.post(one.url, json=dict(one.body))
                waited.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, answer.text
                time.sleep(PAUSE)
    return waited


def _report(runs: int, taken: dict[str, list[float]]) -> Report:
    quiet = statistics.median(taken[QUIET])
    ratios = {
        name: round(statistics.median(values) / quiet, 2)
        for name, values in taken.items()
        if name != QUIET
    }
    return {
        "runs": runs,
        "contenders": {name: {"p99": figure(values)} for name, values in taken.items()},
        "ratios": ratios,
        "targets": {
            f"p99 of others {name} / quiet": target(ratio, at_most=MOST)
            for name, ratio in ratios.items()
        },
    }


def _markdown(report: Report) -> str:
    lines = ["| visitors of another project | p99, ms | rounds |", "| --- " * 3 + "|"]
    for name, figures in report["contenders"].items():
        low, high = figures["p99"]["spread"]
        lines.append(f"| {name} | {figures['p99']['median']} | {low} to {high} |")
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
