"""Requests a second of the Data API, beside Supabase Lite over the same database.

    python -m bench.data_api [--runs 5] [--seconds 3] [--json]

Both answer from one Deno process with the same rows; ours through the gateway, Lite's by itself.
"""

from __future__ import annotations

import statistics

import psycopg

from bench._project import folder, running
from bench._report import Report, figure, options, positive, run, show, target, targets_table
from bench.data_api.peer import KEY, lite
from bench.load import CONNECTIONS, Request, Sample, flood, wrk
from wakti_sb.stack import Endpoint

OURS, LITE = "data API", "Supabase Lite"
WANTED = 2.0  # times Lite's requests a second, for a row

TABLES = """
create table public.pages (
  id int primary key,
  title text not null,
  body text not null
);
insert into public.pages
select n, 'Page ' || n, repeat('words ', 20) from generate_series(1, 1000) as n;
create table public.hits (id bigint generated always as identity, page int, at timestamptz);
grant all on public.pages, public.hits to anon;
"""

PATHS = {
    "a row": ("pages?select=id,title&id=eq.500", None),
    "a page of 20": ("pages?select=id,title,body&order=id.desc&limit=20&id=lt.900", None),
    "an insert": ("hits", {"page": 5, "at": "2026-01-01T00:00:00Z"}),
}


def main() -> None:
    parser = options(__doc__, runs=5)
    parser.add_argument("--seconds", type=positive, default=3, help="default: %(default)s")
    arguments = parser.parse_args()
    with folder() as project, running(project) as endpoint:
        with psycopg.connect(endpoint.database) as connection:
            connection.execute(TABLES)
        with lite(endpoint) as address:
            report = measure(endpoint, address, arguments.runs, arguments.seconds)
    show(report, _markdown, as_json=arguments.json)


def measure(endpoint: Endpoint, lite_url: str, runs: int, seconds: int) -> Report:
    """Both in turn, request by request; one run before those that count warms up.

    Nobody looks at its answers: Lite grants its roles what they need with its first requests, and
    several at once get in each other's way.
    """
    contenders = {OURS: (endpoint.api_url, endpoint.publishable_key), LITE: (lite_url, KEY)}
    samples: dict[str, dict[str, list[Sample]]] = {
        name: {what: [] for what in PATHS} for name in contenders
    }
    for number in range(runs + 1):
        for what, (path, body) in PATHS.items():
            for name, (url, key) in contenders.items():
                request = Request(f"{url}/rest/v1/{path}", body, {"apikey": key})
                if number == 0:
                    flood(request, seconds)
                else:
                    samples[name][what].append(wrk(request, seconds))
    ratios = {
        what: statistics.median(
            mine.rate / other.rate
            for mine, other in zip(samples[OURS][what], samples[LITE][what], strict=True)
        )
        for what in PATHS
    }
    return {
        "runs": runs,
        "contenders": {
            name: {what: figure([one.rate for one in taken], 0) for what, taken in each.items()}
            for name, each in samples.items()
        },
        "ratios": {what: round(ratio, 2) for what, ratio in ratios.items()},
        "targets": {"a row, times Lite": target(ratios["a row"], at_least=WANTED)},
    }


def _markdown(report: Report) -> str:
    lines = [
        f"Requests a second over {CONNECTIONS} connections, the median of {report['runs']} runs.",
        "",
        "| request | data API | Supabase Lite | ratio |",
        "| --- " * 4 + "|",
    ]
    for what, ratio in report["ratios"].items():
        mine, other = (report["contenders"][name][what]["median"] for name in (OURS, LITE))
        lines.append(f"| {what} | {mine:.0f} | {other:.0f} | {ratio} |")
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
