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
    Family,
    Identity,
    Insert,
    World,
)
from ..scenario import Row, nobodys, sample
from ..scenario.statements import text
from .described import Described, pairs, short


def insert_cases(described: Described) -> Iterator[Case]:
    """Every way to add a row to one table; the same request is tried once."""
    if described.this is None:
        return
    seen: set[Attempt] = set()
    for case in _all(described):
        if case.attempt not in seen:
            seen.add(case.attempt)
            yield case


def own_payload(described: Described, who: Identity) -> dict[str, Any]:
    """The row that `who` would add on its own side."""
    world: World = who.world or "this"
    members = described.scenario.spec.members_in(described.entry.table)
    values = described.payload(who, world, _named(described, who))
    top = described.this.person.member_role if described.this and described.this.person else None
    listed = described.entry.insert.columns
    role = members.role if members is not None else None
    if role is not None and top is not None and (listed is None or role in listed):
        values[role] = top  # the most that somebody could gain
    return values


def _named(described: Described, who: Identity) -> Identity:
    """In whose name a row of a membership table is: somebody new, unless people add themselves."""
    members = described.scenario.spec.members_in(described.entry.table)
    alone = any(isinstance(atom, Own) for atom in atoms(described.entry.insert.right))
    if members is None or alone or who.world is None:
        return who
    return described.scenario.identity("a signed-in stranger") or who


def _all(described: Described) -> Iterator[Case]:
    this = described.this
    principal = this.person if this is not None else None
    for who in described.people:
        if who.user_id is not None:
            values = own_payload(described, who)
            if who.world is None and not _has_parents(described, values):
                continue  # keys of several columns: a stranger has no row to point at
            yield _case(described, who, values, f"insert {_what(described, who)}", Family.OWN)
    for key in described.table.foreign_keys:
        if key.table != USERS:
            yield from _foreign_parent(described, key)
    for who in described.people:
        if principal is not None and who.user_id != principal.user_id:
            values = own_payload(described, principal)
            words = f"insert a row in the name of {principal.label}"
            yield _case(described, who, values, words, Family.ANOTHERS_NAME)
            if described.entry.owner and who.world == "other":
                values = described.payload(who, "other", principal)
                words += " on its own side"
                yield _case(described, who, values, words, Family.ANOTHERS_NAME)
    yield from _returned(described)
    yield from _in_nobodys_name(described)
    yield from _columns(described)
    yield from _kept(described)


def _returned(described: Described) -> Iterator[Case]:
    """A rightful insert that asks for its row: the SELECT policies are asked at once, too."""
    who = described.this.person if described.this is not None else None
    if who is None or not described.visible:
        return
    values = own_payload(described, who)
    rightful = all(described.may(who, each, values) for each in ("insert", "select"))
    if not rightful or _closed_parents(described, who, values):
        return
    request = Insert(described.entry.table, pairs(values), returning=described.visible)
    yield Case(
        id=f"{described.name}: {who.label} can insert {_what(described, who)} and get it back",
        subject=described.about,
        operation="insert",
        family=Family.OWN,
        attempt=Attempt(who, request, described.out_of_the_way(values)),
        expected=ALLOWED_NEW,
        why=f"insert = {described.entry.insert.right}, select = {described.entry.select.right}",
        transports=("sql",),
    )


def _in_nobodys_name(described: Described) -> Iterator[Case]:
    """A row without an owner, where the column allows one: nobody's data, and everybody's."""
    owner = nobodys(described.scenario.spec, described.entry, described.table)
    this = described.this
    if owner is None or this is None or this.person is None:
        return
    for who in described.people:
        person = who if who.user_id is not None else this.person
        values = {**own_payload(described, person), owner: None}
        listed = described.entry.insert.columns
        if described.may_write(who, "insert", values) or (listed and owner not in listed):
            continue
        request = Insert(described.entry.table, (*pairs(values), (owner, None)), (owner,))
        arrange = described.out_of_the_way(values)
        yield Case(
            id=f"{described.name}: {who.label} cannot insert a row in nobody's name",
            subject=described.about,
            operation="insert",
            family=Family.NOBODYS_NAME,
            attempt=Attempt(who, request, arrange),
            expected=DENIED,
            controls=(Attempt(SERVICE, request, arrange), *_controls(described, values)),
            why=f"insert = {described.entry.insert.right}",
            column=owner,
        )


