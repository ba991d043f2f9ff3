"""An owner's queries under row level security, in tables that are full of other people's rows.

    python -m bench.policies [--rows 1000000] [--runs 5] [--requests 40] [--json]

There is an owner for each hundred rows, with three projects. Exit code 1 if a query of an owner
reads a table from end to end.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from bench._project import folder, running
from bench._report import (
    Report,
    figure,
    options,
    positive,
    run,
    show,
    target,
    targets_table,
)
from bench.policies import crowd, pages, plans
from bench.policies.pages import OWNER, SECRET, Page
from bench.policies.plans import Plan
from wakti_sb.cli._output import note, progress
from wakti_sb.events import Step
from wakti_sb.stack import Endpoint

RATIO = 1.2
_FEWEST = 20_000  # a smaller crowd's projects fill so few pages that an index would not help


def main() -> int:
    parser = options(__doc__, runs=5)
    parser.add_argument("--rows", type=int, default=1_000_000, help="in a table; %(default)s")
    parser.add_argument("--requests", type=positive, default=40, help="a run and page; %(default)s")
    arguments = parser.parse_args()
    if arguments.rows < _FEWEST:
        parser.error(f"--rows takes at least {_FEWEST}")
    with folder() as project, running(project) as endpoint:
        report = _measure(endpoint, arguments.rows, arguments.runs, arguments.requests)
    show(report, _markdown, as_json=arguments.json)
    scanning = [plan for plan in report["plans"] if plan["sequential_scans"]]
    for plan in scanning:
        tables = ", ".join(plan["sequential_scans"])
        note(f"{plan['table']}, {plan['query']}: reads all of {tables}")
    return 1 if scanning else 0


def _measure(endpoint: Endpoint, rows: int, runs: int, requests: int) -> Report:
    with progress() as listener:
        listener(Step(f"filling every table with {rows:,} rows", 0, 3))
        owner = crowd.fill(endpoint, rows)
        tables = crowd.tables(endpoint.database)
        listener(Step("explaining an owner's queries", 1, 3))
        with psycopg.connect(endpoint.database, autocommit=True) as connection:
            explained = [
                plan for table in tables for plan in plans.explain(connection, owner, table, runs)
            ]
        listener(Step("reading pages over REST", 2, 3))
        read = [
            page
            for table in tables
            for page in pages.measure(endpoint, owner, table, runs=runs, requests=requests)
        ]
    sizes = {table.name: table.rows for table in tables}
    return _report(runs, sizes, explained, read)


def _report(
    runs: int, sizes: dict[str, int], explained: Sequence[Plan], read: Sequence[Page]
) -> Report:
    scopes = dict.fromkeys(page.scope for page in read)
    worst_ratios = {
        scope: max(page.ratio for page in read if page.scope == scope) for scope in scopes
    }
    return {
        "runs": runs,
        "contenders": {
            f"{who}, {scope}": {
                page.table: figure(page.of(who)) for page in read if page.scope == scope
            }
            for scope in scopes
            for who in (OWNER, SECRET)
        },
        "ratios": {
            scope: {page.table: figure(page.ratios) for page in read if page.scope == scope}
            for scope in scopes
        },
        "targets": {
            f"a page of {scope}, owner / secret key, worst table": target(worst, at_most=RATIO)
            for scope, worst in worst_ratios.items()
        },
        "rows": sizes,
        "plans": [
            {
                "table": plan.table,
                "query": plan.query,
                "rows": plan.rows,
                "pages": plan.pages,
                "planning_ms": figure(plan.planning, digits=3),
                "execution_ms": figure(plan.execution, digits=3),
                "indexes": list(plan.indexes),
                "sequential_scans": list(plan.scanned),
            }
            for plan in explained
        ],
    }


def _markdown(report: Report) -> str:
    lines = ["| table | rows | query | found | pages | plan ms | run ms | through |"]
    lines.append("| --- " * 8 + "|")
    for plan in report["plans"]:
        through = ", ".join(plan["indexes"])
        if plan["sequential_scans"]:
            through = f"**all of {', '.join(plan['sequential_scans'])}**"
        lines.append(
            f"| {plan['table']} | {report['rows'][plan['table']]:,} | {plan['query']}"
            f" | {plan['rows']} | {plan['pages']} | {plan['planning_ms']['median']}"
            f" | {plan['execution_ms']['median']} | {through} |"
        )
    lines += ["", "| page of 20 over REST, median ms | owner | secret key | ratio | its rounds |"]
    lines.append("| --- " * 5 + "|")
    for scope, tables in report["ratios"].items():
        for table, ratio in tables.items():
            low, high = ratio["spread"]
            mine, other = (
                report["contenders"][f"{who}, {scope}"][table] for who in (OWNER, SECRET)
            )
            lines.append(
                f"| {table}, {scope} | {mine['median']} | {other['median']}"
                f" | {ratio['median']} | {low} to {high} |"
            )
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
