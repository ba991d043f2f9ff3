"""Who reaches what in one table, by every operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from psycopg import Connection
from psycopg import sql as q

from ...spec import Operation
from ..cases import Described
from ..cases.as_sql import to_sql
from ..cases.delete import blocking
from ..cases.described import pairs
from ..cases.new_rows import own_payload
from ..catalog import Column, Table
from ..model import USERS, Delete, Identity, Insert, Pairs, Update
from ..scenario import Row, Scenario
from ..scenario.statements import relation_name, text
from .access import Known, Reach
from .probes import Probe, Probed, ask
from .rows import about, labelled

_MOST_COLUMNS = 40  # of a table, whose change is tried one by one
_MOST_ROWS = 2000  # of an answer, where our rows cannot be asked for by their keys
_LIMIT = q.SQL("limit {}").format(q.Literal(_MOST_ROWS + 1))
_TOO_MANY = (
    f"it shows more than {_MOST_ROWS:,} rows, and those of the comparison cannot be asked for alone"
)
_GAVE_UP = ("57", "53", "54", "55", "XX", "42P17")
_OWN = "its own"


class TableProbes:
    """The probes of one table; `failed` says what kept some from an answer."""

    def __init__(self, connection: Connection[Any], scenario: Scenario, table: Table) -> None:
        self.connection = connection
        self.scenario = scenario
        self.table = table
        self.failed: dict[str, str] = {}
        self.rows = dict(labelled(scenario, table))
        self.known = {label: about(scenario, row) for label, row in self.rows.items()}
        self.key = scenario.key_columns(table.relation)
        self.by_key = {scenario.key(table.relation, r.values): n for n, r in self.rows.items()}
        self.partial = table.relation in scenario.partial
        entry = scenario.spec.entry(table.relation)
        self.described = Described(entry, table, scenario) if entry is not None else None
        self.now = self._look_now() if not table.is_view else {}

    def measure(self, people: Iterable[Identity]) -> Iterator[tuple[Operation, Identity, Reach]]:
        """What each of them reaches in this table."""
        listed = tuple(people)
        yield from self._reads(listed)
        if not self.table.is_view and self.described is not None:
            yield from self._inserts(listed)
            yield from self._deletes(listed)
            yield from self._updates(listed)

    def _ask(self, probes: list[Probe]) -> list[Probed]:
        answers = ask(self.connection, probes)
        for answer in answers:
            if answer.code.startswith(_GAVE_UP):
                self.failed[str(self.table.relation)] = answer.message
        return answers

    # Reading.

    def _reads(self, people: tuple[Identity, ...]) -> Iterator[tuple[Operation, Identity, Reach]]:
        asked: list[tuple[Identity, tuple[str, ...]]] = []
        for who in people:
            names = tuple(c.name for c in self.table.columns if who.role in c.readers)
            if names:
                asked.append((who, names))
        answers = self._ask([Probe(who, self._select(names)) for who, names in asked])
        for (who, names), answer in zip(asked, answers, strict=True):
            if len(answer.rows or ()) > _MOST_ROWS:
                self.failed[str(self.table.relation)] = _TOO_MANY
            shown = frozenset(filter(None, (self._shown(row, names) for row in answer.rows or ())))
            yield "select", who, Reach(shown, frozenset(names) if shown else frozenset())

    def _select(self, names: tuple[str, ...]) -> str:
        listed = q.SQL(", ").join(map(q.Identifier, names))
        query = q.SQL("select jsonb_agg(to_jsonb(q.*)) from (select {} from {} {}) as q")
        ours = self._ours() if self.partial and set(self.key) <= set(names) else _LIMIT
        return query.format(listed, relation_name(self.table.relation), ours).as_string(None)

    def _ours(self) -> q.Composable:
        keys = (
            q.SQL("({})").format(
                q.SQL(" and ").join(
                    q.SQL("{} = {}").format(q.Identifier(c), q.Literal(text(row.values.get(c))))
                    for c in self.key
                )
            )
            for row in self.rows.values()
        )
        return q.SQL("where {}").format(q.SQL(" or ").join(keys))

    def _shown(self, row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
        """The label of the row that an answer shows."""
        if self.table.is_view:
            return self._behind(row)
        if set(self.key) <= set(names):
            return self.by_key.get(tuple(str(row.get(column)) for column in self.key))
        same = (
            n for n, known in self.rows.items() if all(known.values.get(c) == row[c] for c in names)
        )
        return next(same, None)

    def _behind(self, row: Mapping[str, Any]) -> str:
        """Whose row a view shows: by the first key of a table that is among its values."""
        shown = {str(value) for value in row.values() if value is not None}
        bases = self.table.bases or tuple(self.scenario.catalog.tables)
        for base in bases:
            known = self.scenario.catalog.tables.get(base)
            if known is None or base == USERS or len(known.primary_key) != 1:
                continue
            for label, found in labelled(self.scenario, known):
                if str(found.values.get(known.primary_key[0])) in shown:
                    self.known.setdefault(label, about(self.scenario, found))
                    return label
        for who in self.scenario.identities:
            if who.user_id is not None and who.user_id in shown:
                label = f"of {who.label}"
                self.known.setdefault(label, Known(who.label, who.world or ""))
                return label
        self.known.setdefault("a row", Known())
        return "a row"

    # Writing.

    def _look(self) -> str:
        """Where each row lies: a row that was touched lies elsewhere afterwards."""
        columns = q.SQL(", ").join(
            q.SQL("coalesce((to_jsonb(t.*) ->> {}), 'None')").format(q.Literal(c)) for c in self.key
        )
        pair = q.SQL("jsonb_build_array(jsonb_build_array({}), t.ctid::text)").format(columns)
        ours = self._ours() if self.partial else q.SQL("")
        query = q.SQL("select jsonb_agg({}) from {} as t {}")
        return query.format(pair, relation_name(self.table.relation), ours).as_string(None)

    def _look_now(self) -> dict[tuple[str, ...], str]:
        row = self.connection.execute(q.SQL(self._look())).fetchone()
        return _places(row[0] if row else None)

    def _touched(self, answer: Probed) -> frozenset[str]:
        if answer.code or not answer.count:
            return frozenset()
        after = _places(answer.rows)
        moved = (key for key, place in self.now.items() if after.get(key) != place)
        return frozenset(filter(None, (self.by_key.get(key) for key in moved)))

    def _inserts(self, people: tuple[Identity, ...]) -> Iterator[tuple[Operation, Identity, Reach]]:
        asked: list[tuple[Identity, str]] = []
        probes: list[Probe] = []
        for who in people:
            granted = {c.name for c in self.table.columns if who.role in c.inserters}
            if not granted:
                continue
            for label, values in self._payloads(who):
                sent = {k: v for k, v in values.items() if k in granted}
                away = self.described.out_of_the_way(values) if self.described else ()
                probes.append(
                    Probe(
                        who,
                        to_sql(Insert(self.table.relation, pairs(sent))),
                        "select null::jsonb",
                        "; ".join(to_sql(delete) for delete in away),
                    )
                )
                asked.append((who, label))
        reached: dict[Identity, set[str]] = {}
        for (who, label), answer in zip(asked, self._ask(probes), strict=True):
            if answer.count and not answer.code:
                reached.setdefault(who, set()).add(label)
        for who, labels in reached.items():
            columns = frozenset(c.name for c in self.table.columns if who.role in c.inserters)
            yield "insert", who, Reach(frozenset(labels), columns)

    def _payloads(self, who: Identity) -> Iterator[tuple[str, dict[str, Any]]]:
        """New rows: in the own name, in others', under others' parents."""
        described = self.described
        assert described is not None  # noqa: S101  (the caller has looked)
        listed = [w for w in self.scenario.identities if w.world is not None and w.user_id]
        names = [w for w in (who, *listed[:2]) if w.user_id is not None]
        seen: list[dict[str, Any]] = []
        for person in dict.fromkeys(names):
            values = own_payload(described, person)
            if values not in seen:
                seen.append(values)
                yield (_OWN if person is who else f"in the name of {person.label}"), values
        if who.user_id is None:
            return
        values = own_payload(described, who)
        for key in self.table.foreign_keys:
            if key.table == USERS or len(key.columns) != 1:
                continue
            side = "this" if who.world == "other" else "other"
            parent = self.scenario.row(key.table, side)
            if parent is None:
                continue
            changed = {**values, key.columns[0]: parent.values.get(key.parent_columns[0])}
            if changed not in seen:
                seen.append(changed)
                yield f"under another's row of {key.table.name} by {key.columns[0]}", changed

    def _deletes(self, people: tuple[Identity, ...]) -> Iterator[tuple[Operation, Identity, Reach]]:
        able = [who for who in people if who.role in self.table.deleters]
        away = "; ".join(to_sql(d) for d in blocking(self.described)) if self.described else ""
        for who, rows in self._all_or_each(able, lambda _, row: self._delete(row), away):
            yield "delete", who, Reach(rows)

    def _delete(self, row: Row | None) -> str:
        where = self.described.where(row) if row is not None and self.described else ()
        return to_sql(Delete(self.table.relation, where))

    def _updates(self, people: tuple[Identity, ...]) -> Iterator[tuple[Operation, Identity, Reach]]:
        able = [(who, self._writable(who)) for who in people]
        first = {who: names[0] for who, names in able if names}

        def statement(who: Identity, row: Row | None) -> str:
            where = self.described.where(row) if row is not None and self.described else ()
            column = first[who]
            to = self._other_value(column, row or self.rows.get("this"))
            return to_sql(Update(self.table.relation, ((column.name, to),), where))

        found = dict(self._all_or_each(list(first), statement))
        for who, rows in self._taken(able):
            found[who] = found.get(who, frozenset()) | rows
        probes: list[Probe] = []
        asked: list[tuple[Identity, str, Any]] = []
        for who, names in able:
            row = self._one_of(found.get(who, frozenset()))
            if row is None or self.described is None:
                continue
            where = self.described.where(row)
            for column in names[:_MOST_COLUMNS]:
                to = self._other_value(column, row)
                look = q.SQL("select to_jsonb(t.*) from {} as t where {}").format(
                    relation_name(self.table.relation),
                    q.SQL(" and ").join(
                        q.SQL("{} = {}").format(
                            q.Identifier(c), q.Literal(to if c == column.name else v)
                        )
                        for c, v in where
                    ),
                )
                change = Update(self.table.relation, ((column.name, to),), where)
                probes.append(Probe(who, to_sql(change), look.as_string(None)))
                asked.append((who, column.name, row.values.get(column.name)))
        columns: dict[Identity, set[str]] = {}
        for (who, column_name, before), answer in zip(asked, self._ask(probes), strict=True):
            if answer.count and answer.rows and answer.rows.get(column_name) != before:
                columns.setdefault(who, set()).add(column_name)
        for who, rows in found.items():
            yield "update", who, Reach(rows, frozenset(columns.get(who, ())))

    def _taken(
        self, able: list[tuple[Identity, list[Column]]]
    ) -> Iterator[tuple[Identity, frozenset[str]]]:
        """The rows that somebody may make its own, or bring to its own side."""
        described = self.described
        assert described is not None  # noqa: S101  (the caller has looked)
        placing: dict[Identity, Pairs] = {}
        for who, columns in able:
            if who.user_id is None or not columns:
                continue
            names = {column.name for column in columns} & set(described.entry.placing)
            values = own_payload(described, who)
            sent = tuple((n, text(values[n])) for n in sorted(names) if values.get(n) is not None)
            if sent:
                placing[who] = sent

        def statement(who: Identity, row: Row | None) -> str:
            where = described.where(row) if row is not None else ()
            return to_sql(Update(self.table.relation, placing[who], where))

        yield from self._all_or_each(list(placing), statement)

    def _writable(self, who: Identity) -> list[Column]:
        """The columns that it may send, the most harmless first."""
        known = self.scenario.alternatives.get(self.table.relation, {})
        unique = {c for u in self.table.uniques for c in u.columns}
        pointing = {c for key in self.table.foreign_keys for c in key.columns}
        columns = [
            c
            for c in self.table.columns
            if who.role in c.updaters and not c.generated and c.identity != "a" and c.name in known
        ]
        return sorted(columns, key=lambda c: (c.name in unique, c.name in pointing))

    def _other_value(self, column: Column, row: Row | None) -> str | None:
        known = self.scenario.alternatives.get(self.table.relation, {})
        value = text(known.get(column.name))
        here = text(row.values.get(column.name)) if row is not None else None
        this = self.rows.get("this")
        if value == here and this is not None:
            return text(this.values.get(column.name))
        return value

    def _one_of(self, labels: frozenset[str]) -> Row | None:
        """The row on which columns are tried: the usual one, else any."""
        for label in ("this", "other", *sorted(labels)):
            if label in labels:
                return self.rows[label]
        return None

    def _all_or_each(
        self, people: list[Identity], statement: Any, arrange: str = ""
    ) -> Iterator[tuple[Identity, frozenset[str]]]:
        """The rows that a write reaches: without a filter, and where that is refused by each."""
        look = self._look()
        probes = [Probe(who, statement(who, None), look, arrange) for who in people]
        reached: dict[Identity, set[str]] = {}
        again: list[tuple[Identity, str]] = []
        for who, answer in zip(people, self._ask(probes), strict=True):
            reached[who] = set(self._touched(answer))
            if answer.code and not answer.message.startswith("permission denied for table"):
                again.extend((who, label) for label in self.rows)
        each = [Probe(who, statement(who, self.rows[label]), look, arrange) for who, label in again]
        for (who, label), answer in zip(again, self._ask(each), strict=True):
            if answer.count and not answer.code:
                reached[who].add(label)
        for who, labels in reached.items():
            yield who, frozenset(labels)


def _places(found: Any) -> dict[tuple[str, ...], str]:
    return {tuple(map(str, key)): place for key, place in cast("list[Any]", found or [])}