def _has_parents(described: Described, values: dict[str, Any]) -> bool:
    """Whether every foreign key of a new row finds what it points at."""
    for key in described.table.foreign_keys:
        wanted = [values.get(column) for column in key.columns]
        if key.table in (USERS, described.entry.table) or None in wanted:
            continue
        parents = described.scenario.of(key.table)
        if parents and not any(
            [str(row.values.get(c)) for c in key.parent_columns] == list(map(str, wanted))
            for row in parents
        ):
            return False
    return True


def _what(described: Described, who: Identity) -> str:
    if described.scenario.spec.members_in(described.entry.table) is not None:
        name = _named(described, who)
        return "a row for itself" if name is who else f"a row for {name.label}"
    if not described.scenario.spec.belongs(described.entry):
        return "a row"
    if who.world is None and (described.entry.through or described.entry.members):
        return "its own row here"
    return "its own row"


def _case(
    described: Described, who: Identity, values: dict[str, Any], words: str, family: Family
) -> Case:
    closed = _closed_parents(described, who, values)
    allowed = described.may_write(who, "insert", values) and not closed
    owner = described.entry.owner
    about = (owner,) if owner is not None and family == Family.ANOTHERS_NAME else ()
    request = Insert(described.entry.table, pairs(values), about)
    arrange = described.out_of_the_way(values)
    return Case(
        id=f"{described.name}: {who.label} {'can' if allowed else 'cannot'} {words}",
        subject=described.about,
        operation="insert",
        family=Family.OWN if allowed else Family.FOREIGN_PARENT if closed else family,
        attempt=Attempt(who, request, arrange),
        expected=ALLOWED_NEW if allowed else DENIED,
        controls=() if allowed else tuple(_controls(described, values)),
        why=f"insert = {described.entry.insert.right}",
    )


def _closed_parents(described: Described, who: Identity, values: dict[str, Any]) -> bool:
    """Whether a row would lie under a described parent that `who` may not see: not its place."""
    for key in described.table.foreign_keys:
        entry = described.scenario.spec.entry(key.table)
        nobodys = entry is None or not described.scenario.spec.belongs(entry)
        if entry is None or nobodys or key.table == described.entry.table:
            continue
        wanted = [text(values.get(column)) for column in key.columns]
        for row in described.scenario.of(key.table):
            if wanted == [text(row.values.get(column)) for column in key.parent_columns]:
                if not described.scenario.may(who, "select", entry, row.values):
                    return True
                break
    return False


def _controls(described: Described, values: dict[str, Any]) -> Iterator[Attempt]:
    """Who may add just this row; the secret key; at last any rightful insert at all."""
    request = Insert(described.entry.table, pairs(values))
    arrange = described.out_of_the_way(values)
    for who in described.people:
        if described.may_write(who, "insert", values):
            yield Attempt(who, request, arrange)
            break
    yield Attempt(SERVICE, request, arrange)
    for who in (*described.people, SERVICE):
        if who.world is None and who is not SERVICE:
            continue
        person: Identity | None = who
        if who is SERVICE:
            person = described.this.person if described.this is not None else None
        if person is None:
            continue
        own = own_payload(described, person)
        if who is SERVICE or described.may(who, "insert", own):
            out = described.out_of_the_way(own)
            yield Attempt(who, Insert(described.entry.table, pairs(own)), out)
            break


def intruder(described: Described, *operations: Any) -> tuple[Identity, World]:
    """Somebody with rights of its own, and the world that is not its own."""
    other = described.scenario.row(described.entry.table, "other")
    outsider = next((w for w in described.people if w.world == "other"), described.people[0])
    if "insert" in operations:
        if described.may(outsider, "insert", own_payload(described, outsider)):
            return outsider, "this"
        for who in described.people:
            if who.world == "this" and described.may(who, "insert", own_payload(described, who)):
                return who, "other"
        return outsider, "this"
    if other is not None and all(described.may(outsider, op, other.values) for op in operations):
        return outsider, "this"
    if described.this is not None:
        for who in described.rightful(described.this, *operations):
            if who.world == "this":
                return who, "other"
    return outsider, "this"


def repointed(
    described: Described, key: ForeignKey, parent: Row
) -> Iterator[tuple[dict[str, Any], str]]:
    """The columns that point at `parent`, and in whose name the row then is."""
    target = dict(zip(key.columns, (parent.values.get(c) for c in key.parent_columns), strict=True))
    owner = described.entry.owner
    if owner in target and len(target) > 1:
        yield {k: v for k, v in target.items() if k != owner}, "its own row"
        yield target, "a row in the owner's name"
    else:
        yield target, "its own row"


