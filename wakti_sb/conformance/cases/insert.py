"""Adding rows: one's own, in another's name, under a foreign parent, with columns not granted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...spec import Own, atoms
from ..catalog import ForeignKey
from ..model import (
    ALLOWED_NEW,
    BY_GRANT,
    DENIED,
    SERVICE,
    USERS,
    Attempt,
    Case,
    Identity,
    Insert,
    World,
)
from ..scenario import Row, nobodys, sample
from .subject import Subject, pairs, short


def insert_cases(subject: Subject) -> Iterator[Case]:
    """Every way to add a row to one table; the same request is tried once."""
    if subject.this is None:
        return
    seen: set[Attempt] = set()
    for case in _all(subject):
        if case.attempt not in seen:
            seen.add(case.attempt)
            yield case


def own_payload(subject: Subject, who: Identity) -> dict[str, Any]:
    """The row that `who` would add on its own side."""
    world: World = who.world or "this"
    members = subject.scenario.spec.members_in(subject.entry.table)
    values = subject.payload(who, world, _named(subject, who))
    top = subject.this.person.member_role if subject.this and subject.this.person else None
    listed = subject.entry.insert.columns
    role = members.role if members is not None else None
    if role is not None and top is not None and (listed is None or role in listed):
        values[role] = top  # the most that somebody could gain
    return values


def _named(subject: Subject, who: Identity) -> Identity:
    """In whose name a row of a membership table is: somebody new, unless people add themselves."""
    members = subject.scenario.spec.members_in(subject.entry.table)
    alone = any(isinstance(atom, Own) for atom in atoms(subject.entry.insert.right))
    if members is None or alone or who.world is None:
        return who
    return subject.scenario.identity("a signed-in stranger") or who


def _all(subject: Subject) -> Iterator[Case]:
    this = subject.this
    principal = this.person if this is not None else None
    for who in subject.people:
        if who.user_id is not None:
            values = own_payload(subject, who)
            if who.world is None and not _has_parents(subject, values):
                continue  # keys of several columns: a stranger has no row to point at
            yield _case(subject, who, values, f"insert {_what(subject, who)}", "own")
    for key in subject.table.foreign_keys:
        if key.table != USERS:
            yield from _foreign_parent(subject, key)
    for who in subject.people:
        if principal is not None and who.user_id != principal.user_id:
            values = own_payload(subject, principal)
            words = f"insert a row in the name of {principal.label}"
            yield _case(subject, who, values, words, "another's name")
            if subject.entry.owner and who.world == "other":
                values = subject.payload(who, "other", principal)
                words += " on its own side"
                yield _case(subject, who, values, words, "another's name")
    yield from _in_nobodys_name(subject)
    yield from _columns(subject)
    yield from _kept(subject)


def _in_nobodys_name(subject: Subject) -> Iterator[Case]:
    """A row without an owner, where the column allows one: nobody's data, and everybody's."""
    owner = nobodys(subject.scenario.spec, subject.entry, subject.table)
    this = subject.this
    if owner is None or this is None or this.person is None:
        return
    for who in subject.people:
        person = who if who.user_id is not None else this.person
        values = {**own_payload(subject, person), owner: None}
        listed = subject.entry.insert.columns
        if subject.may_write(who, "insert", values) or (listed and owner not in listed):
            continue
        request = Insert(subject.entry.table, (*pairs(values), (owner, None)), (owner,))
        arrange = subject.out_of_the_way(values)
        yield Case(
            id=f"{subject.name}: {who.label} cannot insert a row in nobody's name",
            object=subject.entry.table,
            operation="insert",
            family="nobody's name",
            attempt=Attempt(who, request, arrange),
            expected=DENIED,
            controls=(Attempt(SERVICE, request, arrange), *_controls(subject, values)),
            why=f"insert = {subject.entry.insert.right}",
            column=owner,
        )


def _has_parents(subject: Subject, values: dict[str, Any]) -> bool:
    """Whether every foreign key of a new row finds what it points at."""
    for key in subject.table.foreign_keys:
        wanted = [values.get(column) for column in key.columns]
        if key.table in (USERS, subject.entry.table) or None in wanted:
            continue
        parents = subject.scenario.of(key.table)
        if parents and not any(
            [str(row.values.get(c)) for c in key.parent_columns] == list(map(str, wanted))
            for row in parents
        ):
            return False
    return True


def _what(subject: Subject, who: Identity) -> str:
    if subject.scenario.spec.members_in(subject.entry.table) is not None:
        name = _named(subject, who)
        return "a row for itself" if name is who else f"a row for {name.label}"
    if who.world is None and (subject.entry.through or subject.entry.members):
        return "its own row here"
    return "its own row"


def _case(subject: Subject, who: Identity, values: dict[str, Any], words: str, family: str) -> Case:
    allowed = subject.may_write(who, "insert", values)
    owner = subject.entry.owner
    about = (owner,) if owner is not None and family == "another's name" else ()
    request = Insert(subject.entry.table, pairs(values), about)
    arrange = subject.out_of_the_way(values)
    return Case(
        id=f"{subject.name}: {who.label} {'can' if allowed else 'cannot'} {words}",
        object=subject.entry.table,
        operation="insert",
        family=family if not allowed else "own",
        attempt=Attempt(who, request, arrange),
        expected=ALLOWED_NEW if allowed else DENIED,
        controls=() if allowed else tuple(_controls(subject, values)),
        why=f"insert = {subject.entry.insert.right}",
    )


def _controls(subject: Subject, values: dict[str, Any]) -> Iterator[Attempt]:
    """Who may add just this row; the secret key; at last any rightful insert at all."""
    request = Insert(subject.entry.table, pairs(values))
    arrange = subject.out_of_the_way(values)
    for who in subject.people:
        if subject.may_write(who, "insert", values):
            yield Attempt(who, request, arrange)
            break
    yield Attempt(SERVICE, request, arrange)
    for who in (*subject.people, SERVICE):
        if who.world is None and who is not SERVICE:
            continue
        person: Identity | None = who
        if who is SERVICE:
            person = subject.this.person if subject.this is not None else None
        if person is None:
            continue
        own = own_payload(subject, person)
        if who is SERVICE or subject.may(who, "insert", own):
            out = subject.out_of_the_way(own)
            yield Attempt(who, Insert(subject.entry.table, pairs(own)), out)
            break


def intruder(subject: Subject, *operations: Any) -> tuple[Identity, World]:
    """Somebody with rights of its own, and the world that is not its own."""
    other = subject.scenario.row(subject.entry.table, "other")
    outsider = next((w for w in subject.people if w.world == "other"), subject.people[0])
    if "insert" in operations:
        if subject.may(outsider, "insert", own_payload(subject, outsider)):
            return outsider, "this"
        for who in subject.people:
            if who.world == "this" and subject.may(who, "insert", own_payload(subject, who)):
                return who, "other"
        return outsider, "this"
    if other is not None and all(subject.may(outsider, op, other.values) for op in operations):
        return outsider, "this"
    if subject.this is not None:
        for who in subject.rightful(subject.this, *operations):
            if who.world == "this":
                return who, "other"
    return outsider, "this"


def repointed(
    subject: Subject, key: ForeignKey, parent: Row
) -> Iterator[tuple[dict[str, Any], str]]:
    """The columns that point at `parent`, and in whose name the row then is."""
    target = dict(zip(key.columns, (parent.values.get(c) for c in key.parent_columns), strict=True))
    owner = subject.entry.owner
    if owner in target and len(target) > 1:
        yield {k: v for k, v in target.items() if k != owner}, "its own row"
        yield target, "a row in the owner's name"
    else:
        yield target, "its own row"


def under(parent: Row, world: World) -> str:
    """How a sentence calls a parent that is not one's own."""
    words = f"{'this' if world == 'this' else 'another'} row of {short(parent.table)}"
    return f"{words} ({parent.variant})" if parent.variant else words


