"""Propose an ownership model from a live catalog; every guess is marked for the reader."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...spec import Relation, slug_of
from ..catalog import Catalog, Column, ForeignKey, Function, Table, read_catalog
from ..model import API_ROLES, USERS
from ..run.session import connected

_OWNERS = ("user_id", "owner_id", "owner", "created_by", "author_id", "profile_id", "uid")
_ROLES = ("role", "access", "access_level", "permission", "member_role")
_FLAGS = ("published", "is_published", "public", "is_public", "visible", "is_visible")
_GUESS = "# guess: confirm or correct"


@dataclass(frozen=True)
class _Place:
    """A membership table: rows that say who belongs to which row of another table."""

    table: Table
    key: str
    user: str
    role: str | None
    parent: Relation


@dataclass(frozen=True)
class _Rights:
    """Who may do what with a table's rows."""

    select: str
    insert: str
    change: str

    @classmethod
    def all(cls, right: str) -> _Rights:
        """One right for everything."""
        return cls(right, right, right)


# A person's own row in a place that it shares with others: they read it, nobody else writes it.
_SHARED = _Rights("member", "own and member", "own")


def propose(db_url: str, schemas: Iterable[str] = ("public",), *, name: str = "project") -> str:
    """The text of a `wakti.toml` for the database at `db_url`."""
    with connected(db_url) as connection:
        return proposal(read_catalog(connection, schemas), name=name)


def proposal(catalog: Catalog, *, name: str = "project") -> str:
    """The same from a catalog. Pure."""
    return "\n".join(_Proposal(catalog).lines(name)) + "\n"


class _Proposal:
    """Guesses by foreign keys first, by names where there are none."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables = [t for t in catalog.exposed if not t.is_view]
        self.profiles = {t.relation: t.primary_key for t in self.tables if _is_a_person(t)}
        self.places = [place for t in self.tables if (place := _place(t, self.profiles))]
        self.shared = _inside(self.tables, {place.parent for place in self.places})
        self.owners = {
            t.relation: owner
            for t in self.tables
            if (owner := _owner(t, self.places, self.profiles))
        }
        self.through: dict[Relation, Relation] = {}

    def lines(self, name: str) -> Iterator[str]:
        yield "# Who owns what, proposed from the database. Nothing here is proved yet:"
        yield f'# every line marked "{_GUESS}" is for a person to decide.'
        yield ""
        yield "[project]"
        yield f"name = {_toml(slug_of(name))}"
        yield f"schemas = {_toml(list(self.catalog.schemas))}"
        yield ""
        yield "# Your own migrations hold the policies; wakti-sb only proves them."
        yield "[generate]"
        yield "backend = false"
        yield "policies = false"
        for table in self.tables:
            yield from self._table(table)
        for table in self.catalog.exposed:
            if table.is_view:
                yield from self._view(table)
        for bucket in self.catalog.buckets.values():
            yield from self._bucket(bucket.name, bucket.public)
        for function in self.catalog.functions:
            if not function.trigger and set(API_ROLES) & set(function.executors):
                yield from _function(function)

    def _table(self, table: Table) -> Iterator[str]:
        yield ""
        yield "[[owned]]"
        yield f"table = {_toml(str(table.relation))}"
        rights = yield from self._belonging(table)
        flag = next((c for c in table.columns if c.name in _FLAGS and c.base == "boolean"), None)
        select = f"public where {flag.name}" if flag is not None else rights.select
        yield f"select = {_toml(select)}  {_GUESS}"
        yield f"insert = {_toml(rights.insert)}  {_GUESS}"
        for operation in ("update", "delete"):
            yield f"{operation} = {_toml(rights.change)}  {_GUESS}"
        secret = [c.name for c in table.columns if _is_secret(c)]
        if secret:
            yield f"hidden = {_toml(secret)}  {_GUESS}"

    def _belonging(self, table: Table) -> Generator[str, None, _Rights]:
        """The lines that say to whom a row belongs; returns the rights that follow."""
        place = next((p for p in self.places if p.parent == table.relation), None)
        own = next((p for p in self.places if p.table is table), None)
        owner = self.owners.get(table.relation)
        if own is not None:
            yield f"key = {_toml(own.key)}"
            yield f"members = {_members(own)}  {_GUESS}"
            return _Rights.all("member")
        if owner is not None:
            yield f"owner = {_toml(owner)}{'' if _points_at_user(table, owner) else f'  {_GUESS}'}"
        if place is not None:
            yield f"members = {_members(place)}  {_GUESS}"
            return _Rights.all("own or member" if owner else "member")
        for key in table.foreign_keys:
            parent = self.owners.get(key.table)
            shared = key.table in self.shared
            if (parent is None and not shared) or self._leads_back(table.relation, key.table):
                continue
            if owner is not None and key.columns == (owner,):
                continue  # the profile of the owner, and no parent
            self.through[table.relation] = key.table
            yield f"through = {_toml(str(key.table))}  {_GUESS}"
            column = next((c for c in key.columns if c != owner), key.columns[0])
            yield f"key = {_toml(column)}"
            if parent is not None and owner is None:
                yield f"parent_owner = {_toml(parent)}"
            if shared:
                return _SHARED if owner is not None else _Rights.all("member")
            return _Rights.all("own")
        if owner is None:
            yield "# Nothing here leads to a user: whose rows are these?"
            return _Rights.all("none")
        return _Rights.all("own")

    def _leads_back(self, table: Relation, parent: Relation) -> bool:
        """Whether `parent` already belongs, over any number of steps, to `table`."""
        step: Relation | None = parent
        while step is not None and step != table:
            step = self.through.get(step)
        return step == table

    def _view(self, table: Table) -> Iterator[str]:
        yield ""
        yield "[[view]]"
        yield f"view = {_toml(str(table.relation))}"
        owner = next((c.name for c in table.columns if c.name in _OWNERS), None)
        if owner is not None:
            yield f"owner = {_toml(owner)}  {_GUESS}"
        yield f"select = {_toml('own' if owner else 'none')}  {_GUESS}"
        if table.kind == "v" and not table.invoker:
            yield "# It reads with its owner's rights: add security_invoker or say invoker = false."

    def _bucket(self, name: str, public: bool) -> Iterator[str]:
        yield ""
        yield "[[bucket]]"
        yield f"name = {_toml(name)}"
        yield f"public = {_toml(public)}"
        yield f'paths = ["{{user}}"]  {_GUESS}'
        for operation in ("select", "insert", "update", "delete"):
            yield f'{operation} = "own"  {_GUESS}'


def _inside(tables: list[Table], places: set[Relation]) -> set[Relation]:
    """Places, and the tables whose rows lie in one, over however many steps."""
    found = set(places)
    while more := {
        table.relation
        for table in tables
        if table.relation not in found and any(key.table in found for key in table.foreign_keys)
    }:
        found |= more
    return found


_Profiles = Mapping[Relation, tuple[str, ...]]


def _is_a_person(table: Table) -> bool:
    """A profile: its key is a user's id."""
    return table.primary_key in [key.columns for key in table.foreign_keys if key.table == USERS]


