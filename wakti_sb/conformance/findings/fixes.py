"""What would close a finding, written from the model, never from the policy that failed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...spec import OPERATIONS, Operation, Own, atoms
from ..catalog import Policy, Table
from ..catalog.identifiers import ident, quoted
from ..model import (
    ABOUT_COLUMNS,
    API_ROLES,
    MESSAGES,
    OBJECTS,
    Advice,
    Call,
    Case,
    Family,
    Fix,
    Statements,
    Verdict,
    table_of,
)
from ..scenario import Scenario
from .circles import circle
from .culprit import NOT_SUPPORTED, deciding, operation_of
from .model_policies import ModelPolicies, ModelPolicy, conditions_on_new_rows


def fixes(
    scenario: Scenario, verdict: Verdict, policy: str, model: ModelPolicies
) -> tuple[Fix, ...]:
    """Ways to close it, the one that changes least first: statements, or at last advice."""
    return tuple(dict.fromkeys(_fixes(scenario, verdict, policy, model)))


def _fixes(
    scenario: Scenario, verdict: Verdict, policy: str, model: ModelPolicies
) -> Iterator[Fix]:
    case = verdict.case
    request = case.attempt.request
    if isinstance(request, Call):
        yield from _function(case, request, verdict)
        return
    table = scenario.catalog.tables[table_of(request)]
    if table.relation == MESSAGES and verdict.status != "unproven":
        yield _channel(case, policy, verdict)
    elif table.is_view:
        yield from _view(case, table, quoted(table.relation))
    elif verdict.status == "unproven":
        yield Advice("make the rightful request possible, or correct the model in wakti.toml")
    elif verdict.outcome.code == NOT_SUPPORTED:
        yield Advice(
            "try it where what the table's triggers call is there (--db-url), or excuse it with a "
            "reason: no policy is at fault"
        )
    elif verdict.outcome.kind == "error":
        around = circle(scenario.catalog, verdict) or (table.relation,)
        yield from _anew(scenario, case, [scenario.catalog.tables[each] for each in around], model)
        yield Advice(
            "let the policy read other tables through a SECURITY DEFINER function outside the "
            "exposed schemas: that function's owner asks no policy, and nothing calls itself"
        )
    elif case.family in ABOUT_COLUMNS:
        yield from _rules(scenario, case, table, model)
        yield _columns(scenario, case, table, operation_of(case))
    elif verdict.outcome.kind == "refused by grant":
        words = verdict.outcome.message.removeprefix("permission denied for ")
        if words.startswith(("table", "relation", "view")):
            yield from (_columns(scenario, case, table, each) for each in _operations(case))
        else:
            yield Advice(
                f"let {case.attempt.who.role} use what the policy needs: grant it on {words}"
            )
    else:
        yield from _policies(scenario, case, table, policy, model)


def _policies(
    scenario: Scenario, case: Case, table: Table, policy: str, model: ModelPolicies
) -> Iterator[Fix]:
    asked = deciding(case, table)
    named = [p for p in asked if p.name in policy.split(", ")]
    on = [] if table.rls else [f"alter table {quoted(table.relation)} enable row level security;"]
    if on and table.policies:
        yield _joined(on)
    if case.operation == "update" and case.expected.must:
        # A row that its reader loses by the change, as one that is marked deleted: PostgreSQL asks
        # the SELECT policies about the new row too.
        reads = replace(case, operation="select")
        yield _replaced(scenario, reads, table, model, on, deciding(reads, table))
    if named:
        yield _joined(on, _dropped(table, named))
    if len(named) == 1:
        for strict in (False, True):
            yield from _altered(scenario, case, table, model, on, named[0], strict=strict)
    yield _replaced(scenario, case, table, model, on, named)
    yield _replaced(scenario, case, table, model, on, named, strict=True)
    yield from _own_parent(scenario, case, table)
    role, operations = case.attempt.who.role, _operations(case)
    every = [p for p in table.policies if any(p.applies(each, role) for each in operations)]
    yield _replaced(scenario, case, table, model, on, every, strict=True)


def _anew(
    scenario: Scenario, case: Case, tables: list[Table], model: ModelPolicies
) -> Iterator[Fix]:
    """The policies of one of the tables as the model wants them; those of all of them."""
    for strict in (False, True):
        each = [
            _replaced(scenario, case, table, model, [], list(table.policies), strict=strict)
            for table in tables
        ]
        yield from each
        if len(each) > 1:
            yield _joined(each)


def _altered(
    scenario: Scenario,
    case: Case,
    table: Table,
    model: ModelPolicies,
    first: list[str],
    policy: Policy,
    *,
    strict: bool,
) -> Iterator[Statements]:
    """The policy keeps its name, and says what the model says."""
    operation = next((each for each in OPERATIONS if each == policy.command), None)
    wanted = model.of(table.relation, (operation,)) if operation is not None else ()
    if len(wanted) != 1 or table.relation == OBJECTS or case.operation == "upsert":
        return
    further = _further(scenario, table) if strict else ()
    made = wanted[0].altering(ident(policy.name), further, checked=policy.check is not None)
    yield _joined(list(model.needed(made)), first, [made])


def _further(scenario: Scenario, table: Table) -> tuple[str, ...]:
    entry = scenario.spec.entry(table.relation)
    if entry is None or table.relation == OBJECTS:
        return ()
    return tuple(conditions_on_new_rows(scenario.spec, entry, table))


def _replaced(
    scenario: Scenario,
    case: Case,
    table: Table,
    model: ModelPolicies,
    first: list[str],
    dropped: list[Policy],
    *,
    strict: bool = False,
) -> Statements:
    """Policies away, and those of the model in the place of all that they were for."""
    commands = {policy.command for policy in dropped} | set(_operations(case))
    operations = OPERATIONS if "all" in commands else tuple(o for o in OPERATIONS if o in commands)
    wanted = model.of(table.relation, operations)
    if table.relation == OBJECTS and not dropped:
        wanted = tuple(p for p in wanted if p.subject == case.subject)
    further = _further(scenario, table) if strict else ()
    if table.relation != OBJECTS:
        wanted = tuple(replace(each, name=_named(scenario, each)) for each in wanted)
    made = [each.statement(further) for each in wanted]
    name = quoted(table.relation)
    old = [f"drop policy if exists {each.name} on {name};" for each in wanted]
    return _joined(list(model.needed("\n".join(made))), first, _dropped(table, dropped), old, made)


def _named(scenario: Scenario, policy: ModelPolicy) -> str:
    """A name as the project's own policies have: words, or words joined by an underscore."""
    known = [p.name for t in scenario.catalog.tables.values() for p in t.policies]
    words = sum(" " in name for name in known) * 2 > len(known)
    whom = "anon " if policy.role == "anon" else ""
    name = f"{whom}{policy.operation} {policy.table.name}"
    return ident(name if words else name.replace(" ", "_"))


