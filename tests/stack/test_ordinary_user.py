"""What somebody meets who is not root: closed folders, and a terminal with other letters."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import PROGRAM, assert_one_clear_sentence, wakti
from tests.stack.conftest import write_project

# Root without its right to open everything: what a mode forbids is forbidden.
_NO_RIGHTS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may enter."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may enter every folder; setpriv takes that right away")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    yield folder
    folder.chmod(0o700)


def ordinary(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command without the right to open what modes forbid."""
    rights = _NO_RIGHTS if os.geteuid() == 0 else []
    return subprocess.run(
        [*rights, *PROGRAM, *arguments],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("command", [["up", "--port", "0"], ["cache", "clean"], ["doctor"]])
def test_a_cache_that_is_closed_is_one_sentence(
    command: list[str], project: Path, closed: Path
) -> None:
    for cache in (closed, closed / "below"):
        done = ordinary(*command, cwd=project, WAKTI_CACHE=str(cache))
        assert_one_clear_sentence(done)
        assert "mistake of ours" not in done.stderr
        assert "the cache cannot be read" in done.stdout + done.stderr
        assert "WAKTI_CACHE" in done.stdout + done.stderr


def test_a_folder_for_data_that_is_closed_is_one_sentence_and_not_remembered(
    project: Path, closed: Path
) -> None:
    done = ordinary("up", "--port", "0", cwd=project, WAKTI_DATA=str(closed / "data"))
    assert_one_clear_sentence(done)
    assert f"{closed}/data" in done.stderr
    assert "WAKTI_DATA" in done.stderr
    assert wakti("up", "--port", "0", cwd=project).returncode == 0
    closed.chmod(0o700)
    assert list(closed.iterdir()) == []


def test_a_cache_without_room_is_one_sentence_and_nothing_half_made(
    project: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 1000; exec "$@"', "sh", *PROGRAM, "up", "--port", "0"],
        cwd=project,
        env=os.environ | {"WAKTI_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert_one_clear_sentence(done)
    assert "cannot be copied into the cache: File too large\n" in done.stderr
    assert len(done.stderr) < 500
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_is_closed_in_a_project_is_named(project: Path, closed: Path) -> None:
    (project / ".wakti").mkdir()
    closed.rename(project / ".wakti" / "embedded")
    done = ordinary("status", cwd=project)
    (project / ".wakti" / "embedded").rename(closed)
    assert_one_clear_sentence(done)
    assert "mistake of ours" not in done.stderr
    assert ".wakti/embedded" in done.stderr
    assert "Permission denied" in done.stderr


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *PROGRAM, "status"],
        cwd=gone,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert_one_clear_sentence(done)
    assert "the folder where this command runs" in done.stderr


@pytest.mark.parametrize("env", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_names_are_written_whatever_the_letters_of_the_terminal(
    env: dict[str, str], tmp_path: Path
) -> None:
    done = ordinary("doctor", cwd=write_project(tmp_path / "مشروع"), **env)
    assert f"project folder: {tmp_path}/مشروع" in done.stdout
    assert "mistake of ours" not in done.stderr
