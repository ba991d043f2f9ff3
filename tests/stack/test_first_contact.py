"""The first minutes with any folder: what is found, what is said, what is left alone."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence, wakti
from tests.stack.conftest import write_project
from tests.stack.functions import write
from wakti_sb.errors import StackError
from wakti_sb.proxies import spare_loopback
from wakti_sb.stack.embedded.throwaway import named_from

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_project_is_found_from_its_subfolders(project: Path) -> None:
    inside = project / "supabase" / "migrations"
    assert wakti("up", "--port", "0", cwd=inside).returncode == 0
    assert wakti("status", cwd=project).returncode == 0
    assert wakti("status", "-o", "env", cwd=project / "supabase").returncode == 0
    assert not (inside / ".wakti").exists()
    assert (project / ".wakti").exists()


@pytest.mark.slow
def test_up_of_a_project_without_the_backend_shows_no_dashboard(project: Path) -> None:
    up = wakti("up", "--port", "0", cwd=project)
    assert up.returncode == 0, up.stderr
    assert "ashboard" not in up.stdout + up.stderr


def test_up_leaves_nothing_in_a_folder_that_is_no_project(tmp_path: Path) -> None:
    assert_one_clear_sentence(wakti("up", cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_up_names_the_projects_below_a_folder_that_is_none(tmp_path: Path) -> None:
    write_project(tmp_path / "apps" / "shop")
    write_project(tmp_path / "node_modules" / "other")
    up = wakti("up", cwd=tmp_path)
    assert_one_clear_sentence(up)
    assert "--project names one elsewhere: there is apps/shop." in up.stderr
    assert not (tmp_path / ".wakti").exists()


def test_a_project_of_functions_alone_is_one(tmp_path: Path) -> None:
    write(tmp_path, "hello", "Deno.serve(() => new Response('hello'));")
    try:
        up = wakti("up", "--port", "0", cwd=tmp_path)
        assert up.returncode == 0, up.stderr
        assert wakti("reset", cwd=tmp_path).returncode == 0
    finally:
        wakti("down", "--no-backup", cwd=tmp_path)


def test_init_in_somebodys_project_wants_to_be_told(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p")
    before = sorted(folder.rglob("*"))

    refused = wakti("init", cwd=folder)
    assert_one_clear_sentence(refused)
    assert "--backend" in refused.stderr
    assert "1 migrations, 0 functions" in refused.stderr
    assert sorted(folder.rglob("*")) == before

    assert wakti("init", "--backend", cwd=folder).returncode == 0
    assert (folder / "wakti.toml").is_file()
    # Once it is there, init only brings it up to date.
    assert wakti("init", cwd=folder).returncode == 0


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(("answer", "added"), [("y", True), ("n", False), ("", False)])
def test_init_in_somebodys_project_asks_at_a_terminal(
    answer: str, added: bool, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "p")
    before = sorted(project.rglob("*"))
    code, shown = _at_a_terminal(["init"], answer, project)
    assert "this is a Supabase project already (1 migrations, 0 functions)" in shown
    assert "Add them? [y/N]" in shown
    assert "Traceback" not in shown
    assert (code == 0) is added
    assert (project / "wakti.toml").exists() is added
    assert added or sorted(project.rglob("*")) == before


def _at_a_terminal(arguments: list[str], answer: str, cwd: Path) -> tuple[int, str]:
    """The exit code, and what the terminal showed, where somebody types a line."""
    program, terminal = pty.openpty()
    command = [sys.executable, "-c", "from wakti_sb.cli import main; main()", *arguments]
    running = subprocess.Popen(command, cwd=cwd, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while part := os.read(program, 4096):
            asked = b"[y/N]" in part
            shown += part
            if asked:
                os.write(program, f"{answer}\n".encode())
    os.close(program)
    return running.wait(timeout=30), " ".join(shown.decode().split())


@pytest.mark.slow
def test_a_history_that_never_ran_from_empty_is_named_whole(tmp_path: Path) -> None:
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "20240101000000_a.sql").write_text(
        "create table public.made (id int);\nalter table public.orders add total int;\n"
    )
    (folder / "20240102000000_b.sql").write_text(
        "alter table public.made enable row level security;\n"
        "create policy own on public.customers using (true);\n"
    )
    up = wakti("up", "--port", "0", cwd=tmp_path)
    wakti("down", "--no-backup", cwd=tmp_path)
    assert_one_clear_sentence(up)
    assert (
        "20240101000000_a.sql:2:1: public.orders is changed here and made in no file" in up.stderr
    )
    assert "20240102000000_b.sql:2: neither is public.customers" in up.stderr
    assert "public.made" not in up.stderr
    assert "--db-url" in up.stderr


def test_init_makes_a_project_where_one_is_and_not_above(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p")
    below = folder / "apps" / "shop"
    below.mkdir(parents=True)
    assert wakti("init", cwd=below).returncode == 0
    assert (below / "supabase" / "migrations").is_dir()


@pytest.mark.slow
def test_up_says_where_the_official_cli_would_go(project: Path) -> None:
    (project / "supabase" / "config.toml").write_text("[db]\nport = 54988\n")
    up = wakti("up", "--port", "0", cwd=project)
    assert up.returncode == 0, up.stderr
    [told] = [line for line in up.stderr.splitlines() if "official CLI" in line]
    assert "look on 54988, where nobody answers" in told


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(["stats"], "'status'"), (["dwn"], "'down'"), (["rls", "tst"], "'test'")],
)
def test_a_mistyped_command_is_told_what_may_be_meant(
    tmp_path: Path, typed: list[str], meant: str
) -> None:
    done = wakti(*typed, cwd=tmp_path)
    assert done.returncode == 2
    assert f"No such command {typed[-1]!r}. Did you mean {meant}?" in done.stderr


@pytest.mark.parametrize("options", [["--db-url", "postgresql://127.0.0.1:1/x"], ["--project={}"]])
def test_options_of_rls_stand_on_either_side_of_the_word(
    tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "wakti.toml").write_text("nonsense = 1\n")
    given = [option.format(tmp_path) for option in options]
    before = wakti("rls", *given, "test", cwd=tmp_path)
    behind = wakti("rls", "test", *given, cwd=tmp_path)
    assert before.returncode == behind.returncode == 2
    assert "No such option" not in behind.stderr
    assert before.stderr == behind.stderr


def test_an_unwritable_cache_is_one_sentence(project: Path) -> None:
    up = wakti("up", "--port", "0", cwd=project, env={"WAKTI_CACHE": "/proc/nowhere"})
    assert_one_clear_sentence(up)
    assert "the cache cannot be written" in up.stderr
    assert "WAKTI_CACHE" in up.stderr


def test_the_cache_is_emptied_on_demand(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (cache / "postgresql-17.10.0-abc" / "bin").mkdir(parents=True)
    (cache / "deno").mkdir()
    (cache / "deno" / "file").write_bytes(b"x" * 2 * 1024 * 1024)
    done = wakti("cache", "clean", cwd=tmp_path, env={"WAKTI_CACHE": str(cache)})
    assert done.returncode == 0, done.stderr
    assert "2 MiB freed" in done.stderr
    assert list(cache.iterdir()) == []


@pytest.mark.slow
def test_a_proxy_is_never_asked_for_this_machine(project: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    env = dict.fromkeys(names, nowhere)
    for arguments in (["up", "--port", "0"], ["reset"], ["status"], ["mail"], ["down"]):
        done = wakti(*arguments, cwd=project, env=env)
        assert done.returncode == 0, (arguments, done.stderr)


def test_a_proxy_that_cannot_be_spoken_to_is_named_and_not_used() -> None:
    environ = {"ALL_PROXY": "socks5://127.0.0.1:9", "HTTPS_PROXY": "http://proxy", "NO_PROXY": "a"}
    said = spare_loopback(environ)
    assert [sentence.split()[0] for sentence in said] == ["ALL_PROXY"]
    assert environ == {
        "HTTPS_PROXY": "http://proxy",
        "NO_PROXY": "a,127.0.0.1,localhost,::1",
        "no_proxy": "a,127.0.0.1,localhost,::1",
    }
    untouched: dict[str, str] = {}
    assert spare_loopback(untouched) == ()
    assert untouched == {}
    assert os.environ is not environ


def test_an_error_of_a_stack_of_one_run_names_no_folder_that_is_gone(tmp_path: Path) -> None:
    log = tmp_path / ".wakti" / "postgres.log"
    log.parent.mkdir()
    log.write_text("\n".join(f"line {number}" for number in range(9)))
    with pytest.raises(StackError) as told, named_from(tmp_path):
        raise StackError("PostgreSQL did not start.", place=str(log), remedy="The log says why.")
    assert str(tmp_path) not in str(told.value)
    assert str(told.value).startswith(".wakti/postgres.log: PostgreSQL did not start.")
    assert "line 8" in str(told.value)
    with pytest.raises(StackError, match="elsewhere: no"), named_from(tmp_path):
        raise StackError("no", place="elsewhere")
