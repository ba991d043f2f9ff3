"""The log of a function: when each line was said, no secret, and an end to its size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wakti_sb.stack.embedded.edge import log
from wakti_sb.stack.embedded.edge.log import Log


def test_a_line_has_its_time_and_no_secret(tmp_path: Path) -> None:
    written = Log(tmp_path / "logs" / "hello.log", ["sb_secret_abc", "token"])
    written.write("the key is sb_secret_abc, the token is token")
    written.note("started")
    written.close()
    first, second = (tmp_path / "logs" / "hello.log").read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]{12}Z the key is …, the … is …", first)
    assert second.endswith("Z [wakti-sb] started")


def test_a_log_that_is_full_is_put_aside_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LIMIT", 1000)
    file = tmp_path / "hello.log"
    written = Log(file, [])
    for number in range(100):
        written.write(f"line {number}")
    written.close()
    earlier = tmp_path / "hello.log.1"
    assert file.stat().st_size <= 1000
    assert earlier.stat().st_size <= 1000
    numbers = [
        int(line.split()[-1])
        for line in (earlier.read_text() + file.read_text()).split("\n")
        if line
    ]
    assert numbers == list(range(numbers[0], 100))


def test_where_nothing_can_be_written_the_function_goes_on(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    written = Log(tmp_path / "logs" / "hello.log", [])
    written.write("lost")
    assert written.said() == ["lost"]
