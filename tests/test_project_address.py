"""The package names the project's address as the repository has it in which it is built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hatch_build import from_ci, from_remote

ROOT = Path(__file__).parent.parent
NEEDED = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "wakti_sb/__init__.py")
HOME = "https://git.example.com/team/wakti-sb"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "wakti-sb"
    for name in NEEDED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def repository(folder: Path, remote: str | None) -> None:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    if remote is not None:
        subprocess.run(["git", "remote", "add", "origin", remote], cwd=folder, check=True)


def built(folder: Path, **ci: str) -> tuple[dict[str, Any], str]:
    """The metadata that a build gives the package, and what it says."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "GIT"))}
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "metadata"],
        cwd=folder,
        env=env | ci,
        capture_output=True,
        text=True,
        check=True,
    )
    metadata: dict[str, Any] = json.loads(done.stdout)
    return metadata, done.stderr


def test_the_address_is_that_of_origin_and_its_token_is_left_out(checkout: Path) -> None:
    repository(checkout, "https://robot:s3cret@git.example.com/team/wakti-sb.git")
    metadata, said = built(checkout)
    assert metadata["urls"] == {"Repository": HOME}
    assert "s3cret" not in str(metadata) + said


@pytest.mark.parametrize("remote", [None, "/srv/wakti-sb.git"])
def test_a_build_without_an_address_has_none_and_says_so(
    checkout: Path, remote: str | None
) -> None:
    repository(checkout, remote)
    metadata, said = built(checkout)
    assert "urls" not in metadata
    assert "the package names no project address" in said


def test_a_copy_inside_of_another_repository_does_not_take_its_address(checkout: Path) -> None:
    repository(checkout.parent, "https://git.example.com/somebody/else.git")
    metadata, said = built(checkout)
    assert "urls" not in metadata
    assert "names no project address" in said


def test_a_ci_tells_the_address_of_what_it_has_checked_out(checkout: Path) -> None:
    told = {"CI_PROJECT_URL": HOME, "CI_PROJECT_DIR": str(checkout)}
    metadata, said = built(checkout, **told)
    assert metadata["urls"] == {"Repository": HOME}
    assert said == ""


def test_a_ci_of_another_project_does_not_tell_the_address() -> None:
    github = {
        "GITHUB_WORKSPACE": "/builds/theirs",
        "GITHUB_SERVER_URL": "https://git.example.com",
        "GITHUB_REPOSITORY": "team/wakti-sb",
    }
    assert from_ci(github, Path("/builds/theirs")) == HOME
    assert from_ci(github, Path("/builds/theirs/wakti-sb")) is None
    assert from_ci({"GITHUB_WORKSPACE": "/builds/theirs"}, Path("/builds/theirs")) is None


@pytest.mark.parametrize(
    "remote",
    [
        HOME,
        f"{HOME}.git",
        "https://git.example.com/team/wakti-sb/?private_token=abc#x",
        "https://oauth2:abc@git.example.com/team/wakti-sb.git",
        "git@git.example.com:team/wakti-sb.git",
        "ssh://git@git.example.com:2222/team/wakti-sb.git",
    ],
)
def test_every_form_of_a_remote_gives_the_address_of_its_page(remote: str) -> None:
    assert from_remote(remote) == HOME


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "../wakti-sb",
        "file:///srv/wakti-sb.git",
        "http://127.0.0.1:3000/team/wakti-sb",
        "http://localhost/team/wakti-sb",
        "git@work:team/wakti-sb.git",
        "https://git.example.com",
        "https://[broken/team/wakti-sb",
    ],
)
def test_what_is_no_place_on_the_web_gives_no_address(remote: str) -> None:
    assert from_remote(remote) is None
