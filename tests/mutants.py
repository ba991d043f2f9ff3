"""`make mutants`: small faults in the engine itself, one at a time; its tests have to notice each.

    python -m tests.mutants [ROOM …] [--most N]

cosmic-ray changes an operator, a number, a condition or a decorator in a copy of the repository,
and the tests of the room are run on it. `--most` takes every so-manieth mutant only. The survivors
are listed with what was changed; docs/mutants.md says why each that is known may survive.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
WANTED = 0.9
PURE = "tests/conformance/test_judging.py tests/conformance/test_safeguards.py"
ROOMS = {
    "judge": ("wakti_sb/conformance/run/judge.py", PURE),
    "effects": ("wakti_sb/conformance/transports/effects.py", PURE),
    "rights": ("wakti_sb/spec/rights.py", "tests/spec tests/conformance/test_cases.py"),
    "findings": (
        "wakti_sb/conformance/findings",
        "tests/conformance/test_judging.py tests/conformance/test_holes.py",
    ),
    "transports": (
        "wakti_sb/conformance/transports",
        "tests/conformance/test_safeguards.py tests/conformance/test_client.py"
        " tests/conformance/test_holes.py",
    ),
    "conditions": ("wakti_sb/conformance/conditions", "tests/conformance/test_conditions.py"),
}
_CONFIG = """
[cosmic-ray]
module-path = "{module}"
timeout = 300.0
excluded-modules = []
test-command = "{python} -m pytest -q -x -p no:cacheprovider -m 'not slow' {tests}"

[cosmic-ray.distributor]
name = "local"
"""


def main() -> int:
    """0 if the tests of each room have noticed nine of ten mutants."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", choices=[*ROOMS, []], default=list(ROOMS))
    parser.add_argument("--most", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    good = True
    for room in arguments.rooms:
        killed, survivors = tried(room, arguments.most)
        total = killed + len(survivors)
        score = killed / total if total else 0.0
        good = good and score >= WANTED
        sys.stdout.write(f"{room}: {killed} of {total} noticed ({score:.0%})\n")
        sys.stdout.writelines(f"  {survivor}\n" for survivor in survivors)
        sys.stdout.flush()
    return 0 if good else 1


def tried(room: str, most: int) -> tuple[int, list[str]]:
    """How many mutants of a room were noticed, and what those are that were not."""
    module, tests = ROOMS[room]
    with tempfile.TemporaryDirectory(prefix="wakti-mutants-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        copy = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "x"], cwd=folder, input=copy.stdout, check=True)
        config = _CONFIG.format(module=module, tests=tests, python=sys.executable)
        (folder / "mutants.toml").write_text(config, "utf-8")
        _cosmic_ray(folder, "init", "mutants.toml", "mutants.sqlite")
        if most:
            _thin_out(folder, most)
        _cosmic_ray(folder, "exec", "mutants.toml", "mutants.sqlite")
        return _read(_cosmic_ray(folder, "dump", "mutants.sqlite"))


def _cosmic_ray(folder: Path, *arguments: str) -> str:
    env = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(Path(sys.executable).with_name("cosmic-ray")), *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"cosmic-ray {arguments[0]}: {done.stderr or done.stdout}")
    return done.stdout


def _thin_out(folder: Path, most: int) -> None:
    """Keep so many mutants, spread evenly."""
    import sqlite3

    with sqlite3.connect(folder / "mutants.sqlite") as session:
        listed = [row[0] for row in session.execute("select job_id from work_items order by 1")]
        step = max(1, len(listed) // most)
        kept = set(listed[::step][:most])
        for table in ("mutation_specs", "work_results", "work_items"):
            session.executemany(
                f"delete from {table} where job_id = ?",
                [(job,) for job in listed if job not in kept],
            )


def _read(dump: str) -> tuple[int, list[str]]:
    killed, survivors = 0, []
    for line in dump.splitlines():
        item, result = json.loads(line)
        if result is None:
            continue
        if result["test_outcome"] != "survived":
            killed += 1
            continue
        for mutation in item["mutations"]:
            row = mutation["start_pos"][0]
            survivors.append(f"{mutation['module_path']}:{row} {mutation['operator_name']}")
    return killed, survivors


if __name__ == "__main__":
    sys.exit(main())
