"""Stands in for `supabase start`, whose images no test machine can fetch.

It starts containers with the labels and health checks of the official ones, from a small image, and
tells the addresses of a stack that really runs. `scenario.json` beside `supabase/` says what of it
goes wrong; each command is written to `asked`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, TextIO

SERVICES = ("auth", "db", "kong", "rest", "storage")


def main() -> int:
    """The commands that `--stack official` gives."""
    arguments = sys.argv[1:]
    with Path("asked").open("a") as asked:
        asked.write(" ".join(arguments) + "\n")
    scenario = json.loads(Path("scenario.json").read_text())
    if arguments[0] == "start":
        return start(scenario)
    if arguments[0] == "status":
        return status(scenario)
    if arguments[0] == "stop":
        if scenario.get("stop") != "forgets":
            for name in names(scenario):
                docker("rm", "-f", name)
        return 0
    return 0 if arguments[:2] == ["db", "reset"] else 1


def start(scenario: dict[str, object]) -> int:
    """As `supabase start` does, and in Docker's own words where it fails."""
    say("Starting containers...")
    project = str(scenario["project_id"])
    if scenario.get("start") == "port":
        say(
            f"failed to start docker container: Error response from daemon: driver failed"
            f" programming external connectivity on endpoint supabase_db_{project}: Bind for"
            " 0.0.0.0:54322 failed: port is already allocated",
            sys.stderr,
        )
        return 1
    for service in SERVICES:
        healthy = "true" if scenario.get("ill") != service else "false"
        done = docker(
            "run",
            "--detach",
            "--network",
            "none",
            "--name",
            f"supabase_{service}_{project}",
            "--label",
            f"com.supabase.cli.project={project}",
            "--label",
            f"com.docker.compose.project={project}",
            "--health-cmd",
            healthy,
            "--health-interval",
            "0.3s",
            "--health-retries",
            "1",
            str(scenario["image"]),
        )
        if done.returncode != 0:
            say(done.stderr, sys.stderr)
            return 1
    return 0


def status(scenario: dict[str, Any]) -> int:
    """The addresses, while the database's container is there."""
    if scenario.get("native") or f"supabase_db_{scenario['project_id']}" in names(scenario):
        for name, value in dict(scenario["env"]).items():
            say(f'{name}="{value}"')
        return 0
    say("failed to inspect container health: No such container", sys.stderr)
    return 1


def say(text: str, where: TextIO = sys.stdout) -> None:
    """A line, as the CLI writes it."""
    where.write(f"{text}\n")


def names(scenario: dict[str, object]) -> list[str]:
    """The project's containers."""
    label = f"label=com.supabase.cli.project={scenario['project_id']}"
    done = docker("ps", "--all", "--filter", label, "--format", "{{.Names}}")
    return done.stdout.split()


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Docker's own command."""
    return subprocess.run(["docker", *arguments], env=os.environ, capture_output=True, text=True)


if __name__ == "__main__":
    sys.exit(main())
