"""A plugin of pytest that hears every report of a run of the suite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import pytest

from wakti_sb.events import Listener, Step

from .model import Place, Result, Status


class Recorder:
    """Keeps the results of all tests.

    Parameters:
        hide: keeps secrets out of a text.
        listener: is told how far the run is.
    """

    def __init__(self, hide: Callable[[str], str], listener: Listener) -> None:
        self.results: list[Result] = []
        self.stopped = ""
        self.interrupted = False
        self._hide = hide
        self._tell = listener
        self._total = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """How many there are, without workers."""
        self._total = max(self._total, len(self.results) + len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """How many there are, with workers."""
        self._total = max(self._total, len(self.results) + len(ids))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported."""
        if report.failed:
            self.stopped = self._hide(str(report.longrepr).strip().splitlines()[-1])

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C, or a fixture that cannot be made."""
        if isinstance(excinfo.value, pytest.exit.Exception):
            self.stopped = self._hide(str(excinfo.value).removeprefix("wakti-sb: "))
        else:
            self.interrupted = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test: its result, or that preparing or clearing up went wrong."""
        if report.when != "call" and not report.failed and not report.skipped:
            return
        status: Status = "error"
        if report.when == "call" and not report.skipped:
            status = "passed" if report.passed else "failed"
        found = [value for name, value in report.user_properties if name == "wakti"]
        told = cast("dict[str, str]", found[-1] if found else {})
        tenth = max(1, self._total // 10)
        if len(self.results) % tenth == 0:
            self._tell(Step("trying every action and every rule", len(self.results), self._total))
        self.results.append(self._result(report, status, told))

    def _result(self, report: pytest.TestReport, status: Status, told: dict[str, str]) -> Result:
        place = Place(
            told.get("area", "suite"), told.get("subject", "suite"), told.get("identity", "")
        )
        name = told.get("name", report.nodeid)
        if status == "passed":
            return Result(name, place, status, report.duration)
        return Result(
            name,
            place,
            status,
            report.duration,
            tried=self._hide(told.get("tried", "")),
            expected=self._hide(told.get("expected", "")),
            got=self._hide(told.get("got", "") or "an error while preparing or clearing up"),
        )
