"""What queries cost, and what was proposed for those that cost too much. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...spec import Relation

_ALL = 0.9  # of the rows of a table, from where on a query reads all of it


@dataclass(frozen=True)
class Read:
    """Rows of a table that were looked at one after the other, by the plan or behind it.

    Behind the plan work the functions that policies call, and the checks of foreign keys.
    """

    table: str
    rows: int
    of: int

    @property
    def whole(self) -> bool:
        """Whether that is all of the table."""
        return self.rows >= _ALL * self.of

    def __str__(self) -> str:
        if self.whole:
            return f"all {self.of:,} rows of {self.table}"
        return f"{self.rows:,} of {self.of:,} rows of {self.table}"


@dataclass(frozen=True)
class Figures:
    """What one query cost.

    Parameters:
        rows: found or changed.
        pages: of 8 KiB that it asked for, of tables and indexes, its triggers included.
        milliseconds: of its execution; other programs disturb it.
        calls: for how many rows a function was worked out that could be asked once, or that reads
            tables for each row.
        called: what a filter calls for each row.
        reads: tables of which it looked at many rows to find few.
        plan: the nodes of the plan that read something.
        failed: why there are no figures.
    """

    rows: int = 0
    pages: int = 0
    milliseconds: float = 0.0
    calls: int = 0
    called: tuple[str, ...] = ()
    reads: tuple[Read, ...] = ()
    plan: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True)
class Measured:
    """A plain query of somebody, and the same past row level security.

    Parameters:
        query: `page`, `count`, `update` or `delete`.
        who: the label of whoever asks.
        policies: the names of those that PostgreSQL asks.
        bare: the figures of the same statement by a role that bypasses row level security.
    """

    table: Relation
    query: str
    who: str
    policies: tuple[str, ...]
    statement: str
    figures: Figures
    bare: Figures

    @property
    def ratio(self) -> float:
        """How many times the pages of the same query without row level security."""
        return self.figures.pages / max(self.bare.pages, 1)

    @property
    def costly(self) -> bool:
        """Whether something should be done about it, where anything can be."""
        return bool(self.figures.reads or self.figures.calls or self.figures.failed)


@dataclass(frozen=True)
class Proposal:
    """Statements that made a query cheaper when they were tried.

    Parameters:
        reason: what they change, in words.
        about: the query for which they changed most.
        after: its figures with them; `about.figures` are those without.
    """

    table: Relation
    statements: str
    reason: str
    about: Measured
    after: Figures


@dataclass(frozen=True)
class Budget:
    """What a query may cost; None is no limit.

    Parameters:
        pages: of 8 KiB.
        ratio: times the pages of the same query without row level security.
    """

    pages: int | None = None
    ratio: float | None = None

    def exceeded_by(self, measured: Measured) -> bool:
        """Whether a query costs more; one without figures always does."""
        if not self:
            return False
        if measured.figures.failed:
            return True
        too_many = self.pages is not None and measured.figures.pages > self.pages
        return too_many or (self.ratio is not None and measured.ratio > self.ratio)

    def __bool__(self) -> bool:
        return self.pages is not None or self.ratio is not None

    def __str__(self) -> str:
        parts = []
        if self.pages is not None:
            parts.append(f"{self.pages:,} pages")
        if self.ratio is not None:
            parts.append(f"{self.ratio:g} times the pages without row level security")
        return " and ".join(parts)


@dataclass(frozen=True)
class CostReport:
    """The whole.

    Parameters:
        left: costly queries for which nothing that was tried helped.
        filled: how many rows each table holds.
        unfilled: tables that could not be filled, and why: nothing is known of their cost.
    """

    measured: tuple[Measured, ...]
    proposals: tuple[Proposal, ...]
    left: tuple[Measured, ...]
    filled: Mapping[Relation, int]
    unfilled: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
