"""What the people of the suite own, and the operations that they try on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from postgrest import CountMethod, ReturnMethod
from postgrest.exceptions import APIError
from supabase import Client

from .people import Person
from .site import Row, rows_of
from .sites import Sites
from .tables import Table

INSUFFICIENT_PRIVILEGE = "42501"
OWNER, OTHER_OWNER, NOBODY = "owner", "other owner", "owner of nothing"
VISITOR, SECRET = "visitor", "secret key"
IDENTITIES = (OWNER, OTHER_OWNER, NOBODY, VISITOR, SECRET)


@dataclass
class Holdings:
    """Rows of two owners, and the clients of everybody.

    Parameters:
        clients: by identity.
        owners: ids of the two owners, by identity.
        sites: makes projects, and takes them away again.
    """

    clients: dict[str, Client]
    owners: dict[str, str]
    sites: Sites
    _projects: dict[str, str] = field(default_factory=dict)
    _rows: dict[tuple[str, str], str] = field(default_factory=dict)
    _stays: dict[str, Row | None] = field(default_factory=dict)
    _controlled: set[str] = field(default_factory=set)

    def project(self, who: str) -> str:
        """The project that holds an owner's rows."""
        if who not in self._projects:
            self._projects[who] = self.sites.new_project(self.owners[who])
        return self._projects[who]

    def held(self, table: Table, who: str) -> str:
        """The id of an owner's row that stays."""
        key = (table.name, who)
        if key not in self._rows:
            alone = table.name in ("projects", "project_backends")  # a project has one of each
            self._rows[key] = self.new(table, who) if not alone else self._only(table, who)
        return self._rows[key]

    def new(self, table: Table, who: str) -> str:
        """The id of a new row of an owner's, in a project of its own."""
        project = self.sites.new_project(self.owners[who])
        return project if table.name == "projects" else self._insert(table, who, project)

    def new_row(self, table: Table, place: str, who: str) -> Row:
        """Values of a new row of `who` in a new project of `place`; it is not inserted."""
        if table.name == "projects":
            row = table.row("", self.owners[who])
            self.sites.expect(row["id"])
            return row
        return table.row(self.sites.new_project(self.owners[place]), self.owners[who])

    def may_change(self, client: Client) -> bool:
        """Whether it is somebody who might change the owner's rows."""
        return client in (self.clients[OWNER], self.clients[SECRET])

    def seen(self, table: Table, key: str) -> Row | None:
        """A row as it is, past every policy."""
        query = self.clients[SECRET].table(table.name).select("*").eq("id", key)
        found = rows_of(query.execute())
        return found[0] if found else None

    def as_it_stays(self, table: Table, key: str) -> Row | None:
        """A row that no test may change, as it was when it was first asked for."""
        if key not in self._stays:
            self._stays[key] = self.seen(table, key)
        return self._stays[key]

    def forget(self, key: str) -> None:
        """Look again: somebody has changed the row who should not."""
        self._stays.pop(key, None)

    def once(self, key: str, control: Callable[[], None]) -> None:
        """Run a control unless it has been run."""
        if key not in self._controlled:
            control()
            self._controlled.add(key)

    def _only(self, table: Table, who: str) -> str:
        project = self.project(who)
        return project if table.name == "projects" else self._insert(table, who, project)

    def _insert(self, table: Table, who: str, project: str) -> str:
        row = table.row(project, self.owners[who])
        self.clients[SECRET].table(table.name).insert(row).execute()
        return str(row["id"])


def outcome(query: Any) -> str:
    """What comes of a query: `allowed`, `no rows`, `refused`, or the error's code."""
    try:
        answer = query.execute()
    except APIError as error:
        refused = error.code == INSUFFICIENT_PRIVILEGE
        return "refused" if refused else f"error {error.code}: {error.message}"
    counted = len(answer.data) if answer.count is None else answer.count
    return "allowed" if counted else "no rows"


def select(client: Client, table: Table, key: str) -> str:
    """Read a row by its id, and count it."""
    return outcome(client.table(table.name).select("*").eq("id", key))


def insert(client: Client, table: Table, row: Row) -> str:
    """Insert a row and ask for nothing back."""
    made = client.table(table.name).insert(
        row, returning=ReturnMethod.minimal, count=CountMethod.exact
    )
    return outcome(made)


def update(client: Client, table: Table, keys: list[str], values: Row) -> str:
    """Change rows and ask for nothing back; told apart by their count."""
    changed = client.table(table.name).update(
        values, returning=ReturnMethod.minimal, count=CountMethod.exact
    )
    return outcome(changed.in_("id", keys))


def delete(client: Client, table: Table, keys: list[str]) -> str:
    """Delete rows and ask for nothing back."""
    gone = client.table(table.name).delete(returning=ReturnMethod.minimal, count=CountMethod.exact)
    return outcome(gone.in_("id", keys))


def upsert(client: Client, table: Table, row: Row) -> str:
    """Insert a row or, if its id is there, change that one."""
    made = client.table(table.name).upsert(
        row, returning=ReturnMethod.minimal, count=CountMethod.exact
    )
    return outcome(made)


def people(
    owner: Person, other_owner: Person, nobody: Person, anon: Client, service: Client
) -> dict[str, Client]:
    """The client of each identity."""
    return {
        OWNER: owner.client,
        OTHER_OWNER: other_owner.client,
        NOBODY: nobody.client,
        VISITOR: anon,
        SECRET: service,
    }
