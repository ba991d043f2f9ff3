"""The edge function's own tests and checks, on the function as wakti.toml renders it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from wakti_sb.generate.render import SUFFIX, Renderer
from wakti_sb.spec import load
from wakti_sb.stack.embedded import deno, paths

ROOT = Path(__file__).parent.parent.parent
TEMPLATE = ROOT / "edge_function_templates" / "project-backend-api"


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function's folder with its tests, rendered, and its packages in the cache."""
    folder = tmp_path_factory.mktemp("function")
    renderer = Renderer(load(ROOT / "wakti.toml"), ROOT)
    for source in TEMPLATE.iterdir():
        if source.suffix == SUFFIX:
            text = renderer.render(str(source.relative_to(ROOT)))
            (folder / source.stem).write_text(text, encoding="utf-8")
        else:
            shutil.copy(source, folder)
    deno.find(paths.cache()).install(folder / "index.ts")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = deno.find(paths.cache())
    return subprocess.run(
        [program.program, *arguments],
        cwd=folder,
        env=os.environ | program.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ts"))


@pytest.mark.slow
def test_its_own_tests_pass(function: Path) -> None:
    done = run(
        function,
        "test",
        "--quiet",
        "--no-check",
        "--cached-only",
        "--allow-net=127.0.0.1",
        "--allow-env",
    )
    assert done.returncode == 0, done.stdout + done.stderr


# `make check` asks the same of what is generated; this adds the tests.
@pytest.mark.slow
@pytest.mark.parametrize("command", [("fmt", "--check"), ("lint",), ("check", "--cached-only")])
def test_it_passes_the_checks_of_deno(function: Path, command: tuple[str, ...]) -> None:
    done = run(function, *command, *files(function))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_of_the_function_is_small(function: Path) -> None:
    for name in files(function):
        assert len((function / name).read_text().splitlines()) <= 320, name


def test_the_lock_file_is_one_that_older_runtimes_read(function: Path) -> None:
    lock = json.loads((function / "deno.lock").read_text(encoding="utf-8"))
    assert lock["version"] == "4"


def test_the_lock_file_names_no_registry(function: Path) -> None:
    assert "://" not in (function / "deno.lock").read_text(encoding="utf-8")
