"""Carries the suite out with pytest, in this process, and collects what it tells."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest

from wakti_sb.errors import ConformanceError, UsageError
from wakti_sb.events import Listener, Step, ignore
from wakti_sb.stack import Endpoint

from .model import Place, Report, Result, Status
from .redaction import redaction

_CHECKS = Path(__file__).parent / "checks"
_MODULES = ("site_api", "borders", "accounts", "rows", "files")  # as the report has them
_MODEL = "model"  # needs the database
# Plugins of the environment change order, output and warnings; the suite needs this one.
_PLUGINS = ("no:terminal", "no:faulthandler", "no:logging", "wakti_sb.pytest_plugin")


def run(
    endpoint: Endpoint,
    *,
    keyword: str | None = None,
    workers: int = 0,
    listener: Listener = ignore,
) -> Report:
    """Try everything and report it; nothing stays behind on the project.

    Parameters:
        keyword: which tests, as pytest's -k takes it; None for all.
        workers: processes that share the work; 0 for this one alone.

    Raise UsageError if no test matches, ConformanceError if the suite cannot be carried out.
    """
    if workers and find_spec("xdist") is None:
        raise UsageError("--workers needs pytest-xdist.", remedy="pip install pytest-xdist")
    recorder = _Recorder(redaction(endpoint), listener)
    started = time.perf_counter()
    with _environment(endpoint):
        code = pytest.main(_arguments(endpoint, keyword, workers), plugins=[recorder])
    _judge(recorder, int(code), keyword)
    return Report(endpoint.api_url, tuple(recorder.results), time.perf_counter() - started)


def _arguments(endpoint: Endpoint, keyword: str | None, workers: int) -> list[str]:
    plugins = [*_PLUGINS, *(("xdist",) if workers else ())]
    given = [argument for plugin in plugins for argument in ("-p", plugin)]
    given += ["-c", str(_CHECKS / "pytest.ini"), "--rootdir", str(_CHECKS), "--capture=no"]
    if workers:
        given += ["-n", str(workers), "--dist", "load"]
    if keyword is not None:
        given += ["-k", keyword]
    modules = _MODULES if endpoint.db_url is None else (*_MODULES, _MODEL)
    return [*given, *(str(_CHECKS / f"test_{name}.py") for name in modules)]


def _judge(recorder: _Recorder, code: int, keyword: str | None) -> None:
    if recorder.interrupted:
        raise KeyboardInterrupt
    if recorder.stopped:
        raise ConformanceError(recorder.stopped)
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise UsageError(f'no test of the suite matches -k "{keyword}".')
    if code == pytest.ExitCode.USAGE_ERROR:
        raise UsageError(
            f'-k "{keyword}" cannot be read.',
            remedy='It looks like: -k "upload and not visitor"',
        )
    broken = {result.reason for result in recorder.results if result.status != "passed"}
    nothing = all(result.status == "error" for result in recorder.results)
    if recorder.results and nothing:
        raise ConformanceError(f"no test could be carried out: {sorted(broken)[0]}")
    if not recorder.results:
        raise ConformanceError("the suite could not be carried out.")


class _Recorder:
    """A pytest plugin: hears every report.

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
        self._total = max(self._total, len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """How many there are, with workers."""
        self._total = max(self._total, len(ids))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported."""
        if report.failed:
            self.stopped = self._hide(str(report.longrepr).strip().splitlines()[-1])

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C, or a fixture that cannot be had."""
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


@contextmanager
def _environment(endpoint: Endpoint) -> Iterator[None]:
    """Tell the plugin, and no command line, where to go; and nobody else's settings of pytest."""
    before = dict(os.environ)
    told: Mapping[str, Any] = {
        "WAKTI_URL": endpoint.api_url,
        "WAKTI_FUNCTIONS_URL": endpoint.functions_url,
        "WAKTI_PUBLISHABLE_KEY": endpoint.publishable_key,
        "WAKTI_SECRET_KEY": endpoint.secret_key,
        "WAKTI_JWT_SECRET": endpoint.jwt_secret,
        "WAKTI_DB_URL": endpoint.db_url,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    for name in [name for name in os.environ if name.startswith(("PYTEST_", "WAKTI_"))]:
        if name != "WAKTI_DEBUG":
            del os.environ[name]
    os.environ.update({name: value for name, value in told.items() if value is not None})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
