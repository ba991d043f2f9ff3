"""The ownership model as the policy templates read it: tables, tests, grants, helper functions.

Everything here is data; the SQL stands in `sql/policies/`. A test says when a column (or a folder
of a storage path) leads to the caller, in the forms that PostgreSQL can answer with an index:

    column = (select auth.uid())
    column = any (array(select parent.id from parent where …))
    column = any (array(select … from wakti_rls.helper()))

A helper is a SECURITY DEFINER function. It stands in where the caller may not read the rows that
the test needs, and for memberships, whose own policies would otherwise call themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..spec import Bucket, Condition, Members, Operation, Owned, Relation


@dataclass(frozen=True)
class IsCaller:
    """The value is the caller's id."""

    kind: ClassVar[str] = "caller"


@dataclass(frozen=True)
class InRows:
    """The value is `key` of a row of `table` whose `column` meets `inner`."""

    table: Relation
    key: str
    column: str
    inner: Test
    kind: ClassVar[str] = "rows"


@dataclass(frozen=True)
class InPlaces:
    """The value is the key of a place that the caller belongs to, in any role or in one."""

    members: Members
    role: str | None
    kind: ClassVar[str] = "places"


@dataclass(frozen=True)
class InHelper:
    """The value is among those that a helper function returns."""

    name: str
    kind: ClassVar[str] = "helper"


Test = IsCaller | InRows | InPlaces | InHelper


@dataclass(frozen=True)
class Helper:
    """A SECURITY DEFINER function in `wakti_rls` that returns what `body` describes."""

    name: str
    body: InRows | InPlaces
    about: str


@dataclass(frozen=True)
class ColumnTest:
    """`column` of the row itself meets `test`."""

    column: str
    test: Test
    kind: ClassVar[str] = "column"


@dataclass(frozen=True)
class FolderTest:
    """Folder number `position` of a storage path meets `test`, or equals `name`."""

    position: int
    test: Test | None = None
    name: str | None = None
    kind: ClassVar[str] = "folder"


@dataclass(frozen=True)
class Uploader:
    """The file was uploaded by the caller."""

    kind: ClassVar[str] = "uploader"


@dataclass(frozen=True)
class Recorded:
    """The file's name stands in `column` of a row of the caller's.

    Parameters:
        table: the table whose rows record files.
        column: of it, with the names.
        test: finds the names where the table shows rows of others, too; None where its own policy
            hides them.
    """

    table: Relation
    column: str
    test: Test | None
    kind: ClassVar[str] = "recorded"


@dataclass(frozen=True)
class Claimed:
    """The caller's access token holds this value."""

    path: tuple[str, ...]
    value: str
    kind: ClassVar[str] = "claim"


@dataclass(frozen=True)
class NamedByToken:
    """The caller's access token holds the value of a column of the row."""

    path: tuple[str, ...]
    column: str
    kind: ClassVar[str] = "token"


@dataclass(frozen=True)
class Holds:
    """The row meets a condition; without one, every row does."""

    where: Condition | None = None
    kind: ClassVar[str] = "holds"


@dataclass(frozen=True)
class Joined:
    """All of the parts (`and`) or one of them (`or`)."""

    word: str
    parts: tuple[Predicate, ...]
    kind: ClassVar[str] = "joined"


Predicate = ColumnTest | FolderTest | Uploader | Recorded | Claimed | NamedByToken | Holds | Joined


@dataclass(frozen=True)
class Policy:
    """One policy: one command, one kind of caller."""

    name: str
    operation: Operation
    role: str
    predicate: Predicate


@dataclass(frozen=True)
class Grant:
    """A privilege: on `columns`, or (None) on all columns but `excluded`.

    `included` are columns of the primary key that may be written all the same. `ours`: only where
    the table was made by wakti-sb.
    """

    privilege: Operation
    roles: tuple[str, ...]
    columns: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    ours: bool = False

    @property
    def from_catalog(self) -> bool:
        """Whether the columns are only known to the database."""
        return self.columns is None and (bool(self.excluded) or self.privilege == "update")


@dataclass(frozen=True)
class Rule:
    """A trigger of `wakti_rls` on some columns, for what clients write."""

    name: str
    operation: Operation
    function: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table or view with its policies and grants."""

    owned: Owned
    policies: tuple[Policy, ...]
    grants: tuple[Grant, ...]

    @property
    def writers(self) -> tuple[str, ...]:
        """The roles that may insert."""
        return next((grant.roles for grant in self.grants if grant.privilege == "insert"), ())

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The triggers that keep clients from changing what they may only send."""
        owned = self.owned
        if owned.is_view:
            return ()
        writes = {grant.privilege for grant in self.grants}
        found: list[Rule] = []
        if owned.fixed and "update" in writes:
            found.append(Rule("_wakti_fixed", "update", "refuse_change", owned.fixed))
        if owned.kept and "update" in writes:
            found.append(Rule("_wakti_kept", "update", "keep", owned.kept))
        if owned.kept and "insert" in writes:
            found.append(Rule("_wakti_kept_new", "insert", "keep", owned.kept))
        return tuple(found)


@dataclass(frozen=True)
class BucketPolicies:
    """A bucket with its policies on `storage.objects`."""

    bucket: Bucket
    policies: tuple[Policy, ...]


@dataclass(frozen=True)
class PolicyModel:
    """All that the policy templates need."""

    tables: tuple[Table, ...]
    buckets: tuple[BucketPolicies, ...]
    helpers: tuple[Helper, ...]
    """In an order in which each may be made."""
    schemas: tuple[str, ...]
