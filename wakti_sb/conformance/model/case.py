"""A case: who tries what, and what the model says must come of it."""

from __future__ import annotations

from dataclasses import dataclass

from .family import Family
from .identity import Identity
from .platform import OBJECTS
from .request import Delete, Request, Update, table_of
from .subject import Subject

Key = tuple[str, ...]
NEW: Key = ("new row",)  # stands for a row that an insert made, whatever its key is


@dataclass(frozen=True)
class Attempt:
    """A request by somebody; `arrange` is done before it with the secret key.

    Parameters:
        who: whose token it carries.
        request: what is asked.
        arrange: rows that are out of the way first, so that a unique key does not answer
            in place of a policy; rows that are as the attempt needs them.
        settings: further settings of the transaction, as the platform's services make them.
    """

    who: Identity
    request: Request
    arrange: tuple[Delete | Update, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def about_files(self) -> bool:
        """Whether it goes to the Storage API."""
        return table_of(self.request) == OBJECTS


@dataclass(frozen=True)
class Expectation:
    """Which rows the attempt may reach, and which it must; `may` empty means a denial.

    A finding with `may` left behind is a leak, one with `must` not reached locks somebody out.
    `known` limits the judgement to these rows, where a table holds more than could be read.
    """

    may: frozenset[Key] = frozenset()
    must: frozenset[Key] = frozenset()
    known: frozenset[Key] | None = None

    @property
    def allowed(self) -> bool:
        """Whether the request has to get through."""
        return bool(self.must)


DENIED = Expectation()
BY_GRANT = ("refused by grant", "refused by rule", "refused by code", "zero rows")
REFUSED = ("refused by grant", "refused by rule", "refused by code")
ALLOWED_NEW = Expectation(frozenset({NEW}), frozenset({NEW}))


def exactly(key: Key) -> Expectation:
    """This one row, and it must be reached."""
    return Expectation(frozenset({key}), frozenset({key}))


@dataclass(frozen=True)
class Case:
    """One claim about the database, proved by an attempt.

    Parameters:
        id: a sentence, unique and stable: `projects: anon cannot see this row`.
        subject: the table, view, function or bucket it is about.
        operation: select, insert, update, delete, upsert or execute.
        family: the kind of probe, e.g. `unfiltered` or `foreign parent`.
        attempt: what is tried.
        expected: what must come of it.
        controls: the same by rightful people; a denial counts only if one of them gets through.
        why: the right in the model that decides.
        column: the column it turns on, where it is one.
        by: the kinds of refusal that count; empty: all. A column that the model closes must be
            closed by its grant or a rule: a policy looks at rows, not at columns.
        transports: how it can travel.
        silent: nothing need come of it for anybody; a denial counts without a control.
    """

    id: str
    subject: Subject
    operation: str
    family: Family
    attempt: Attempt
    expected: Expectation
    controls: tuple[Attempt, ...] = ()
    why: str = ""
    column: str | None = None
    by: tuple[str, ...] = ()
    transports: tuple[str, ...] = ("sql", "client")
    silent: bool = False

    @property
    def identity(self) -> str:
        """Who tries it, in words."""
        return self.attempt.who.label
