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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mutants.trying import Known

ROOT = Path(__file__).parent.parent.parent
WANTED = 0.9
MOST = 60
ROOMS = {  # what is changed, and the tests of it: those that need no database are tried first
    "judge": ("wakti_sb/conformance/run/judge.py", "judging safeguards frozen"),
    "effects": ("wakti_sb/conformance/transports/effects.py", "effects safeguards frozen"),
    "rights": ("wakti_sb/spec/rights.py", "../spec/test_rights.py"),
    "findings": (
        "wakti_sb/conformance/findings",
        "causes culprits evidence fixes model_policies static file_requests frozen",
    ),
    "transports": (
        "wakti_sb/conformance/transports",
        "effects transports safeguards file_requests client client_transport frozen",
    ),
    "conditions": (
        "wakti_sb/conformance/conditions",
        "taking_apart reading reading_tokens frozen",
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
    from tests.mutants.planting import modules
    from tests.mutants.trying import measured, warm_stack, warmed_up

    folder = Path.cwd()
    paths = {room: modules(folder, ROOMS[room][0]) for room in arguments.rooms}
    warmed_up()
    with warm_stack(folder):
        began = time.monotonic()
        every = sorted({path for each in paths.values() for path in each})
        known = measured(folder, every, arguments.tests or _tests(arguments.rooms))
        _say(f"{len(known.seconds)} tests without a fault: {time.monotonic() - began:.0f} s")
        for test in sorted(known.left_out):
            _say(f"  left out, does not pass without a fault: {test}")
        scores = [_room(room, paths[room], known, arguments) for room in paths]
    return 0 if min(scores) >= WANTED else 1


def _room(room: str, paths: list[str], known: Known, arguments: argparse.Namespace) -> float:
    """Tries the faults of a room and tells those that were not noticed; the part that was."""
    from tests.mutants.planting import mutants, readable, spread
    from tests.mutants.trying import tried

    began, folder = time.monotonic(), Path.cwd()
    sources = {path: (folder / path).read_text("utf-8") for path in paths}
    found = [mutant for path, source in sources.items() for mutant in mutants(path, source)]
    chosen = spread(
        found, arguments.most, arguments.sample, lambda each: readable(each, sources[each.path])
    )
    noticed = late = 0
    for mutant in chosen:
        result = tried(folder, mutant, known)
        noticed += result.by is not None
        late += result.too_long
        if result.by is None or arguments.all:
            reach = f"{result.tests} tests reach it" if result.tests else "no test reaches it"
            words = f"noticed by {result.by}" if result.by else f"NOT NOTICED, {reach}"
            _say(f"  {mutant.told(sources[mutant.path])}  ({words})")
    score = noticed / len(chosen)
    _say(
        f"{room}: {noticed} of {len(chosen)} noticed ({score:.0%}), {late} of them by taking too"
        f" long; {time.monotonic() - began:.0f} s"
    )
    return score


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
