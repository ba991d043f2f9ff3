"""An exception from a rule of the linters has its reason beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("wakti_sb", "edge_function_templates", "site_js", "bench", "tests")

# How each tool's exception begins, and how it goes on with a reason.
EXCEPTIONS = {
    "ruff": (r"#\s*noqa: [A-Z]+\d+", r"(, [A-Z]+\d+)*  (\(\S|# )"),
    "deno lint": (r"//\s*deno-lint-ignore(-file)? [\w-]+", r".* -- \S"),
    "mypy": (r"#\s*type: ignore\[[\w, -]+\]", r"  (# |\(\S)"),
}
SOURCES = {"ruff": (".py",), "deno lint": (".ts", ".tsx", ".j2"), "mypy": (".py",)}


def without_reason(tool: str, text: str) -> list[str]:
    """The lines with an exception and no reason."""
    begins, goes_on = EXCEPTIONS[tool]
    said, reason = re.compile(begins), re.compile(begins + goes_on)
    return [line for line in text.splitlines() if said.search(line) and not reason.search(line)]


@pytest.mark.parametrize("tool", EXCEPTIONS)
def test_every_exception_says_why(tool: str) -> None:
    found = {
        str(file.relative_to(ROOT)): lines
        for folder in FOLDERS
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in SOURCES[tool]
        and file != Path(__file__)
        and not (tool == "mypy" and folder in ("tests", "bench"))
        and (lines := without_reason(tool, file.read_text("utf-8")))
    }
    assert found == {}


def test_one_without_a_reason_is_noticed() -> None:
    bare, told = "x = eval(y)  # noqa: S307", "x = eval(y)  # noqa: S307  (y is ours)"
    assert without_reason("ruff", f"{bare}\n{told}") == [bare]
    both = "x = eval(y)  # noqa: S307, PGH001  (y is ours)"
    assert without_reason("ruff", both) == []
    assert without_reason("mypy", "f(x)  # type: ignore[arg-type]")
    assert without_reason("deno lint", "// deno-lint-ignore no-control-regex")