def _names_user(key: ForeignKey, profiles: _Profiles) -> bool:
    return key.table == USERS or key.parent_columns == profiles.get(key.table)


def _place(table: Table, profiles: _Profiles) -> _Place | None:
    """A table with one key to a user and one to something else, unique together."""
    users = [k.columns[0] for k in table.foreign_keys if _names_user(k, profiles)]
    others = [
        k for k in table.foreign_keys if k.table != table.relation and not _names_user(k, profiles)
    ]
    if len(users) != 1 or len(others) != 1 or len(others[0].columns) != 1:
        return None
    key, user = others[0].columns[0], users[0]
    if not any(set(unique.columns) == {key, user} for unique in table.uniques):
        return None
    named = any(word in table.relation.name for word in ("member", "guest", "role", "access"))
    role = next((c.name for c in table.columns if c.name in _ROLES), None)
    if role is None and not named:
        return None  # a like or a vote looks just the same
    return _Place(table, key, user, role, others[0].table)


def _owner(table: Table, places: list[_Place], profiles: _Profiles) -> str | None:
    if any(place.table is table for place in places):
        return None
    pointing = [k.columns[0] for k in table.foreign_keys if _names_user(k, profiles)]
    for name in _OWNERS:
        if name in pointing:
            return name
    if pointing:
        return pointing[0]
    elsewhere = {column for key in table.foreign_keys for column in key.columns}
    uuids = {c.name for c in table.columns if c.base == "uuid"} - elsewhere
    return next((name for name in _OWNERS if name in uuids), None)


def _points_at_user(table: Table, column: str) -> bool:
    return any(k.table == USERS and column in k.columns for k in table.foreign_keys)


def _members(place: _Place) -> str:
    parts = [
        f"table = {_toml(str(place.table.relation))}",
        f"key = {_toml(place.key)}",
        f"user = {_toml(place.user)}",
    ]
    if place.role is not None:
        parts.append(f"role = {_toml(place.role)}")
    ended = next((c.name for c in place.table.columns if c.name in ("left_at", "removed_at")), None)
    if ended is not None:
        parts.append(f"where = {_toml(f'{ended} is null')}")
    return f"{{ {', '.join(parts)} }}"


def _function(function: Function) -> Iterator[str]:
    yield ""
    yield "[[function]]"
    yield f"function = {_toml(function.signature)}"
    right = "public" if "anon" in function.executors else "authenticated"
    yield f"execute = {_toml(right)}  {_GUESS}"
    if function.definer:
        yield "# It runs with its owner's rights: name the table whose rows it tells with `of`."


def _is_secret(column: Column) -> bool:
    words = ("password", "secret", "token_hash", "api_key")
    return column.category == "S" and any(word in column.name for word in words)


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
