"""The built wheel works with each Python that it says it works with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VERSIONS = re.findall(
    r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text("utf-8")
)
RUNNING = "{}.{}".format(*sys.version_info)  # tests/test_wheel.py has the wheel in this one
PROGRAM = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"


def python(version: str) -> str | None:
    """Where this version is: on the path, or one of pyenv's."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [str(one) for one in sorted(home.glob(f"{version}.*/bin/python"))]
    for name in (*found, shutil.which(f"python{version}")):
        if name is None:
            continue
        done = subprocess.run([name, "-c", PROGRAM], capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.startswith(f"{version} "):
            return done.stdout.split()[1]
    return None


def test_the_versions_are_those_from_the_oldest_that_is_allowed() -> None:
    assert VERSIONS == ["3.11", "3.12", "3.13"]
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("version", [v for v in VERSIONS if v != RUNNING])
def test_the_wheel_is_installed_and_proves_a_project(version: str, tmp_path: Path) -> None:
    found = python(version)
    if found is None:
        pytest.skip(f"Python {version} is not installed here")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    wheel = next(tmp_path.glob("*.whl"))
    environment = tmp_path / "environment"
    subprocess.run([found, "-m", "venv", str(environment)], check=True)
    inside = [str(environment / "bin" / "python"), "-m"]
    install = ["pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*inside, *install, str(wheel)], check=True)

    project = tmp_path / "empty"
    shutil.copytree(ROOT / "tests" / "examples" / "notes", project)
    done = subprocess.run(
        [str(environment / "bin" / "wakti-sb"), "rls", "test"],
        cwd=project,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "cases passed" in done.stderr
