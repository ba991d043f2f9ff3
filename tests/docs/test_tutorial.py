"""The tutorial, followed as it is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.command_line import wakti

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text("utf-8")


@pytest.mark.slow
def test_the_tutorial_ends_where_it_says(tmp_path: Path) -> None:
    migrations = tmp_path / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    outcomes: list[tuple[str, int]] = []
    parts = re.findall(r"`(supabase/migrations/\S+\.sql)`|^```(\w+)\n(.*?)^```", PAGE, re.M | re.S)
    file = ""
    for name, language, text in parts:
        if name:
            file = name
        elif language == "sql":
            (tmp_path / file).write_text(text)
        else:
            for line in text.splitlines():
                if line.startswith("wakti-sb "):
                    done = wakti(*shlex.split(line)[1:], cwd=tmp_path)
                    outcomes.append((line, done.returncode))
                    if line == "wakti-sb rls test" and done.returncode == 1:
                        assert "notes" in done.stdout + done.stderr
    assert outcomes == [
        ("wakti-sb up --port 0", 0),
        ("wakti-sb status", 0),
        ("wakti-sb rls init --write", 0),
        ("wakti-sb rls test", 1),
        ("wakti-sb migrate", 0),
        ("wakti-sb rls test", 0),
        ("wakti-sb rls mutate", 0),
        ("wakti-sb down", 0),
    ]
