"""What would close a finding, written from the model, never from the policy that failed."""

from __future__ import annotations

import re

from psycopg import sql

from ... import sources
from ...errors import WaktiError
from ...generate.render import Renderer
from ...spec import OPERATIONS, Operation, Relation, Spec
from ..cases import Call, Case
from ..cases.requests import table_of
from ..catalog import OBJECTS, Table
from ..judge import Verdict
from ..scenario import Scenario
from .culprit import deciding

_STATEMENT = re.compile(r"^create policy .*?;$", re.MULTILINE | re.DOTALL)
_SCHEMA = re.compile(r"^create schema .*?^grant usage on schema .*?;$", re.MULTILINE | re.DOTALL)
_HELPER = re.compile(
    r"^create or replace function (wakti_rls\.\S+\(\)).*?^grant execute on function .*?;$",
    re.MULTILINE | re.DOTALL,
)


def fix(scenario: Scenario, verdict: Verdict, policy: str) -> str:
    """Statements or a sentence; the last word is a person's."""
    case = verdict.case
    request = case.attempt.request
    if isinstance(request, Call):
        return _function(case, request, verdict)
    table = scenario.catalog.tables[table_of(request)]
    name = _name(table.relation)
    if table.is_view:
        return _view(case, table, name)
    if verdict.status == "unproven":
        return "make the rightful request possible, or correct the model in wakti.toml"
    if case.family in ("hidden column", "fixed column", "column"):
        return _columns(scenario, case, table, name)
    lines = [] if table.rls else [f"alter table {name} enable row level security;"]
    if verdict.leaked or verdict.outcome.count:
        named = [p.name for p in deciding(case, table) if p.name in policy.split(", ")]
        lines.extend(f"drop policy {sql.Identifier(n).as_string(None)} on {name};" for n in named)
    lines.extend(_policies(scenario.spec, case, table.relation))
    return "\n".join(lines) or f"give {case.operation} on {name} the right {case.why}"


def _view(case: Case, table: Table, name: str) -> str:
    """A view has no policies: it can ask those of its tables, or lose a privilege."""
    privileges = {"upsert": "insert, update"}.get(case.operation, case.operation)
    if case.operation != "select" or table.kind == "m":
        return f"revoke {privileges} on {name} from anon, authenticated;"
    if not table.invoker:
        return f"alter view {name} set (security_invoker = true);"
    bases = ", ".join(_name(base) for base in table.bases)
    return f"mend the policies of {bases or 'the tables that it reads'}, or correct the model"


def _policies(spec: Spec, case: Case, table: Relation) -> list[str]:
    operations = ("insert", "update") if case.operation == "upsert" else (case.operation,)
    known = _from_model(spec)
    found = (known.get((_subject(case, table), each)) for each in operations)
    return [statement for statement in found if statement]


def _subject(case: Case, table: Relation) -> str:
    return case.object if table == OBJECTS else str(table)


def _from_model(spec: Spec) -> dict[tuple[str, str], str]:
    """The policies that wakti-sb would write, by table (or bucket) and operation."""
    found: dict[tuple[str, str], str] = {}
    try:
        renderer = Renderer(spec, sources.root())
        tables = renderer.render("sql/policies/R_20_policies.sql.j2")
        files = renderer.render("sql/policies/R_30_storage.sql.j2") if spec.bucket else ""
    except WaktiError:
        return found
    for match in _STATEMENT.finditer(tables + files):
        statement = match[0]
        operation = next((op for op in OPERATIONS if f"\nfor {op}\n" in statement), None)
        if operation is not None:
            subject = _about(spec, statement)
            found.setdefault((subject, operation), _with_helpers(statement, tables))
    return found


def _with_helpers(statement: str, rendered: str) -> str:
    """A policy after the functions that it asks: a project of one's own does not have them."""
    helpers = [match[0] for match in _HELPER.finditer(rendered) if match[1] in statement]
    schema = _SCHEMA.search(rendered)
    return "\n\n".join([*([schema[0]] if helpers and schema else []), *helpers, statement])


def _about(spec: Spec, statement: str) -> str:
    for bucket in spec.bucket:
        if f"bucket_id = '{bucket.name}'" in statement:
            return f"bucket {bucket.name}"
    on = statement.split(" on ", 1)[1].split("\n", 1)[0].strip()
    return str(Relation(on))


def _columns(scenario: Scenario, case: Case, table: Table, name: str) -> str:
    """A grant on the whole table cannot lose one column: it is taken back and given anew."""
    entry = scenario.spec.entry(table.relation)
    operation: Operation = "select" if case.operation == "select" else "update"
    if case.operation == "insert":
        operation = "insert"
    names = [column.name for column in table.columns if not column.generated]
    if entry is not None:
        listed = entry.rule(operation).columns
        closed = set(entry.hidden) | (set(entry.immutable) if operation == "update" else set())
        names = list(listed) if listed is not None else [n for n in names if n not in closed]
    role = case.attempt.who.role
    lines = [f"revoke {operation} on {name} from {role};"]
    if names:
        columns = ", ".join(sql.Identifier(n).as_string(None) for n in names)
        lines.append(f"grant {operation} ({columns}) on {name} to {role};")
    return "\n".join(lines)


def _function(case: Case, request: Call, verdict: Verdict) -> str:
    if case.family == "changes" and verdict.status == "unproven":
        return (
            f'say in [[function]] "{request.signature}" of wakti.toml with which arguments it '
            'changes the owner\'s row, as arguments = { note = "{public.notes}" }'
        )
    if case.family == "changes":
        return (
            f"let {request.signature} compare the row's owner with auth.uid() before it writes; or "
            "say in wakti.toml whose rows it may change (changes = …)"
        )
    if case.family == "data":
        return (
            f"alter function {request.signature} security invoker; or let its body ask for "
            "auth.uid() before it answers"
        )
    if verdict.outcome.rows:
        role = case.attempt.who.role
        return f"revoke execute on function {request.signature} from public, {role};"
    return f"grant execute on function {request.signature} to {case.attempt.who.role};"


def _name(relation: Relation) -> str:
    return sql.Identifier(relation.schema, relation.name).as_string(None)
