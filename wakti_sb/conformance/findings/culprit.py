"""Which policy, or what else, let an attempt through or stood in its way."""

from __future__ import annotations

from collections.abc import Callable

from ...spec import OPERATIONS, Member, Operation, Shared, atoms
from ..catalog import Policy, Table
from ..model import ABOUT_COLUMNS, OBJECTS, Call, Case, Family, Problem, Root, Verdict, table_of
from ..scenario import Scenario
from .circles import asking, circle

NOT_SUPPORTED = "0A000"  # what the embedded stack's imitations say, such as the extension http

Without = Callable[[Case, Table, Policy], bool]
"""Whether the case would be denied without this policy."""


def deciding(case: Case, table: Table) -> list[Policy]:
    """The permissive policies that PostgreSQL asks for this attempt."""
    operations = ("insert", "update") if case.operation == "upsert" else (case.operation,)
    role = case.attempt.who.role
    return [
        policy
        for policy in table.policies
        if policy.permissive and any(policy.applies(each, role) for each in operations)
    ]


def operation_of(case: Case) -> Operation:
    """The operation of the model that a case is about; an upsert changes the row that is there."""
    return next((each for each in OPERATIONS if each == case.operation), "update")


def culprit(scenario: Scenario, verdict: Verdict, without: Without | None = None) -> str:
    """In words what decided: the name of a policy where it is one."""
    case = verdict.case
    request = case.attempt.request
    if isinstance(request, Call):
        return _function(scenario, request, case)
    table = scenario.catalog.tables[table_of(request)]
    if around := circle(scenario.catalog, verdict):
        return ", ".join(policy.name for _, policy in asking(scenario.catalog, around))
    if table.kind == "v" and not table.invoker:
        return "the view reads with the rights of its owner"
    if table.kind == "m":
        return "a materialized view has no policies: whoever may read it reads all of it"
    if table.is_view:
        return "the policies of the view's tables"
    if not table.rls:
        return "row level security is off"
    if case.family in ABOUT_COLUMNS and verdict.leaked:
        return f"a column grant to {case.attempt.who.role}: {case.column}"
    policies = deciding(case, table)
    if table.relation == OBJECTS:
        named = [p for p in policies if _about(case, p)]
        policies = named or policies
    if verdict.outcome.kind == "refused by grant":
        return f"no grant to {case.attempt.who.role}"
    if not policies:
        return "no policy lets it through"
    if len(policies) > 1 and verdict.problem == Problem.LEAK and without is not None:
        alone = [policy for policy in policies if without(case, table, policy)]
        policies = alone or policies
    return ", ".join(policy.name for policy in policies)


def root(scenario: Scenario, verdict: Verdict) -> Root:
    """What decided, where other objects can share it."""
    case, request = verdict.case, verdict.case.attempt.request
    leaked = verdict.problem == Problem.LEAK
    answers = (
        (verdict.outcome, verdict.control) if verdict.status == "unproven" else (verdict.outcome,)
    )
    if any(each is not None and each.code == NOT_SUPPORTED for each in answers):
        return Root.NOT_SERVED
    if verdict.status != "failed" or verdict.outcome.kind == "error":
        return Root.OBJECT
    if isinstance(request, Call):
        function = next(f for f in scenario.catalog.functions if f.signature == request.signature)
        told = case.family in (Family.DATA, Family.CHANGES)
        return Root.DEFINER if told and function.definer and leaked else Root.OBJECT
    table = scenario.catalog.tables[table_of(request)]
    if table.relation == OBJECTS or table.kind == "m":
        return Root.OBJECT
    if leaked:
        if table.kind == "v":
            return Root.OBJECT if table.invoker else Root.VIEW_OWNER
        if not table.rls:
            return Root.RLS_OFF
        return Root.ROLE_IGNORED if _role_ignored(scenario, case) else Root.OBJECT
    if table.is_view:
        return Root.OBJECT
    if verdict.outcome.kind == "refused by grant":
        return Root.NO_GRANT
    return Root.OBJECT if deciding(case, table) else Root.NO_POLICY


def _role_ignored(scenario: Scenario, case: Case) -> bool:
    """Whether somebody of the place gets through who does not have the role that it takes."""
    who, entry = case.attempt.who, scenario.spec.entry(table_of(case.attempt.request))
    if entry is None or who.world != "this" or who.member_role is None or who.former:
        return False
    if case.family in ABOUT_COLUMNS or case.family == Family.FOREIGN_PARENT:
        return False
    return any(
        isinstance(a, Member | Shared) and a.role
        for a in atoms(entry.rule(operation_of(case)).right)
    )


def _about(case: Case, policy: Policy) -> bool:
    """Whether a storage policy speaks of the bucket of the case, or of none."""
    bucket = case.subject.name
    text = f"{policy.using or ''} {policy.check or ''}"
    return f"'{bucket}'" in text or "bucket_id" not in text


def _function(scenario: Scenario, request: Call, case: Case) -> str:
    function = next(f for f in scenario.catalog.functions if f.signature == request.signature)
    if case.family == Family.DATA and function.definer:
        return "the function runs with the rights of its owner (security definer)"
    if case.family == Family.CHANGES:
        rights = "its owner's" if function.definer else "its caller's"
        return f"the function runs with {rights} rights and does not ask whose row it writes"
    if case.family == Family.DATA:
        return "the policies of the tables that the function reads"
    return f"execute granted to {' and '.join(function.executors) or 'nobody'}"