def _dropped(table: Table, policies: list[Policy]) -> list[str]:
    name = quoted(table.relation)
    return [f"drop policy if exists {ident(each.name)} on {name};" for each in policies]


def _own_parent(scenario: Scenario, case: Case, table: Table) -> Iterator[Fix]:
    """A policy that reads its own table calls itself: a key that carries the owner does not."""
    entry = scenario.spec.entry(table.relation)
    if entry is None or entry.owner is None or len(table.primary_key) != 1:
        return
    if not all(isinstance(atom, Own) for atom in atoms(entry.select.right)):
        return
    name, (key,), owner = quoted(table.relation), table.primary_key, ident(entry.owner)
    for foreign in table.foreign_keys:
        if foreign.table != table.relation or case.column not in foreign.columns:
            continue
        columns = f"{ident(foreign.columns[0])}, {owner}"
        yield Statements(
            f"alter table {name} add unique ({ident(key)}, {owner});\n"
            f"alter table {name} add foreign key ({columns})\n"
            f"references {name} ({ident(key)}, {owner});"
        )


def _operations(case: Case) -> tuple[Operation, ...]:
    return ("insert", "update") if case.operation == "upsert" else (operation_of(case),)


def _view(case: Case, table: Table, name: str) -> Iterator[Fix]:
    """A view has no policies: it can ask those of its tables, or lose a privilege."""
    privileges = {"upsert": "insert, update"}.get(case.operation, case.operation)
    revoked = Statements(f"revoke {privileges} on {name} from anon, authenticated;")
    bases = ", ".join(quoted(base) for base in table.bases) or "the tables that it reads"
    if case.operation != "select":
        yield revoked
    elif table.kind == "m":
        yield revoked
        yield _as_a_plain_view(table, name)
        yield Advice(
            f"revoke select on {name} from anon and authenticated, and give its rows to whom they "  # noqa: S608  (a sentence for a person, run by nobody)
            f"belong through a view with security_invoker over {bases}, or through a function that "
            "asks for auth.uid()"
        )
    elif not table.invoker:
        yield Statements(f"alter view {name} set (security_invoker = true);")
    else:
        yield Advice(f"mend the policies of {bases}, or correct the model")


