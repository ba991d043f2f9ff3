"""What a team waits for on its first day: from `pip install` to a finding, and each step by itself.

    python -m bench.rls_steps [--runs 3] [--without-install] [--rows 100000] [--json]

The installation is into a new environment with empty caches, and needs a network; it is measured
once. `rls init` and the page are about 60 tables, `rls diff` about 20, `rls cost` about six; 200
are tried once more, with four policies each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench._project import ROOT
from bench._report import Report, figure, options, positive, run, show, target, targets_table
from bench._tables import model, project
from bench.dashboard import FLAGS
from wakti_sb.cli._output import progress
from wakti_sb.errors import StackError
from wakti_sb.events import Step

_INSTALL = "pip install to the first finding, cold"
_LIMITS = {
    _INSTALL: 60.0,
    "rls init, 60 tables": 10.0,
    "rls diff, 20 tables": 8.0,
    "rls test, 200 tables": 60.0,
    "the page of 60 tables, MB": 2.0,
    "the page in chromium": 1.0,
}
_OPEN = 'create policy "open" on public.part_0 for select to anon using (true);'
_PATIENCE = 1200  # seconds


def main() -> None:
    parser = options(__doc__, runs=3)
    parser.add_argument("--rows", type=positive, default=100_000, help="of rls cost; %(default)s")
    parser.add_argument("--without-install", action="store_true", help="no network is needed then")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wakti-steps-") as room:
        report = _measure(Path(room), arguments)
    show(report, _markdown, as_json=arguments.json)


def _measure(room: Path, arguments: Any) -> Report:
    many = project(room / "many", 60)
    some = project(room / "some", 20, _OPEN)
    before = project(room / "before", 20)
    few = project(room / "few", 6)
    wide = project(room / "wide", 200)
    (wide / "wakti.toml").write_text(model(200), "utf-8")
    page = room / "page.html"
    _program(many, "rls", "init", "--overwrite")
    _program(few, "rls", "init", "--overwrite")
    steps: dict[str, Callable[[], object]] = {
        "rls init, 60 tables": lambda: _program(many, "rls", "init", "--overwrite"),
        "rls diff, 20 tables": lambda: _program(some, "rls", "diff", str(before)),
        f"rls cost, 6 tables of {arguments.rows:,} rows": lambda: _program(
            few, "rls", "cost", "--rows", str(arguments.rows)
        ),
        "rls test, 60 tables": lambda: _program(many, "rls", "test", "--html", str(page)),
        "the page in chromium": lambda: _opened(page),
        "rls test, 200 tables": lambda: _program(wide, "rls", "test"),
    }
    seconds: dict[str, list[float]] = {}
    with progress() as listener:
        if not arguments.without_install:
            listener(Step(_INSTALL, 0, 1))
            seconds[_INSTALL] = [_timed(lambda: _installed(room))]
        for number in range(arguments.runs):
            listener(Step(f"round {number + 1}", number, arguments.runs))
            for name, step in steps.items():
                took = step() if name == "the page in chromium" else _timed(step)
                seconds.setdefault(name, []).append(float(took))  # type: ignore[arg-type]
    figures = {name: figure(each) for name, each in seconds.items()}
    size = page.stat().st_size / 1e6
    values = {name: each["median"] for name, each in figures.items()}
    values["the page of 60 tables, MB"] = round(size, 2)
    return {
        "runs": arguments.runs,
        "contenders": {"wakti-sb, seconds": figures},
        "ratios": {},
        "targets": {
            name: target(values[name], at_most=limit)
            for name, limit in _LIMITS.items()
            if name in values
        },
    }


def _timed(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _program(folder: Path, *arguments: str, program: Path | None = None, **env: str) -> None:
    """Run `wakti-sb`; findings are no failure."""
    ours = Path(sys.executable).with_name("wakti-sb")
    done = subprocess.run(
        [program if program is not None else ours, *arguments],
        cwd=folder,
        # As anywhere: Python compiles a module once.
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""} | env,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    if done.returncode > 1:
        raise StackError(f"wakti-sb {' '.join(arguments)} failed: {done.stderr.strip()[-400:]}")


def _installed(room: Path) -> None:
    """A new environment with empty caches, to the end of the first `rls test`."""
    home, cache = room / "environment", room / "cache"
    venv.create(home, with_pip=True)
    subprocess.run(
        [home / "bin" / "pip", "install", "--quiet", "--no-cache-dir", ROOT],
        check=True,
        timeout=_PATIENCE,
    )
    folder, program = project(room / "first", 3, _OPEN), home / "bin" / "wakti-sb"
    for arguments in (("rls", "init", "--write"), ("rls", "test")):
        _program(folder, *arguments, program=program, XDG_CACHE_HOME=str(cache))


def _opened(page: Path) -> float:
    """Seconds until a browser has loaded and drawn the page."""
    program = shutil.which("chromium")
    if program is None:
        raise StackError(
            "the page cannot be opened: chromium is missing.",
            remedy="Run: apt-get install -y chromium",
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        tab = browser.new_page()
        started = time.perf_counter()
        tab.goto(page.as_uri(), wait_until="load")
        tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
        took = time.perf_counter() - started
        browser.close()
    return took


def _markdown(report: Report) -> str:
    lines = ["| step | median, s | spread |", "| --- " * 3 + "|"]
    for name, one in report["contenders"]["wakti-sb, seconds"].items():
        lines.append(f"| {name} | {one['median']} | {one['spread'][0]} to {one['spread'][1]} |")
    return "\n".join([*lines, "", *targets_table(report["targets"])])


if __name__ == "__main__":
    run(main)
