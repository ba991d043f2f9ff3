from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wakti_sb.errors import GenerateError
from wakti_sb.generate import Plan

Generate = Callable[..., Plan]

BUCKET = '[[bucket]]\nname = "files"\npublic = true\n'


def config(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "supabase/config.toml").read_text())


def test_the_official_cli_finds_the_local_stack(generate: Generate, project: Path) -> None:
    generate('[project]\nname = "shop"\nschemas = ["public", "app"]\n[stack]\nport = 5000')
    written = config(project)
    assert written["project_id"] == "shop"
    assert written["api"]["port"] == 5000
    assert written["api"]["schemas"] == ["public", "app"]
    assert written["db"] | {"migrations": 0, "seed": 0} == {
        "port": 54322,
        "shadow_port": 54320,
        "major_version": 17,
        "migrations": 0,
        "seed": 0,
    }


def test_visitors_may_call_the_functions(generate: Generate, project: Path) -> None:
    generate()
    assert config(project)["functions"]["api"]["verify_jwt"] is False


def test_buckets_carry_their_limits(generate: Generate, project: Path) -> None:
    generate(BUCKET + 'allowed_mime_types = ["image/png"]\n[limits]\nfile = 1000')
    assert config(project)["storage"]["buckets"]["files"] == {
        "public": True,
        "file_size_limit": "1000B",
        "allowed_mime_types": ["image/png"],
    }


def test_a_config_table_is_laid_over(generate: Generate, project: Path) -> None:
    generate("[config.auth]\nsite_url = 'https://example.com'\n[config.studio]\nenabled = false")
    written = config(project)
    assert written["auth"]["site_url"] == "https://example.com"
    assert written["auth"]["enable_signup"] is True
    assert written["studio"] == {"enabled": False}


def test_a_projects_own_config_keeps_its_values_and_comments(
    generate: Generate, project: Path
) -> None:
    path = project / "supabase/config.toml"
    path.parent.mkdir()
    path.write_text('# ours\nproject_id = "theirs"\n\n[api]\nport = 9999  # odd\n')
    generate(BUCKET)
    text = path.read_text()
    assert text.startswith('# ours\nproject_id = "theirs"\n')
    assert "port = 9999  # odd" in text
    assert config(project)["functions"]["api"]["verify_jwt"] is False
    assert config(project)["storage"]["buckets"]["files"]["public"] is True
    assert not generate(BUCKET).stale


def test_a_projects_own_config_may_change_afterwards(generate: Generate, project: Path) -> None:
    path = project / "supabase/config.toml"
    path.parent.mkdir()
    path.write_text('project_id = "theirs"\n')
    generate()
    path.write_text(path.read_text() + "\n[studio]\nenabled = false\n")
    assert not generate().stale


def test_an_edited_generated_config_says_where_settings_go(
    generate: Generate, project: Path
) -> None:
    generate()
    path = project / "supabase/config.toml"
    path.write_text(path.read_text() + "\n[studio]\nenabled = false\n")
    with pytest.raises(GenerateError, match=r"\[config\] table of wakti.toml"):
        generate()


def test_a_broken_config_is_named(generate: Generate, project: Path) -> None:
    path = project / "supabase/config.toml"
    path.parent.mkdir()
    path.write_text("[api\n")
    with pytest.raises(GenerateError, match="is not TOML"):
        generate()
