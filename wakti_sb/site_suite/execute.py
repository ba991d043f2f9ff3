"""Carries the suite out with pytest, in this process, and collects what it tells."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wakti_sb.errors import ConformanceError, UsageError
from wakti_sb.events import Listener, ignore
from wakti_sb.stack import Endpoint

from .model import Report
from .redaction import redaction

if TYPE_CHECKING:
    from .recorder import Recorder

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
    import pytest  # takes half a second, and `deploy` needs only the part that reads

    from .recorder import Recorder

    recorder = Recorder(redaction(endpoint), listener)
    started = time.perf_counter()
    with _environment(endpoint):
        codes = [
            int(pytest.main(_arguments(modules, keyword, at_once), plugins=[recorder]))
            for modules, at_once in _parts(endpoint, workers)
            if not recorder.interrupted and not recorder.stopped
        ]
    _judge(recorder, codes, keyword)
    return Report(endpoint.api_url, tuple(recorder.results), time.perf_counter() - started)


def _parts(endpoint: Endpoint, workers: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Modules that run together, and the processes that share them.

    The cases of the model are one transaction, which takes locks: nothing else runs beside it.
    """
    if workers:
        yield _MODULES, workers
        if endpoint.db_url is not None:
            yield (_MODEL,), 0
    else:
        yield _MODULES if endpoint.db_url is None else (*_MODULES, _MODEL), 0


def _arguments(modules: Sequence[str], keyword: str | None, workers: int) -> list[str]:
    plugins = [*_PLUGINS, *(("xdist",) if workers else ())]
    given = [argument for plugin in plugins for argument in ("-p", plugin)]
    given += ["-c", str(_CHECKS / "pytest.ini"), "--rootdir", str(_CHECKS), "--capture=no"]
    if workers:
        given += ["-n", str(workers), "--dist", "worksteal"]
    if keyword is not None:
        given += ["-k", keyword]
    return [*given, *(str(_CHECKS / f"test_{name}.py") for name in modules)]


def _judge(recorder: Recorder, codes: Sequence[int], keyword: str | None) -> None:
    import pytest

    if recorder.interrupted:
        raise KeyboardInterrupt
    if recorder.stopped:
        raise ConformanceError(recorder.stopped)
    if set(codes) == {pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise UsageError(f'no test of the suite matches -k "{keyword}".')
    if pytest.ExitCode.USAGE_ERROR in codes:
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
