"""To whom rows belong, by the shape of tables: keys first, names where there are none. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ...spec import OPERATIONS, Relation
from ..catalog import Catalog, ForeignKey, Table
from ..catalog.singular import singular
from ..model import USERS
from ..scenario.checks import enumerated
from .policies import said

# The first that is there names the owner; audit columns come last.
OWNERS = ("user_id", "owner_id", "owner", "profile_id", "uid", "author_id")
AUDIT = ("created_by", "updated_by", "invited_by", "added_by", "deleted_by", "assigned_by")
_ROLES = ("role", "access", "access_level", "permission", "permission_level", "member_role")
_ROLE_TABLES = ("role", "permission", "access")
_MEMBERSHIPS = ("member", "guest", "role", "access", "user", "participant", "collaborator")
_SHARES = ("share", "shares", "shared", "sharing", "guest", "guests", "collaborators", "grants")
_WITH_WHOM = ("shared_with", "user_id", "grantee", "recipient", "guest", "collaborator")
_ENDED = ("left_at", "removed_at", "ended_at", "revoked_at")


@dataclass(frozen=True)
class Place:
    """A membership table: rows that say who belongs to which row of another table."""

    table: Table
    key: str
    user: str
    role: str | None
    parent: Relation
    kept: tuple[str, ...] = ()
    """The roles that another table holds, which `role` points at."""

    @property
    def ended(self) -> str | None:
        """The column that says since when somebody does not belong any more."""
        return next((c.name for c in self.table.columns if c.name in _ENDED), None)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it takes, where its type, a CHECK or a table of roles says so."""
        column = self.table.column(self.role) if self.role else None
        if column is None:
            return ()
        checks = (c.expression for c in self.table.checks if column.name in c.columns)
        return enumerated(column, (*checks, *column.domain_checks)) or self.kept


@dataclass(frozen=True)
class Share(Place):
    """A table of shares: rows that let single people at single rows of another table.

    `of` is the column of the shared row that the key points at.
    """

    of: str = "id"


@dataclass(frozen=True)
class Parent:
    """The row that a row belongs under; `guessed` where no foreign key says so.

    `of` is the column of that row that the key points at.
    """

    table: Relation
    key: str
    guessed: bool = False
    of: str = "id"


