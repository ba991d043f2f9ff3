"""The sources of the page, its bundle, and the files that are published."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from wakti_sb import dashboard
from wakti_sb.dashboard import Site
from wakti_sb.dashboard.bundle import APP, languages
from wakti_sb.errors import UsageError
from wakti_sb.spec import Spec, load
from wakti_sb.stack.embedded import deno, paths

BUDGET = 150 * 1024
# Lower numbers are lower layers; folders of one layer do not know each other.
LAYERS = {
    "api": 0,
    "routing": 0,
    "i18n": 1,
    "primitives": 2,
    "preferences": 3,
    "session": 4,
    "projects": 5,
    "transfer": 5,
    "uploads": 6,
    "data": 7,
    "inbox": 7,
    "overview": 7,
    "settings": 7,
    "users": 7,
    "shell": 8,
}
SITE = Site("https://abcdefgh.supabase.co", "sb_publishable_x")


@pytest.mark.slow
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


def test_the_limits_that_a_page_is_not_told_are_those_of_a_new_wakti_toml() -> None:
    text = (APP / "api" / "limits.ts").read_text("utf-8")
    usual = text.partition("const usual: Limits = {")[2].partition("\n};")[0]
    known = {name: int(value) for name, value in re.findall(r"(\w+): ([\d_]+)\b", usual)}
    for spec in (Spec(), load(APP.parents[2] / "wakti.toml")):
        told = spec.limits.model_dump() | spec.rate_limits.model_dump()
        assert known == {name: told[name] for name in known}
    assert len(known) == 11
    assert f'name_pattern: "{Spec().limits.name_pattern}"' in usual


@pytest.mark.parametrize(
    ("module", "name", "source", "written"),
    [
        ("blocking", "MAX_BLOCKED", "R_05_table_rules.sql.j2", r"at most (\d+) texts"),
        ("blocking", "MAX_BLOCKED_CHARS", "R_05_table_rules.sql.j2", r"1 to (\d+) characters"),
        ("inbox", "MAX_NOTE_CHARS", "R_05_table_rules.sql.j2", r"char_length\(new.note\) > (\d+)"),
        ("inbox", "MAX_LABELS", "R_05_table_rules.sql.j2", r"cardinality\(new.labels\) > (\d+)"),
    ],
)
def test_what_the_page_cuts_short_is_as_long_as_the_database_takes(
    module: str, name: str, source: str, written: str
) -> None:
    page = (APP / "api" / f"{module}.ts").read_text("utf-8")
    found = re.search(rf"{name} = ([\d_]+);", page)
    rule = re.search(written, (APP.parents[2] / "sql" / "migrations" / source).read_text("utf-8"))
    assert found
    assert rule
    assert int(found[1]) == int(rule[1])


def test_a_page_is_told_the_limits_of_the_folders_wakti_toml(tmp_path: Path) -> None:
    text = "[limits]\nitem = 2048\nname_chars = 17\n[rate_limits]\nsubmit = 7\n"
    (tmp_path / "wakti.toml").write_text(text, "utf-8")
    address = ["--url", "https://abcdefgh.supabase.co", "--key", "sb_publishable_x"]
    done = wakti("dashboard", *address, "--output", "page", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "page" / "config.json").read_text("utf-8"))["limits"]
    assert told["item"] == 2048
    assert told["name_chars"] == 17
    assert told["file"] == Spec().limits.file
    assert told["rate_limits"]["submit"] == 7


def test_folders_of_the_page_import_lower_ones_alone() -> None:
    wrong = []
    for file in sorted(APP.rglob("*.ts*")):
        here = file.relative_to(APP).parts[0] if file.parent != APP else ""
        for target in re.findall(r'from "(\.\.?/[^"]+)"', file.read_text("utf-8")):
            found = (file.parent / target).resolve().relative_to(APP)
            there = found.parts[0] if len(found.parts) > 1 else ""
            if here in ("", there) or not there:
                continue
            if LAYERS[here] <= LAYERS[there]:
                wrong.append(f"{file.relative_to(APP)} -> {found}")
    assert wrong == []


def test_the_module_that_names_the_languages_is_as_the_build_writes_it() -> None:
    assert (APP / "i18n" / "languages.ts").read_text("utf-8") == languages()


def test_no_address_of_a_registry_is_locked_in() -> None:
    assert "://" not in (APP / "deno.lock").read_text("utf-8")


def test_a_published_page_names_its_project_and_trusts_nobody_else(
    built: Path, tmp_path: Path
) -> None:
    folder = dashboard.publish(built, tmp_path / "page", SITE)
    told = json.loads((folder / "config.json").read_text("utf-8"))
    assert told.keys() == {"apiUrl", "publishableKey", "limits"}
    assert told["apiUrl"] == "https://abcdefgh.supabase.co"
    assert told["publishableKey"] == "sb_publishable_x"
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


def test_a_folder_says_its_own_words_and_those_of_every_tab() -> None:
    shared = {"common", "problems"}
    sections = {file.stem for file in (APP / "i18n" / "en").glob("*.ts")} - {"index"}
    wrong = []
    for file in sorted(APP.rglob("*.ts*")):
        here = file.relative_to(APP).parts[0]
        if here == "i18n" or file.parent == APP:
            continue
        for said in re.findall(r"\bt\.(\w+)\.", file.read_text("utf-8")):
            if said in sections - shared - {here}:
                wrong.append(f"{file.relative_to(APP)}: {said}")
    assert wrong == []
    assert sections - shared <= LAYERS.keys()
