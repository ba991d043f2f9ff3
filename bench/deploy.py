"""A deployment with nothing to do, beside what the platform itself needs for its answers.

    python -m bench.deploy [--runs 5] [--json]

The platform is the server of the tests: it checks every request, with a real PostgreSQL behind a
real pgbouncer. It answers in this process, on the same machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench._project import ROOT
from bench._report import Report, figure, options, run, show, target, targets_table, timed
from tests.deploy import pooler
from tests.deploy.platform import TOKEN, Platform, serving
from tests.deploy.state import REF
from wakti_sb.errors import EnvironmentProblem, StackError
from wakti_sb.stack import EmbeddedStack
from wakti_sb.stack.embedded import paths

NAME = "wakti-sb deploy"
MOST = 3.0  # seconds beside the server's own


def main() -> None:
    arguments = options(__doc__, runs=5).parse_args()
    if pooler.program() is None:
        raise EnvironmentProblem("pgbouncer is not installed.", remedy="apt-get install pgbouncer")
    with tempfile.TemporaryDirectory(prefix="wakti-bench-") as name:
        show(measure(Path(name), arguments.runs), _markdown, as_json=arguments.json)


def measure(folder: Path, runs: int) -> Report:
    """Seconds of each command, and of them those in which the server answered."""
    folder.chmod(0o755)
    (folder / "fresh" / "supabase" / "migrations").mkdir(parents=True)
    for made in ("pooler", "functions"):
        (folder / made).mkdir()
    backend = folder / "backend"
    shutil.copytree(ROOT / "supabase", backend / "supabase")
    shutil.copy(ROOT / "wakti.toml", backend)
    stack = EmbeddedStack(folder / "fresh")
    try:
        endpoint = stack.up(port=0)
        port = int(endpoint.database.rpartition(":")[2].partition("/")[0])
        hba = paths.for_project(folder / "fresh").data / "pg_hba.conf"
        with pooler.running(folder / "pooler", port, hba, REF) as host:
            made_platform = Platform(endpoint, host, folder / "functions")
            with serving(made_platform) as platform:
                first = timed(lambda: deploy(platform, backend))
                whole, own = [], []
                for _ in range(runs):
                    platform.seconds = 0.0
                    whole.append(timed(lambda: deploy(platform, backend)))
                    own.append(whole[-1] - platform.seconds)
    finally:
        stack.down(remove_data=True)
    figures = {
        "first": figure([first]),
        "nothing to do": figure(whole),
        "of them ours": figure(own),
    }
    limit = target(figures["of them ours"]["median"], at_most=MOST)
    return {
        "runs": runs,
        "contenders": {NAME: figures},
        "ratios": {},
        "targets": {"nothing to do, seconds beside the server's": limit},
    }


def deploy(platform: Platform, project: Path) -> None:
    """The command as a user runs it, Python's own start included."""
    command = [sys.executable, "-c", "from wakti_sb.cli import main; main()", "deploy", "--yes"]
    command += ["--project-ref", REF, "--url", platform.address]
    env = {"SUPABASE_ACCESS_TOKEN": TOKEN, "WAKTI_MANAGEMENT_API": platform.address}
    env["PYTHONDONTWRITEBYTECODE"] = ""  # as anywhere: Python compiles a module once
    done = subprocess.run(
        command, cwd=project, env=os.environ | env, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise StackError(f"wakti-sb deploy failed: {done.stdout}{done.stderr}")


def _markdown(report: Report) -> str:
    lines = ["| seconds | median |", "| --- | --- |"]
    lines += [f"| {what} | {one['median']} |" for what, one in report["contenders"][NAME].items()]
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