def under(parent: Row, world: World) -> str:
    """How a sentence calls a parent that is not one's own."""
    words = f"{'this' if world == 'this' else 'another'} row of {short(parent.table)}"
    return f"{words} ({parent.variant})" if parent.variant else words


def _foreign_parent(described: Described, key: ForeignKey) -> Iterator[Case]:
    """A foreign key check bypasses row level security: only a policy can refuse this."""
    who, world = intruder(described, "insert")
    base = own_payload(described, who)
    parent = closed_parent(described, who, key, world, base, "insert")
    if parent is None:
        return
    for target, words in repointed(described, key, parent):
        values = {**base, **target}
        if open_to(described, who, key, parent, values, "insert"):
            continue
        by = f" by {', '.join(key.columns)}" if _several(described, key) else ""
        yield Case(
            id=f"{described.name}: {who.label} cannot insert {words} "
            f"under {under(parent, world)}{by}",
            subject=described.about,
            operation="insert",
            family=Family.FOREIGN_PARENT,
            attempt=Attempt(
                who,
                Insert(described.entry.table, pairs(values), key.columns),
                described.out_of_the_way(values),
            ),
            expected=DENIED,
            controls=tuple(_controls(described, values)),
            why=f"insert = {described.entry.insert.right}",
            column=key.columns[0],
        )


def closed_parent(
    described: Described,
    who: Identity,
    key: ForeignKey,
    world: World,
    values: dict[str, Any],
    operation: Any,
) -> Row | None:
    """A row on the other side that `who` may not point at, a hidden one if there is one."""
    for parent in described.scenario.of(key.table):
        if parent.world != world or not (parent.label == world or parent.variant):
            continue
        for target, _ in repointed(described, key, parent):
            if not open_to(described, who, key, parent, {**values, **target}, operation):
                return parent
    return None


def open_to(
    described: Described,
    who: Identity,
    key: ForeignKey,
    parent: Row,
    values: dict[str, Any],
    operation: Any,
) -> bool:
    """Whether the model lets `who` point there: the row stays its own and it sees the parent."""
    entry = described.scenario.spec.entry(key.table)
    if entry is None or not described.scenario.spec.belongs(entry):
        return True  # rows of nobody, such as those of a list of prices
    sees = described.scenario.may(who, "select", entry, parent.values)
    return described.may_write(who, operation, values) and sees


def _several(described: Described, key: ForeignKey) -> bool:
    return sum(other.table == key.table for other in described.table.foreign_keys) > 1


def _columns(described: Described) -> Iterator[Case]:
    """Columns that a new row takes from the database alone."""
    allowed = described.entry.insert.columns
    if not allowed:
        return
    rightful = (
        w for w in described.people if described.may(w, "insert", own_payload(described, w))
    )
    who = next(rightful, None)
    if who is None:
        return
    base = own_payload(described, who)
    for column in described.table.columns:
        if (
            column.name in (*allowed, *described.entry.kept)
            or column.generated
            or column.identity == "a"
        ):
            continue
        value = sample(column, 43, described.scenario.salt)
        values = {**base, column.name: value}
        request = Insert(described.entry.table, pairs(values))
        yield Case(
            id=f"{described.name}: {who.label} cannot set {column.name} in a new row",
            subject=described.about,
            operation="insert",
            family=Family.COLUMN,
            attempt=Attempt(who, request, described.out_of_the_way(values)),
            expected=DENIED,
            controls=tuple(_controls(described, values)),
            why=f"insert columns = {', '.join(allowed)}",
            column=column.name,
            by=BY_GRANT,
        )


def _kept(described: Described) -> Iterator[Case]:
    """Columns that the database keeps: a new row gets the database's value, not the sent one."""
    rightful = (
        w for w in described.people if described.may(w, "insert", own_payload(described, w))
    )
    who = next(rightful, None)
    if who is None:
        return
    base = own_payload(described, who)
    for column in described.columns(described.entry.kept):
        values = {**base, column.name: sample(column, 43, described.scenario.salt)}
        arrange = described.out_of_the_way(values)
        yield Case(
            id=f"{described.name}: {who.label} cannot say what {column.name} of a new row is",
            subject=described.about,
            operation="insert",
            family=Family.KEPT_COLUMN,
            attempt=Attempt(
                who, Insert(described.entry.table, pairs(values), (column.name,)), arrange
            ),
            expected=DENIED,
            controls=tuple(_controls(described, base)),
            why=f"kept = {', '.join(described.entry.kept)}",
            column=column.name,
        )
