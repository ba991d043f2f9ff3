"""Two stacks: one that is saved, and one that it is restored into."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.command_line import forked, main
from tests.conftest import ROOT
from wakti_sb.stack import EmbeddedStack, Endpoint

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def target(second_stack: EmbeddedStack) -> Endpoint:
    """The same, clean."""
    return second_stack.reset()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A command about an endpoint, in a folder with this repository's wakti.toml."""
    shutil.copy(ROOT / "wakti.toml", tmp_path)

    def command(
        endpoint: Endpoint,
        name: str,
        *arguments: str,
        program: Callable[[Sequence[str]], object] = main,
    ) -> CompletedProcess[str]:
        env = {
            "WAKTI_URL": endpoint.api_url,
            "WAKTI_PUBLISHABLE_KEY": endpoint.publishable_key,
            "WAKTI_SECRET_KEY": endpoint.secret_key,
            "WAKTI_DB_URL": endpoint.database,
        }
        return forked(program, [name, *arguments], cwd=tmp_path, env=env)

    return command