def _foreign_parent(subject: Subject, key: ForeignKey) -> Iterator[Case]:
    """A foreign key check bypasses row level security: only a policy can refuse this."""
    who, world = intruder(subject, "insert")
    base = own_payload(subject, who)
    parent = closed_parent(subject, who, key, world, base, "insert")
    if parent is None:
        return
    for target, words in repointed(subject, key, parent):
        values = {**base, **target}
        if open_to(subject, who, key, parent, values, "insert"):
            continue
        by = f" by {', '.join(key.columns)}" if _several(subject, key) else ""
        yield Case(
            id=f"{subject.name}: {who.label} cannot insert {words} "
            f"under {under(parent, world)}{by}",
            object=subject.entry.table,
            operation="insert",
            family="foreign parent",
            attempt=Attempt(
                who,
                Insert(subject.entry.table, pairs(values), key.columns),
                subject.out_of_the_way(values),
            ),
            expected=DENIED,
            controls=tuple(_controls(subject, values)),
            why=f"insert = {subject.entry.insert.right}",
            column=key.columns[0],
        )


def closed_parent(
    subject: Subject,
    who: Identity,
    key: ForeignKey,
    world: World,
    values: dict[str, Any],
    operation: Any,
) -> Row | None:
    """A row on the other side that `who` may not point at, a hidden one if there is one."""
    for parent in subject.scenario.of(key.table):
        if parent.world != world or not (parent.label == world or parent.variant):
            continue
        for target, _ in repointed(subject, key, parent):
            if not open_to(subject, who, key, parent, {**values, **target}, operation):
                return parent
    return None


