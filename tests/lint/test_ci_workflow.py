"""The documented GitHub Actions workflow, read and run as it is printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import PROGRAM, wakti

from .conftest import write_files

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "docs" / "ci" / "github-actions.yml"


def workflow() -> dict[Any, Any]:
    loaded = yaml.safe_load(WORKFLOW.read_text())
    assert isinstance(loaded, dict)
    return loaded


def steps() -> list[dict[str, Any]]:
    return list(workflow()["jobs"]["migrations"]["steps"])


@dataclass
class Runner:
    """Runs the steps of a job in a clone, as GitHub's runner does."""

    clone: Path
    env: dict[str, str]
    outcomes: dict[str, str] = field(default_factory=dict)
    output: dict[str, str] = field(default_factory=dict)

    def run(self, *names: str) -> None:
        for step in steps():
            if "run" in step and step["name"] != "Install" and (not names or step["name"] in names):
                self._step(step)

    @property
    def summary(self) -> str:
        return Path(self.env["GITHUB_STEP_SUMMARY"]).read_text()

    def _step(self, step: dict[str, Any]) -> None:
        own = {name: self._filled_in(value) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.clone,
            env=self.env | own,
            capture_output=True,
            text=True,
            timeout=180,
        )
        self.outcomes[step.get("id", step["name"])] = "failure" if done.returncode else "success"
        self.output[step["name"]] = done.stdout + done.stderr

    def _filled_in(self, value: str) -> str:
        return re.sub(
            r"\$\{\{ steps\.(\w+)\.outcome \}\}",
            lambda match: self.outcomes.get(match[1], "skipped"),
            value,
        )


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """A pull request's clone, one commit ahead of nothing yet, and what runs the steps in it."""
    upstream, clone, programs = tmp_path / "upstream", tmp_path / "clone", tmp_path / "bin"
    tmp_path.chmod(0o755)
    shutil.copytree(ROOT / "supabase", upstream / "supabase")
    shutil.copy(ROOT / "wakti.toml", upstream)
    git(upstream, "init", "--quiet", "--initial-branch", "main")
    git(upstream, "add", ".")
    git(upstream, "commit", "--quiet", "--message", "deployed")
    subprocess.run(["git", "clone", "--quiet", str(upstream), str(clone)], check=True)
    write_files(programs, {"wakti-sb": f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n'})
    (programs / "wakti-sb").chmod(0o755)
    env = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "BASE": "origin/main",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    one = Runner(clone, env)
    yield one
    one.run("Stop the stacks")


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
    git(runner.clone, "add", ".")
    git(runner.clone, "commit", "--quiet", "--message", "smaller items")
    runner.run()
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
    git(runner.clone, "add", ".")
    git(runner.clone, "commit", "--quiet", "--message", "unsafe")
    runner.run("Generated files are current", "Lint", "Summary")
    assert runner.outcomes["generate"] == "success"
    assert runner.outcomes["lint"] == "failure"
    assert f"| {name}:1 | squawk/ban-drop-column |" in runner.summary
    assert "| lint | failure |" in runner.summary


def test_stale_generated_files_fail_their_step(runner: Runner) -> None:
    toml = (runner.clone / "wakti.toml").read_text()
    write_files(runner.clone, {"wakti.toml": toml.replace("item = 262144", "item = 131072")})
    runner.run("Generated files are current")
    assert runner.outcomes["generate"] == "failure"
    assert "131072" in runner.output["Generated files are current"]
