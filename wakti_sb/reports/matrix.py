"""The matrix: what each identity may do to each object, and whether it is so. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table as RichTable
from rich.text import Text

from ..conformance.model import Report, Verdict

OPERATIONS = ("select", "insert", "update", "upsert", "delete", "execute")
_SIGNS = {"passed": "✓", "failed": "✗", "unproven": "?"}
_STYLES = {"passed": "green", "failed": "bold red", "unproven": "yellow"}


@dataclass(frozen=True)
class Cell:
    """All verdicts about one identity doing one thing to one object."""

    object: str
    identity: str
    operation: str
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> str:
        """The worst of its verdicts."""
        found = {verdict.status for verdict in self.verdicts}
        return next(status for status in ("failed", "unproven", "passed") if status in found)

    @property
    def allowed(self) -> bool:
        """Whether the model opens anything here."""
        return any(v.case.expected.must or v.case.expected.may for v in self.verdicts)

    @property
    def sign(self) -> str:
        """One character for the cell."""
        return _SIGNS[self.status]


def cells(verdicts: Iterable[Verdict]) -> tuple[Cell, ...]:
    """The cells in the order of their first case."""
    groups: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in verdicts:
        case = verdict.case
        groups.setdefault((case.subject, case.identity, case.operation), []).append(verdict)
    return tuple(Cell(*key, tuple(found)) for key, found in groups.items())


def matrix(report: Report) -> RichTable:
    """Tables by identities by operations, for a terminal."""
    found = cells(report.verdicts)
    objects = tuple(dict.fromkeys(cell.object for cell in found))
    identities = tuple(dict.fromkeys(cell.identity for cell in found))
    by_key = {(cell.object, cell.identity, cell.operation): cell for cell in found}
    table = RichTable(title=f"{report.title}: who reaches what", caption=_legend())
    table.add_column("object", overflow="fold")
    table.add_column("identity", overflow="fold")
    operations = [o for o in OPERATIONS if any(cell.operation == o for cell in found)]
    for operation in operations:
        table.add_column(operation, justify="center")
    for name in objects:
        rows = [who for who in identities if any((name, who, o) in by_key for o in operations)]
        for number, who in enumerate(rows):
            signs = (_shown(by_key.get((name, who, operation))) for operation in operations)
            last = number + 1 == len(rows)
            shown = name.removeprefix("public.") if number == 0 else ""
            table.add_row(shown, who, *signs, end_section=last)
    return table


def _shown(cell: Cell | None) -> Text:
    if cell is None:
        return Text("·", style="dim")
    words = "may" if cell.allowed else "no"
    return Text(f"{cell.sign} {words}", style=_STYLES[cell.status])


def _legend() -> str:
    return "✓ proved   ✗ not so   ? nothing proved   may / no: what the model says"
