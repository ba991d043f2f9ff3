"""What the catalog alone shows: objects nobody described, roles that no test can be made with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psycopg import sql

from ...errors import SpecError
from ...spec import Members, Owned, Relation, Spec
from ..cases import matches
from ..catalog import Catalog
from ..catalog.near import nearest
from ..model import (
    API_ROLES,
    MESSAGES,
    Advice,
    Finding,
    Problem,
    Root,
    Statements,
    Subject,
    SubjectKind,
)

_KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "f": "foreign table"}


def check_names(spec: Spec, catalog: Catalog) -> None:
    """Raise SpecError if the model names a table, column or function that is not there."""
    sentences = [*_tables(spec, catalog), *_functions(spec, catalog)]
    if sentences:
        raise SpecError(
            "\n  ".join(sentences),
            place="wakti.toml",
            remedy="correct the name, or apply the migration that makes the object",
        )


def misnamed(spec: Spec, catalog: Catalog) -> Iterator[Relation]:
    """The tables and views of the model that the catalog does not have as it describes them."""
    for entry in spec.relations:
        lost = any(step not in catalog.tables for step in entry.through)
        if lost or next(_about(spec, catalog, entry), None) is not None:
            yield entry.table


def static_findings(spec: Spec, catalog: Catalog) -> Iterator[Finding]:
    """Findings that need no case."""
    yield from _bypassing(spec, catalog)
    yield from _computed(spec, catalog)
    yield from _partitions(spec, catalog)
    yield from _undeclared(spec, catalog)
    yield from _buckets(spec, catalog)
    yield from _channels(spec, catalog)


def _tables(spec: Spec, catalog: Catalog) -> Iterator[str]:
    for entry in spec.relations:
        yield from _about(spec, catalog, entry)


def _about(spec: Spec, catalog: Catalog, entry: Owned) -> Iterator[str]:
    known = [str(name) for name in catalog.tables]
    section = "[[view]]" if entry.is_view else "[[owned]]"
    table = catalog.tables.get(entry.table)
    if table is None:
        yield f"{section} {entry.table}: there is no such table{nearest(entry.table, known)}"
        return
    if table.is_view != entry.is_view:
        right = "[[view]]" if table.is_view else "[[owned]]"
        yield f"{section} {entry.table}: it is a {_KINDS[table.kind]}; describe it as {right}"
    names = [column.name for column in table.columns]
    for key, column in _columns(spec, entry.table):
        if column not in names:
            yield (
                f'{section} {entry.table}: {key} names "{column}", which is no column'
                f"{nearest(column, names)}"
            )
    for key, members in (("members", entry.members), ("shared", entry.shared)):
        if members is not None:
            yield from _members(catalog, entry.table, key, members, known)


def _columns(spec: Spec, name: Relation) -> Iterator[tuple[str, str]]:
    entry = spec.entry(name)
    if entry is None:
        return
    if entry.owner:
        yield "owner", entry.owner
    if entry.key and (entry.through or entry.members):
        yield "key", entry.key[0]
    if entry.shared is not None:
        yield "shared.of", entry.shared.of
    for column in entry.token_columns.values():
        yield "claim", column
    for column in entry.hidden:
        yield "hidden", column
    for key in ("immutable", "fixed", "kept"):
        for column in getattr(entry, key):
            yield key, column
    if entry.file is not None:
        for column in filter(None, (entry.file.path, entry.file.size, entry.file.type)):
            yield "file", column
    for operation in ("select", "insert", "update"):
        for column in entry.rule(operation).columns or ():
            yield operation, column


def _members(
    catalog: Catalog, table: Relation, name: str, members: Members, known: list[str]
) -> Iterator[str]:
    found = catalog.tables.get(members.table)
    if found is None:
        yield (
            f"[[owned]] {table}: {name} names {members.table}, which is not there"
            f"{nearest(members.table, known)}"
        )
        return
    names = [column.name for column in found.columns]
    for key, column in (("key", members.key), ("user", members.user), ("role", members.role)):
        if column is not None and column not in names:
            yield (
                f'[[owned]] {table}: members.{key} names "{column}", which is no column of '
                f"{members.table}{nearest(column, names)}"
            )


def _functions(spec: Spec, catalog: Catalog) -> Iterator[str]:
    known = [function.signature for function in catalog.functions]
    for entry in spec.function:
        if not any(matches(entry, function) for function in catalog.functions):
            yield f"[[function]] {entry.function}: not there{nearest(entry.function, known)}"


def _bypassing(spec: Spec, catalog: Catalog) -> Iterator[Finding]:
    for role in API_ROLES:
        known = catalog.roles.get(role)
        if known is not None and known.bypasses:
            yield Finding(
                id=f"role {role} bypasses row level security",
                subject=Subject(role, SubjectKind.ROLE),
                problem=Problem.BYPASS,
                reason="every request of this role passes every policy: nothing can be proved",
                fix=Statements(f"alter role {role} nobypassrls nosuperuser;"),
            )
    for entry in spec.owned:
        table = catalog.tables.get(entry.table)
        for role in table.bypassers if table is not None else ():
            yield Finding(
                id=f"{entry.table}: role {role} owns it and passes its policies",
                subject=Subject.table(entry.table),
                problem=Problem.BYPASS,
                reason="the owner of a table passes row level security unless it is forced",
                fix=Statements(f"alter table {entry.table} force row level security;"),
            )


def _computed(spec: Spec, catalog: Catalog) -> Iterator[Finding]:
    """Generated columns tell what the columns that they are made of hide."""
    for entry in spec.owned:
        table = catalog.tables.get(entry.table)
        for column in table.columns if table is not None else ():
            words = set(re.findall(r"\w+", column.default or "")) if column.generated else set()
            told = sorted(words & set(entry.hidden))
            readers = [role for role in API_ROLES if role in column.readers]
            if not told or not readers or column.name in entry.hidden:
                continue
            yield Finding(
                id=f"{entry.table}: {column.name} tells what {told[0]} hides",
                subject=Subject.table(entry.table),
                problem=Problem.LEAK,
                operation="select",
                identity=" and ".join(readers),
                reason=f"{column.name} is generated from {told[0]}, which nobody may read",
                policy=f"a column grant: {column.name}",
                fix=Advice(
                    f"name {column.name} in hidden and grant no select on it; or say that what it "
                    "is made of is not hidden"
                ),
            )


def _partitions(spec: Spec, catalog: Catalog) -> Iterator[Finding]:
    for entry in spec.owned:
        table = catalog.tables.get(entry.table)
        for partition in table.open_partitions if table is not None else ():
            name = partition.name.removeprefix("public.")
            words = "has policies of its own" if partition.rls else "has no row level security"
            yield Finding(
                id=f"{entry.table}: its partition {name} {words}",
                subject=Subject.table(entry.table),
                problem=Problem.LEAK,
                identity="anon and authenticated",
                reason="a partition that is named itself does not ask the policies of its table",
                policy="the partition's own" if partition.rls else "row level security is off",
                fix=Statements(
                    f"revoke all on {partition.name} from anon, authenticated;"
                    if partition.rls
                    else f"alter table {partition.name} enable row level security;"
                ),
            )


def _undeclared(spec: Spec, catalog: Catalog) -> Iterator[Finding]:
    for table in catalog.exposed:
        if spec.entry(table.relation) is not None or not table.reachable:
            continue
        kind = _KINDS[table.kind]
        state = "" if table.is_view or table.rls else ", and row level security is off"
        yield Finding(
            id=f"{table.relation}: nobody described this {kind}",
            subject=Subject.table(table.relation, view=table.is_view),
            problem=Problem.UNDECLARED,
            root=Root.UNDECLARED,
            reason=f"a {kind} that the API shows and no model describes{state}",
            fix=Advice(
                f"describe it as [[{'view' if table.is_view else 'owned'}]] in wakti.toml, or add "
                f'[[excuse]] object = "{table.relation}" with a reason'
            ),
        )
    for function in catalog.functions:
        if function.trigger or not set(API_ROLES) & set(function.executors):
            continue
        if any(matches(entry, function) for entry in spec.function):
            continue
        callers = " and ".join(role for role in API_ROLES if role in function.executors)
        rights = ", with its owner's rights" if function.definer else ""
        yield Finding(
            id=f"{function.signature}: nobody described this function",
            subject=Subject.function(function.signature),
            problem=Problem.UNDECLARED,
            root=Root.UNDECLARED,
            operation="execute",
            identity=callers,
            reason=f"{callers} can execute it over the API{rights}",
            fix=Advice(
                f"revoke execute on function {function.signature} from public, anon, "
                "authenticated; or describe it as [[function]] in wakti.toml"
            ),
        )


def _channels(spec: Spec, catalog: Catalog) -> Iterator[Finding]:
    """Policies of Realtime that no model speaks of; channels where there is no Realtime."""
    messages = catalog.tables.get(MESSAGES)
    if messages is not None and messages.policies and not spec.channel:
        yield Finding(
            id=f"{MESSAGES}: nobody described the channels",
            subject=Subject.table(MESSAGES),
            problem=Problem.UNDECLARED,
            reason="policies open private Realtime channels and no model describes these",
            policy=", ".join(policy.name for policy in messages.policies),
            fix=Advice(
                "describe them as [[channel]] in wakti.toml, or add "
                f'[[excuse]] object = "{MESSAGES}" with a reason'
            ),
        )
    for channel in spec.channel if messages is None else ():
        yield Finding(
            id=f"channel {channel.name}: untested",
            subject=Subject.channel(channel.name),
            problem=Problem.UNTESTED,
            reason=f"the database has no {MESSAGES}",
            fix=Advice("try it on a database with the schema realtime, or excuse it"),
        )


def _buckets(spec: Spec, catalog: Catalog) -> Iterator[Finding]:
    described = {bucket.name: bucket for bucket in spec.bucket}
    for name, bucket in sorted(catalog.buckets.items()):
        entry = described.get(name)
        if entry is None:
            yield Finding(
                id=f"bucket {name}: nobody described this bucket",
                subject=Subject.bucket(name),
                problem=Problem.UNDECLARED,
                root=Root.UNDECLARED,
                reason="a bucket that no model describes",
                fix=Advice(
                    "describe it as [[bucket]] in wakti.toml, or add an [[excuse]] with a reason"
                ),
            )
        elif bucket.public and not entry.public:
            yield Finding(
                id=f"bucket {name}: everybody can download its files by URL",
                subject=Subject.bucket(name),
                problem=Problem.LEAK,
                operation="select",
                identity="anon",
                reason="the bucket is public and the model says that it is not",
                policy="storage.buckets.public",
                sql=_filled("select public from storage.buckets where id = {}", name),
                request=f"GET /storage/v1/object/public/{name}/PATH",
                fix=Statements(
                    _filled("update storage.buckets set public = false where id = {};", name)
                ),
            )
        elif entry.public and not bucket.public:
            yield Finding(
                id=f"bucket {name}: nobody can download its files by public URL",
                subject=Subject.bucket(name),
                problem=Problem.LOCKED_OUT,
                operation="select",
                identity="anon",
                reason="the model says that the bucket is public and it is not",
                fix=Statements(
                    _filled("update storage.buckets set public = true where id = {};", name)
                ),
            )
    for name in sorted(set(described) - set(catalog.buckets)):
        yield Finding(
            id=f"bucket {name}: it is not there",
            subject=Subject.bucket(name),
            problem=Problem.MISSING,
            reason="the model describes a bucket that the database does not have",
            fix=Statements(_make(name)),
        )


def _public(name: str, value: str) -> Statements:
    statement = f"update storage.buckets set public = {value} where id = {{}};"  # noqa: S608  (a boolean; the id is quoted by psycopg)
    return Statements(_filled(statement, name))


def _make(name: str) -> str:
    return _filled("insert into storage.buckets (id, name) values ({0}, {0});", name)


def _filled(statement: str, name: str) -> str:
    return sql.SQL(statement).format(sql.Literal(name)).as_string(None)
