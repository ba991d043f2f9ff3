"""The documented GitHub Actions workflow, read and run as it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.runner import ROOT, Runner, commit, pull_request
from tests.command_line import wakti
from tests.lint.conftest import write_files

WORKFLOW = ROOT / "docs" / "ci" / "github-actions.yml"


def workflow() -> dict[Any, Any]:
    loaded = yaml.safe_load(WORKFLOW.read_text())
    assert isinstance(loaded, dict)
    return loaded


def steps(*names: str) -> list[dict[str, Any]]:
    """Every step; those of these names that run a script, where any is named."""
    every = list(workflow()["jobs"]["migrations"]["steps"])
    return [step for step in every if not names or step.get("name") in names]


def scripts() -> list[dict[str, Any]]:
    """The steps that run something of ours."""
    return [step for step in steps() if "run" in step and step["name"] != "Install"]


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with pull_request(tmp_path) as one:
        yield one


def test_every_check_of_a_pull_request_is_there() -> None:
    commands = " ".join(step.get("run", "") for step in steps())
    for command in ("generate --check", "lint --since", "up --port 0", "migrate --dry-run"):
        assert f"wakti-sb {command}" in commands


def test_the_job_may_read_and_nothing_else() -> None:
    assert workflow()["permissions"] == {"contents": "read"}
    assert "secrets." not in WORKFLOW.read_text()


def test_the_whole_history_is_there_to_compare_with() -> None:
    checkout = next(step for step in steps() if "actions/checkout" in step.get("uses", ""))
    assert checkout["with"]["fetch-depth"] == 0


def test_every_action_is_pinned_to_a_version() -> None:
    for step in steps():
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/x@v1"))


@pytest.mark.slow
def test_a_changed_limit_passes_every_step_and_is_summed_up(runner: Runner) -> None:
    toml = (runner.clone / "wakti.toml").read_text()
    assert "item = 262144" in toml
    write_files(runner.clone, {"wakti.toml": toml.replace("item = 262144", "item = 131072")})
    assert wakti("generate", cwd=runner.clone).returncode == 0
    commit(runner.clone, "smaller items")
    runner.run(scripts())
    assert set(runner.outcomes.values()) == {"success"}, runner.output
    for line in (
        "## Lint",
        "Nothing to look at.",
        "## Migrations, tried and rolled back",
        "| migrations apply on top of the base branch | success |",
    ):
        assert line in runner.summary
    assert runner.summary.count("_table_rules.sql |") == 1


@pytest.mark.slow
def test_an_unsafe_migration_fails_its_step_and_no_other(runner: Runner) -> None:
    name = "supabase/migrations/20990101000000_gone.sql"
    unsafe = "alter table public.project_uploads drop column file_type;\n"
    write_files(runner.clone, {name: unsafe})
    commit(runner.clone, "unsafe")
    runner.run(steps("Generated files are current", "Lint", "Summary"))
    assert runner.outcomes["generate"] == "success"
    assert runner.outcomes["lint"] == "failure"
    assert f"| {name}:1 | squawk/ban-drop-column |" in runner.summary
    assert "| lint | failure |" in runner.summary


@pytest.mark.slow
def test_stale_generated_files_fail_their_step(runner: Runner) -> None:
    toml = (runner.clone / "wakti.toml").read_text()
    write_files(runner.clone, {"wakti.toml": toml.replace("item = 262144", "item = 131072")})
    runner.run(steps("Generated files are current"))
    assert runner.outcomes["generate"] == "failure"
    assert "131072" in runner.output["Generated files are current"]
