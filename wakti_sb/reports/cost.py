"""What row level security costs: for a terminal, and for a machine. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..conformance import Budget, CostReport
from ..conformance.cost import Figures, Measured, Proposal
from .markdown import escaped

_NOTHING = "Nothing looks at more rows than it has to."
_WORDS = {
    "page": "a page of 20",
    "count": "a count",
    "update": "an update of one row",
    "delete": "a delete of one row",
}


def over_budget(report: CostReport, budget: Budget) -> list[Measured]:
    """The queries that cost more than they may, the heaviest first."""
    over = (one for one in report.measured if budget.exceeded_by(one))
    return sorted(over, key=lambda one: -one.figures.pages)


def cost_text(report: CostReport, budget: Budget) -> str:
    """What is over the budget, what helps, what is left, what is not known."""
    lines: list[str] = []
    for one in over_budget(report, budget):
        lines.append(f"over the budget: {_about(one)}: {_figures(one)}")
    seen: set[tuple[str, str, str]] = set()
    for proposal in report.proposals:
        lines += _proposal(proposal, seen)
    for one in report.left:
        lines.append(f"{_about(one)}: {_reading(one.figures)}; nothing that was tried helps")
        lines.append(f"  {_figures(one)}")
    lines += [f"could not be filled: {name}: {why}" for name, why in report.unfilled.items()]
    return "\n".join(lines or [_NOTHING])


def cost_table(report: CostReport) -> str:
    """Every query, as Markdown."""
    head = ("table", "query", "who", "rows", "pages", "without", "ms", "policies", "through")
    lines = [f"| {' | '.join(head)} |", "| --- " * len(head) + "|"]
    for one in report.measured:
        cells = (
            _short(one.table),
            _WORDS[one.query],
            one.who,
            f"{one.figures.rows:,}",
            f"{one.figures.pages:,}",
            f"{one.bare.pages:,}",
            f"{one.figures.milliseconds:.1f}",
            ", ".join(one.policies),
            one.figures.failed or ", ".join(one.figures.plan),
        )
        lines.append(f"| {' | '.join(map(escaped, cells))} |")
    return "\n".join(lines)


def cost_json(report: CostReport, budget: Budget) -> dict[str, Any]:
    """What `rls cost --json` prints."""
    return {
        "rows": {str(table): rows for table, rows in report.filled.items()},
        "budget": {"pages": budget.pages, "ratio": budget.ratio},
        "queries": [
            _measured(one) | {"over_budget": budget.exceeded_by(one)} for one in report.measured
        ],
        "proposals": [
            {
                "table": str(proposal.table),
                "sql": proposal.statements,
                "reason": proposal.reason,
                "query": proposal.about.query,
                "identity": proposal.about.who,
                "before": _as_json(proposal.about.figures),
                "after": _as_json(proposal.after),
            }
            for proposal in report.proposals
        ],
        "left": [_measured(one) for one in report.left],
        "untested": [{"table": n, "reason": r} for n, r in report.unfilled.items()],
    }


def _proposal(proposal: Proposal, seen: set[tuple[str, str, str]]) -> Iterator[str]:
    one, after = proposal.about, proposal.after
    again = (one.table, one.query, one.who) in seen
    if not again:
        seen.add((one.table, one.query, one.who))
        yield f"{_about(one)}: {_reading(one.figures)}"
        yield f"  {_figures(one)}"
    yield f"  {'then' if again else 'tried'}: {_changes(one.figures, after)}"
    yield from (f"    {line}" for line in proposal.statements.splitlines())


def _changes(before: Figures, after: Figures) -> str:
    if before.failed:
        return f"{after.pages:,} pages, {after.milliseconds:.1f} ms"
    parts = [f"{before.pages:,} → {after.pages:,} pages"]
    if before.calls != after.calls:
        parts.append(f"calls for {before.calls:,} → {after.calls:,} rows")
    parts.append(f"{before.milliseconds:.1f} → {after.milliseconds:.1f} ms")
    return ", ".join(parts)


def _reading(figures: Figures) -> str:
    if figures.failed:
        return figures.failed
    parts = []
    if figures.reads:
        parts.append(f"reads {_joined(str(read) for read in figures.reads)}")
    if figures.calls:
        parts.append(
            f"calls {_joined(f'{n}()' for n in figures.called)} for {figures.calls:,} rows"
        )
    return " and ".join(parts)


def _about(one: Measured) -> str:
    return f"{_short(one.table)}: {_WORDS[one.query]} by {one.who}"


def _figures(one: Measured) -> str:
    if one.figures.failed:
        return one.figures.failed
    asked = f"; asks {_joined(one.policies)}" if one.policies else ""
    pages, bare = one.figures.pages, one.bare.pages
    return f"{pages:,} pages, without row level security {bare:,}{asked}"


def _measured(one: Measured) -> dict[str, Any]:
    return {
        "table": str(one.table),
        "query": one.query,
        "identity": one.who,
        "policies": list(one.policies),
        "sql": one.statement,
        **_as_json(one.figures),
        "pages_without": one.bare.pages,
        "milliseconds_without": one.bare.milliseconds,
        "ratio": round(one.ratio, 2),
    }


def _as_json(figures: Figures) -> dict[str, Any]:
    return {
        "rows": figures.rows,
        "pages": figures.pages,
        "milliseconds": figures.milliseconds,
        "calls": figures.calls,
        "called": list(figures.called),
        "reads": [{"table": r.table, "rows": r.rows, "of": r.of} for r in figures.reads],
        "plan": list(figures.plan),
        "failed": figures.failed or None,
    }


def _short(table: str) -> str:
    return table.removeprefix("public.")


def _joined(names: Iterable[str]) -> str:
    listed = list(names)
    return f"{', '.join(listed[:-1])} and {listed[-1]}" if len(listed) > 1 else "".join(listed)
