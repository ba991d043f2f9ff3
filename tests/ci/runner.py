"""A pull request's clone, and what runs steps of a CI configuration in it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.command_line import PROGRAM
from tests.lint.conftest import write_files

ROOT = Path(__file__).parents[2]


@dataclass
class Runner:
    """Runs steps in a clone, as a CI system's runner does.

    Parameters:
        clone: the checked out pull request.
        env: of every step.
    """

    clone: Path
    env: dict[str, str]
    outcomes: dict[str, str] = field(default_factory=dict)
    output: dict[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """What was written for the run's page."""
        return Path(self.env["GITHUB_STEP_SUMMARY"]).read_text()

    def run(self, steps: Iterable[Mapping[str, Any]], inputs: Mapping[str, str] = {}) -> None:
        """Run steps one after the other; one that fails stops none."""
        for step in steps:
            given = step.get("env", {})
            own = {name: self._filled_in(value, inputs) for name, value in given.items()}
            self.shell(step["name"], step["run"], step.get("id"), own)

    def shell(
        self, name: str, script: str, key: str | None = None, env: Mapping[str, str] = {}
    ) -> None:
        """Run a script and keep its outcome and output."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.clone,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=240,
        )
        self.outcomes[key or name] = "failure" if done.returncode else "success"
        self.output[name] = done.stdout + done.stderr

    def _filled_in(self, value: str, inputs: Mapping[str, str]) -> str:
        known = re.sub(
            r"\$\{\{ steps\.(\w+)\.outcome \}\}",
            lambda match: self.outcomes.get(match[1], "skipped"),
            value,
        )
        return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], known)


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    """Commit everything."""
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", message)


@contextmanager
def pull_request(folder: Path) -> Iterator[Runner]:
    """A pull request's clone of this repository's backend, no commit ahead yet."""
    upstream, clone, programs = folder / "upstream", folder / "clone", folder / "bin"
    folder.chmod(0o755)
    (folder / "temp").mkdir()
    shutil.copytree(ROOT / "supabase", upstream / "supabase")
    shutil.copy(ROOT / "wakti.toml", upstream)
    (upstream / ".gitignore").write_text(".wakti/\n")
    git(upstream, "init", "--quiet", "--initial-branch", "main")
    commit(upstream, "deployed")
    subprocess.run(["git", "clone", "--quiet", str(upstream), str(clone)], check=True)
    write_files(programs, {"wakti-sb": f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n'})
    (programs / "wakti-sb").chmod(0o755)
    env = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "BASE": "origin/main",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_ENV": str(folder / "env"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(folder / "temp"),
    }
    runner = Runner(clone, env)
    try:
        yield runner
    finally:
        for place in (clone, clone.parent / "base", clone.parent / "wakti-base"):
            if (place / ".wakti").exists():
                runner.shell(
                    "down", f"wakti-sb down --no-backup --project {shlex.quote(str(place))}"
                )
