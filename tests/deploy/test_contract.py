"""The contract in this folder, held against the platform's published document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.deploy.contract import operations, ours, published


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The published document."""
    file = published()
    if file is None:
        pytest.skip("the platform's document is not beside this checkout (WAKTI_PLATFORM_DATA)")
    read: dict[str, Any] = json.loads(file.read_text())
    return read


@pytest.mark.parametrize(("method", "path"), list(operations(ours())))
def test_an_operation_is_as_published(document: dict[str, Any], method: str, path: str) -> None:
    mine = operations(ours())[(method, path)]
    for kind in ("security", "performance") if "{kind}" in path else ("",):
        theirs = operations(document)[(method, path.replace("{kind}", kind))]
        needed = [one["fga_permissions"] for one in theirs["security"] if "fga_permissions" in one]
        assert [mine["x-permission"]] in needed
        known = {one["name"]: one for one in theirs["parameters"]}
        for parameter in mine.get("parameters", ()):
            assert known[parameter["name"]]["in"] == parameter["in"]
        required = {name for name, one in known.items() if one["required"]} - {"ref"}
        assert required <= {one["name"] for one in mine.get("parameters", ())}
        bodies = [one.get("requestBody", {}).get("content", {}) for one in (mine, theirs)]
        assert set(bodies[0]) <= set(bodies[1])
        assert bool(bodies[0]) == bool(bodies[1])
        assert set(mine["responses"]) <= set(theirs["responses"])
