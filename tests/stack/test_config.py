"""supabase/config.toml: read as the official CLI reads it, and nothing of it ignored in silence."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import wakti
from tests.official_cli import fetch
from tests.stack.conftest import write_project
from wakti_sb.errors import SpecError
from wakti_sb.stack import config
from wakti_sb.stack.config.reference import ANY, REFERENCE
from wakti_sb.stack.embedded.database import seed_files
from wakti_sb.stack.embedded.throwaway import copy_project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a project's config.toml."""

    def write(text: str) -> Path:
        (tmp_path / "supabase").mkdir(exist_ok=True)
        (tmp_path / "supabase" / "config.toml").write_text(text)
        return tmp_path

    return write


def test_without_a_file_the_official_clis_defaults_hold(tmp_path: Path) -> None:
    found = config.read(tmp_path)
    assert (found.api_port, found.db_port) == (54321, 54322)
    assert config.unheeded(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[api]\nport = "54999"', {"api_port": 54999}),
        ("[API]\nPort = 54999", {"api_port": 54999}),
        ('[api]\nport = "env(WAKTI_TEST_PORT)"', {"api_port": 54998}),
        ('[api]\nschemas = "public,shop"', {"schemas": ("public", "shop")}),
        ("[api]\nschemas = []", {"schemas": ()}),
        ('[db.seed]\nenabled = "false"', {"seed_files": ()}),
        ("[db.migrations]\nenabled = 0", {"migrations": False}),
        ('[storage]\nfile_size_limit = "5MB"', {"file_size_limit": 5 * 1024**2}),
        ('[storage]\nfile_size_limit = "1.5 GiB"', {"file_size_limit": 3 * 1024**3 // 2}),
        ("[storage]\nfile_size_limit = 1000", {"file_size_limit": 1000}),
    ],
)
def test_a_value_is_read_as_loosely_as_by_the_official_cli(
    write: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    expected: dict[str, Any],
) -> None:
    monkeypatch.setenv("WAKTI_TEST_PORT", "54998")
    found = config.read(write(text))
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[api]\nport = "many"', "[api] port = 'many' is not a number"),
        ("[api]\nport = true", "[api] port = True is not a number"),
        ("[api]\nport = 70000", "[api] port = 70000 is not a number up to 65535"),
        ("[api]\nport = -1", "[api] port = -1 is not a number"),
        ("[db.seed]\nenabled = 'perhaps'", "[db.seed] enabled = 'perhaps' is not true or false"),
        ("[api]\nschemas = {}", "[api] schemas = {} is not a list of texts"),
        ("functions = 5", "functions = 5 is not a table"),
        ("[storage]\nfile_size_limit = 'big'", "is not a size such as 10MiB"),
        ("[api\nport = 1", "cannot be read"),
    ],
)
def test_a_wrong_value_is_named_with_its_section(
    write: Callable[[str], Path], text: str, message: str
) -> None:
    with pytest.raises(SpecError) as error:
        config.read(write(text))
    assert message in str(error.value)
    assert str(error.value).startswith("supabase/config.toml: ")


def test_variables_come_from_the_files_that_the_official_cli_reads(
    write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f'{name} = "env({name})"\n' for name in ("SHELL_SAID", "NEAR", "FAR", "NOBODY"))
    project = write("[edge_runtime.secrets]\n" + text)
    (project / ".env").write_text("NEAR=project\nFAR=project\nSHELL_SAID=project\n")
    (project / "supabase" / ".env").write_text("NEAR=supabase\n")
    monkeypatch.setenv("SHELL_SAID", "shell")

    assert config.read(project).edge_runtime.secrets == {
        "SHELL_SAID": "shell",
        "NEAR": "supabase",
        "FAR": "project",
    }


def test_a_function_finds_its_settings_in_whatever_case(write: Callable[[str], Path]) -> None:
    found = config.read(write("[functions.sendMail]\nverify_jwt = false"))
    assert found.function("sendmail").verify_jwt is False
    assert found.function("other").verify_jwt is True


def test_the_names_of_cli_2_and_of_cli_3_mean_the_same(write: Callable[[str], Path]) -> None:
    for key in ("enable_signup", "enabled"):
        found = config.read(write(f"[auth.email]\n{key} = false"))
        assert found.auth.settings["emailSignup"] is False, key


def test_what_is_not_heeded_is_named_once_and_defaults_are_not(
    write: Callable[[str], Path],
) -> None:
    [said] = config.unheeded(
        write(
            """
[api]
port = 1234
[db]
major_version = 15
[studio]
enabled = true
port = 54323
[analytics]
enabled = false
[auth.captcha]
enabled = true
provider = "hcaptcha"
[auth.external.github]
enabled = false
client_id = ""
[auth.rate_limit]
email_sent = 5
token_refresh = 150
"""
        )
    )
    assert said.startswith("supabase/config.toml: not heeded by the embedded stack: ")
    listed = said.partition(" stack: ")[2].rstrip(".").split("; ")
    assert sorted(listed) == [
        "[analytics] enabled",
        "[auth.captcha] enabled, provider",
        "[auth.rate_limit] email_sent",
        "[db] major_version",
    ]


