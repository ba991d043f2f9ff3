"""Adding rows: one's own, in another's name, under a foreign parent, with columns not granted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...spec import Nobody
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
from ..scenario import Values, nobodys, sample
from ..scenario.people import STRANGER
from ..scenario.statements import text
from .described import Described, pairs
from .new_rows import by_whom, named, own_payload, shown
from .parents import closed_parent, intruder, open_to, repointed, under


def insert_cases(described: Described) -> Iterator[Case]:
    """Every way to add a row to one table; the same request is tried once."""
    if described.this is None:
        return
    seen: set[Attempt] = set()
    for case in _all(described):
        if case.attempt not in seen:
            seen.add(case.attempt)
            yield case


def _all(described: Described) -> Iterator[Case]:
    this = described.this
    principal = this.person if this is not None else None
    for who in described.people:
        if who.user_id is not None:
            values = own_payload(described, who)
            if who.world is None and not _has_parents(described, values):
                continue  # keys of several columns: a stranger has no row to point at
            yield _case(described, who, values, f"insert {_what(described, who)}", Family.OWN)
    yield from _asked_for(described)
    yield from _for_somebody_new(described)
    for key in described.table.foreign_keys:
        if key.table != USERS:
            yield from _foreign_parent(described, key)
    for who in described.people:
        if principal is not None and who.user_id != principal.user_id:
            values = own_payload(described, principal)
            values |= by_whom(described, who, values)
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


def _asked_for(described: Described) -> Iterator[Case]:
    """Rows with values for which a check may let in more than without them."""
    principal = described.this.person if described.this is not None else None
    listed = described.entry.insert.columns
    for further in described.scenario.further.get(described.entry.table, ()):
        if listed is not None and not set(further) <= set(listed):
            continue  # no client can send them
        for who in described.people:
            own = {**own_payload(described, who), **further} if who.user_id is not None else None
            if own is not None and (who.world is not None or _has_parents(described, own)):
                words = f"insert {_what(described, who)} ({shown(further)})"
                case = _case(described, who, own, words, Family.OWN)
                if not case.expected.must:  # whoever may need not be able with any value
                    yield case
            if principal is not None and who.user_id != principal.user_id:
                values = {**own_payload(described, principal), **further}
                words = f"insert a row in the name of {principal.label} ({shown(further)})"
                yield _case(described, who, values, words, Family.ANOTHERS_NAME)


def _for_somebody_new(described: Described) -> Iterator[Case]:
    """Who lets somebody else in: a row of memberships or shares that names a stranger."""
    stranger = described.scenario.identity(STRANGER)
    if stranger is None or described.scenario.spec.members_in(described.entry.table) is None:
        return
    for who in described.people:
        if who.world is not None and named(described, who) is who:
            values = own_payload(described, who, stranger)
            words = f"insert a row for {stranger.label}"
            yield _case(described, who, values, words, Family.ANOTHERS_NAME)


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
        name = named(described, who)
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
        controls=() if allowed else tuple(_controls(described, values, who)),
        why=f"insert = {described.entry.insert.right}",
    )


def _closed_parents(described: Described, who: Identity, values: dict[str, Any]) -> bool:
    """Whether a row would lie under a described parent that `who` may not see: not its place."""
    if _shares_a_hidden_row(described, who, values):
        return True
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


def _shares_a_hidden_row(described: Described, who: Identity, values: dict[str, Any]) -> bool:
    """Whether it is a share in a row that `who` may not see, also where no key leads there."""
    scenario = described.scenario
    for entry in scenario.spec.relations:
        shares = entry.shared
        if shares is None or shares.table != described.entry.table:
            continue
        for row in scenario.of(entry.table):
            if text(row.values.get(shares.of)) == text(values.get(shares.key)):
                return not scenario.may(who, "select", entry, row.values)
    return False


def _controls(
    described: Described, values: dict[str, Any], by: Identity | None = None
) -> Iterator[Attempt]:
    """Who may add just this row; whoever may add a row of its own, `by` itself if it may.

    At last the secret key: it shows only that the request can be carried out.
    """
    request = Insert(described.entry.table, pairs(values))
    arrange = described.out_of_the_way(values)
    for who in described.people:
        rightful = described.may_write(who, "insert", values)
        if rightful and not _closed_parents(described, who, values):
            yield Attempt(who, request, arrange)
            break
    for who in sorted(described.people, key=lambda each: each is not by):
        own = own_payload(described, who) if who.world is not None or who is by else {}
        rightful = bool(own) and described.may_write(who, "insert", own)
        if rightful and not _closed_parents(described, who, own):
            out = described.out_of_the_way(own)
            yield Attempt(who, Insert(described.entry.table, pairs(own)), out)
            break
    yield Attempt(SERVICE, request, arrange)
    person = described.this.person if described.this is not None else None
    if person is not None:
        own = own_payload(described, person)
        out = described.out_of_the_way(own)
        yield Attempt(SERVICE, Insert(described.entry.table, pairs(own)), out)


def _foreign_parent(described: Described, key: ForeignKey) -> Iterator[Case]:
    """A foreign key check bypasses row level security: only a policy can refuse this."""
    for who, world, proved in _intruders(described):
        yield from _under_parent(described, key, who, world, proved=proved)
        for further in described.scenario.further.get(described.entry.table, ()):
            if not set(further) & set(key.columns):
                yield from _under_parent(described, key, who, world, further, proved=proved)


def _intruders(described: Described) -> Iterator[tuple[Identity, World, bool]]:
    """One for each ground on which the model lets somebody add a row of its own.

    Who, the side that is not its own, and whether its refusal proves something: where the model
    lets somebody add rows, but nobody of these, it does not.
    """
    first, world = intruder(described, "insert")
    own = own_payload(described, first)
    proved = described.may(first, "insert", own)
    yield first, world, proved or isinstance(described.entry.insert.right, Nobody)
    seen = {described.grounds(first, "insert", own)}
    for who in described.people:
        own = own_payload(described, who)
        grounds = described.grounds(who, "insert", own)
        if who.world is None or grounds in seen or not described.may(who, "insert", own):
            continue
        seen.add(grounds)
        yield who, "this" if who.world == "other" else "other", True


def _under_parent(
    described: Described,
    key: ForeignKey,
    who: Identity,
    world: World,
    further: Values | None = None,
    *,
    proved: bool,
) -> Iterator[Case]:
    base = {**own_payload(described, who), **(further or {})}
    with_ = f" ({shown(further)})" if further else ""
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
            f"under {under(parent, world)}{by}{with_}",
            subject=described.about,
            operation="insert",
            family=Family.FOREIGN_PARENT,
            attempt=Attempt(
                who,
                Insert(described.entry.table, pairs(values), key.columns),
                described.out_of_the_way(values),
            ),
            expected=DENIED,
            controls=tuple(_controls(described, values, who)) if proved else (),
            why=f"insert = {described.entry.insert.right}",
            column=key.columns[0],
        )


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
