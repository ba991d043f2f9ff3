"""The Supabase Python client over HTTP: what users really do, against any endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from postgrest import APIError
from psycopg import Connection

from ..cases import to_sql
from ..model import Attempt, Call, Outcome, Select, refusal, table_of
from ..scenario import Scenario
from .apart import as_sent, batches, done, nothing_else
from .clients import Clients
from .effects import State, changed
from .files import FileRequests
from .restore import Restorer
from .rows import RowRequests
from .sql import entered
from .store import Store

_THREADS = 4  # one waits for an answer while another one reads its own
_BATCH = 32


class ClientTransport:
    """Attempts through the API; what they change is undone.

    Parameters:
        connection: autocommit, to the same database, as a role that sees everything.
        scenario: rows that are committed there.
        clients: who sends.
        store: the objects behind the rows of storage.objects; None where there are none.
    """

    name = "client"

    def __init__(
        self,
        connection: Connection[Any],
        scenario: Scenario,
        clients: Clients,
        store: Store | None,
    ) -> None:
        self.connection = connection
        self.clients = clients
        self.store = store
        self.restorer = Restorer(connection, scenario)
        self._rows = RowRequests(scenario)
        self._files = None if store is None else FileRequests(clients, store)
        self._told: dict[Attempt, Outcome] = {}

    def perform(self, attempt: Attempt) -> Outcome:
        """Send the request, look at its effect, undo it; once, where others are sent as it is."""
        if not attempt.about_files:
            return self._perform(attempt)
        sent = as_sent(attempt)
        if sent not in self._told:
            self._told[sent] = self._perform(attempt)
        return self._told[sent]

    def _perform(self, attempt: Attempt) -> Outcome:
        hindered = self._arrange(attempt)
        if hindered is not None:
            self._restore()
            return hindered
        looks = not isinstance(attempt.request, Select | Call)
        before = self._before(attempt) if looks else {}
        answer = self._send(attempt)
        outcome = answer.outcome
        if looks and (outcome is None or attempt.about_files):
            # A refusal of the Storage API comes after several steps: it is not believed.
            effect = self._effect(attempt, before, answer.count)
            outcome = effect if outcome is None or effect.rows else outcome
        elif attempt.arrange or isinstance(attempt.request, Call) or _gave_up(outcome):
            self._restore()
        return outcome or Outcome("zero rows")

    def _arrange(self, attempt: Attempt) -> Outcome | None:
        """Make room for it; what refused that, a row that refers to one in the way."""
        try:
            for delete in attempt.arrange:
                self.connection.execute(to_sql(delete))
        except psycopg.Error as error:
            words = (error.diag.message_primary or str(error)).strip()
            return refusal(error.sqlstate or "", words, error.diag.constraint_name or "")
        return None

    def at_once(self, attempts: Sequence[Attempt]) -> Iterator[dict[Attempt, Outcome]]:
        """Outcomes of attempts that have changed nothing, several at the same time.

        Those of a batch are believed only where nothing at all has changed after it; where
        something has, or was answered with yes, they have to be performed one by one.
        """
        with ThreadPoolExecutor(_THREADS) as pool:
            for batch in _batches(attempts):
                for each in batch:
                    self.clients.of(each.who)  # two threads must not make the same one
                outcomes, left = self._together(pool, batch)
                if left:  # without those that have spoiled it
                    more, _ = self._together(pool, left)
                    outcomes |= more
                yield outcomes

    def apart(self, attempts: Sequence[Attempt]) -> Iterator[dict[Attempt, Outcome]]:
        """Outcomes of those writes of files that are let through, different files at a time.

        Each is seen at the places that it names. One that is refused, or in whose company something
        else has changed, is missing: it has to be performed by itself.
        """
        if self.store is None or self._files is None:
            return
        alike: dict[Attempt, list[Attempt]] = {}
        for attempt in attempts:
            self.clients.of(attempt.who)
            alike.setdefault(as_sent(attempt), []).append(attempt)
        with ThreadPoolExecutor(_THREADS) as pool:
            for batch in batches(alike):
                let_through = self._let_through(pool, batch, self.store, self._files)
                self._told |= let_through
                yield {each: out for sent, out in let_through.items() for each in alike[sent]}

    def _let_through(
        self, pool: ThreadPoolExecutor, batch: Sequence[Attempt], store: Store, files: FileRequests
    ) -> dict[Attempt, Outcome]:
        """Those of a batch that were answered with yes, and have done what they ask for."""
        before = store.stored
        answers = list(pool.map(self._send, batch))
        accepted = [each for each, told in zip(batch, answers, strict=True) if told.outcome is None]
        after = store.rows()
        reached = [done(each, before, after) for each in accepted]
        arrived = list(pool.map(files.arrived, accepted))
        self._restore(after)
        if not nothing_else(accepted, before, after):
            return {}
        seen = zip(accepted, (a | b for a, b in zip(reached, arrived, strict=True)), strict=True)
        return {each: Outcome("allowed", rows, len(rows)) for each, rows in seen if rows}

    def _together(
        self, pool: ThreadPoolExecutor, batch: Sequence[Attempt]
    ) -> tuple[dict[Attempt, Outcome], list[Attempt]]:
        """Outcomes that can be believed; if none can, the attempts that were answered with no."""
        answers = list(pool.map(self._send, batch))
        told = [answer.if_nothing_changed for answer in answers]
        reads = all(isinstance(each.request, Select) for each in batch)
        changed = not reads and self._restore()
        pairs = list(zip(batch, told, strict=True))
        if believed(told, reads=reads, changed=changed):
            return {each: outcome for each, outcome in pairs if outcome is not None}, []
        return {}, [each for each, outcome in pairs if outcome is not None]

    def _send(self, attempt: Attempt) -> _Answer:
        """The outcome, where the answer tells it."""
        request = attempt.request
        client = self.clients.of(attempt.who)
        try:
            if attempt.about_files and self._files is not None:
                if isinstance(request, Select):
                    return _Answer(self._files.read(attempt))
                refused = self._files.write(attempt)
                if refused is None or self._files.arrived(attempt):
                    return _Answer(None, 1)
                return _Answer(refused)
            if isinstance(request, Select):
                return _Answer(self._rows.select(client, request))
            if isinstance(request, Call):
                return _Answer(self._rows.call(client, request))
            return _Answer(None, self._rows.write(client, request))
        except APIError as error:
            code = str(error.code or "")
            words, detail = error.message or str(error), str(error.details or "")
            return _Answer(entered(request, refusal(code, words, detail=detail)))
        except httpx.HTTPError as error:
            return _Answer(Outcome("error", message=f"no answer from the API: {error}"))

    def _before(self, attempt: Attempt) -> State:
        """The rows that the attempt is about; between attempts they are as they were seeded."""
        if attempt.about_files and self.store is not None:
            return self.store.stored
        table = table_of(attempt.request)
        if attempt.arrange or table not in self.restorer.snapshot:
            return self.restorer.read(table)
        return self.restorer.snapshot[table]

    def _effect(self, attempt: Attempt, before: State, count: int) -> Outcome:
        """What has really changed, before it is undone."""
        table = table_of(attempt.request)
        if attempt.about_files and self._files is not None and self.store is not None:
            # The Storage API tells no number of rows; what it answers need not be so.
            stored = self.store.rows()
            rows = changed(attempt.request, before, stored, 0) | self._files.arrived(attempt)
            if rows or stored != before or attempt.arrange:
                self._restore(stored)
        elif self.restorer.untouched():
            rows = changed(attempt.request, before, before, count)
        else:
            now = self.restorer.read_all()
            after = now[table] if table in now else self.restorer.read(table)
            rows = changed(attempt.request, before, after, count)
            self.restorer.restore(now)
            if self.store is not None and rows:
                self.store.restore()
        return Outcome("allowed" if rows else "zero rows", rows, len(rows))

    def _restore(self, stored: State | None = None) -> bool:
        """Undo what has changed; whether anything had.

        Parameters:
            stored: the rows of the objects as they are, if somebody has just read them.
        """
        if stored is None and self.restorer.untouched():
            return False
        rows = self.restorer.restore()
        files = self.store is not None and self.store.restore(stored)
        return rows or files


@dataclass(frozen=True)
class _Answer:
    """What the API said: an outcome, or that it has done something to `count` rows, as it says."""

    outcome: Outcome | None
    count: int = 0

    @property
    def if_nothing_changed(self) -> Outcome | None:
        """What it means if every row is as it was; None if the answer says otherwise."""
        return Outcome("zero rows") if self.outcome is None and not self.count else self.outcome


def believed(told: Sequence[Outcome | None], *, reads: bool, changed: bool) -> bool:
    """Whether the answers to a batch can be believed as they are. Pure.

    A row that one of its writes has added another one may have removed: one yes (None) spoils all.
    """
    return reads or not (changed or None in told)


def _batches(attempts: Iterable[Attempt]) -> Iterator[list[Attempt]]:
    batch: list[Attempt] = []
    for attempt in attempts:
        batch.append(attempt)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _gave_up(outcome: Outcome | None) -> bool:
    """Whether nobody can tell how far it came."""
    return outcome is not None and outcome.kind == "error"
