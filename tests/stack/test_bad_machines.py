"""What a machine can lack or hold against us: one clear sentence each, and nothing half made."""

from __future__ import annotations

import re
import socket
import tempfile
from pathlib import Path

import psutil

from tests.command_line import assert_one_clear_sentence, wakti


def test_a_port_that_is_taken_is_named_with_its_holder(project: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        done = wakti("up", "--port", str(port), cwd=project)

    assert_one_clear_sentence(done)
    holder_name = psutil.Process().name()
    assert f"port {port} (API) is taken by {holder_name}" in done.stderr


def test_without_a_network_the_first_up_says_so_and_leaves_nothing_running(project: Path) -> None:
    # Not below pytest's folder, which root's server cannot reach.
    with tempfile.TemporaryDirectory() as cache:
        Path(cache).chmod(0o755)
        offline = {"WAKTI_CACHE": cache, "NPM_CONFIG_REGISTRY": "http://127.0.0.1:9"}

        done = wakti("up", "--port", "0", cwd=project, env=offline)

    assert_one_clear_sentence(done)
    assert re.search(r"\w+\.\w+\.\w+ is out of reach", done.stderr)
    assert_one_clear_sentence(wakti("status", cwd=project))


def test_once_fetched_no_network_is_needed(project: Path) -> None:
    offline = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    assert wakti("up", "--port", "0", cwd=project).returncode == 0
    assert wakti("down", cwd=project).returncode == 0

    done = wakti("up", "--port", "0", cwd=project, env=offline)

    assert done.returncode == 0, done.stderr


def test_a_missing_postgresql_is_named(project: Path) -> None:
    done = wakti("up", "--port", "0", cwd=project, env={"WAKTI_POSTGRES": "/nowhere"})
    assert_one_clear_sentence(done)
    assert "/nowhere" in done.stderr


def test_a_missing_deno_is_named_with_the_command_that_mends_it(
    project: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "shadow" / "deno"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(
        "def find_deno_bin():\n    raise FileNotFoundError('no wheel for this platform')\n"
    )

    done = wakti("up", "--port", "0", cwd=project, env={"PYTHONPATH": str(broken.parent)})

    assert_one_clear_sentence(done)
    assert "pip install deno" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(project: Path) -> None:
    (project / ".wakti").write_text("in the way")
    done = wakti("up", "--port", "0", cwd=project)
    (project / ".wakti").unlink()
    assert_one_clear_sentence(done)
    assert "cannot write here" in done.stderr


def test_a_folder_that_is_no_project_is_named_before_anything_is_made(tmp_path: Path) -> None:
    done = wakti("up", "--port", "0", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "wakti-sb init" in done.stderr
    assert "PostgreSQL" not in done.stderr


def test_a_broken_config_is_named_with_section_and_key(project: Path) -> None:
    (project / "supabase" / "config.toml").write_text('[api]\nport = "many"\n')
    done = wakti("up", cwd=project)
    assert_one_clear_sentence(done)
    assert "[api] port = 'many' is not a number" in done.stderr


def test_a_migration_that_fails_is_named_with_file_and_line(project: Path) -> None:
    file = project / "supabase" / "migrations" / "20260102000000_broken.sql"
    file.write_text("select 1;\nselect 1 from nowhere;\n")

    done = wakti("up", "--port", "0", cwd=project)

    assert_one_clear_sentence(done)
    assert "20260102000000_broken.sql:2" in done.stderr

    file.write_text("select 1;\n")
    assert wakti("up", "--port", "0", cwd=project).returncode == 0


def test_doctor_names_what_is_missing(project: Path) -> None:
    well = wakti("doctor", cwd=project)
    assert "PostgreSQL: postgres (PostgreSQL) 17" in well.stdout

    ill = wakti("doctor", cwd=project, env={"WAKTI_POSTGRES": "/nowhere"})
    assert_one_clear_sentence(ill)
    assert "missing  PostgreSQL" in ill.stdout
