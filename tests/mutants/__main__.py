"""`make mutants`: small faults in the engine itself, one at a time; its tests have to notice each.

    python -m tests.mutants [ROOM …] [--most N] [--sample K]

Of each room so many places are changed, spread evenly; another sample takes other places. Those
that no test noticed are listed; docs/mutants.md says why each that is known may survive.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WANTED = 0.9
MOST = 60
ROOMS = {  # what is changed, and the tests of it: those that need no database are tried first
    "judge": ("wakti_sb/conformance/run/judge.py", "judging safeguards"),
    "effects": ("wakti_sb/conformance/transports/effects.py", "effects safeguards"),
    "rights": ("wakti_sb/spec/rights.py", "../spec/test_rights.py"),
    "findings": (
        "wakti_sb/conformance/findings",
        "causes culprits evidence fixes static file_requests blame fix_reach",
    ),
    "transports": (
        "wakti_sb/conformance/transports",
        "effects transports safeguards file_requests client",
    ),
    "conditions": (
        "wakti_sb/conformance/conditions",
        "taking_apart reading reading_tokens conditions procedures",
    ),
}
_HERE = "WAKTI_MUTANTS_COPY"  # set where this runs in the copy


def main() -> int:
    """0 if the tests of each room have noticed nine of ten mutants."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("rooms", nargs="*", choices=[*ROOMS, []], default=list(ROOMS))
    parser.add_argument("--most", type=int, default=MOST, metavar="N", help="0: every place")
    parser.add_argument("--sample", type=int, default=0, metavar="K")
    parser.add_argument("--tests", nargs="+", help="files or folders, in place of all tests")
    parser.add_argument("--all", action="store_true", help="tell what noticed the others, too")
    arguments = parser.parse_args()
    if _HERE in os.environ:
        return _tried(arguments)
    with tempfile.TemporaryDirectory(prefix="wakti-mutants-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _copy(folder)
        env = os.environ | {"PYTHONPATH": name, _HERE: name, "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-m", "tests.mutants", *sys.argv[1:]]
        return subprocess.run(command, cwd=folder, env=env).returncode


def _copy(folder: Path) -> None:
    """What is kept in the repository, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    there = b"\0".join(f for f in listed.stdout.split(b"\0") if f and (ROOT / f.decode()).exists())
    packed = subprocess.run(
        ["tar", "c", "--null", "-T", "-"], cwd=ROOT, input=there, capture_output=True, check=True
    )
    subprocess.run(["tar", "x"], cwd=folder, input=packed.stdout, check=True)


def _tried(arguments: argparse.Namespace) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):  # the stack is stopped all the same
        signal.signal(number, lambda *_: sys.exit("stopped"))
    from tests.mutants.planting import modules, mutants, readable, spread
    from tests.mutants.trying import measured, tried, warm_stack, warmed_up

    folder = Path.cwd()
    paths = {room: modules(folder, ROOMS[room][0]) for room in arguments.rooms}
    tests = arguments.tests or _tests(arguments.rooms)
    warmed_up()
    good = True
    with warm_stack(folder):
        began = time.monotonic()
        known = measured(
            folder,
            sorted({path for each in paths.values() for path in each}),
            tests,
        )
        _say(f"{len(known.seconds)} tests without a fault: {time.monotonic() - began:.0f} s")
        for test in sorted(known.left_out):
            _say(f"  left out, does not pass without a fault: {test}")
        for room in paths:
            began = time.monotonic()
            sources = {path: (folder / path).read_text("utf-8") for path in paths[room]}
            found = [
                mutant for path, source in sources.items() for mutant in mutants(path, source)
                if readable(mutant, source)
            ]  # fmt: skip
            chosen = spread(found, arguments.most, arguments.sample)
            results = [tried(folder, mutant, known) for mutant in chosen]
            alive = [each for each in results if each.by is None]
            score = 1 - len(alive) / len(results)
            good = good and score >= WANTED
            _say(
                f"{room}: {len(results) - len(alive)} of {len(results)} noticed ({score:.0%}),"
                f" {sum(each.too_long for each in results)} by taking too long;"
                f" {time.monotonic() - began:.0f} s"
            )
            for each in results if arguments.all else alive:
                tests = f"{each.tests} tests reach it" if each.tests else "no test reaches it"
                tests = f"noticed by {each.by}" if each.by else f"NOT NOTICED, {tests}"
                _say(f"  {each.mutant.told(sources[each.mutant.path])}  ({tests})")
    return 0 if good else 1


def _tests(rooms: list[str]) -> list[str]:
    named = dict.fromkeys(name for room in rooms for name in ROOMS[room][1].split())
    files = (n if n.endswith(".py") else f"test_{n}.py" for n in named)
    paths = (Path("tests/conformance") / file for file in files)
    return [os.path.normpath(path) for path in paths]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
