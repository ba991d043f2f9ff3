"""Results for a terminal: the pictures, and what has to be mended. Pure."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from .tree import Cell, Grid, Issue, Policy, Results

_STYLES = {"passed": "green", "failed": "bold red", "unproven": "yellow", "excused": "dim"}
_LEGEND = (
    "✓ proved   ✗ not so   ? nothing proved   may / no: what the model says\n"
    "own: what is open to somebody; others' too: more than that; not own: less"
)
_MOST_LINES = 12  # of a fix on the screen
_CONDITIONS = "conditions of policies: ● tried both ways   ◐ one way   ○ not at all"
_NARROWEST = 8  # marks on a line


def matrix(results: Results) -> tuple[Table, ...]:
    """One table, or one for each picture where they have nothing in common."""
    if results.together:
        return (_together(results),)
    return tuple(_alone(grid) for grid in results.grids)


def as_text(issue: Issue) -> str:
    """One issue: the claim, what happened, to whom, what decided, what closes it."""
    lines = [f"✗ {issue.claim}", f"  {issue.reason}"]
    if issue.others:
        findings = "finding" if len(issue.others) == 1 else "findings"
        lines.append(f"  and {len(issue.others)} more {findings} of the same cause")
    if issue.who[1:]:
        lines.append(f"  also by {', '.join(issue.who[1:])}")
    if issue.decided_by:
        lines.append(f"  decided by {issue.decided_by}")
    if issue.tried:
        lines.append("  this closes it, and was tried:")
    fix = issue.fix.splitlines()
    lines.extend(f"    {line}" for line in fix[:_MOST_LINES])
    if len(fix) > _MOST_LINES:
        lines.append(f"    … {len(fix) - _MOST_LINES} more lines: wakti-sb rls fix")
    return "\n" + "\n".join(lines)


def _alone(grid: Grid) -> Table:
    table = Table(title=grid.name, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(grid.corner, no_wrap=True)
    for column in grid.columns:
        table.add_column(column, overflow="fold")
    for heading, cells in grid.rows:
        table.add_row(heading, *map(_shown, cells))
    return table


def _together(results: Results) -> Table:
    marks = _marks(results.conditions)
    caption = f"{_LEGEND}\n{_CONDITIONS}" if marks else _LEGEND
    table = Table(title=results.title, caption=caption)
    table.add_column(results.together, no_wrap=True)
    table.add_column("identity", no_wrap=True)
    columns = tuple(dict.fromkeys(c for grid in results.grids for c in grid.columns))
    for column in columns:
        table.add_column(column, justify="center", no_wrap=True)
    for grid in results.grids:
        names = _first_column(grid, marks.get(grid.name, Text()))
        for number, (heading, cells) in enumerate(grid.rows):
            by_column = dict(zip(grid.columns, cells, strict=True))
            shown = (_shown(by_column.get(column)) for column in columns)
            table.add_row(names[number], heading, *shown, end_section=number + 1 == len(grid.rows))
    return table


def _first_column(grid: Grid, marks: Text) -> list[Text]:
    """The name of a table and below it the marks of its conditions, over the rows that it has."""
    width = max(_NARROWEST, len(grid.name))
    lines = [marks[place : place + width] for place in range(0, len(marks), width)]
    lines = [Text(grid.name), *lines]
    last = len(grid.rows) - 1
    rest = Text("\n").join(lines[last:])
    return [*lines[:last], rest, *(Text() for _ in range(last - len(lines) + 1))][: last + 1]


def _marks(policies: tuple[Policy, ...]) -> dict[str, Text]:
    """The conditions of each table as a picture."""
    found: dict[str, Text] = {}
    for policy in policies:
        for each in policy.conditions:
            style = "green" if each.mark == "●" else "yellow"
            found.setdefault(policy.table, Text()).append(each.mark, style=style)
    return found


def _shown(cell: Cell | None) -> Text:
    return Text("·", style="dim") if cell is None else Text(cell.text, style=_STYLES[cell.status])
