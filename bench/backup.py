"""A backup beside `pg_dump` and a plain copy of the same rows and files; memory stays flat.

    python -m bench.backup [--rows 1000000] [--mib 1024] [--runs 1] [--json]

The rows are submissions of a hundred sites, the files have 8 MiB each. The peer is the same
PostgreSQL's `pg_dump --format=custom` and a copy of Storage's folder, one after the other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from bench._project import folder, running, superuser
from bench._report import (
    Report,
    figure,
    options,
    positive,
    run,
    show,
    target,
    targets_table,
    timed,
)
from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint
from wakti_sb.stack.machine import postgres_program

OURS, PEER = "wakti-sb backup", "pg_dump and cp"
FILE = 8 * 1024 * 1024
SLOWEST = 1.3  # times the peer
MEMORY = 64  # MiB
# What the system tells of a child's memory begins with its parent's.
_COMMAND = """
import sys
from wakti_sb.cli import main
try:
    main()
finally:
    with open("/proc/self/status") as told:
        print(told.read().partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""


def main() -> None:
    parser = options(__doc__, runs=1)
    parser.add_argument("--rows", type=positive, default=1_000_000)
    parser.add_argument("--mib", type=positive, default=1024)
    arguments = parser.parse_args()
    with folder() as project, running(project) as endpoint:
        fill(endpoint, 1000, FILE // 1024 // 1024)
        little = backup(project, 0)
        fill(endpoint, arguments.rows, arguments.mib)
        report = measure(project, endpoint, arguments.runs, little)
    show(report, _markdown, as_json=arguments.json)


def fill(endpoint: Endpoint, rows: int, mib: int) -> None:
    """Sites with submissions and files."""
    owner, projects = str(uuid4()), [str(uuid4()) for _ in range(100)]
    address = f"{owner}@example.com"
    with psycopg.connect(superuser(endpoint.database)) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into auth.users (id, aud, role, email) values (%s, 'a', 'a', %s)",
            [owner, address],
        )
        connection.execute(
            "insert into public.projects (id, user_id, name) select unnest(%s::uuid[]), %s, 'a'",
            [projects, owner],
        )
        connection.execute(
            "insert into public.project_form_submissions (project_id, user_id, form_name, data)"
            " select (%s::uuid[])[1 + n %% 100], %s, 'contact', jsonb_build_object('name',"
            " 'Visitor ' || n, 'text', repeat(md5(n::text), 6)) from generate_series(1, %s) as n",
            [projects, owner, rows],
        )
    headers = {"apikey": endpoint.secret_key, "authorization": f"Bearer {endpoint.secret_key}"}
    headers["content-type"] = "image/png"
    for number in range(mib * 1024 * 1024 // FILE):
        path = f"project-uploads/{projects[number % 100]}/{number}.png"
        url = f"{endpoint.api_url}/storage/v1/object/{path}"
        httpx.post(url, content=os.urandom(FILE), headers=headers, timeout=60).raise_for_status()


def measure(project: Path, endpoint: Endpoint, runs: int, little: float) -> Report:
    """Seconds of both, and how much more memory ours held than for next to nothing."""
    ours, peer, held = [], [], [little]
    for number in range(runs):
        ours.append(timed(lambda n=number: held.append(backup(project, n))))  # type: ignore[misc]
        peer.append(timed(lambda: dump_and_copy(project, endpoint)))
    contenders = {OURS: {"seconds": figure(ours)}, PEER: {"seconds": figure(peer)}}
    ratio = contenders[OURS]["seconds"]["median"] / contenders[PEER]["seconds"]["median"]
    return {
        "runs": runs,
        "contenders": contenders,
        "ratios": {"seconds": round(ratio, 2)},
        "targets": {
            "times the peer's seconds": target(ratio, at_most=SLOWEST),
            "more memory than for 1000 rows, MiB": target(max(held) - little, at_most=MEMORY),
        },
    }


def backup(project: Path, number: int) -> float:
    """Our command, as a user runs it; the most MiB that it held."""
    command = [sys.executable, "-c", _COMMAND, "backup"]
    file = project / f"backup-{number}.zip"
    done = subprocess.run(
        [*command, "--output", str(file)], cwd=project, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise StackError(f"wakti-sb backup failed: {done.stderr.strip()}")
    file.unlink()
    return int(done.stderr.split()[-1]) / 1024


def dump_and_copy(project: Path, endpoint: Endpoint) -> None:
    """What somebody without it does."""
    out = project / "peer"
    out.mkdir()
    command = [postgres_program("pg_dump"), "--format=custom", "--compress=1"]
    command += ["--schema=public", "--schema=wakti", "--file", str(out / "rows")]
    subprocess.run([*command, superuser(endpoint.database)], check=True)
    shutil.copytree(project / ".wakti" / "embedded" / "storage", out / "files")
    shutil.rmtree(out)


def _markdown(report: Report) -> str:
    lines = ["| seconds | median |", "| --- | --- |"]
    lines += [
        f"| {name} | {one['seconds']['median']} |" for name, one in report["contenders"].items()
    ]
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
