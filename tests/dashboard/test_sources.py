"""The sources of the page, its bundle, and the files that are published."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from math import prod
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from wakti_sb import dashboard
from wakti_sb.dashboard import Site
from wakti_sb.dashboard.bundle import APP
from wakti_sb.errors import UsageError
from wakti_sb.spec import load
from wakti_sb.stack.embedded import deno, paths

BUDGET = 150 * 1024
SITE = Site("https://abcdefgh.supabase.co", "sb_publishable_x")


@pytest.mark.usefixtures("built")  # fetches the packages
def test_the_modules_of_the_page_do_what_their_tests_say() -> None:
    program = deno.find(paths.cache())
    done = subprocess.run(
        [program.program, "test", "--frozen", "--no-check", "."],
        cwd=APP,
        env=os.environ | program.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_that_a_browser_loads_is_small(built: Path) -> None:
    sizes = {file.name: len(gzip.compress(file.read_bytes())) for file in built.iterdir()}
    assert sum(sizes.values()) <= BUDGET, sizes


def test_the_limits_that_the_page_knows_are_those_of_the_backend() -> None:
    text = (APP / "api" / "limits.ts").read_text("utf-8")
    written = dict(re.findall(r"export const (MAX_\w+) = ([\d_* ]+);", text))
    known = {name: prod(map(int, value.split("*"))) for name, value in written.items()}
    limits = load(APP.parents[2] / "wakti.toml").limits
    assert known == {
        "MAX_ITEM_BYTES": limits.item,
        "MAX_DEPTH": limits.json_depth,
        "MAX_FILE_BYTES": limits.file,
        "MAX_PROJECT_BYTES": limits.project,
        "MAX_NAME_CHARS": limits.name_chars,
    }


def test_no_address_of_a_registry_is_locked_in() -> None:
    assert "://" not in (APP / "deno.lock").read_text("utf-8")


def test_a_published_page_names_its_project_and_trusts_nobody_else(
    built: Path, tmp_path: Path
) -> None:
    folder = dashboard.publish(built, tmp_path / "page", SITE)
    assert json.loads((folder / "config.json").read_text("utf-8")) == {
        "apiUrl": "https://abcdefgh.supabase.co",
        "publishableKey": "sb_publishable_x",
    }
    page = (folder / "index.html").read_text("utf-8")
    assert "connect-src 'self' https://abcdefgh.supabase.co;" in page
    assert "{{" not in page
    again = dashboard.publish(built, folder, Site("", "sb_publishable_y"))
    assert "connect-src 'self';" in (again / "index.html").read_text("utf-8")


def test_a_folder_with_other_files_is_left_alone(built: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="other files"):
        dashboard.publish(built, tmp_path, SITE)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("address", ["abcdefgh", "ftp://x", "https://x y", "https://x;img-src *"])
def test_an_address_that_is_none_is_refused(built: Path, address: str) -> None:
    with pytest.raises(UsageError, match="not the address of a project"):
        Site(address, "k").page(built)


def test_the_command_writes_the_page_and_refuses_the_secret_key(tmp_path: Path) -> None:
    url = ["--url", "https://abcdefgh.supabase.co"]
    done = wakti("dashboard", *url, "--key", "sb_publishable_x", "--output", "page", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "page" / "index.html").exists()
    assert_one_clear_sentence(wakti("dashboard", *url, "--key", "sb_secret_x", cwd=tmp_path))
    assert_one_clear_sentence(wakti("dashboard", *url, cwd=tmp_path))