def _as_a_plain_view(table: Table, name: str) -> Statements:
    """Nothing is stored any more: each reader sees what the policies of the tables show it."""
    readers = [r for r in API_ROLES if any(r in column.readers for column in table.columns)]
    return Statements(
        "-- Nothing is left to refresh: a job that does it can go.\n"
        f"drop materialized view {name};\n"
        f"create view {name} with (security_invoker = true) as\n{table.definition.strip()}\n"
        f"revoke all on {name} from anon, authenticated;\n"
        f"grant select on {name} to {', '.join(readers)};"
    )


def _columns(scenario: Scenario, case: Case, table: Table, operation: Operation) -> Statements:
    """A grant on the whole table cannot lose one column: it is taken back and given anew."""
    entry, name, role = (
        scenario.spec.entry(table.relation),
        quoted(table.relation),
        case.attempt.who.role,
    )
    if operation == "delete":
        return Statements(f"grant delete on {name} to {role};")
    written = operation != "select"
    names = [c.name for c in table.columns if not (written and (c.generated or c.identity == "a"))]
    if entry is not None:
        listed = entry.rule(operation).columns
        closed = set(entry.hidden) | (set(entry.immutable) if operation == "update" else set())
        names = list(listed) if listed is not None else [n for n in names if n not in closed]
        if operation == "update" and listed is not None:
            names.extend(n for n in entry.granted if n not in names)
    lines = [f"revoke {operation} on {name} from {role};"]
    if names:
        columns = ", ".join(map(ident, names))
        lines.append(f"grant {operation} ({columns}) on {name} to {role};")
    return Statements("\n".join(lines))


def _rules(
    scenario: Scenario, case: Case, table: Table, model: ModelPolicies
) -> Iterator[Statements]:
    """The triggers of the model, where a column may be sent and has to stay as it is."""
    entry = scenario.spec.entry(table.relation)
    if entry is not None and case.column in entry.granted:
        statements = list(model.rules_of(table.relation))
        if statements:
            yield _joined(statements)


def _function(case: Case, request: Call, verdict: Verdict) -> Iterator[Fix]:
    signature = request.signature
    if case.family in (Family.DATA, Family.CHANGES) and verdict.status == "unproven":
        does = "changes" if case.family == Family.CHANGES else "tells of"
        yield Advice(
            f'say in [[function]] "{signature}" of wakti.toml with which arguments it '
            f'{does} the owner\'s row, as arguments = {{ note = "{{public.notes}}" }}'
        )
    elif case.family in (Family.DATA, Family.CHANGES):
        keys = "changes = …, adds = …" if case.family == Family.CHANGES else "of = …, data = …"
        yield Statements(
            f"-- Or say in [[function]] of wakti.toml that it is meant so: {keys}\n"
            f"alter function {signature} security invoker;"
        )
        yield Advice(
            f"let {signature} compare the row's owner with auth.uid() before it writes; or "
            "say in wakti.toml whose rows it may change (changes = …) or add (adds = …)"
            if case.family == Family.CHANGES
            else f"let the body of {signature} ask for auth.uid() before it answers; or say in "
            "wakti.toml whose rows it may tell (of = …, data = …)"
        )
    elif verdict.outcome.rows:
        yield Statements(
            f"revoke execute on function {signature} from public, {case.attempt.who.role};"
        )
    elif verdict.outcome.kind == "error" or verdict.status == "unproven":
        yield Advice(
            f"mend {signature}, which fails by itself; or say in [[function]] of wakti.toml with "
            "which arguments it works; or excuse it with a reason"
        )
    else:
        yield Statements(f"grant execute on function {signature} to {case.attempt.who.role};")


def _channel(case: Case, policy: str, verdict: Verdict) -> Fix:
    """A topic says whose it is; the model does not say where in it a policy finds that."""
    if verdict.outcome.rows:
        return Advice(
            f"let the policy {policy} ask whether the caller belongs to what realtime.topic() "
            f"names, and for extension = '{case.column}'"
        )
    return Advice(
        f"create a policy on realtime.messages for {case.operation} that lets the caller in where "
        f"realtime.topic() names what it belongs to, and for extension = '{case.column}'"
    )


def _joined(*parts: Sequence[str]) -> Statements:
    return Statements("\n".join(line for part in parts for line in part))
