"""`docs/first-screens.md`: what a stranger sees first of each example, from the real output.

Each example gets the first two of its seeded faults, `rls init` proposes a model that nobody
touches, and `rls test` prints its first screen. `python -m tests.docs.first_screens` writes the
page, with a stack of its own.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg

from tests.conftest import clone_of
from wakti_sb.conformance import propose, run
from wakti_sb.conformance.findings import causes
from wakti_sb.reports import as_text, of_policies
from wakti_sb.spec import parse
from wakti_sb.stack import EmbeddedStack, Endpoint

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-screens.md"
EXAMPLES = tuple(sorted(path.name for path in (ROOT / "tests" / "examples").iterdir()))
_FAULTS = 2
_SHOWN = 4  # causes, as on the screen
_PATIENCE = 600.0  # seconds: the page says the same on a slow machine
_HEAD = """\
# What a stranger sees first

`tests/examples/` holds ten schemas in the style of public projects. Here each has two of its seeded
holes (one, where it has one), the model that `wakti-sb rls init` proposes and nobody touched, and
then the first screen of `wakti-sb rls test`. `python -m tests.docs.first_screens` made this page.
"""
Database = Callable[[], AbstractContextManager[str]]


def page(database: Database) -> str:
    """The whole page; `database` makes an empty one."""
    return "\n".join([_HEAD, *(section(name, database) for name in EXAMPLES)])


def section(name: str, database: Database) -> str:
    """What the page says of one example."""
    folder = ROOT / "tests" / "examples" / name
    faults = sorted((folder / "faults").glob("*.sql"))[:_FAULTS]
    with database() as url:
        with psycopg.connect(url) as connection:
            for file in (*sorted((folder / "supabase" / "migrations").glob("*.sql")), *faults):
                connection.execute(file.read_text("utf-8"))
        report = run(parse(propose(url)), url, patience=_PATIENCE)
    issues = of_policies(report).issues
    shown = "\n".join(as_text(issue).strip("\n") for issue in issues[:_SHOWN])
    rest = len(issues) - _SHOWN
    word = "cause" if rest == 1 else "causes"
    told = f"{shown}\n\n… and {rest} more {word}." if rest > 0 else shown
    seeded = ", ".join(f"`{fault.stem}`" for fault in faults)
    counted = f"{len(causes(report.findings))} causes of {len(report.findings)} findings"
    return "\n".join(_lines(name, seeded, counted, told))


def _lines(name: str, seeded: str, counted: str, told: str) -> Iterator[str]:
    yield from (f"## {name}", "", f"Seeded: {seeded}. {counted}.", "", "```", told, "```", "")


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "supabase", "migrations").mkdir(parents=True)
        stack = EmbeddedStack(Path(folder))
        endpoint = stack.up(port=0, api=False)
        try:
            PAGE.write_text(page(lambda: _empty(endpoint)), "utf-8")
        finally:
            stack.down(remove_data=True)
    sys.stdout.write(f"wrote {PAGE.name}\n")


def _empty(endpoint: Endpoint) -> AbstractContextManager[str]:
    return clone_of("wakti_platform", endpoint)


if __name__ == "__main__":
    main()
