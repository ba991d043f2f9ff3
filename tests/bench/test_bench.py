"""`wakti-sb bench`: what it measures and how it reports; how long things take is no test."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench import large_migration, migrations
from bench._report import figure
from bench.load import Sample
from bench.policies import crowd, plans
from bench.site_api import report as site_api
from tests.command_line import assert_one_clear_sentence, wakti
from wakti_sb.stack import Endpoint

ROOT = Path(__file__).parents[2]
ROWS = 20_000

READ_EVERYTHING = """
drop policy wakti_select on public.project_uploads;
create policy wakti_select on public.project_uploads for select to authenticated
using (user_id::text = (select auth.uid())::text);
"""


def test_every_measurement_of_the_repository_can_be_asked_for_by_its_name() -> None:
    files = [path for path in (ROOT / "bench").glob("*.py") if "def main(" in path.read_text()]
    names = {path.stem for path in files}
    names |= {path.parent.name for path in (ROOT / "bench").glob("*/__main__.py")}
    shown = wakti("bench", "--help", cwd=ROOT).stdout.partition("Measurements:")[2]
    listed = [
        line.split()[0] for line in shown.partition("Example:")[0].split("\n") if line[:3].strip()
    ]
    assert {name.replace("-", "_") for name in listed} == names
    page = (ROOT / "docs" / "benchmarks.md").read_text()
    assert [name for name in listed if f"\n| `{name}` | " not in page] == []


@pytest.mark.slow
def test_policies_reports_every_owner_table_and_exits_0_without_a_scan() -> None:
    options = ["--rows", str(ROWS), "--runs", "1", "--requests", "2", "--json"]
    done = wakti("bench", "policies", *options, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["runs"] == 1
    assert report["rows"]["public.project_uploads"] == ROWS
    assert len(report["rows"]) == 7
    for contender in report["contenders"].values():
        assert set(contender) == set(report["rows"])
        assert all(is_figure(one) for one in contender.values())
    assert set(report["ratios"]) == {"one project", "all projects"}
    for table in report["rows"]:
        found = [plan for plan in report["plans"] if plan["table"] == table]
        assert {"all rows", "page of 20", "count"} <= {plan["query"] for plan in found}
        for plan in found:
            assert plan["rows"] > 0
            assert plan["pages"] > 0
            assert plan["indexes"]
            assert not plan["sequential_scans"]


@pytest.mark.slow
def test_a_policy_that_reads_the_whole_table_is_noticed(db_url: str) -> None:
    with psycopg.connect(db_url, autocommit=True) as connection:
        made = connection.execute(
            "insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com')"
            " returning id::text"
        ).fetchone()
        assert made is not None
        projects = crowd.surround(db_url, made[0], ROWS)
        owner = crowd.Owner(made[0], "no token", projects)
        (table,) = (t for t in crowd.tables(db_url) if t.name == "public.project_uploads")
        before = plans.explain(connection, owner, table, runs=1)
        assert not any(plan.scanned for plan in before)
        connection.execute(READ_EVERYTHING)
        scanned = {plan.query: plan.scanned for plan in plans.explain(connection, owner, table, 1)}
    assert scanned["all rows"] == ("public.project_uploads",)
    assert scanned["all rows, project filter"] == ()


@pytest.mark.slow
def test_large_migration_reports_ours_beside_psql(endpoint: Endpoint) -> None:
    report = large_migration.measure(endpoint, 1, 50)
    assert set(report["contenders"]) == {migrations.CALLED, migrations.PSQL}
    assert all(is_figure(one) for each in report["contenders"].values() for one in each.values())


@pytest.mark.slow
def test_migrations_reports_each_file_and_each_way_of_running_them(endpoint: Endpoint) -> None:
    report = migrations.measure(ROOT, endpoint, 1, warm_ups=0)
    files = sorted(file.name for file in (ROOT / "supabase" / "migrations").glob("*.sql"))
    assert list(report["files_ms"]) == files
    assert set(report["contenders"]) == {migrations.CALLED, migrations.COMMAND, migrations.PSQL}
    for contender in report["contenders"].values():
        assert all(is_figure(one) for one in contender.values())
    assert all(one["from zero"] > 0 for one in report["ratios"].values())


@pytest.mark.slow
def test_data_api_is_measured_beside_another() -> None:
    done = wakti("bench", "data-api", "--runs", "1", "--json", "--", "--seconds", "1", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report["contenders"]) == {"data API", "Supabase Lite"}
    assert set(report["ratios"]) == {"a row", "a page of 20", "an insert"}
    assert all(is_figure(one) for each in report["contenders"].values() for one in each.values())


def test_site_api_compares_the_contenders_of_one_round_with_each_other() -> None:
    def rounds(*rates: float) -> dict[str, list[Sample]]:
        taken = [Sample(int(rate), rate, 1000 / rate) for rate in rates]
        return dict.fromkeys(site_api.OPERATIONS, taken)

    report = site_api.report(
        {
            site_api.OURS: rounds(1000, 1200, 3000),
            site_api.GATEWAY: rounds(500, 500, 500),
            site_api.CONVENTIONAL: rounds(100, 100, 200),
            site_api.PGBENCH: rounds(2000, 2000, 2000),
        },
        site_api.Memory(50 * 2**20, 51 * 2**20),
    )
    assert report["runs"] == 3
    assert report["contenders"][site_api.OURS]["submit"]["median"] == 1200
    ratio = report["ratios"][f"{site_api.OURS} / {site_api.CONVENTIONAL}"]["submit"]
    assert (ratio["median"], ratio["spread"]) == (12, [10, 15])
    met = {name: one["met"] for name, one in report["targets"].items()}
    assert met[f"submit: {site_api.OURS} / {site_api.CONVENTIONAL}"]
    assert not met[f"submit: {site_api.GATEWAY} / {site_api.CONVENTIONAL}"]
    assert not any(site_api.POCKETBASE in name for name in met)
    assert "**missed**" in site_api.markdown(report)


def test_a_p99_of_few_values_is_the_largest() -> None:
    assert figure([3.0, 1.0, 2.0]) == {"median": 2.0, "p99": 3.0, "spread": [1.0, 3.0]}
    assert figure(range(1, 1001))["p99"] == 990


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "name", ["stack", "site-api", "data-api", "policies", "migrations", "dashboard", "rls"]
)
def test_each_measurement_tells_its_options(name: str) -> None:
    done = wakti("bench", name, "--", "--help", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert {"--runs", "--json"} <= set(done.stdout.replace("[", " ").split())


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["policies", "--rows", "5"], ["stack", "--runs", "none"]]
)
def test_wrong_use_exits_2_without_a_traceback(arguments: list[str]) -> None:
    done = wakti("bench", *arguments, cwd=ROOT)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_installed_package_says_where_the_measurements_are(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "wakti_sb", tmp_path / "wakti_sb", ignore=ignored)
    done = wakti("bench", "stack", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert_one_clear_sentence(done)
    assert "not part of the installed package" in done.stderr


def is_figure(one: dict[str, Any]) -> bool:
    low, high = one["spread"]
    return bool(0 < low <= one["median"] <= one["p99"] <= high)


@pytest.mark.slow
def test_a_flood_that_cannot_begin_ends_its_visitor_too() -> None:
    code = "from bench import noise; noise.one_round({}, 'http://127.0.0.1:1', 'a project', 1)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, timeout=20)
    assert b"wrk, which makes the load, is not installed" in done.stderr
