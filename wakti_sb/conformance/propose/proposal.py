"""Propose an ownership model from a live catalog; each line says where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg import Connection, sql

from ...spec import OPERATIONS, Own, Relation, Spec, TokenNames, atoms, parse, parse_right, slug_of
from ..catalog import Catalog, Column, Function, Table, read_catalog
from ..model import API_ROLES, OBJECTS
from ..run.session import connected
from .draft import Draft, Entry, Line, RightLine, quoted
from .openness import columns_of
from .policies import said
from .rights import Rights
from .settle import settled
from .structure import AUDIT, OWNERS, Place, Share, Structure, role_tables

_MOST_ROLES = 20
# Tables of other schemas that name users: a membership may be one of them.
_NAMING_USERS = """
select distinct k.conrelid::regclass::text
from pg_catalog.pg_constraint as k
inner join pg_catalog.pg_class as c on k.conrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where k.contype = 'f' and k.confrelid = to_regclass('auth.users')
  and n.nspname not in ('auth', 'storage', 'realtime', 'vault', 'graphql')
"""


def propose(
    db_url: str,
    schemas: Iterable[str] = ("public",),
    *,
    name: str = "project",
    allow_data: bool = False,
    warn: Callable[[str], object] = lambda _: None,
) -> str:
    """The text of a `wakti.toml` for the database at `db_url`.

    The proposal is tried: a right that no policy grants is made smaller until nobody is said to
    be locked out. What the policies let through beyond it stays a finding.

    Parameters:
        allow_data: try it although it is a hosted database that holds data.
        warn: takes the sentence that says why it could not be tried; the text has it too.
    """
    with connected(db_url) as connection:
        catalog = read_catalog(connection, schemas, _further(connection))
        made = draft(catalog, name=name, roles=_roles(connection, catalog))
        made = settled(made, connection, catalog, allow_data=allow_data)
    if made.untried:
        warn(made.untried)
    return made.text


def proposal(catalog: Catalog, *, name: str = "project") -> str:
    """The same from a catalog alone, untried. Pure."""
    return draft(catalog, name=name).text


def proposed_from(catalog: Catalog) -> Spec:
    """The model that is proposed for a catalog. Pure."""
    return parse(proposal(catalog), place="the proposal")


def draft(
    catalog: Catalog,
    *,
    name: str = "project",
    roles: Mapping[Relation, tuple[str, ...]] | None = None,
) -> Draft:
    """The proposal in pieces; `roles` are the keys in tables of roles. Pure."""
    return Draft(slug_of(name), catalog.schemas, tuple(_Drafting(catalog, roles).entries()))


def _further(connection: Connection[Any]) -> list[str]:
    return [row[0] for row in connection.execute(_NAMING_USERS)]


def _roles(connection: Connection[Any], catalog: Catalog) -> dict[Relation, tuple[str, ...]]:
    """What tables of roles hold after the migrations; what cannot be read is not known."""
    found: dict[Relation, tuple[str, ...]] = {}
    for table, column in role_tables(catalog):
        query = sql.SQL("select {}::text from {} limit {}").format(
            sql.Identifier(column),
            sql.Identifier(table.schema, table.name),
            sql.Literal(_MOST_ROLES),
        )
        try:
            with connection.transaction():
                found[table] = tuple(row[0] for row in connection.execute(query))
        except psycopg.Error:
            continue
    return found


class _Drafting:
    def __init__(self, catalog: Catalog, roles: Mapping[Relation, tuple[str, ...]] | None) -> None:
        self.catalog = catalog
        self.structure = Structure(catalog, roles)
        self.given = Rights(catalog, self.structure)
        self.rights: dict[str, dict[str, RightLine]] = {}

    def entries(self) -> Iterator[Entry]:
        for table in self.structure.tables:
            yield self._table(table)
        for table in self.catalog.exposed:
            if table.is_view:
                yield self._view(table)
        for bucket in self.catalog.buckets.values():
            yield self._bucket(bucket.name, bucket.public)
        for function in self.catalog.functions:
            if not function.trigger and set(API_ROLES) & set(function.executors):
                yield _function(function)

    def _table(self, table: Table) -> Entry:
        head = [Line("table", quoted(str(table.relation)))]
        belonging = list(self._belonging(table))
        rights: dict[str, RightLine] = {o: self.given.right(table, o) for o in OPERATIONS}
        self.rights[str(table.relation)] = rights
        by_token = any("claim:" in line.right for line in rights.values())
        if by_token and self.structure.owners.get(table.relation) in AUDIT:
            # Who made a row of a tenant is no owner of it, unless a right says so.
            asks = any(
                isinstance(a, Own) for o in rights.values() for a in atoms(parse_right(o.right))
            )
            belonging = [line for line in belonging if asks or line.key != "owner"]
        head += belonging
        secret = [c.name for c in table.columns if _is_secret(c) or _is_unread(c, table)]
        tail = (Line("hidden", quoted(secret), "nobody should read these", True),) if secret else ()
        remarks = (
            []
            if len(head) > 1 or by_token
            else ["Nothing here leads to a user: whose rows are these?"]
        )
        return Entry("owned", str(table.relation), tuple(head), rights, tail, tuple(remarks))

    def _belonging(self, table: Table) -> Iterator[Line]:
        """The lines that say to whom a row belongs."""
        structure, name = self.structure, table.relation
        inside, above = structure.place_in(name), structure.place_of(name)
        share = structure.share_in(name)
        if share is not None:
            yield Line("through", quoted(str(share.parent)), f"its key {share.key}", True)
            yield Line("key", quoted(share.key))
            if share.of != "id":
                yield Line("parent_key", quoted(share.of))
            theirs = structure.owners.get(share.parent)
            if theirs is not None:
                yield Line("parent_owner", quoted(theirs))
            return
        owner, parent = structure.owners.get(name), structure.parents.get(name)
        if inside is not None:
            if self.given.names_its_person(table):
                yield Line("owner", quoted(inside.user), "the person of a membership", True)
            elif inside.parent in structure.owners:
                yield Line("through", quoted(str(inside.parent)), f"its key {inside.key}", True)
            yield Line("key", quoted(inside.key))
            yield Line("members", _members(inside), "a membership by its shape", True)
            return
        if owner is not None:
            yield self._owner(table, owner)
        if above is not None:
            source = f"{above.table.relation} says who belongs to it"
            yield Line("members", _members(above), source, True)
        elif parent is not None and not (owner and self.given.shows_others(parent.table)):
            source = "a column of this name" if parent.guessed else f"its key {parent.key}"
            yield Line("through", quoted(str(parent.table)), source, True)
            yield Line("key", quoted(parent.key))
            if parent.of != "id":
                yield Line("parent_key", quoted(parent.of))
            theirs = structure.owners.get(parent.table)
            if theirs is not None and owner is None:
                yield Line("parent_owner", quoted(theirs))
        given = structure.share_of(name)
        if given is not None:
            source = f"{given.table.relation} says with whom a row is shared"
            yield Line("shared", _members(given), source, True)
        second = structure.second(name)
        if second is not None:
            itself = Share(table, table.primary_key[0], second, None, name, of=table.primary_key[0])
            yield Line("shared", _members(itself), "policies ask for a second person", True)

    def _owner(self, table: Table, owner: str) -> Line:
        known = self.structure.names_user(table, owner)
        others = [c for c in self.structure.several(table.relation) if c != owner]
        source = "its foreign key leads to a user" if known else "its name"
        if others and owner not in OWNERS:
            source += (
                f", as {' and '.join(others)} do" if len(others) > 1 else f", as {others[0]} does"
            )
        return Line(
            "owner", quoted(owner), source, not known or (bool(others) and owner not in OWNERS)
        )

    def _view(self, table: Table) -> Entry:
        head = [Line("view", quoted(str(table.relation)))]
        readers = {role for c in table.columns for role in c.readers} & set(API_ROLES)
        base = self.catalog.tables.get(table.bases[0]) if len(table.bases) == 1 else None
        right, source = "none", "nobody says whose rows it shows"
        if not readers:
            source = "no role of the API may select"
        elif base is not None and str(base.relation) in self.rights:
            known = self.rights[str(base.relation)]["select"]
            words = known.right.split()
            source = f"as {base.relation}"
            if known.right in ("public", "authenticated", "none"):
                right = known.right
            elif self._fits(known.right, table):
                lines = list(self._like(table, base))
                if lines or words[0] == "public" or words[0].startswith("claim:"):
                    head += lines
                    right = known.right
        remarks: tuple[str, ...] = ()
        if table.kind == "v" and not table.invoker:
            remarks = (
                "It reads with its owner's rights: add security_invoker or say invoker = false.",
            )
        return Entry(
            "view",
            str(table.relation),
            tuple(head),
            {"select": RightLine(right, source)},
            remarks=remarks,
        )

    def _fits(self, right: str, view: Table) -> bool:
        """Whether a view shows the columns that a right asks for."""
        parsed = parse_right(right)
        named = {a.column for a in atoms(parsed) if isinstance(a, TokenNames)}
        return all(view.column(name) is not None for name in columns_of(parsed) | named)

    def _like(self, view: Table, base: Table) -> Iterator[Line]:
        """A row of the view belongs to whom the row of its table belongs."""
        owner = self.structure.owners.get(base.relation)
        shared = self.structure.place_above(base.relation) is not None
        if owner is not None and not shared and view.column(owner) is not None:
            yield Line("owner", quoted(owner), f"as {base.relation}", True)
            return
        key = base.primary_key
        if len(key) == 1 and view.column(key[0]) is not None and (owner or shared):
            yield Line("through", quoted(str(base.relation)), "the table that it reads", True)
            yield Line("key", quoted(key[0]))
            if key[0] != "id":
                yield Line("parent_key", quoted(key[0]))

    def _bucket(self, name: str, public: bool) -> Entry:
        objects = self.catalog.tables.get(OBJECTS)
        head = [Line("name", quoted(name)), Line("public", quoted(public))]
        rights: dict[str, RightLine] = {}
        calls: set[str] = set()
        for operation in OPERATIONS:
            found = said(self.catalog, objects, operation) if objects is not None else None
            about = found is not None and (
                name in found.own.texts or "bucket_id" not in found.own.columns
            )
            calls |= found.own.calls if found is not None and about else set()
            source = found.cited if found is not None and about else "no policy speaks of it"
            rights[operation] = RightLine("own" if about else "none", source)
        if {"foldername", "uid"} & calls:
            head.append(Line("paths", quoted(["{user}"]), "the first folder names the owner", True))
        return Entry("bucket", f"bucket {name}", tuple(head), rights)


def _members(place: Place) -> str:
    parts = [
        f"table = {quoted(str(place.table.relation))}",
        f"key = {quoted(place.key)}",
        f"user = {quoted(place.user)}",
    ]
    if place.role is not None:
        parts.append(f"role = {quoted(place.role)}")
    if place.ended is not None:
        parts.append(f"where = {quoted(f'{place.ended} is null')}")
    if isinstance(place, Share) and place.of != "id":
        parts.append(f"of = {quoted(place.of)}")
    return f"{{ {', '.join(parts)} }}"


def _function(function: Function) -> Entry:
    right = "public" if "anon" in function.executors else "authenticated"
    who = " and ".join(role for role in API_ROLES if role in function.executors)
    remarks: tuple[str, ...] = ()
    if function.definer:
        remarks = (
            "It runs with its owner's rights: name the table whose rows it tells with `of`.",
        )
    return Entry(
        "function",
        function.signature,
        (Line("function", quoted(function.signature)),),
        {"execute": RightLine(right, f"granted to {who}")},
        remarks=remarks,
    )


def _is_secret(column: Column) -> bool:
    words = ("password", "secret", "token_hash", "api_key")
    return column.category == "S" and any(word in column.name for word in words)


def _is_unread(column: Column, table: Table) -> bool:
    """A column that nobody may read, while others of its table may be."""
    roles = set(API_ROLES)
    others = any(roles & set(c.readers) for c in table.columns)
    return others and not roles & set(column.readers)
