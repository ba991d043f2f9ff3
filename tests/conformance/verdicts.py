"""Verdicts about tables of a catalog without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog, projects, spec
from wakti_sb.conformance.catalog import (
    Argument,
    Function,
    Policy,
    Table,
)
from wakti_sb.conformance.model import (
    DENIED,
    Attempt,
    Call,
    Case,
    Family,
    Identity,
    Outcome,
    Problem,
    Select,
    Subject,
    Verdict,
)
from wakti_sb.conformance.scenario import Scenario, plan
from wakti_sb.spec import Relation, Spec

SEEN = Outcome("allowed", frozenset({("1",)}), 1)
NOTHING = Outcome("zero rows")
OTHER = Identity("another owner", user_id="u")
PLAIN = Relation("public.plain")
FUNCTION = Relation("public.f")


def policy(name: str, command: str = "all", **more: Any) -> Policy:
    values = {
        "permissive": True, "roles": ("authenticated",), "using": "true", "check": None, **more
    }  # fmt: skip
    return Policy(name, command, **values)


def scenario_of(table: Table | None = None, model: Spec | None = None, **more: Any) -> Scenario:
    known = catalog()
    tables = dict(known.tables)
    if table is not None:
        tables[table.relation] = table
    return replace(plan(model or spec(), catalog()), catalog=replace(known, tables=tables, **more))


def case(
    operation: str = "select",
    family: Family = Family.FOREIGN,
    on: Relation = PROJECTS,
    who: Identity = OTHER,
    **more: Any,
) -> Case:
    attempt = Attempt(who, Select(on, ("id",)))
    values = {"expected": DENIED, "attempt": attempt, **more}
    return Case("t: a case", Subject.table(on), operation, family, **values)


def called(family: Family = Family.EXECUTE, **more: Any) -> Case:
    return case("execute", family, attempt=Attempt(OTHER, Call(FUNCTION, "public.f(uuid)")), **more)


def leak(of: Case, outcome: Outcome = SEEN) -> Verdict:
    return Verdict(of, outcome, "failed", "", Problem.LEAK)


def locked(of: Case, outcome: Outcome = NOTHING) -> Verdict:
    return Verdict(of, outcome, "failed", "", Problem.LOCKED_OUT)


def function(*, definer: bool = False, executors: tuple[str, ...] = ()) -> Function:
    return Function(
        FUNCTION, "uuid", (Argument("a", "uuid"),), definer=definer, executors=executors
    )


BARE = replace(projects(), policies=())
VIEW = replace(projects(), kind="v", policies=(), bases=(UPLOADS,), definition=" select 1 ")
