"""ARCHITECTURE.md has the layers that the linter enforces, in its order."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_of_layers_is_the_linters() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    table = text.partition("| layer | does |")[2].partition("\n\n")[0]
    shown = [re.findall(r"`([a-z_]+)/?`", row.split("|")[1]) for row in table.splitlines()[2:]]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    enforced = [layer.split(" : ") for layer in settings["contracts"][0]["layers"]]
    names = [[one.removeprefix("wakti_sb.") for one in layer] for layer in enforced]
    assert [one for row in shown for one in row] == [one for layer in names for one in layer]


def test_every_room_of_the_package_is_a_layer() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {file.parent.name for file in (ROOT / "wakti_sb").glob("*/__init__.py")}
    for room in rooms:
        assert re.search(rf"^\| .*`{room}/?`", text, re.M), room