class Structure:
    """What the catalog's shape says of every table.

    Parameters:
        catalog: with the membership tables of other schemas, if there are any.
        roles: the keys in tables of roles, as far as they are known.
    """

    def __init__(
        self, catalog: Catalog, roles: Mapping[Relation, tuple[str, ...]] | None = None
    ) -> None:
        self.catalog = catalog
        self.tables = [t for t in catalog.exposed if not t.is_view]
        everything = [t for t in catalog.tables.values() if not t.is_view]
        self.profiles = {t.relation: t.primary_key for t in everything if _is_a_person(t)}
        self.shares = [share for t in everything if (share := self._sharing(t)) is not None]
        sharing = {share.table.relation for share in self.shares}
        places = (_place(t, self.profiles) for t in everything if t.relation not in sharing)
        self.places = [_with_kept(place, roles or {}) for place in places if place is not None]
        self.inside = self._inside({place.parent for place in self.places})
        self._parents: dict[Relation, Parent] = {}  # found so far
        self.owners: Mapping[Relation, str] = {}  # none is known while they are looked for
        self.owners = {t.relation: o for t in self.tables if (o := self._owner(t)) is not None}

    @cached_property
    def parents(self) -> Mapping[Relation, Parent]:
        """The parent of each table that has one, and of those that lie under such tables."""
        found = self._parents
        for _ in self.tables:  # a table is known to belong once its parent is
            before = dict(found)
            for table in self.tables:
                parent = self._parent(table)
                if parent is not None:
                    found[table.relation] = parent
            if found == before:
                break
        return found

    def place_of(self, table: Relation) -> Place | None:
        """The membership whose places are the rows of this table."""
        return next((place for place in self.places if place.parent == table), None)

    def place_in(self, table: Relation) -> Place | None:
        """The membership that this table holds."""
        return next((place for place in self.places if place.table.relation == table), None)

    def _sharing(self, table: Table) -> Share | None:
        """A table of shares; rows that belong to nobody else have members, and no shares."""
        share = _share(table, self.profiles)
        parent = self.catalog.tables.get(share.parent) if share is not None else None
        if share is None or parent is None:
            return None
        named = any(_names_user(key, self.profiles) for key in parent.foreign_keys)
        named = named or any(c.name in OWNERS and c.base == "uuid" for c in parent.columns)
        further = (
            place.parent
            for other in self.catalog.tables.values()
            if other is not table and (place := _place(other, self.profiles)) is not None
        )
        above = {key.table for key in parent.foreign_keys} & {*further}
        return share if named or above else None

    def share_in(self, table: Relation) -> Share | None:
        """The shares that this table holds."""
        return next((share for share in self.shares if share.table.relation == table), None)

    def share_of(self, table: Relation) -> Share | None:
        """The shares of rows of this table."""
        return next((share for share in self.shares if share.parent == table), None)

    def share_above(self, table: Relation) -> Share | None:
        """The shares that decide about a row of this table, over however many steps."""
        step: Relation | None = table
        for _ in range(len(self.tables) + 1):
            if step is None:
                return None
            found = self.share_in(step) or self.share_of(step)
            if found is not None:
                return found
            parent = self.parents.get(step)
            step = parent.table if parent is not None else None
        return None

    def place_above(self, table: Relation) -> Place | None:
        """The membership that decides about a row of this table, over however many steps."""
        step: Relation | None = table
        for _ in range(len(self.tables) + 1):
            if step is None:
                return None
            found = self.place_in(step) or self.place_of(step)
            if found is not None:
                return found
            parent = self.parents.get(step)
            step = parent.table if parent is not None else None
        return None

    def names_user(self, table: Table, column: str) -> bool:
        """Whether a foreign key leads from this column to a user or a user's profile."""
        keys = (key for key in table.foreign_keys if _names_user(key, self.profiles))
        return any(column in key.columns for key in keys)

    def _owner(self, table: Table) -> str | None:
        if self.place_in(table.relation) is not None or self.share_in(table.relation) is not None:
            return None
        pointing = [k.columns[0] for k in table.foreign_keys if _names_user(k, self.profiles)]
        sure = self._likeliest(table, [c for c in pointing if c not in AUDIT])
        if sure is not None:
            return sure
        elsewhere = {column for key in table.foreign_keys for column in key.columns}
        free = {c.name for c in table.columns if c.base == "uuid"} - elsewhere
        named = next((name for name in OWNERS if name in free), None)
        if named is not None or next(self._leading(table), None) is not None:
            return named  # who made a row of a place is no owner of it
        return next((c for c in pointing if c in AUDIT[:1]), None)

    def several(self, table: Relation) -> tuple[str, ...]:
        """The keys to users of a table that has more than one which may name the owner."""
        known = self.catalog.tables[table]
        pointing = [k.columns[0] for k in known.foreign_keys if _names_user(k, self.profiles)]
        named = tuple(c for c in pointing if c not in AUDIT)
        return named if len(named) > 1 else ()

    def second(self, table: Relation) -> str | None:
        """The column of a second person of a row that policies ask for: a message's receiver."""
        known, owner = self.catalog.tables[table], self.owners.get(table)
        others = [column for column in self.several(table) if column != owner]
        if owner is None or len(known.primary_key) != 1 or self.share_of(table) is not None:
            return None
        found = [said(self.catalog, known, operation) for operation in OPERATIONS]
        asked = [each.own.columns for each in found if each is not None and each.asks_who]
        counted = {name: sum(name in columns for columns in asked) for name in others}
        best = max(others, key=lambda name: counted[name], default=None)
        return best if best is not None and counted[best] else None

    def _likeliest(self, table: Table, columns: list[str]) -> str | None:
        """Of keys to users the one that names the owner: by its name, by what policies ask for."""
        for name in (*OWNERS, *(c for c in columns if "owner" in c)):
            if name in columns:
                return name
        # Who adds rows has made them.
        weighed = (*OPERATIONS, "insert") if len(columns) > 1 else ()
        found = [said(self.catalog, table, operation) for operation in weighed]
        asked = [each.own.columns for each in found if each is not None]

        def order(name: str) -> tuple[int, bool, bool]:
            column = table.column(name)
            nullable = column is None or not column.not_null
            return (-sum(name in each for each in asked), nullable, name.endswith("_by"))

        return min(columns, key=order, default=None)

    def _parent(self, table: Table) -> Parent | None:
        name = table.relation
        if self.place_in(name) or self.place_of(name) or self.share_in(name):
            return None
        owner = self.owners.get(table.relation)
        candidates = [
            parent
            for parent in self._leading(table)
            if parent.key != owner and not self._leads_back(table.relation, parent.table)
        ]

        def order(parent: Parent) -> tuple[bool, bool, bool]:
            column = table.column(parent.key)
            nullable = column is None or not column.not_null
            return (self.place_of(parent.table) is None, parent.guessed, nullable)

        return min(candidates, key=order, default=None)

    def _leading(self, table: Table) -> Iterator[Parent]:
        """Keys to rows that belong to somebody, or to a place."""
        pointing = {column for key in table.foreign_keys for column in key.columns}
        for key in table.foreign_keys:
            if key.table == table.relation or _names_user(key, self.profiles):
                continue
            if len(key.columns) > 1:
                yield from self._over(key)
            elif key.table in self.owners or key.table in self.inside or key.table in self._parents:
                yield Parent(key.table, key.columns[0], of=key.parent_columns[0])
        for place in self.places:
            name = f"{singular(place.parent.name)}_id"
            for column in table.columns:
                same = column.name in (name, place.key) and column.name not in pointing
                if same and table.relation != place.parent and table is not place.table:
                    yield Parent(place.parent, column.name, guessed=True)

    def _over(self, key: ForeignKey) -> Iterator[Parent]:
        """The parent's own parent, where a key of several columns holds the key to it."""
        above = self._parents.get(key.table)
        for column, theirs in zip(key.columns, key.parent_columns, strict=True):
            if above is not None and theirs == above.key:
                yield Parent(above.table, column, of=above.of)

    def _leads_back(self, table: Relation, parent: Relation) -> bool:
        """Whether `parent` already belongs, over any number of steps, to `table`."""
        step: Relation | None = parent
        while step is not None and step != table:
            above = self._parents.get(step)
            step = above.table if above is not None else None
        return step == table

    def _inside(self, places: set[Relation]) -> set[Relation]:
        """Places, and the tables whose rows lie in one, over however many steps."""
        found = set(places)
        while more := {
            table.relation
            for table in self.tables
            if table.relation not in found and any(key.table in found for key in table.foreign_keys)
        }:
            found |= more
        return found