def open_to(
    subject: Subject,
    who: Identity,
    key: ForeignKey,
    parent: Row,
    values: dict[str, Any],
    operation: Any,
) -> bool:
    """Whether the model lets `who` point there: the row stays its own and it sees the parent."""
    entry = subject.scenario.spec.entry(key.table)
    if entry is None:
        return True
    sees = subject.scenario.may(who, "select", entry, parent.values)
    return subject.may_write(who, operation, values) and sees


def _several(subject: Subject, key: ForeignKey) -> bool:
    return sum(other.table == key.table for other in subject.table.foreign_keys) > 1


def _columns(subject: Subject) -> Iterator[Case]:
    """Columns that a new row takes from the database alone."""
    allowed = subject.entry.insert.columns
    if not allowed:
        return
    rightful = (w for w in subject.people if subject.may(w, "insert", own_payload(subject, w)))
    who = next(rightful, None)
    if who is None:
        return
    base = own_payload(subject, who)
    for column in subject.table.columns:
        if column.name in allowed or column.generated or column.identity == "a":
            continue
        value = sample(column, 43, subject.scenario.salt)
        values = {**base, column.name: value}
        request = Insert(subject.entry.table, pairs(values))
        yield Case(
            id=f"{subject.name}: {who.label} cannot set {column.name} in a new row",
            object=subject.entry.table,
            operation="insert",
            family="column",
            attempt=Attempt(who, request, subject.out_of_the_way(values)),
            expected=DENIED,
            controls=tuple(_controls(subject, values)),
            why=f"insert columns = {', '.join(allowed)}",
            column=column.name,
            by=BY_GRANT,
        )


def _kept(subject: Subject) -> Iterator[Case]:
    """Columns that the database keeps: a new row gets the database's value, not the sent one."""
    rightful = (w for w in subject.people if subject.may(w, "insert", own_payload(subject, w)))
    who = next(rightful, None)
    if who is None:
        return
    base = own_payload(subject, who)
    for column in subject.columns(subject.entry.kept):
        values = {**base, column.name: sample(column, 43, subject.scenario.salt)}
        arrange = subject.out_of_the_way(values)
        yield Case(
            id=f"{subject.name}: {who.label} cannot say what {column.name} of a new row is",
            object=subject.entry.table,
            operation="insert",
            family="kept column",
            attempt=Attempt(
                who, Insert(subject.entry.table, pairs(values), (column.name,)), arrange
            ),
            expected=DENIED,
            controls=tuple(_controls(subject, base)),
            why=f"kept = {', '.join(subject.entry.kept)}",
            column=column.name,
        )
