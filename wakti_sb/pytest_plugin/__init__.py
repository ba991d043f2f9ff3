"""The pytest plugin: conformance cases as tests, and people and clients for a team's own tests.

It only wires: what it does stands in the modules beside it. They and their libraries are imported
where they are used, since every pytest run of an environment with this package loads the plugin.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wakti_sb.pytest_plugin import ending, fixtures, folder, options
from wakti_sb.pytest_plugin.fixtures import ActingAs, MakeAsyncClient, MakePerson

if TYPE_CHECKING:
    from wakti_sb.pytest_plugin.people import Person

__all__ = ["ActingAs", "MakeAsyncClient", "MakePerson", "Person"]


def __getattr__(name: str) -> object:
    if name == "Person":
        from wakti_sb.pytest_plugin.people import Person

        return Person
    raise AttributeError(name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Make the options known."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures; have the model collected like a test file, if its cases are wanted."""
    fixtures.register(config)
    settings = options.read(config)
    if settings.rls:
        options.collect_model(config, settings)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The model is a file of tests: one for each of its cases."""
    settings = options.read(parent.config)
    if not settings.rls or file_path != settings.model:
        return None
    from wakti_sb.pytest_plugin.cases import ModelFile

    return ModelFile.from_parent(parent, path=file_path)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where all of them keep what they share."""
    folder.tell_worker(node)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the tests could not try."""
    ending.tell_left_out(terminalreporter)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop and forget what was brought up for this run."""
    ending.remove(config)
