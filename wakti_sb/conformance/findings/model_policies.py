"""The policies that the model asks for, as statements that can be run one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pglast import split

from ... import sources
from ...errors import WaktiError
from ...generate.render import Renderer
from ...spec import OPERATIONS, Operation, Own, Owned, Relation, Spec, atoms
from ..catalog import ForeignKey, Table
from ..catalog.identifiers import ident, quoted
from ..model import OBJECTS, USERS

_COMMENTS = re.compile(r"^\s*--.*$", re.MULTILINE)
_POLICY = re.compile(
    r'create policy (?P<name>"(?:[^"]|"")+"|\w+) on (?P<table>.+?)\nfor (?P<operation>\w+)\n'
    r"to (?P<role>\w+)\n(?:using|with check) \(\n(?P<body>.*)\n\)\s*$",
    re.DOTALL,
)
_HELPER = re.compile(r"wakti_rls\.(\w+|\"(?:[^\"]|\"\")+\")\(\)")
_RULE = re.compile(
    r"create or replace trigger \w+\nbefore \w+ on (?P<table>.+?)\n.*"
    r"wakti_rls\.(?P<function>\w+)\('",
    re.DOTALL,
)


@dataclass(frozen=True)
class ModelPolicy:
    """One policy that wakti-sb would write."""

    subject: str
    table: Relation
    name: str
    operation: Operation
    role: str
    body: str

    def statement(self, further: tuple[str, ...] = ()) -> str:
        """`create policy`; new rows must also meet `further`."""
        head = f"create policy {self.name} on {quoted(self.table)}"
        head += f"\nfor {self.operation}\nto {self.role}"
        using, check = f"using (\n{self.body}\n)", ""
        if further and self.operation in ("insert", "update"):
            joined = "\n  and ".join((f"({self.body.strip()})", *further))
            check = f"with check (\n  {joined}\n)"
        elif self.operation == "insert":
            check = f"with check (\n{self.body}\n)"
        parts = (head, "" if self.operation == "insert" else using, check)
        return "\n".join(part for part in parts if part) + ";"

    def altering(self, name: str, further: tuple[str, ...] = (), *, checked: bool) -> str:
        """`alter policy` of this name; `checked` where it has a WITH CHECK that must go along."""
        head = f"alter policy {name} on {quoted(self.table)}\nto {self.role}"
        joined = "\n  and ".join((f"({self.body.strip()})", *further)) if further else self.body
        check = f"with check (\n{joined}\n)"
        if self.operation == "insert":
            return f"{head}\n{check};"
        using = f"{head}\nusing (\n{self.body}\n)"
        wanted = self.operation == "update" and (checked or further)
        return f"{using}\n{check};" if wanted else f"{using};"


@dataclass(frozen=True)
class ModelRule:
    """A trigger that wakti-sb would write, and the function of wakti_rls that it calls."""

    table: Relation
    function: str
    statement: str


@dataclass(frozen=True)
class ModelPolicies:
    """All policies and rules of a model, and the functions that they call."""

    policies: tuple[ModelPolicy, ...] = ()
    helpers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rules: tuple[ModelRule, ...] = ()

    def rules_of(self, table: Relation) -> Iterator[str]:
        """The triggers of a table, with what must be there before them."""
        found = [rule for rule in self.rules if rule.table == table]
        if found:
            yield "create schema if not exists wakti_rls;"
        for name in dict.fromkeys(rule.function for rule in found):
            yield from self.helpers.get(name, ())
        yield from (rule.statement for rule in found)

    def of(self, table: Relation, operations: tuple[str, ...]) -> tuple[ModelPolicy, ...]:
        """Those of a table for these operations; of every bucket for storage.objects."""
        return tuple(p for p in self.policies if p.table == table and p.operation in operations)

    def needed(self, statements: str) -> Iterator[str]:
        """What must be there before these statements can be run."""
        names = list(dict.fromkeys(_HELPER.findall(statements)))
        for name in names:  # a helper may call another one
            further = _HELPER.findall(" ".join(self.helpers.get(name, ())))
            names.extend(each for each in further if each not in names)
        if names:
            yield "create schema if not exists wakti_rls;"
            yield "grant usage on schema wakti_rls to authenticated;"
        for name in reversed(names):
            yield from self.helpers.get(name, ())


def model_policies(spec: Spec) -> ModelPolicies:
    """The policies of `spec`; none where the sources cannot render it."""
    try:
        renderer = Renderer(spec, sources.root())
        texts = [renderer.render("sql/policies/R_20_policies.sql.j2")]
        if spec.bucket:
            texts.append(renderer.render("sql/policies/R_30_storage.sql.j2"))
    except WaktiError:
        return ModelPolicies()
    policies: list[ModelPolicy] = []
    rules: list[ModelRule] = []
    helpers: dict[str, list[str]] = {}
    for statement in (each for text in texts for each in _statements(text)):
        if (match := _POLICY.match(statement)) is not None:
            policies.append(_policy(spec, match))
        elif (match := _RULE.match(statement)) is not None:
            table = Relation(match["table"].strip())
            rules.append(ModelRule(table, match["function"], f"{statement};"))
        elif " function wakti_rls." in statement and (found := _HELPER.search(statement)):
            helpers.setdefault(found[1], []).append(f"{statement};")
    named = {name: tuple(each) for name, each in helpers.items()}
    return ModelPolicies(tuple(policies), named, tuple(rules))


def conditions_on_new_rows(spec: Spec, entry: Owned, table: Table) -> Iterator[str]:
    """What a new row has to meet beside the right of its operation.

    Its own copy of the owner must be true, and what it points at must be open to who writes it: a
    foreign key is checked without asking any policy. The subqueries run with the caller's rights.
    """
    path = spec.owner_path(entry)
    if entry.owner and path is not None and path.steps:
        step, owner = path.steps[0], ident(entry.owner)
        if len(path.steps) == 1:
            yield (
                f"exists (\n    select from {quoted(step.table)} as parent\n"
                f"    where parent.{ident(step.parent_key)} = {ident(table.relation.name)}."
                f"{ident(step.key)}\n      and parent.{ident(path.column)} = "
                f"{ident(table.relation.name)}.{owner}\n  )"
            )
        elif all(isinstance(atom, Own) for atom in atoms(entry.insert.right)):
            yield f"{owner} = (select auth.uid())"
    for key in table.foreign_keys:
        if key.table not in (USERS, table.relation) and spec.entry(key.table) is not None:
            yield _sees_parent(table, key)


def _sees_parent(table: Table, key: ForeignKey) -> str:
    here = ident(table.relation.name)
    pairs = zip(key.columns, key.parent_columns, strict=True)
    same = "\n      and ".join(f"parent.{ident(p)} = {here}.{ident(c)}" for c, p in pairs)
    exists = f"exists (\n    select from {quoted(key.table)} as parent\n    where {same}\n  )"
    nullable = [c for c in key.columns if (column := table.column(c)) and not column.not_null]
    return f"({here}.{ident(nullable[0])} is null or {exists})" if nullable else exists


def _statements(text: str) -> Iterator[str]:
    for statement in split(text, only_slices=False):
        yield _COMMENTS.sub("", str(statement)).strip()


def _policy(spec: Spec, match: re.Match[str]) -> ModelPolicy:
    table = Relation(match["table"].strip())
    subject = str(table)
    if table == OBJECTS:
        names = (b.name for b in spec.bucket if f"bucket_id = '{b.name}'" in match["body"])
        subject = f"bucket {next(names, '')}"
    operation = next(each for each in OPERATIONS if each == match["operation"])
    return ModelPolicy(subject, table, match["name"], operation, match["role"], match["body"])
