"""What the package is to a program that imports it, and to the folder that it came from."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import wakti_sb

ROOT = Path(__file__).parent.parent

CONSUMER = """
from wakti_sb import EmbeddedStack, Endpoint, WaktiError

def address(stack: EmbeddedStack) -> str:
    try:
        endpoint: Endpoint = stack.endpoint()
    except WaktiError as error:
        return error.cause
    return endpoint.api_url
"""


def test_every_public_name_can_be_imported_and_no_other() -> None:
    for name in wakti_sb.__all__:
        assert getattr(wakti_sb, name) is not None
    assert set(wakti_sb.__all__) <= set(dir(wakti_sb))
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = wakti_sb.Nothing


def test_importing_the_package_imports_nothing_that_takes_time() -> None:
    code = "import sys, wakti_sb; print(*(m for m in sys.modules if m.startswith('wakti_sb.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["wakti_sb.lazily"], done.stderr


def test_the_process_that_runs_functions_holds_nothing_that_commands_need() -> None:
    code = "import sys, wakti_sb.stack.embedded.edge.launcher; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "asyncio" in done.stdout.split(), done.stderr
    commands = {"pydantic", "pglast", "psycopg", "docker", "httpx", "rich", "click", "jinja2"}
    assert commands.isdisjoint(done.stdout.split())


@pytest.mark.slow
def test_a_program_that_imports_it_is_checked_by_mypy_in_strict_mode(tmp_path: Path) -> None:
    (tmp_path / "consumer.py").write_text(CONSUMER)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run([*command, "consumer.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    wrong = CONSUMER.replace("error.cause", "error.no_such_thing")
    (tmp_path / "consumer.py").write_text(wrong)
    done = subprocess.run([*command, "consumer.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert '"WaktiError" has no attribute "no_such_thing"' in done.stdout


@pytest.mark.slow
def test_every_dependency_is_imported_or_run_by_something() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [re.split(r"[\[<>=~! ]", one, maxsplit=1)[0] for one in project["dependencies"]]
    code = "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "wakti_sb").rglob("*.py")))
    # Some are called otherwise, or are programs that we run and not modules that we import.
    called = {"python-dotenv": "dotenv", "squawk-cli": "squawk", "pytest-xdist": "xdist"}
    for name in named:
        module = called.get(name, name.replace("-", "_").lower())
        assert re.search(rf"^\s*(import|from) {module}\b|[\"']{module}[\"']", code, re.M), name


def test_the_changelog_and_the_package_agree_on_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text, re.M)
    assert versions[:1] in ([], [wakti_sb.__version__])
    assert importlib.metadata.version("wakti-sb") == wakti_sb.__version__
