"""Which conditions were true, and which were not, for callers who must be refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection

from ...spec import Function, Relation
from ..conditions import ARGUMENTS, Atom, claimed, unqualified, unreadable_for
from ..model import OBJECTS, SERVICE, Case, Identity, Insert, Update, Upsert
from ..scenario import Scenario, Values
from .bodies import body_clauses
from .bound import Bound
from .clauses import Clause, Source, policy_clauses
from .evaluate import Answers, Evaluator
from .refused import Refusals
from .shape import asks_for_null, takes_no_other

_MOST_ROWS = 200  # of a table, in the order in which they were planned


@dataclass(frozen=True)
class Measured:
    """A condition of a policy, and what it was seen to be.

    `problem` says why it could not be measured: it is untested then, whatever was seen. `settled`
    says why it is one of the two whatever a row holds, `failed` that PostgreSQL gave up.
    """

    clause: Clause
    atom: Atom
    true: bool = False
    false: bool = False
    problem: str = ""
    settled: str = ""
    failed: bool = False

    @property
    def both_ways(self) -> bool:
        """Whether both were seen, or nothing but the one can be."""
        return not self.problem and (bool(self.settled) or (self.true and self.false))

    @property
    def never(self) -> tuple[str, ...]:
        """What it never was."""
        return tuple(w for w, seen in (("true", self.true), ("false", self.false)) if not seen)


def measure(
    connection: Connection[Any], scenario: Scenario, cases: Iterable[Case] = ()
) -> tuple[Measured, ...]:
    """Every condition of the policies that callers of the API meet.

    `cases` are looked at for the rows that they would write.
    """
    evaluator, bound = Evaluator(connection, scenario), Bound(scenario)
    listed = tuple(cases)
    found: list[Measured] = []
    for about, its in grouped(scenario).items():
        rows = Rows(scenario, about.table, listed)
        found.extend(TableMeasure(evaluator, bound, about, rows).of(its))
    return tuple(found)


@dataclass(frozen=True)
class About:
    """The table whose rows conditions decide about, and the view or function that shows them."""

    table: Relation
    source: Source | None = None


def grouped(scenario: Scenario) -> dict[About, list[Clause]]:
    """All clauses, by what they are about."""
    found: dict[About, list[Clause]] = {}
    for clause in (*policy_clauses(scenario), *body_clauses(scenario)):
        found.setdefault(About(clause.table, clause.source), []).append(clause)
    return found


class Rows:
    """The rows that conditions of one table are tried on, each once.

    Those that are there, and those that attempts would leave behind.
    """

    def __init__(self, scenario: Scenario, table: Relation, cases: Sequence[Case] = ()) -> None:
        self.there: list[Values] = [row.values for row in scenario.of(table)][:_MOST_ROWS]
        self.new: list[Values] = []
        seen: list[Values] = []
        for values in _written(scenario, table, cases, self.there):
            if values not in seen:
                seen.append(values)
        self.new = seen[:_MOST_ROWS]

    def of(self, new_rows: bool) -> list[Values]:
        """Those that a clause is asked about."""
        return [*self.there, *self.new] if new_rows else self.there


class TableMeasure:
    """Measures the conditions of one table; callers come one after the other, until all is seen."""

    def __init__(self, evaluator: Evaluator, bound: Bound, about: About, rows: Rows) -> None:
        self.evaluator = evaluator
        self.bound = bound
        self.table = about.table
        self.rows = rows
        self.refusals = Refusals(evaluator.scenario, about.table, about.source)
        self.alias = about.source.alias if about.source is not None else ""
        self.accepting = {bucket.accepts for bucket in evaluator.scenario.spec.bucket}
        self.calls = (about.source.calls if about.source is not None else ()) or ("",)

    def of(self, its: Sequence[Clause]) -> Iterator[Measured]:
        """What the conditions of these clauses were."""
        found = [Measured(clause, atom) for clause in its for atom in clause.taken.atoms]
        self._look_at_all(found)
        for each in found:
            words = self._opaque(each.atom)
            settled = replace(each, problem=words) if words else self._settled(each)
            failed = self.evaluator.problems.get(each.atom.text)
            if failed is not None and not settled.both_ways:
                yield replace(settled, problem=f"it cannot be evaluated: {failed}", failed=True)
            else:
                yield settled
        for clause in its:
            if clause.taken.problem:
                yield Measured(clause, Atom(""), problem=clause.taken.problem)

    def again(self, each: Measured, rows: Sequence[Values] | None = None) -> Measured:
        """What one condition is, beyond what was seen, for the rows there or for these."""
        found = [each]
        self._look_at_all(found, rows)
        return found[0]

    def one_by_one(self, each: Measured, rows: Sequence[Values]) -> list[Measured]:
        """What the condition would be for each of these rows alone."""
        found = [each] * len(rows)
        for who in self._callers():
            if not _concerns(each, who) or all(one.both_ways for one in found):
                continue
            bypassing = each.atom.definer
            for answers in self._asked((each.atom,), rows, who, bypassing):
                for place, (row, line) in enumerate(zip(rows, answers, strict=True)):
                    found[place] = self._seen(found[place], who, row, line[0], bypassing)
        return found

    def _asked(
        self, atoms: Sequence[Atom], rows: Sequence[Values], who: Identity, bypassing: bool
    ) -> Iterator[Answers]:
        """The answers, once for each call where conditions look at arguments."""
        for call in self.calls:
            yield self.evaluator.answers(
                self.table, atoms, rows, who, bypassing=bypassing, alias=self.alias, beside=call
            )

    def _look_at_all(self, found: list[Measured], given: Sequence[Values] | None = None) -> None:
        for new_rows in (False, True):
            rows = self.rows.of(new_rows) if given is None else given
            for bypassing in (False, True):
                self._look(found, rows, new_rows, bypassing)

    def _look(
        self, found: list[Measured], rows: Sequence[Values], new_rows: bool, bypassing: bool
    ) -> None:
        for who in self._callers():
            pending = [
                number
                for number, each in enumerate(found)
                if each.clause.new_rows == new_rows
                and not each.both_ways
                and _concerns(each, who)
                # What a table hides by itself is looked for past it, when all else is seen.
                and (bypassing or not each.atom.definer)
                and (not bypassing or each.atom.scopes or each.atom.definer)
            ]
            if not rows or not pending:
                continue
            atoms = tuple(dict.fromkeys(found[number].atom for number in pending))
            place = {atom: number for number, atom in enumerate(atoms)}
            for answers in self._asked(atoms, rows, who, bypassing):
                for number in pending:
                    each = found[number]
                    for row, line in zip(rows, answers, strict=True):
                        each = self._seen(each, who, row, line[place[each.atom]], bypassing)
                    found[number] = each

    def _opaque(self, atom: Atom) -> str:
        """Whose answers show only some of the ways through it: a branch may hide behind them."""
        for helper in atom.calls:
            if helper.relation not in self.accepting:
                why = unreadable_for(helper)
                return f"it calls {helper.relation}, which nobody can look into: {why}"
        return ""

    def _settled(self, each: Measured) -> Measured:
        """Whether a condition on counted values is the same for all of them."""
        if self.accepting & {h.relation for h in each.atom.calls} or self._asks_for_records(
            each.atom
        ):
            return replace(each, settled="the model names it, and cases try it both ways")
        if each.true and _asks_as_told(each):
            return replace(each, settled="the model says with which arguments it is called")
        if len(each.never) == 1 and _asks_for_the_secret_key(each.atom):
            return replace(each, settled="only the secret key says so, and no policy asks it")
        if each.both_ways or len(each.never) != 1 or not each.atom.columns:
            return each
        tables = self.evaluator.scenario.catalog.tables
        found = {self.bound.resolved(self.table, each.atom, *c) for c in each.atom.columns}
        where = {relation for relation, _ in found}
        table = tables.get(next(iter(where))) if len(where) == 1 else None
        names = [name for _, name in found]
        if table is not None and asks_for_null(each.atom, table, names):
            return replace(each, settled="the column is never null")
        values = takes_no_other(table, names) if table is not None else None
        if table is None or values is None:
            return each
        alone = replace(each.atom, scopes=(), text=unqualified(each.atom.text))
        who = next(self._callers())
        answers = self.evaluator.answers(table.relation, (alone,), values, who, bypassing=True)
        seen = {line[0] for line in answers}
        same = (each.false is False and seen == {(True, False)}) or seen == {(False, True)}
        words = "it is the same for every value that the column can take"
        return replace(each, settled=words) if same else each

    def _asks_for_records(self, atom: Atom) -> bool:
        """Whether it looks for a file's name among the rows that record files."""
        spec = self.evaluator.scenario.spec
        buckets = {bucket.name for bucket in spec.bucket if bucket.recorded}
        return self.table == OBJECTS and any(
            entry.file is not None
            and entry.file.bucket in buckets
            and re.search(rf"\b{re.escape(entry.file.path)}\b", atom.text) is not None
            and re.search(rf"\b{re.escape(entry.table.name)}\b", atom.text) is not None
            for entry in spec.owned
        )

    def _seen(
        self,
        each: Measured,
        who: Identity,
        row: Values,
        truth: tuple[bool, bool] | None,
        bypassing: bool,
    ) -> Measured:
        if truth is None or each.both_ways:
            return each
        refused = self.refusals.refused(who, each.clause.operations, row)
        true, false = truth
        # Past row level security nothing is proved about a condition that is true there.
        counts = refused or self.bound.holds(self.table, each.atom)
        alone = not each.atom.columns and not each.atom.scopes
        return replace(
            each,
            true=each.true or (true and counts and (each.atom.definer or not bypassing)),
            false=each.false or (false and (refused or alone)),
        )

    def _callers(self) -> Iterator[Identity]:
        people = [w for w in self.evaluator.scenario.identities if w is not SERVICE]
        order = {"other": 0, None: 1, "this": 2}
        seen: list[Any] = []
        for who in sorted(people, key=lambda w: order[w.world]):
            token = (who.role, who.token, who.headers)
            if token not in seen:
                seen.append(token)
                yield who


