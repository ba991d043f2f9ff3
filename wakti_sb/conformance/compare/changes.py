"""What has changed between two states, as sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...spec import OPERATIONS, Operation, Relation
from ..cases.described import short
from ..model import Identity
from .access import Access, Change, Known, Reach, Severity, Tried
from .wording import Who, people_in_words

_WORDS = {
    "select": "read",
    "insert": "insert",
    "update": "change",
    "delete": "delete",
    "upsert": "overwrite",
    "execute": "execute",
}
_NOTHING = Reach()


@dataclass(frozen=True)
class _Group:
    """One change of access, whoever it is about."""

    table: Relation
    operation: Operation
    gained: bool
    kind: str  # own, place, foreign or nobody's; "own column" and so on where it is about columns
    rows: str
    columns: tuple[str, ...] = ()
    new: bool = False


def changes(before: Access, after: Access) -> tuple[Change, ...]:
    """Who gains and who loses what, the worst first."""
    groups: dict[_Group, list[str]] = {}
    for group, who in _reaches(before, after):
        groups.setdefault(group, []).append(who)
    people = {**before.people, **after.people}
    found = [_change(group, who, people) for group, who in groups.items()]
    found += _calls(before, after, people)
    found += _settings(before, after)
    found += _gone(before, after)
    return tuple(sorted(dict.fromkeys(found), key=lambda c: (-c.severity, c.object, c.sentence)))


def _reaches(before: Access, after: Access) -> Iterator[tuple[_Group, str]]:
    for table in after.columns:
        new = table not in before.columns
        for label, who in after.people.items():
            if label not in before.people:
                continue
            for operation in OPERATIONS:
                was = before.reach.get((table, operation, label), _NOTHING)
                now = after.reach.get((table, operation, label), _NOTHING)
                for group in _one(before, after, table, operation, who, was, now, new):
                    yield group, label


def _one(
    before: Access,
    after: Access,
    table: Relation,
    operation: Operation,
    who: Identity,
    was: Reach,
    now: Reach,
    new: bool,
) -> Iterator[_Group]:
    known = after.rows.get(table, {})
    if not new and operation != "insert":
        common = set(known) & set(before.rows.get(table, {}))
        was, now = Reach(was.rows & common, was.columns), Reach(now.rows & common, now.columns)
    for gained, rows in ((True, now.rows - was.rows), (False, was.rows - now.rows)):
        if rows:
            belongs = table in after.belonging
            kind, words = (
                _new_rows(rows) if operation == "insert" else _kind(rows, known, who, belongs)
            )
            also = {c for c in now.columns if (table, c) in after.deciding} - was.columns
            if operation == "update" and gained and also and kind == "own":
                kind, words = "place", f"own rows ({', '.join(sorted(also))} too)"
            yield _Group(table, operation, gained, kind, words, new=new)
    if was.rows and now.rows:
        both = before.columns.get(table, frozenset()) & after.columns[table]
        for gained, columns in (
            (True, (now.columns - was.columns)),
            (False, (was.columns - now.columns) & both),
        ):
            fresh = columns - before.columns.get(table, frozenset())
            if gained and fresh == columns and columns:
                continue  # a new column follows what its table allowed already
            if columns and (operation == "select" or was.rows == now.rows):
                reached = now.rows if gained else was.rows
                kind, _ = (
                    _new_rows(reached)
                    if operation == "insert"
                    else _kind(reached, known, who, table in after.belonging)
                )
                listed = after.hidden | (after.deciding if operation == "update" else frozenset())
                secret = any((table, column) in listed for column in columns)
                kind = "secret column" if secret and gained else f"{kind} column"
                yield _Group(table, operation, gained, kind, "", tuple(sorted(columns)))


def _kind(
    rows: Iterable[str], known: Mapping[str, Known], who: Identity, belongs: bool
) -> tuple[str, str]:
    """Whose rows they are from the side of `who`, and in words."""
    infos = [known[label] for label in rows if label in known]
    if not belongs:
        return "nobody's", ""
    own = [i for i in infos if i.person == who.label]
    place = [i for i in infos if i.person != who.label and i.world and i.world == who.world]
    if who.former:
        place = []
    if len(own) == len(infos) and infos:
        return "own", "own rows"
    if len(own) + len(place) == len(infos):
        return "place", "rows of the own place"
    words = sorted({i.words for i in infos if i.person != who.label and i.words})
    plain = any(not i.words for i in infos if i.person != who.label)
    if words and not plain:
        return "foreign", f"others' rows ({', '.join(words[:2])})"
    return "foreign", "others' rows"


def _new_rows(labels: Iterable[str]) -> tuple[str, str]:
    listed = sorted(set(labels) - {"its own"})
    if not listed:
        return "own", "own rows"
    if any(label.startswith("in the name of") for label in listed):
        return "foreign", "rows in others' names"
    return "foreign", f"rows {listed[0]}"


def _change(group: _Group, who: list[str], people: dict[str, Identity]) -> Change:
    name = short(group.table)
    shown = people_in_words(who, people)
    verb = "can now" if group.gained else "can no longer"
    if group.columns:
        listed = ", ".join(group.columns)
        number = len(group.columns)
        columns = f"1 column ({listed})" if number == 1 else f"{number} columns ({listed})"
        word = {"insert": "set", "update": "change"}.get(group.operation, "read")
        sentence = f"{shown.text} {verb} {word} {columns} of {name}"
    else:
        word = _WORDS[group.operation]
        rows = f"{group.rows} of {name}" if group.rows else name
        preposition = {"insert": f"insert {group.rows or 'rows'} into {name}"}
        what = preposition.get(group.operation, f"{word} {rows}")
        if group.operation in ("delete", "update") and not group.rows:
            what = f"{word} rows of {name}"
        sentence = f"{shown.text} {verb} {what}"
    if group.new:
        sentence += ", which is new"
    return Change(
        _severity(group, shown), name, group.operation, group.gained, tuple(who), sentence
    )


def _severity(group: _Group, who: Who) -> Severity:
    writes = group.operation != "select"
    if not group.gained:
        return Severity.LOW if group.kind == "foreign" else Severity.MEDIUM
    if group.kind in ("secret column", "foreign column"):
        return Severity.HIGH
    if group.kind in ("own column", "place column", "nobody's column"):
        return Severity.MEDIUM
    if group.kind == "own":
        return Severity.LOW
    if group.kind == "place":
        return Severity.HIGH if writes else Severity.MEDIUM
    if group.kind == "nobody's" and not writes and not who.anonymous:
        return Severity.MEDIUM
    return Severity.CRITICAL if writes else Severity.HIGH


def _calls(before: Access, after: Access, people: dict[str, Identity]) -> Iterator[Change]:
    groups: dict[tuple[str, str, str, bool, bool, bool], list[str]] = {}
    for name, now in after.calls.items():
        was = before.calls.get(name)
        new = was is None
        if was is not None and was.reached == now.reached:
            continue
        if was is None and (not now.reached or _has(before, now)):
            continue
        kind = now.kind if now.operation == "execute" else "write"
        key = (now.subject, now.operation, kind, now.own, now.reached, new)
        groups.setdefault(key, []).append(now.who)
    executes = {(k[0], k[4]) for k in groups if k[2] == "execute"}
    for (subject, operation, kind, own, gained, new), who in groups.items():
        if kind != "execute" and operation == "execute" and (subject, gained) in executes:
            continue  # whoever can call it at all: told already
        shown = people_in_words(tuple(dict.fromkeys(who)), people)
        name = subject.removeprefix("public.")
        verb = "can now" if gained else "can no longer"
        whose = "own rows" if own else "others' rows"
        what = {
            "execute": f"execute {name}",
            "data": f"read {whose} through {name}",
            "changes": f"change {whose} through {name}",
        }.get(kind if operation == "execute" else "", "")
        if not what:
            files = "own files" if own else "others' files"
            word = {"select": "read", "insert": "upload", "update": "overwrite or move"}
            what = f"{word.get(operation, operation)} {files} in {name}"
            if not subject.startswith("bucket "):
                what = f"{_WORDS[operation]} {whose} through {name}"
        severity = Severity.LOW if own else Severity.HIGH
        if not gained:
            severity = Severity.MEDIUM if own or kind == "execute" else Severity.LOW
        elif kind == "execute":
            severity = Severity.HIGH if shown.anonymous else Severity.MEDIUM
        elif not own and (kind == "changes" or operation not in ("select", "execute")):
            severity = Severity.CRITICAL
        sentence = f"{shown.text} {verb} {what}" + (", which is new" if new else "")
        yield Change(severity, name, operation, gained, tuple(who), sentence)


def _has(access: Access, call: Tried) -> bool:
    return any(each.subject == call.subject for each in access.calls.values())


def _settings(before: Access, after: Access) -> Iterator[Change]:
    for gained, here, there in ((True, after, before), (False, before, after)):
        for sentence, severity in here.settings.items():
            if sentence not in there.settings:
                words = f"new: {sentence}" if gained else f"no longer: {sentence}"
                yield Change(
                    severity if gained else Severity.LOW, "settings", "", gained, (), words
                )


def _gone(before: Access, after: Access) -> Iterator[Change]:
    for table in before.columns:
        if table not in after.columns:
            reached = any(t == table and r.rows for (t, _, _), r in before.reach.items())
            if reached:
                sentence = f"nobody reaches {short(table)} any more: it is gone"
                yield Change(Severity.MEDIUM, short(table), "", False, (), sentence)
