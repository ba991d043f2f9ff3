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

INPUTS = {"base": "origin/main", "min-score": "1", "rls": "true"}


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


@pytest.mark.slow
def test_a_sound_pull_request_passes_every_step(runner: Runner) -> None:
    (runner.clone / "note.md").write_text("nothing to do with the database")
    commit(runner.clone, "a note")
    runner.run(scripts(), INPUTS)
    assert set(runner.outcomes.values()) == {"success"}, runner.output
    assert json.loads((runner.clone / "rls.sarif").read_text())["runs"]
    assert "Nothing to look at." in runner.summary
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
    runner.run(scripts("Row level security", "Stop the stacks"), INPUTS)
    assert runner.outcomes["rls"] == "failure"
    assert "project_collections" in runner.summary
    results = json.loads((runner.clone / "rls.sarif").read_text())["runs"][0]["results"]
    assert results
