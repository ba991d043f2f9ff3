"""The site API for half an hour under a steady load: whether it gets slower or larger.

    python -m bench.soak [--minutes 30] [--visitors 24] [--json]

Visitors of three projects submit, list, write items, sign up and upload, each with a pause, through
the gateway. Each minute tells the p99 of its requests, what was not answered with success, and the
memory that each process of the stack holds. The first minute warms up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

import httpx
import psutil

from bench._project import folder
from bench._report import Report, options, p99, positive, run, show, target, targets_table
from bench.noise import new_project
from bench.site_api.ours import FUNCTION, MESSAGE, NO_LIMITS, Ours, ours
from wakti_sb.cli._output import progress
from wakti_sb.events import Step

PAUSE = 0.2  # seconds that a visitor thinks
MOST_MEMORY = 200  # MiB of the function
GROWTH = 1.25  # of a p99 or a size, from the first half to the second
Minute = dict[str, Any]


def main() -> None:
    parser = options(__doc__, runs=1)
    parser.add_argument("--minutes", type=positive, default=30, help="default: %(default)s")
    parser.add_argument("--visitors", type=positive, default=24, help="default: %(default)s")
    arguments = parser.parse_args()
    with folder() as project, ours(project) as running, progress() as listener:
        projects = [new_project(running.endpoint, NO_LIMITS) for _ in range(3)]
        minutes = [
            minute(running, projects, arguments.visitors, number, listener, arguments.minutes)
            for number in range(arguments.minutes + 1)
        ]
    show(report(minutes[1:]), markdown, as_json=arguments.json)


def minute(
    running: Ours,
    projects: list[str],
    visitors: int,
    number: int,
    listener: Callable[[Step], None],
    of: int,
) -> Minute:
    """One minute of visits."""
    listener(Step("visiting", number, of + 1))
    end = time.monotonic() + 60
    url = f"{running.endpoint.functions_url}/{FUNCTION}"
    with ThreadPoolExecutor(visitors) as pool:
        visits = [
            pool.submit(_visit, url, project, f"{number}-{visitor}", end)
            for visitor, project in enumerate(islice(cycle(projects), visitors))
        ]
        answers = [answer for visit in visits for answer in visit.result()]
    return {
        "requests": len(answers),
        "refused": sum(status != 200 for _, status in answers),
        "p99": round(p99([seconds * 1000 for seconds, _ in answers]), 1),
        "memory": memory(running),
    }


def memory(running: Ours) -> dict[str, int]:
    """MiB that belong to each process of the stack alone."""
    function = running.function
    launcher = function.parent()
    folder = function.environ()["WAKTI_STACK"]
    found = {"function": function, **({"launcher": launcher} if launcher else {})}
    sizes = {name: _alone(one) for name, one in found.items()}
    sizes["API"] = sizes["PostgreSQL"] = 0
    for process in psutil.process_iter():
        try:
            if process.pid in {one.pid for one in found.values()}:
                continue
            if process.environ().get("WAKTI_STACK") != folder:
                continue
            name = "API" if "deno" in process.name() else "PostgreSQL"
            sizes[name] += _alone(process)
        except psutil.Error:
            continue
    return sizes


def _alone(process: psutil.Process) -> int:
    return int(process.memory_full_info().uss >> 20)


def _visit(url: str, project: str, name: str, end: float) -> list[tuple[float, int]]:
    """Requests until the minute is over: how long each took, and its status."""
    answers: list[tuple[float, int]] = []
    with httpx.Client(timeout=60) as http:
        for number, action in enumerate(cycle(_ACTIONS)):
            if time.monotonic() > end:
                return answers
            begun = time.perf_counter()
            answer = action(http, url, project, f"{name}-{number}")
            answers.append((time.perf_counter() - begun, answer.status_code))
            time.sleep(PAUSE)
    raise AssertionError("a cycle has no end")


def _submit(http: httpx.Client, url: str, project: str, _: str) -> httpx.Response:
    return http.post(url, json={"projectId": project, "action": "submit", "data": MESSAGE})


def _create(http: httpx.Client, url: str, project: str, name: str) -> httpx.Response:
    data = {"name": name, "text": "words " * 20}
    body = {"projectId": project, "action": "collection/things", "data": data}
    return http.post(url, json=body)


def _list(http: httpx.Client, url: str, project: str, _: str) -> httpx.Response:
    query = {"projectId": project, "action": "collection/things", "limit": "20"}
    return http.get(url, params=query)


def _upload(http: httpx.Client, url: str, project: str, name: str) -> httpx.Response:
    files = {"file": (f"{name}.txt", name.encode() * 100, "text/plain")}
    return http.post(url, data={"projectId": project}, files=files)


def _sign_up(http: httpx.Client, url: str, project: str, name: str) -> httpx.Response:
    data = {"email": f"v{name}@example.com", "password": "long enough"}
    return http.post(url, json={"projectId": project, "action": "auth/signup", "data": data})


# One sign-up in sixty requests: each costs a hash of 75 ms.
_ACTIONS = (*(_submit, _list, _create, _list) * 14, _upload, _submit, _list, _sign_up)


def report(minutes: list[Minute]) -> Report:
    """The minutes, and what changed from their first half to their second."""
    half = max(1, len(minutes) // 2)
    first, second = minutes[:half], minutes[half:] or minutes
    slower = _mean(second, "p99") / _mean(first, "p99")
    largest = max(one["memory"]["function"] for one in minutes)
    refused = sum(one["refused"] for one in minutes)
    return {
        "runs": 1,
        "minutes": minutes,
        "contenders": {},
        "ratios": {"p99, second half / first": round(slower, 2)},
        "targets": {
            "requests without success": target(refused, at_most=0),
            "MiB of the function, at most": target(largest, at_most=MOST_MEMORY),
            "p99, second half / first": target(slower, at_most=GROWTH),
        },
    }


def _mean(minutes: list[Minute], name: str) -> float:
    return sum(float(one[name]) for one in minutes) / len(minutes)


def markdown(found: Report) -> str:
    """A line for each minute, and the targets."""
    names = list(found["minutes"][0]["memory"])
    lines = [f"| minute | requests | refused | p99 ms | {' | '.join(names)}, MiB |"]
    lines.append("| --- " * (4 + len(names)) + "|")
    for number, one in enumerate(found["minutes"], 1):
        sizes = " | ".join(str(one["memory"][name]) for name in names)
        counts = f"{one['requests']} | {one['refused']} | {one['p99']}"
        lines.append(f"| {number} | {counts} | {sizes} |")
    return "\n".join([*lines, "", *targets_table(found["targets"])])


if __name__ == "__main__":
    run(main)
