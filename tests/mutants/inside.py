"""What pytest is told while mutants are tried: which tests, in which order, for how long."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from coverage import Coverage


class Measuring:
    """Which test reaches which line, and how long each takes; what is imported counts for all.

    Parameters:
        coverage: is told which test runs.
    """

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}
        self.preparing: dict[str, float] = {}  # the longest preparation in each file
        self.failed: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):  # type: ignore[no-untyped-def]
        self.coverage.switch_context(item.nodeid)
        yield
        self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.partition("::")[0]
        if report.failed:
            self.failed.add(report.nodeid)
        if report.skipped:
            self.failed.add(report.nodeid)
        if report.when == "setup":
            self.preparing[file] = max(self.preparing.get(file, 0.0), report.duration)
        if report.when == "call":
            self.seconds[report.nodeid] = report.duration


class Choosing:
    """Some tests in a given order. Who is at it, and who failed first, is written down.

    Parameters:
        order: the ids of the tests.
        limits: how many seconds each may take; one that takes longer ends the process.
        note: a file; its last line is the test that is running or has failed.
    """

    def __init__(self, order: list[str], limits: dict[str, float], note: Path) -> None:
        self.order = {name: number for number, name in enumerate(order)}
        self.limits = limits
        self.note = note

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order),
            key=lambda item: self.order[item.nodeid],
        )

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):  # type: ignore[no-untyped-def]
        self.note.write_text(f"{item.nodeid}\n", "utf-8")
        signal.signal(signal.SIGALRM, lambda *_: os._exit(TOO_LONG))
        signal.setitimer(signal.ITIMER_REAL, self.limits[item.nodeid])
        yield
        signal.setitimer(signal.ITIMER_REAL, 0)


TOO_LONG = 70  # exit code of a process whose test took longer than it may
