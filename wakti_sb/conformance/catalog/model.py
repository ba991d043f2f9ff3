"""What the engine knows of a database: frozen data, read once, after the migrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ...spec import Relation


@dataclass(frozen=True)
class Column:
    """A column, with what decides which values it takes and who touches it.

    `type` is what a cast says, `base` the type below a domain, `kind` and `category` are
    pg_type.typtype and typcategory of `base`, `fields` how many a composite type has. `length` is
    that of a text, a bit string or a vector.
    """

    name: str
    type: str
    base: str
    kind: str = "b"
    category: str = "S"
    length: int | None = None
    not_null: bool = False
    default: str | None = None
    generated: bool = False
    identity: str = ""
    fields: int = 0
    labels: tuple[str, ...] = ()
    domain_checks: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    inserters: tuple[str, ...] = ()
    updaters: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether an insert must name it."""
        return self.not_null and self.default is None and not self.generated and not self.identity


@dataclass(frozen=True)
class Check:
    """A CHECK constraint as PostgreSQL prints it; `asked` are conditions of functions it calls."""

    name: str
    expression: str
    columns: tuple[str, ...]
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignKey:
    """Columns that point at a row of another table.

    `blocks`: such a row cannot be deleted. `deferrable`: the check can wait until the commit.
    """

    name: str
    columns: tuple[str, ...]
    table: Relation
    parent_columns: tuple[str, ...]
    blocks: bool = False
    deferrable: bool = False


@dataclass(frozen=True)
class Unique:
    """Columns that no two rows share; those of an expression index count too."""

    columns: tuple[str, ...]
    primary: bool = False


@dataclass(frozen=True)
class Policy:
    """A row level security policy; `command` is select, insert, update, delete or all."""

    name: str
    command: str
    permissive: bool
    roles: tuple[str, ...]
    using: str | None
    check: str | None

    def applies(self, operation: str, role: str) -> bool:
        """Whether PostgreSQL asks it for this operation by this role."""
        return self.command in (operation, "all") and bool({"public", role} & set(self.roles))


@dataclass(frozen=True)
class Partition:
    """A partition that is reached by its own quoted name, where its own policies count."""

    name: str
    rls: bool = False


@dataclass(frozen=True)
class Table:
    """A table (`r`, `p`), view (`v`), materialized view (`m`) or foreign table (`f`).

    `writes` says which of insert, update and delete PostgreSQL can carry out through it, and
    `bases` names the tables that a view reads, `definition` is its query. `open_partitions` are
    those that roles of the API reach by name past the policies of the table.
    """

    relation: Relation
    columns: tuple[Column, ...]
    kind: str = "r"
    rls: bool = True
    forced: bool = False
    invoker: bool = False
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[Unique, ...] = ()
    policies: tuple[Policy, ...] = ()
    rules: tuple[Rule, ...] = ()
    deleters: tuple[str, ...] = ()
    bypassers: tuple[str, ...] = ()
    open_partitions: tuple[Partition, ...] = ()
    published: bool = False
    writes: tuple[str, ...] = ("delete", "insert", "update")
    bases: tuple[Relation, ...] = ()
    estimate: int = 0
    definition: str = ""

    @property
    def is_view(self) -> bool:
        """Whether it is a view, materialized or not."""
        return self.kind in "vm"

    @property
    def reachable(self) -> bool:
        """Whether any role of the API has a privilege on it, or on a column of it."""
        roles = {role for c in self.columns for role in (*c.readers, *c.inserters, *c.updaters)}
        return bool({"anon", "authenticated"} & (roles | set(self.deleters)))

    @cached_property
    def primary_key(self) -> tuple[str, ...]:
        """The columns of the primary key, in the order of the table; none if there is none."""
        keys = {name for unique in self.uniques if unique.primary for name in unique.columns}
        return tuple(column.name for column in self.columns if column.name in keys)

    def column(self, name: str) -> Column | None:
        """The column of this name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def key_to(self, parent: Relation) -> ForeignKey | None:
        """The first foreign key to `parent`, the one with fewest columns first."""
        keys = [key for key in self.foreign_keys if key.table == parent]
        return min(keys, key=lambda key: len(key.columns), default=None)


@dataclass(frozen=True)
class Argument:
    """One argument of a function; `base`, `category`, `labels` and `checks` as of a column."""

    name: str
    type: str
    default: bool = False
    variadic: bool = False
    base: str = ""
    category: str = ""
    labels: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    """A function of an exposed schema; only a `volatile` one can change rows."""

    relation: Relation
    types: str
    arguments: tuple[Argument, ...] = ()
    result: str = ""
    definer: bool = False
    volatile: bool = True
    source: str = ""
    trigger: bool = False
    search_path: bool = False
    executors: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """`schema.name(types)`, as `alter function` takes it."""
        return f"{self.relation}({self.types})"


@dataclass(frozen=True)
class Helper:
    """A function that policies may call, in whatever schema.

    `arguments` are the names of what it takes, `body` its source, `defaults` what stands for the
    arguments that a call leaves out; `hook`: Auth asks it for the claims of every token; `whole`:
    the model names it, and cases try what it answers, so that nobody looks into its body.
    """

    relation: Relation
    arguments: tuple[str, ...] = ()
    language: str = "sql"
    definer: bool = False
    body: str = ""
    defaults: tuple[str | None, ...] = ()
    hook: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Bucket:
    """A row of storage.buckets."""

    name: str
    public: bool = False
    allowed_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A trigger that `wakti-sb generate` wrote on some columns: `refuse_change` or `keep`."""

    name: str
    operation: str
    function: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Role:
    """An API role, or the one that seeds."""

    name: str
    bypasses: bool = False
    timeout: str | None = None


@dataclass(frozen=True)
class Catalog:
    """The whole; `schemas` are those that the API shows."""

    schemas: tuple[str, ...]
    tables: Mapping[Relation, Table]
    functions: tuple[Function, ...] = ()
    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    role: str = "postgres"
    helpers: tuple[Helper, ...] = ()

    @property
    def exposed(self) -> tuple[Table, ...]:
        """Tables and views that the API shows, by name."""
        return tuple(t for name, t in sorted(self.tables.items()) if name.schema in self.schemas)

    def timeout(self, role: str) -> str:
        """How long the platform lets a statement of this role run."""
        known = self.roles.get(role)
        return (known.timeout if known else None) or ("3s" if role == "anon" else "8s")
