"""One self-contained page: the matrix as its picture, each cell with what is behind it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..conformance.cases import to_sql
from ..conformance.findings import http_text
from ..conformance.model import Fix, Report, Statements, Verdict
from .groups import groups
from .matrix import OPERATIONS, Cell, cells

_SIGNS = {"passed": "✓", "failed": "✗", "unproven": "?"}


@dataclass(frozen=True)
class Shown:
    """A cell with the anchor of its panel."""

    cell: Cell
    anchor: str


@dataclass(frozen=True)
class Block:
    """One object: its identities by its operations."""

    name: str
    operations: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shown | None, ...]], ...]

    @property
    def status(self) -> str:
        """The worst of its cells."""
        found = {each.cell.status for _, row in self.rows for each in row if each is not None}
        return next(status for status in ("failed", "unproven", "passed") if status in found)


def html(report: Report) -> str:
    """The page's text; it loads nothing from anywhere."""
    page = Environment(
        loader=PackageLoader("wakti_sb.reports", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.globals.update(
        http_text=http_text, to_sql=to_sql, is_statements=_is_statements, signs=_SIGNS
    )
    files = resources.files(__package__)
    return page.get_template("page.html.j2").render(
        report=report,
        blocks=blocks(report.verdicts),
        groups=groups(report.findings),
        style=files.joinpath("page.css").read_text(encoding="utf-8"),
        script=files.joinpath("page.js").read_text(encoding="utf-8"),
    )


def _is_statements(fix: Fix) -> bool:
    return isinstance(fix, Statements)


def blocks(verdicts: Iterable[Verdict]) -> tuple[Block, ...]:
    """The matrix, object by object."""
    by_object: dict[str, list[Cell]] = {}
    for cell in cells(verdicts):
        by_object.setdefault(cell.object, []).append(cell)
    return tuple(
        _block(number, name, found) for number, (name, found) in enumerate(by_object.items())
    )


def _block(number: int, name: str, found: list[Cell]) -> Block:
    operations = tuple(o for o in OPERATIONS if any(cell.operation == o for cell in found))
    by_key = {(cell.identity, cell.operation): cell for cell in found}
    rows = tuple(
        (
            who,
            tuple(
                Shown(cell, f"c{number}-{line}-{place}")
                if (cell := by_key.get((who, each)))
                else None
                for place, each in enumerate(operations)
            ),
        )
        for line, who in enumerate(dict.fromkeys(cell.identity for cell in found))
    )
    return Block(name.removeprefix("public."), operations, rows)
