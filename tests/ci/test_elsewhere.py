"""GitLab's pipeline and the pre-commit hooks, run as they are printed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.ci.runner import ROOT, Runner, commit, pull_request
from tests.command_line import wakti
from tests.lint.conftest import write_files

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with pull_request(tmp_path) as one:
        yield one


@pytest.mark.slow
def test_the_pipeline_for_gitlab_passes_on_a_sound_merge_request(runner: Runner) -> None:
    job = yaml.safe_load((ROOT / "docs" / "ci" / "gitlab-ci.yml").read_text("utf-8"))["database"]
    (runner.clone / "note.md").write_text("nothing to do with the database")
    commit(runner.clone, "a note")
    # GitLab runs the lines of a script in one shell.
    runner.shell("script", "\n".join(job["script"]))
    runner.shell("after", "\n".join(job["after_script"]))
    assert runner.outcomes == {"script": "success", "after": "success"}, runner.output
    assert (runner.clone / "rls.xml").read_text().startswith("<?xml")


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_passes_what_is_current_and_stops_what_is_stale(
    runner: Runner, hook: dict[str, str]
) -> None:
    _, *arguments = shlex.split(hook["entry"])
    passed = wakti(*arguments, cwd=runner.clone)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    toml = (runner.clone / "wakti.toml").read_text().replace("item = 262144", "item = 131072")
    unsafe = "create table public.open (id int primary key);\n"
    name = "supabase/migrations/20990101000000_open.sql"
    write_files(runner.clone, {"wakti.toml": toml, name: unsafe})
    assert wakti(*arguments, cwd=runner.clone).returncode == 1