def test_a_key_that_the_official_cli_has_not_is_named_with_the_one_that_may_be_meant(
    write: Callable[[str], Path],
) -> None:
    [said] = config.unheeded(write("[api]\nmax_row = 5\n[nonsense]\nx = 1"))
    assert "no keys of the official CLI" in said
    assert "api.max_row (is it api.max_rows?)" in said
    assert "nonsense.x" in said


def test_the_file_that_generate_writes_is_heeded_whole() -> None:
    assert config.unheeded(ROOT) == ()


@pytest.mark.slow
def test_up_says_what_it_does_not_heed(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p")
    text = "[db]\nmajor_version = 15\n[db.vault]\nshop = 'secret-of-the-shop'\n"
    (project / "supabase" / "config.toml").write_text(text)
    migrations = project / "supabase" / "migrations"
    (migrations / "20260101000001_secret.sql").write_text(
        "create table public.told as select decrypted_secret from vault.decrypted_secrets"
        " where name = 'shop';\n"
        "do $$ begin assert (select count(*) from public.told) = 1; end $$;"
    )
    try:
        up = wakti("up", "--port", "0", cwd=project)
    finally:
        wakti("down", "--no-backup", cwd=project)
    assert up.returncode == 0, up.stderr
    assert up.stderr.count("not heeded by the embedded stack: [db] major_version.") == 1


def test_files_that_config_names_are_there_for_a_stack_of_one_run_too(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p")
    templates = project / "supabase" / "templates"
    templates.mkdir()
    (templates / "invite.html").write_text("<p>Come in</p>")
    (project / "supabase" / "config.toml").write_text(
        '[auth.email.template.invite]\ncontent_path = "./supabase/templates/invite.html"\n'
    )
    (tmp_path / "copy").mkdir()
    copy_project(project, tmp_path / "copy")
    settings = config.read(tmp_path / "copy").auth.settings
    assert settings["templates"] == {"invite": {"body": "<p>Come in</p>"}}


@pytest.mark.slow
def test_the_official_cli_knows_every_key_of_the_reference(tmp_path: Path) -> None:
    """And of what `generate` writes there is none that it calls deprecated."""
    files = {"reference": _as_toml(), "generated": (ROOT / "supabase/config.toml").read_text()}
    said = {}
    for name, text in files.items():
        (tmp_path / name / "supabase").mkdir(parents=True)
        (tmp_path / name / "supabase" / "config.toml").write_text(text)
        done = subprocess.run(
            [fetch(), "migration", "list"],
            cwd=tmp_path / name,
            env={"SUPABASE_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        said[name] = done.stdout + done.stderr
    assert "does not recognize" not in said["reference"], said["reference"]
    assert "auth.email.enable_signup is deprecated" in said["reference"]  # it did read the file
    assert "WARN" not in said["generated"], said["generated"]


def _as_toml() -> str:
    """A file with every key, and in the place of `*` a name that the CLI takes there."""
    import tomlkit

    names = {
        "db.migrations.checks": "rls_disabled_in_public",
        "db.migrations.checks.exclude": "rls_disabled_in_public",
        "auth.hook": "send_email",
        "auth.external": "github",
        "auth.web3": "solana",
        "auth.email.template": "invite",
        "auth.email.notification": "password_changed",
    }

    def filled(table: dict[str, Any], path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in table.items():
            name = names.get(path, "thing") if key == ANY else key
            here = f"{path}.{name}" if path else name
            found[name] = filled(value, here) if isinstance(value, dict) else value
        return found

    whole = filled(REFERENCE, "")
    whole["project_id"] = "reference"
    del whole["inbucket"]  # CLI 3 reads [local_smtp] in its place, and refuses this
    whole["auth"]["captcha"]["provider"] = "hcaptcha"
    return tomlkit.dumps(whole)


def test_seeds_are_found_whatever_the_folder_is_called(tmp_path: Path) -> None:
    project = tmp_path / "a [b] *project*"
    for name in ("seed.sql", "seeds/2.sql", "seeds/1.sql", "seeds/deep/3.sql"):
        file = project / "supabase" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("select 1;")
    patterns = ("./seeds/**/*.sql", "seed.sql", "./seeds/1.sql", "../supabase/seed.sql")
    found = seed_files(project, config.Config(seed_files=patterns))
    told = [str(file.relative_to(project / "supabase")) for file in found]
    assert told == ["seeds/1.sql", "seeds/2.sql", "seeds/deep/3.sql", "seed.sql"]
