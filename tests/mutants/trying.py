"""Tries mutants in a copy of the repository: each in a process of its own, on one warm stack."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData

from tests.mutants.inside import TOO_LONG, Choosing, Measuring
from tests.mutants.planting import Mutant, lines_around

ENOUGH = 40.0  # seconds of tests without a fault: what they do not notice counts as not noticed
_UNUSED = (
    "cacheprovider",
    "schemathesis",
    "hypothesispytest",
    "anyio",
    "xdist",
    "xdist.looponfail",
)
_QUIET = ["-q", "-m", "not slow", *(word for name in _UNUSED for word in ("-p", f"no:{name}"))]
# Imported once, not for each mutant. Nothing of the package itself: that is what changes.
_LIBRARIES = (
    "psycopg", "pglast", "pydantic", "supabase", "click", "rich.console", "httpx", "tomlkit",
    "jinja2", "jsonschema", "psutil", "unittest.mock", "pytest", "_pytest.pytester",
)  # fmt: skip
_STACK = "from pathlib import Path; from wakti_sb.stack import EmbeddedStack as Stack; import sys; "
_UP = _STACK + "Stack(Path(sys.argv[1])).up(port=0)"
_DOWN = _STACK + "Stack(Path(sys.argv[1])).down(remove_data=True)"


@dataclass
class Known:
    """What the tests do without a fault.

    Parameters:
        seconds: how long each test takes.
        preparing: the longest preparation of a test in each file, in seconds.
        reached: for each module the tests that reach each line; "" stands for being imported.
        left_out: tests that fail or are skipped without a fault.
    """

    seconds: dict[str, float]
    preparing: dict[str, float]
    reached: dict[str, dict[int, set[str]]]
    left_out: set[str]
    killers: dict[str, int] = field(default_factory=dict)  # when each noticed something last

    def tests_for(self, mutant: Mutant, source: str) -> list[str]:
        """Those that reach the place: who noticed something last first, then the quickest."""
        lines = self.reached.get(mutant.path, {})
        statement, function = lines_around(ast.parse(source), mutant.start[0])
        found: set[str] = set()
        for around in (range(mutant.start[0], mutant.start[0] + 1), statement, function):
            found |= {test for line in around for test in lines.get(line, ())}
            if found:
                break
        if "" in found:  # done when the module is imported: anybody may notice
            found = set(self.seconds)
        found &= set(self.seconds)
        order = sorted(found, key=lambda test: (-self.killers.get(test, 0), self.seconds[test]))
        sums = accumulate(self.seconds[test] for test in order)
        return [test for test, sum_ in zip(order, sums, strict=True) if sum_ <= ENOUGH] or order[:1]

    def limit(self, test: str) -> float:
        """How many seconds a test may take before it counts as having noticed."""
        file = test.partition("::")[0]
        return 10 + 10 * (self.seconds[test] + self.preparing.get(file, 0.0))


@dataclass(frozen=True)
class Tried:
    """What became of a mutant: which test noticed it, None if none did."""

    mutant: Mutant
    by: str | None
    tests: int  # how many reach it
    too_long: bool = False


def measured(folder: Path, paths: list[str], tests: Sequence[str]) -> Known:
    """Run the tests once, without a fault, and see which of them reach which line."""
    coverage = Coverage(
        data_file=str(folder / "reached.sqlite"),
        include=[str(folder / path) for path in paths],
        config_file=False,
    )
    kept = folder / "measured.txt"

    def run() -> int:
        plugin = Measuring(coverage)
        sys.dont_write_bytecode = False
        coverage.start()
        pytest.main([*_QUIET, *tests], plugins=[plugin])
        coverage.stop()
        coverage.save()
        kept.write_text(repr((plugin.seconds, plugin.preparing, plugin.failed)), "utf-8")
        return 0

    _forked(run, folder / "measured.log", 3600)
    if not kept.exists():
        raise SystemExit((folder / "measured.log").read_text("utf-8"))
    seconds, preparing, failed = ast.literal_eval(kept.read_text("utf-8"))
    data = CoverageData(str(folder / "reached.sqlite"))
    data.read()
    reached = {
        path: {
            line: set(tests) for line, tests in data.contexts_by_lineno(str(folder / path)).items()
        }
        for path in paths
    }
    good = {test: took for test, took in seconds.items() if test not in failed}
    return Known(good, preparing, reached, failed)


def tried(folder: Path, mutant: Mutant, known: Known) -> Tried:
    """Plant it, run the tests that reach it until one fails, take it away."""
    module = folder / mutant.path
    source = module.read_text("utf-8")
    tests = known.tests_for(mutant, source)
    if not tests:
        return Tried(mutant, None, 0)
    note = folder / "note.txt"
    note.write_text("(while it was imported)", "utf-8")
    limits = {test: known.limit(test) for test in tests}
    files = sorted({test.partition("::")[0] for test in tests})
    try:
        module.write_text(mutant.code(source), "utf-8")
        ended = _forked(
            lambda: pytest.main([*_QUIET, "-x", *files], plugins=[Choosing(tests, limits, note)]),
            folder / "last.log",
            60 + sum(limits.values()),
        )
    finally:
        module.write_text(source, "utf-8")
    if ended == 0:
        return Tried(mutant, None, len(tests))
    by = note.read_text("utf-8").strip()
    known.killers[by] = max(known.killers.values(), default=0) + 1
    return Tried(mutant, by, len(tests), ended in (TOO_LONG, -signal.SIGKILL))


@contextmanager
def warm_stack(folder: Path) -> Iterator[None]:
    """A stack that the tests of all mutants share; see `stack` in tests/conftest.py."""
    project = folder / "warm"
    shutil.copytree(folder / "supabase", project / "supabase")
    (project / "supabase" / "functions" / ".env").write_text("WAKTI_PBKDF2_ITERATIONS=1000\n")
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as data:
        Path(data).chmod(0o755)
        os.environ["WAKTI_DATA"] = data
        subprocess.run([sys.executable, "-c", _UP, str(project)], cwd=folder, check=True)
        os.environ["WAKTI_TESTS_STACK"] = str(project)
        try:
            yield
        finally:
            subprocess.run([sys.executable, "-c", _DOWN, str(project)], cwd=folder, check=True)


def warmed_up() -> None:
    """Import what each process would import again."""
    for name in _LIBRARIES:
        __import__(name)


def _forked(run: Callable[[], int], log: Path, seconds: float) -> int:
    """Run it in a process of its own; its exit code, or minus the signal that ended it."""
    number = os.fork()
    if number == 0:
        ended = 1
        try:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.dont_write_bytecode = True
            with log.open("wb") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            ended = int(run())
        except BaseException:  # it has no caller
            traceback.print_exc()
        finally:
            os._exit(ended)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(number, os.WNOHANG)
        if done:
            _end_group(number)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    _end_group(number)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def _end_group(number: int) -> None:
    """End what a test may have left running."""
    try:
        os.killpg(number, signal.SIGKILL)
    except ProcessLookupError:
        return
