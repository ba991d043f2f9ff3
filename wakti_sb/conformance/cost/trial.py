"""Try what might make costly queries cheaper, and keep what does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql as q

from ..catalog import Table
from .figures import Figures, Measured, Proposal
from .measure import Meter
from .proposals import Candidate, Ways
from .queries import Query

_BETTER = 0.8  # of the pages or calls of before: what saves less is not proposed
_MOST_ROUNDS = 6

Asked = tuple[Query, Measured]


@dataclass(frozen=True)
class _Tried:
    """What became of costly queries with a candidate."""

    candidates: tuple[Candidate, ...]
    figures: tuple[Figures, ...]

    @property
    def weight(self) -> tuple[int, int, int]:
        """The lower the better: pages, then calls, then how much is to be changed."""
        pages = sum(each.pages for each in self.figures)
        return pages, sum(each.calls for each in self.figures), len(self.candidates)


class Trial:
    """Searches a table's costly queries for what helps; what does stays for the next table."""

    def __init__(self, meter: Meter, ways: Ways) -> None:
        self.meter = meter
        self.ways = ways

    def of(self, table: Table, costly: Sequence[Asked]) -> tuple[list[Proposal], list[Measured]]:
        """What helps, each with the query for which it does most, and what stays costly.

        Of queries that read the same, whoever asks, the heaviest is tried.
        """
        heaviest = list(_heaviest(costly))
        now = [self._figures(query) for query, _ in heaviest]
        pairs = [(one, at) for one, at in zip(heaviest, now, strict=True) if _costly(at)]
        found: list[Proposal] = []
        for _ in range(_MOST_ROUNDS):
            if not pairs:
                break
            best = self._best(table, pairs)
            if best is None:
                break
            found.extend(self._kept(table, pairs, best))
            after = [(one, at) for (one, _), at in zip(pairs, best.figures, strict=True)]
            pairs = [(one, at) for one, at in after if _costly(at)]
        return found, [one for (_, one), _ in pairs]

    def _best(self, table: Table, pairs: Sequence[tuple[Asked, Figures]]) -> _Tried | None:
        known = [m for (_, m), _ in pairs]
        candidates = self.ways.candidates(table, known)
        alone = [(each,) for each in candidates]
        together = [
            (one, two) for number, one in enumerate(candidates) for two in candidates[number + 1 :]
        ]
        for choices in (alone, together):
            tried = [t for c in choices if (t := self._try(pairs, c)) is not None]
            if tried:
                return min(tried, key=lambda each: each.weight)
        return None

    def _try(
        self, pairs: Sequence[tuple[Asked, Figures]], chosen: tuple[Candidate, ...]
    ) -> _Tried | None:
        """The figures with these statements; None if they help nowhere, or change an answer."""
        try:
            with self.meter.connection.transaction(force_rollback=True):
                for each in chosen:
                    self.meter.connection.execute(q.SQL(each.statements))
                after = tuple(self._figures(query) for (query, _), _ in pairs)
        except psycopg.Error:
            return None
        before = [at for _, at in pairs]
        if any(
            one.rows != two.rows and not one.failed for one, two in zip(before, after, strict=True)
        ):
            return None
        helps = any(_better(one, two) for one, two in zip(before, after, strict=True))
        return _Tried(chosen, after) if helps else None

    def _kept(
        self, table: Table, pairs: Sequence[tuple[Asked, Figures]], best: _Tried
    ) -> Iterator[Proposal]:
        for each in best.candidates:
            self.meter.connection.execute(q.SQL(each.statements))
        saved = [_saving(at, to) for (_, at), to in zip(pairs, best.figures, strict=True)]
        number = saved.index(max(saved))
        (query, about), _ = pairs[number]
        yield Proposal(
            table.relation,
            "\n".join(each.statements for each in best.candidates),
            "; ".join(each.reason for each in best.candidates),
            about,
            self._figures(query, timed=True),
        )

    def _figures(self, query: Query, *, timed: bool = False) -> Figures:
        return self.meter.figures(query, timed=timed) or Figures(failed="permission denied")


def _heaviest(costly: Sequence[Asked]) -> Iterator[Asked]:
    groups: dict[tuple[object, ...], list[Asked]] = {}
    for pair in costly:
        _, one = pair
        reads = tuple(read.table for read in one.figures.reads)
        kind = (one.query, one.policies, reads, one.figures.called, one.figures.failed)
        groups.setdefault(kind, []).append(pair)
    for pairs in groups.values():
        yield max(pairs, key=lambda pair: (pair[1].figures.pages, pair[1].figures.calls))


def _costly(figures: Figures) -> bool:
    return bool(figures.reads or figures.calls or figures.failed)


def _better(before: Figures, after: Figures) -> bool:
    if after.failed:
        return False
    if before.failed:
        return True
    return after.pages < _BETTER * before.pages or after.calls < _BETTER * before.calls


def _saving(before: Figures, after: Figures) -> tuple[int, int]:
    return before.pages - after.pages, before.calls - after.calls
