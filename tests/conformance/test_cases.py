"""Cases follow from the model and the catalog alone."""

from __future__ import annotations

import pytest

from tests.conformance.catalogs import PROJECTS, catalog, spec
from wakti_sb.conformance.cases import derive, to_sql
from wakti_sb.conformance.model import Case, Insert, Update
from wakti_sb.conformance.scenario import plan


@pytest.fixture
def cases() -> dict[str, Case]:
    return {case.id: case for case in derive(plan(spec(), catalog()))}


def test_every_id_reads_as_a_sentence_and_is_there_once() -> None:
    derived = derive(plan(spec(), catalog()))
    assert len({case.id for case in derived}) == len(derived)
    assert all(case.id.partition(": ")[2] for case in derived)


def test_the_same_model_gives_the_same_cases_in_the_same_order() -> None:
    first, second = (derive(plan(spec(), catalog())) for _ in range(2))
    assert first == second


def test_the_owner_must_reach_its_row_and_nobody_else_may(cases: dict[str, Case]) -> None:
    assert cases["project_uploads: the owner can see its own row"].expected.allowed
    for who in ("anon", "another owner", "a signed-in stranger"):
        case = cases[f"project_uploads: {who} cannot see this row"]
        assert not case.expected.may
        assert case.controls[0].who.label == "the owner"


def test_every_foreign_key_is_tried_with_somebody_elses_parent(cases: dict[str, Case]) -> None:
    name = "project_uploads: another owner cannot insert its own row under this row of projects"
    request = cases[name].attempt.request
    own = cases["project_uploads: the owner can see its own row"].attempt.who.user_id
    assert isinstance(request, Insert)
    assert dict(request.values)["user_id"] == cases[name].attempt.who.user_id != own


def test_a_move_is_also_tried_without_a_filter(cases: dict[str, Case]) -> None:
    """A filter makes PostgreSQL ask the SELECT policy too, which hides a missing WITH CHECK."""
    name = (
        "project_uploads: another owner cannot move a row into this row of projects"
        " by project_id without a filter"
    )
    request = cases[name].attempt.request
    assert isinstance(request, Update)
    assert request.where == ()
    assert " where " not in to_sql(request)


def test_columns_that_may_not_change_must_be_closed_by_their_grant(cases: dict[str, Case]) -> None:
    case = cases["project_uploads: the owner cannot change project_id of its own row"]
    assert "refused by grant" in case.by
    assert "refused by policy" not in case.by


def test_a_hidden_column_is_tried_by_reading_filter_order_and_relation(
    cases: dict[str, Case],
) -> None:
    hidden = [case.id for case in cases.values() if case.family == "hidden column"]
    assert hidden == [
        "project_uploads: the owner cannot read secret",
        "project_uploads: the owner cannot filter by secret",
        "project_uploads: the owner cannot order by secret",
        "project_uploads: the owner cannot read secret through projects",
    ]


def test_values_in_a_statement_are_quoted() -> None:
    request = Update(PROJECTS, (("name", "'; drop table x; --"),))
    assert to_sql(request) == """update "public"."projects" set "name" = '''; drop table x; --'"""


def test_a_row_of_another_owner_under_ones_own_parent_is_never_allowed(
    cases: dict[str, Case],
) -> None:
    case = cases[
        "project_uploads: another owner cannot insert a row in the name of the owner"
        " on its own side"
    ]
    assert not case.expected.may
