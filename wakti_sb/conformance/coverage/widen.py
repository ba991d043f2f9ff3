"""Rows beside the planned ones, so that conditions are tried both ways.

The shape of a condition gives values to try and nothing else: what must come of a row is what the
model says about it, as for every other row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from ...spec import Relation
from ..cases import Described, own_payload
from ..catalog import Table
from ..conditions import Atom, is_null_test
from ..model import OBJECTS, Identity
from ..scenario import Row, Scenario, Values, row_values
from ..scenario.insert import Inserter
from .bound import Bound, belongs
from .clauses import Clause
from .evaluate import Evaluator
from .measure import About, Measured, Rows, TableMeasure, grouped
from .refused import Refusals
from .shape import assignments

_FIRST = 700  # numbers from here on are those of these rows
_MOST = 24  # further rows for the policies of one table
_MOST_LOOKED_UP = 12
_MOST_SENT = 4  # kinds of new rows of one table
_LONGEST = 40  # characters of a value in a sentence


def widen(inserter: Inserter, scenario: Scenario) -> None:
    """Insert what makes conditions true, or false, that no planned row makes so."""
    widener = _Widener(inserter, scenario)
    for about, its in grouped(scenario).items():
        if about.table != OBJECTS and scenario.row(about.table, "this") is not None:
            widener.widen(about, its)


class _NothingGainedError(Exception):
    """A row that shows nothing new."""


class _Widener:
    def __init__(self, inserter: Inserter, scenario: Scenario) -> None:
        self.inserter = inserter
        self.scenario = scenario
        self.bound = Bound(scenario)
        self.number = _FIRST
        self.about = About(OBJECTS)

    def widen(self, about: About, its: Sequence[Clause]) -> None:
        """Further rows of one table, and of those that its policies look at."""
        self.about, relation = about, about.table
        measured = self._measure(relation).of(its)
        missing = [m for m in measured if not m.both_ways and not m.problem]
        made = 0
        for each in missing:
            now = self._measure(relation).again(each)
            if made < _MOST and not now.both_ways:
                made += self._for(relation, now)
        for clause in its:
            if (
                made < _MOST
                and clause.expression
                and clause.permissive
                and len(clause.taken.atoms) > 1
            ):
                made += self._whole(relation, clause)
        if about.source is None:
            for clause in its:
                if clause.new_rows and clause.expression and clause.permissive:
                    self._ask_for_new_rows(relation, clause)

    def _ask_for_new_rows(self, relation: Relation, clause: Clause) -> None:
        """Values with which a check lets through a new row that it would refuse without them."""
        table, entry = self.scenario.catalog.tables[relation], self.scenario.spec.entry(relation)
        this = self.scenario.row(relation, "this")
        found = (self._targets(relation, a).get(relation, ()) for a in clause.taken.atoms)
        names = list(dict.fromkeys(name for columns in found for name in columns))
        if entry is None or this is None or this.person is None or not names:
            return
        described = Described(entry, table, self.scenario)
        base = {**this.values, **own_payload(described, this.person)}
        known = tuple((relation.name, name) for name in names)
        whole = Atom(clause.expression, columns=known)
        kept = self.inserter.further.setdefault(relation, [])
        kept.extend(v for v in self._without_parents(relation, clause) if v not in kept)
        for row, callers in self._new_bases(described, clause, base):
            options = self._options(clause.taken.atoms, table, names, row)
            rows = [row, *({**row, **values} for values in options)]
            for who in callers if len(kept) < _MOST_SENT else ():
                answers = Evaluator(self.inserter.connection, self.scenario).answers(
                    relation, (whole,), rows, who
                )
                let = [truth is not None and truth[0] for (truth,) in answers]
                if not let[0] and True in let:
                    values = options[let.index(True) - 1]
                    if values not in kept:
                        kept.append(values)
                    break

    def _without_parents(self, relation: Relation, clause: Clause) -> Iterator[dict[str, Any]]:
        """Keys left empty, where a check asks whether they are: most let a row be under nothing."""
        for atom in clause.taken.atoms:
            names = self._targets(relation, atom).get(relation, ()) if is_null_test(atom) else ()
            yield from ({name: None} for name in names if name in self._fixed(relation))

    def _new_bases(
        self, described: Described, clause: Clause, base: dict[str, Any]
    ) -> Iterator[tuple[dict[str, Any], list[Identity]]]:
        """New rows that have to be refused, and to whom: in a foreign name, under a foreign row."""
        refusals = Refusals(self.scenario, described.entry.table)
        people = [who for who in described.people if who.role in clause.roles]
        yield base, [who for who in people if refusals.refused(who, clause.operations, base)]
        owner = [who for who in people if described.this and who is described.this.person]
        for key in described.table.foreign_keys:
            theirs = self.scenario.row(key.table, "other")
            if theirs is not None and belongs(self.scenario, key.table):
                pairs = zip(key.columns, key.parent_columns, strict=True)
                yield {**base, **{c: theirs.values.get(p) for c, p in pairs}}, owner

    def _measure(self, relation: Relation, further: Sequence[Row] = ()) -> TableMeasure:
        """What is there now, and `further` rows, which may be thought of only."""
        scenario = replace(self.scenario, rows=(*self.scenario.rows, *further), _index={})
        evaluator = Evaluator(self.inserter.connection, scenario)
        return TableMeasure(evaluator, self.bound, self.about, Rows(scenario, relation))

    def _for(self, relation: Relation, each: Measured) -> int:
        """Rows that show what this condition has not been; how many were kept."""
        made = 0
        for target, columns in self._targets(relation, each.atom).items():
            for base in self._bases(target):
                table = self.scenario.catalog.tables[target]
                listed = self._options((each.atom,), table, columns, base.values)
                options: Iterable[dict[str, Any]] = listed
                if relation == target and not each.atom.scopes:
                    options = self._promising(relation, each, base, listed)
                elif relation == target:
                    options = listed[:_MOST_LOOKED_UP]  # it looks the row up, which has to be there
                for values in options:
                    if each.both_ways:
                        return made
                    each, rows = self._try(relation, each, target, base, values)
                    made += len(rows)
        return made

    def _whole(self, relation: Relation, clause: Clause) -> int:
        """A row for which all of a policy is true where it must refuse, if there can be one."""
        atoms = clause.taken.atoms
        columns = [c for a in atoms for c in self._targets(relation, a).get(relation, ())]
        alias = clause.source.alias if clause.source is not None else relation.name
        known = tuple((alias, name) for name in dict.fromkeys(columns))
        definer = clause.source is not None and atoms[0].definer
        whole = Atom(clause.expression, columns=known, definer=definer)
        each = Measured(clause, whole, false=True)
        if not known or self._measure(relation).again(each).true:
            return 0
        table, names = self.scenario.catalog.tables[relation], [name for _, name in known]
        for base in self._bases(relation):
            options = self._options(atoms, table, names, base.values)
            for values in self._promising(relation, each, base, options):
                _, rows = self._try(relation, each, relation, base, values)
                if rows:
                    return len(rows)
        return 0

    def _promising(
        self,
        relation: Relation,
        each: Measured,
        base: Row,
        options: Iterable[dict[str, Any]],
    ) -> Iterator[dict[str, Any]]:
        """Those that would show something new; no row is touched to find that out."""
        listed = list(options)
        rows = [{**base.values, **values} for values in listed]
        seen = self._measure(relation).one_by_one(each, rows) if rows else ()
        for values, after in zip(listed, seen, strict=True):
            if _better(each, after):
                yield values

    def _targets(self, table: Relation, atom: Atom) -> dict[Relation, list[str]]:
        """The columns that may be varied, by their table: those that do not say whose a row is."""
        found: dict[Relation, list[str]] = {}
        for qualifier, column in atom.columns:
            where, name = self.bound.resolved(table, atom, qualifier, column)
            known = self.scenario.catalog.tables.get(where)
            varied = known.column(name) if known is not None and not known.is_view else None
            if varied is None or where == OBJECTS:
                continue
            empty = is_null_test(atom) and not varied.not_null and name not in self._naming(where)
            if empty or name not in self._fixed(where):
                found.setdefault(where, []).append(name)
        return found

    def _options(
        self, atoms: Sequence[Atom], table: Table, columns: Sequence[str], row: Values
    ) -> list[dict[str, Any]]:
        """What to put into the columns; those that say whose a row is may be left empty at most."""
        fixed = self._fixed(table.relation)
        found = assignments(self.scenario, atoms, table, columns, row)
        return [v for v in found if all(v[name] is None for name in v if name in fixed)]

    def _naming(self, table: Relation) -> set[str]:
        """The columns that name a person, or a member's place; rows of nobody are planned."""
        entry, members = self.scenario.spec.entry(table), self.scenario.spec.members_in(table)
        owner = {entry.owner} if entry is not None and entry.owner is not None else set()
        return owner | ({members.key, members.user} if members is not None else set())

    def _fixed(self, table: Relation) -> set[str]:
        entry, members = self.scenario.spec.entry(table), self.scenario.spec.members_in(table)
        fixed = set(entry.placing) - set(entry.immutable) if entry is not None else set()
        named = {members.key, members.user} if members is not None else set()
        known = self.scenario.catalog.tables[table]
        keys = (key for key in known.foreign_keys if belongs(self.scenario, key.table))
        parents = {column for key in keys for column in key.columns}
        return fixed | named | parents | set(known.primary_key)

    def _bases(self, table: Relation) -> Iterator[Row]:
        for label in ("this", "other"):
            row = self.scenario.row(table, label)
            if row is not None and row.person is not None:
                yield row

    def _try(
        self,
        relation: Relation,
        each: Measured,
        target: Relation,
        base: Row,
        values: dict[str, Any],
    ) -> tuple[Measured, list[Row]]:
        """What the condition is with such a row, and the rows that were made for it."""
        run = self.inserter.connection.execute
        run("savepoint widen")
        try:
            made = [
                self._inserted(row, values if row.table == target else {})
                for row in self._chain(relation, target, base, values)
            ]
            after = self._measure(relation, [row for row, _ in made]).again(each)
            if not _better(each, after):
                raise _NothingGainedError
        except (psycopg.Error, _NothingGainedError):
            run("rollback to savepoint widen; release savepoint widen")
            return each, []
        run("release savepoint widen")
        for row, planned in made:
            self.inserter.planned.setdefault(row.table, []).append((planned, dict(row.values)))
        rows = [row for row, _ in made]
        self.scenario = replace(self.scenario, rows=(*self.scenario.rows, *rows), _index={})
        return after, rows

    def _inserted(self, row: Row, wanted: dict[str, Any]) -> tuple[Row, Row]:
        """The row as it came to be, and as it was meant."""
        known = self.scenario.catalog.tables[row.table]
        found = self.inserter.made(
            known, dict(row.values), row.person, pinned=set(wanted), beside=True
        )
        if found is None:
            raise _NothingGainedError
        return replace(row, values=found), row

    def _chain(
        self, table: Relation, target: Relation, base: Row, values: dict[str, Any]
    ) -> Iterator[Row]:
        """The varied row; then one of `table` that points at it, where there is such a key."""
        words = _words(values)
        varied = self._row(target, base, values, words)
        yield varied
        key = self.scenario.catalog.tables[table].key_to(target)
        own = self.scenario.row(table, base.world or "this")
        if table == target or key is None or own is None or own.person is None:
            return
        pairs = zip(key.columns, key.parent_columns, strict=True)
        pointing = {column: varied.values.get(theirs) for column, theirs in pairs}
        if None not in pointing.values():
            yield self._row(table, own, pointing, f"under {words}")

    def _row(self, table: Relation, base: Row, values: dict[str, Any], words: str) -> Row:
        self.number += 1
        known = self.scenario.catalog.tables[table]
        person, world = self._person(known, base), base.world or "this"
        rows = [row for row in self.scenario.rows if row.label]
        made = row_values(
            self.scenario.spec, known, world, person, self.number, rows, self.scenario.salt
        )
        return Row(table, {**made, **values}, f"{words} #{self.number}", world, person, words)

    def _person(self, table: Table, base: Row) -> Identity:
        """Whose the row is; in a place where everybody is once, somebody new."""
        assert base.person is not None  # noqa: S101  (the caller has looked)
        if self.scenario.spec.members_in(table.relation) is None:
            return base.person
        strangers = (w for w in self.scenario.identities if w.world is None and w.user_id)
        return next(strangers, base.person)


def _better(before: Measured, after: Measured) -> bool:
    return (after.true and not before.true) or (after.false and not before.false)


def _words(values: dict[str, Any]) -> str:
    """How sentences call a row with these values."""
    return ", ".join(f"{name} {_shown(value)}" for name, value in values.items())


def _shown(value: Any) -> str:
    text = "null" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