def _concerns(each: Measured, who: Identity) -> bool:
    """Whether the policy is asked for this caller; what asks for nothing else is for everybody."""
    alone = not each.atom.columns and not each.atom.scopes
    return alone or who.role in each.clause.roles


def _asks_for_the_secret_key(atom: Atom) -> bool:
    """Whether it asks for nothing but the role that passes every policy."""
    found = claimed(atom)
    keys = [each.path == ("role",) and each.values == (SERVICE.role,) for each in found]
    return bool(keys) and all(keys) and not atom.columns and not atom.scopes


def _asks_as_told(each: Measured) -> bool:
    """Whether a condition compares an argument that the model gives."""
    source = each.clause.source
    told = source is not None and isinstance(source.entry, Function) and source.entry.arguments
    return bool(told) and any(name == ARGUMENTS for name, _ in each.atom.columns)


def _written(
    scenario: Scenario, table: Relation, cases: Sequence[Case], there: Sequence[Values]
) -> Iterator[Values]:
    """The rows that attempts would leave behind."""
    known = scenario.catalog.tables[table]
    filled = {c.name for c in known.columns if c.default is not None}
    usual = {name: value for name, value in (there[0] if there else {}).items() if name in filled}
    for case in cases:
        request = case.attempt.request
        if isinstance(request, Insert | Upsert) and request.table == table:
            yield {**usual, **dict(request.values)}
        elif isinstance(request, Update) and request.table == table and table != OBJECTS:
            where = dict(request.where)
            for row in there:
                if all(str(row.get(name)) == value for name, value in where.items()):
                    yield {**row, **dict(request.values)}
