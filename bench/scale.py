"""What many projects in one database cost each of them, and what a project at its limits costs.

    python -m bench.scale [--rows 1000000] [--requests 300] [--json]

The same requests with a handful of rows and among those of `bench policies` (an owner for each
hundred rows, three projects each), then in one project that holds 100,000 items and 100,000
submissions. Requests go through the gateway one after the other; told are milliseconds. What the
database alone takes for a page that no index serves is told beside it, with 10,000 items too.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx
import psycopg

from bench._project import folder, running, superuser
from bench._report import Report, figure, options, positive, run, show
from bench.policies import crowd
from bench.site_api.ours import FUNCTION, ITEMS, MESSAGE
from wakti_sb.cli._output import progress
from wakti_sb.errors import StackError
from wakti_sb.events import Step
from wakti_sb.stack import Endpoint

LIMIT = 100_000  # rows of a kind that a project may hold
FEW = "a few rows"
MANY = "among all others"
FULL = "a project at its limits"
TABLES = (
    "project_form_submissions",
    "project_collections",
    "project_collection_schemas",
    "project_site_users",
    "project_uploads",
)
Figures = dict[str, Any]

HALF = "half of the items"

# What a list asks for beyond its own order, as wakti.page_of_items takes it.
QUESTIONS: dict[str, Figures] = {
    "its own order": {},
    "a field that equals": {"filters": [["where", "price", "770"]]},
    "ordered by a field": {"order": "data", "field": "price", "descending": True},
    "half of them, ordered by a field": {
        "filters": [["gte", "price", HALF, HALF]],
        "order": "data",
        "field": "price",
    },
    "a search that finds nothing": {"search": "zebra"},
}


def main() -> None:
    parser = options(__doc__, runs=1)
    parser.add_argument("--rows", type=positive, default=1_000_000, help="default: %(default)s")
    parser.add_argument("--requests", type=positive, default=300, help="default: %(default)s")
    arguments = parser.parse_args()
    with folder() as project, running(project) as endpoint, progress() as listener:
        report = _measure(endpoint, arguments.rows, arguments.requests, listener)
    show(report, _markdown, as_json=arguments.json)


def _measure(
    endpoint: Endpoint, rows: int, requests: int, listener: Callable[[Step], None]
) -> Report:
    contenders: dict[str, Figures] = {}
    with httpx.Client(timeout=120) as http:
        listener(Step(FEW, 0, 4))
        contenders[FEW] = _visits(http, endpoint, [_small(endpoint)] * requests)
        with psycopg.connect(endpoint.database) as connection:
            connection.execute("delete from auth.users")
        listener(Step(f"filling every table with {rows:,} rows", 1, 4))
        owner = crowd.fill(endpoint, rows)
        listener(Step(MANY, 2, 4))
        with psycopg.connect(endpoint.database) as connection:
            everybody = [
                str(one) for (one,) in connection.execute("select id from public.projects")
            ]
        chosen = random.Random(1).choices(everybody, k=requests)
        contenders[MANY] = _visits(http, endpoint, chosen)
        listener(Step(FULL, 3, 4))
        whole = _sizes(endpoint)
        project = owner.projects[0]
        pages = {}
        for place, rows in ((owner.projects[1], LIMIT // 10), (project, LIMIT - 100)):
            _fill(endpoint, place, rows)
            pages[f"{rows:,} items"] = _pages(endpoint, place, rows)
        contenders[FULL] = _full(http, endpoint, owner, project)
    return {
        "runs": 1,
        "contenders": contenders,
        "ratios": {
            name: round(contenders[MANY][name]["median"] / contenders[FEW][name]["median"], 2)
            for name in contenders[FEW]
        },
        "targets": {},
        "projects": len(everybody),
        "bytes": whole,
        "database": pages,
        "seconds": _moves(endpoint, project),
    }


def _visits(http: httpx.Client, endpoint: Endpoint, projects: list[str]) -> Figures:
    """A submission, a list and a new item for each project."""
    url = f"{endpoint.functions_url}/{FUNCTION}"
    taken: dict[str, list[float]] = {"submit": [], "list of 20": [], "new item": []}
    for project in projects:
        body = {"projectId": project, "action": "submit", "data": MESSAGE}
        taken["submit"].append(_timed(http, "POST", url, json=body))
        query = {"projectId": project, "action": "collection/products", "limit": "20"}
        taken["list of 20"].append(_timed(http, "GET", url, params=query))
        item = {"projectId": project, "action": "collection/products", "data": ITEMS[0]}
        taken["new item"].append(_timed(http, "POST", url, json=item))
    return {name: figure(values) for name, values in taken.items()}


def _full(http: httpx.Client, endpoint: Endpoint, owner: crowd.Owner, project: str) -> Figures:
    """What visitors and the owner of a project that is full ask for."""
    url = f"{endpoint.functions_url}/{FUNCTION}"
    rest = f"{endpoint.api_url}/rest/v1"
    listed = {"projectId": project, "action": "collection/products", "limit": "20"}
    headers = {"apikey": endpoint.publishable_key, "Authorization": f"Bearer {owner.token}"}
    inbox = {"project_id": f"eq.{project}", "limit": "20", "order": "created_at.desc"}
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {
        "first page": ("GET", url, {"params": listed}),
        "last page": ("GET", url, {"params": listed | {"offset": str(LIMIT - 20)}}),
        "a field that equals": ("GET", url, {"params": listed | {"where.price": "770"}}),
        "ordered by a field": ("GET", url, {"params": listed | {"order": "data.price.desc"}}),
        "owner: inbox": (
            "GET",
            f"{rest}/project_form_submissions",
            {"params": inbox, "headers": headers},
        ),
        "owner: overview": (
            "POST",
            f"{rest}/rpc/project_overview",
            {"json": {"project": project}, "headers": headers},
        ),
        "owner: a search that finds nothing": (
            "GET",
            f"{rest}/project_form_submissions",
            {"params": inbox | {"search_text": "ilike.*zebra*"}, "headers": headers},
        ),
    }
    return {
        name: figure([_timed(http, method, address, **more) for _ in range(6)][1:])
        for name, (method, address, more) in asked.items()
    }


def _timed(http: httpx.Client, method: str, url: str, **more: Any) -> float:
    begun = time.perf_counter()
    answer = http.request(method, url, **more)
    taken = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise StackError(f"{method} was answered with {answer.text}", place=url)
    return taken


def _small(endpoint: Endpoint) -> str:
    with psycopg.connect(endpoint.database) as connection:
        made = connection.execute(
            "with owner as (insert into auth.users (id, email)"
            " values (gen_random_uuid(), 'small@example.com') returning id),"
            " project as (insert into public.projects (user_id, name)"
            " select id, 'small' from owner returning id, user_id)"
            " insert into public.project_backends (project_id, user_id, enabled, features)"
            " select id, user_id, true, %s from project returning project_id::text",
            [json.dumps({"rate_limits": {"submit": 0, "write": 0, "read": 0}})],
        ).fetchone()
    assert made
    return str(made[0])


def _pages(endpoint: Endpoint, project: str, items: int) -> dict[str, float]:
    """Milliseconds that the database takes for a page of 20, by the question; medians of five."""
    found = {}
    with psycopg.connect(superuser(endpoint.database), autocommit=True) as connection:
        for name, question in QUESTIONS.items():
            middle = f'"{items // 2}", {items // 2}'
            asked = json.dumps(question).replace(f'"{HALF}", "{HALF}"', middle)
            taken = []
            for _ in range(6):
                begun = time.perf_counter()
                connection.execute(
                    "select length(wakti.page_of_items(%s, 'products', 20, 0, %s, null))",
                    [project, asked],
                )
                taken.append((time.perf_counter() - begun) * 1000)
            found[name] = round(statistics.median(taken[1:]), 1)
    return found


def _fill(endpoint: Endpoint, project: str, rows: int) -> None:
    """This many submissions, and items in one collection."""
    with psycopg.connect(superuser(endpoint.database), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for query in (
            "insert into public.project_form_submissions (project_id, user_id, form_name, data)"
            " select p.id, p.user_id, 'contact', %(data)s"
            " from public.projects as p, generate_series(1, %(rows)s) where p.id = %(project)s",
            "insert into public.project_collections"
            " (project_id, user_id, collection_name, data, sort_order)"
            " select p.id, p.user_id, 'products', jsonb_set(%(item)s, '{price}', to_jsonb(n)), n"
            " from public.projects as p, generate_series(1, %(rows)s) as n"
            " where p.id = %(project)s",
        ):
            connection.execute(
                query,
                {
                    "data": json.dumps(MESSAGE),
                    "item": json.dumps(ITEMS[0]),
                    "rows": rows,
                    "project": project,
                },
            )
        connection.execute("vacuum analyze")


def _sizes(endpoint: Endpoint) -> dict[str, int]:
    """Bytes of a row with its part of the indexes, by table, and of the whole database."""
    with psycopg.connect(endpoint.database) as connection:
        found = {}
        for table in TABLES:
            row = connection.execute(
                f"select pg_total_relation_size('public.{table}')"
                f" / greatest(count(*), 1) from public.{table}"
            ).fetchone()
            assert row
            found[table] = int(row[0])
        row = connection.execute("select pg_database_size(current_database())").fetchone()
        assert row
        return found | {"database": int(row[0])}


def _moves(endpoint: Endpoint, project: str) -> dict[str, float]:
    """Seconds that a hand-over and a deletion of a full project take."""
    taken = {}
    with psycopg.connect(endpoint.database, autocommit=True) as connection:
        for name, query in (
            (
                "hand-over",
                "update public.projects set user_id = ("
                " select id from auth.users where email = 'owner2@example.com') where id = %s",
            ),
            ("deletion", "delete from public.projects where id = %s"),
        ):
            begun = time.perf_counter()
            connection.execute(query.encode(), [project])
            taken[name] = round(time.perf_counter() - begun, 2)
    return taken


def _markdown(report: Report) -> str:
    lines = ["| request | where | median ms | p99 |", "| --- " * 4 + "|"]
    for where, figures in report["contenders"].items():
        for name, one in figures.items():
            lines.append(f"| {name} | {where} | {one['median']} | {one['p99']} |")
    lines += ["", f"{report['projects']:,} projects.", "", "| table | bytes a row |"]
    lines.append("| --- " * 2 + "|")
    lines += [f"| {name} | {value:,} |" for name, value in report["bytes"].items()]
    lines += ["", "| a page of 20, in the database | items | ms |", "| --- " * 3 + "|"]
    for items, pages in report["database"].items():
        lines += [f"| {name} | {items} | {ms} |" for name, ms in pages.items()]
    for name, value in report["seconds"].items():
        lines += ["", f"The {name} of a full project: {value} s."]
    return "\n".join(lines)


if __name__ == "__main__":
    run(main)
