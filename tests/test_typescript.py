"""The unit tests that stand beside the TypeScript, run by Deno; `make check` checks its types."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from wakti_sb.stack.embedded import deno, paths

ROOT = Path(__file__).parent.parent


def _deno_test(folder: Path) -> None:
    program = deno.find(paths.cache())
    done = subprocess.run(
        [program.program, "test", "--quiet", "--frozen", "--no-check", "--allow-all"],
        cwd=folder,
        env=os.environ | program.env() | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed | 0 failed" in done.stdout


@pytest.mark.slow
def test_the_parts_of_the_local_api_do_what_their_tests_say() -> None:
    _deno_test(ROOT / "wakti_sb" / "stack" / "embedded" / "services")


def test_the_rooms_of_the_data_api_import_downwards_only() -> None:
    rest = ROOT / "wakti_sb" / "stack" / "embedded" / "services" / "rest"
    order = ["grammar", "schema", "plan", "sql", "answer"]
    for place, room in enumerate(order):
        above = set(order[place + 1 :])
        for file in (rest / room).glob("*.ts"):
            imported = re.findall(r'from "\.\./(\w+)/', file.read_text())
            assert not above & set(imported), file.name
