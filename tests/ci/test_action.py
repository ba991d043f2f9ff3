"""`action.yml`: its steps, run as GitHub's runner does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.runner import ROOT, Runner, commit, pull_request
from tests.lint.conftest import write_files
from wakti_sb import __version__

INPUTS = {"base": "origin/main", "min-score": "1", "rls": "true", "access-fail-on": "never"}
STALE = ("item = 262144", "item = 131072")


def steps() -> list[dict[str, Any]]:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return list(action["runs"]["steps"])


def scripts(*names: str) -> list[dict[str, Any]]:
    found = [step for step in steps() if "run" in step and step["name"] != "Install"]
    return [step for step in found if not names or step["name"] in names]


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with pull_request(tmp_path) as one:
        yield one


def test_every_step_names_its_shell_and_every_action_its_version() -> None:
    for step in steps():
        if "uses" in step:
            assert re.fullmatch(r"[a-z-]+/[a-z/-]+@v\d+", step["uses"])
        else:
            assert step["shell"] == "bash"


def test_nothing_of_the_caller_is_pasted_into_a_script() -> None:
    for step in steps():
        assert "${{" not in step.get("run", "")


def test_every_input_is_used() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name in yaml.safe_load(text)["inputs"]:
        assert f"inputs.{name}" in text


@pytest.mark.parametrize("file", ["action.yml", "docs/ci/github-actions.yml"])
def test_the_cache_is_keyed_by_the_version_that_was_installed(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    key = re.search(r"^ +key: (.+)$", text, re.M)
    assert key is not None
    assert "${{ steps.install.outputs.version }}" in key[1]
    assert text.index("id: install") < key.start()


@pytest.mark.slow
def test_it_installs_its_own_commit_or_what_is_asked_for(runner: Runner, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    pip = tmp_path / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    pip.chmod(0o755)
    install = [step for step in steps() if step.get("name") == "Install"]
    for version in ("", "wakti-sb==0.0.1"):
        runner.run(install, {"version": version})
    assert runner.outcomes == {"install": "success"}, runner.output
    assert asked.read_text().splitlines() == [
        f"install --quiet {ROOT}",
        "install --quiet wakti-sb==0.0.1",
    ]
    told = Path(runner.env["GITHUB_OUTPUT"]).read_text().splitlines()
    assert told == [f"version={__version__}"] * 2
    assert "WAKTI_CACHE=" in Path(runner.env["GITHUB_ENV"]).read_text()


@pytest.mark.slow
def test_stale_files_are_shown_on_the_runs_page(runner: Runner) -> None:
    toml = (runner.clone / "wakti.toml").read_text()
    write_files(runner.clone, {"wakti.toml": toml.replace(*STALE)})
    runner.run(scripts("Generated files are current"), INPUTS)
    assert runner.outcomes["generate"] == "failure"
    assert "+++ supabase/migrations/" in runner.summary
    assert "131072" in runner.summary


@pytest.mark.slow
def test_a_sound_pull_request_passes_every_step(runner: Runner) -> None:
    (runner.clone / "note.md").write_text("nothing to do with the database")
    commit(runner.clone, "a note")
    runner.run(scripts(), INPUTS)
    assert set(runner.outcomes.values()) == {"success"}, runner.output
    assert json.loads((runner.clone / "rls.sarif").read_text())["runs"]
    for line in (
        "They are current.",
        "Nothing to look at.",
        "## Mutation score 100%",
        "## Access since origin/main",
    ):
        assert line in runner.summary
    assert not (runner.clone.parent / "wakti-base" / ".wakti" / "embedded" / "state.json").exists()


@pytest.mark.slow
def test_a_policy_that_lets_everybody_in_fails_the_proof_and_is_summed_up(
    runner: Runner,
) -> None:
    policy = (
        "create policy opened on public.project_collections for select to authenticated"
        " using (true);\n"
    )
    name = "supabase/migrations/20990101000000_opened.sql"
    write_files(runner.clone, {name: policy})
    commit(runner.clone, "open")
    chosen = ("Row level security", "Who gains and who loses access", "Stop the stacks")
    runner.run(scripts(*chosen), INPUTS | {"access-fail-on": "low"})
    assert runner.outcomes["rls"] == "failure"
    assert runner.outcomes["access"] == "failure"
    assert "### Gained" in runner.summary
    assert "project_collections" in runner.summary
    results = json.loads((runner.clone / "rls.sarif").read_text())["runs"][0]["results"]
    assert results