def _is_a_person(table: Table) -> bool:
    """A profile: its key is a user's id."""
    return table.primary_key in [key.columns for key in table.foreign_keys if key.table == USERS]


def _names_user(key: ForeignKey, profiles: Mapping[Relation, tuple[str, ...]]) -> bool:
    return key.table == USERS or key.parent_columns == profiles.get(key.table)


def _place(table: Table, profiles: Mapping[Relation, tuple[str, ...]]) -> Place | None:
    """A table with one key to a user and one to a place; a key to roles is the role."""
    users = [k.columns[0] for k in table.foreign_keys if _names_user(k, profiles)]
    users = [column for column in users if column not in AUDIT]
    others = [
        k for k in table.foreign_keys if k.table != table.relation and not _names_user(k, profiles)
    ]
    roles = [k for k in others if singular(k.table.name) in _ROLE_TABLES or _is_role(k.columns[0])]
    others = [k for k in others if k not in roles]
    if len(users) != 1 or len(others) != 1 or len(others[0].columns) != 1:
        return None
    key, user = others[0].columns[0], users[0]
    together = any({key, user} <= set(unique.columns) for unique in table.uniques)
    words = table.relation.name.split("_")
    named = any(word.startswith(name) for word in words for name in _MEMBERSHIPS)
    role = next((k.columns[0] for k in roles), None) or _role_column(table)
    # A like or a vote looks just the same, but for a role or a name; a membership is not a post.
    if not (together and (role is not None or named)) and not (role is not None and named):
        return None
    return Place(table, key, user, role, others[0].table)


def role_tables(catalog: Catalog) -> Iterator[tuple[Relation, str]]:
    """The tables that memberships take their roles from, each with the column of its key."""
    for table in catalog.tables.values():
        for key in table.foreign_keys:
            if len(key.columns) == 1 and (
                singular(key.table.name) in _ROLE_TABLES or _is_role(key.columns[0])
            ):
                yield key.table, key.parent_columns[0]


def _with_kept(place: Place, roles: Mapping[Relation, tuple[str, ...]]) -> Place:
    keys = (k for k in place.table.foreign_keys if k.columns == (place.role,))
    kept = next((roles[key.table] for key in keys if key.table in roles), ())
    return replace(place, kept=kept)


def _share(table: Table, profiles: Mapping[Relation, tuple[str, ...]]) -> Share | None:
    """A table of shares by its name: a key to a row, and one to whom it is opened."""
    keys = [k for k in table.foreign_keys if k.table != table.relation and len(k.columns) == 1]
    users = [k.columns[0] for k in keys if _names_user(k, profiles)]
    others = [k for k in keys if not _names_user(k, profiles)]
    words = set(table.relation.name.split("_"))
    named = bool(words & {*_SHARES}) or any(c.startswith("shared_with") for c in users)
    if not named or len(others) != 1:
        return None
    with_whom = [c for c in users if not c.endswith("_by") and c not in OWNERS[1:4]] or users
    user = next((c for c in with_whom if c.startswith(_WITH_WHOM)), None)
    if user is None and len(with_whom) != 1:
        return None
    key = others[0]
    return Share(
        table,
        key.columns[0],
        user or with_whom[0],
        _role_column(table),
        key.table,
        of=key.parent_columns[0],
    )


def _role_column(table: Table) -> str | None:
    names = [c.name for c in table.columns]
    return next((n for n in names if n in _ROLES), None) or next(
        (n for n in names if _is_role(n)), None
    )


def _is_role(name: str) -> bool:
    return name.endswith(("_role", "_role_id")) or name == "role_id"
