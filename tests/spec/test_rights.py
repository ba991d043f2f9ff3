from __future__ import annotations

import re

import pytest

from wakti_sb.spec import (
    AllOf,
    AnyOf,
    Claim,
    Condition,
    Member,
    Own,
    Public,
    Standing,
    admits_anon,
    allows,
    atoms,
    parse_right,
)

VISITOR = Standing()
STRANGER = Standing(signed_in=True)
OWNER = Standing(signed_in=True, owns=True)
MEMBER = Standing(signed_in=True, roles=frozenset())
ADMIN = Standing(signed_in=True, roles=frozenset({"admin"}))


@pytest.mark.parametrize(
    ("text", "let_in"),
    [
        ("none", []),
        ("own", [OWNER]),
        ("member", [MEMBER, ADMIN]),
        ("role:admin", [ADMIN]),
        ("authenticated", [STRANGER, OWNER, MEMBER, ADMIN]),
        ("public", [VISITOR, STRANGER, OWNER, MEMBER, ADMIN]),
        ("own or role:admin", [OWNER, ADMIN]),
        ("own and member", []),
    ],
)
def test_a_right_lets_in_exactly_who_it_names(text: str, let_in: list[Standing]) -> None:
    right = parse_right(text)
    people = [VISITOR, STRANGER, OWNER, MEMBER, ADMIN]
    assert [who for who in people if allows(right, who)] == let_in


def test_own_and_role_needs_both() -> None:
    right = parse_right("own and role:doctor")
    doctor = frozenset({"doctor"})
    assert allows(right, Standing(signed_in=True, owns=True, roles=doctor))
    assert not allows(right, Standing(signed_in=True, owns=False, roles=doctor))
    assert not allows(right, Standing(signed_in=True, owns=True, roles=frozenset()))


def test_someone_who_is_not_signed_in_owns_nothing() -> None:
    assert not allows(Own(), Standing(signed_in=False, owns=True))


@pytest.mark.parametrize(
    ("condition", "row", "open_to_all"),
    [
        ("published", {"published": True}, True),
        ("published", {"published": False}, False),
        ("published", {"published": None}, False),
        ("not draft", {"draft": False}, True),
        ("not draft", {"draft": None}, False),
        ("status = 'live'", {"status": "live"}, True),
        ("status = 'live'", {"status": "draft"}, False),
        ("level = 3", {"level": 3}, True),
        ("published_at is not null", {"published_at": "2026-01-01"}, True),
        ("published_at is not null", {"published_at": None}, False),
        ("deleted_at is null", {"deleted_at": None}, True),
    ],
)
def test_public_where_opens_the_rows_that_meet_the_condition(
    condition: str, row: dict[str, object], open_to_all: bool
) -> None:
    assert allows(parse_right(f"public where {condition}"), Standing(row=row)) is open_to_all


def test_opening_some_rows_takes_nothing_from_their_owner() -> None:
    right = parse_right("public where published")
    hidden = {"published": False}
    assert allows(right, Standing(signed_in=True, owns=True, row=hidden))
    assert not allows(right, Standing(signed_in=True, owns=False, row=hidden))


@pytest.mark.parametrize(
    ("claims", "let_in"),
    [
        ({"aal": "aal2"}, True),
        ({"aal": "aal1"}, False),
        ({}, False),
        ({"aal": {"deep": "aal2"}}, False),
    ],
)
def test_a_claim_is_read_from_the_access_token(claims: dict[str, object], let_in: bool) -> None:
    right = parse_right("claim:aal=aal2")
    assert allows(right, Standing(signed_in=True, claims=claims)) is let_in


@pytest.mark.parametrize(
    ("tenant", "row", "let_in"),
    [
        ({"app_metadata": {"tenant_id": "7"}}, {"tenant_id": 7}, True),
        ({"app_metadata": {"tenant_id": "8"}}, {"tenant_id": 7}, False),
        ({"user_metadata": {"tenant_id": "7"}}, {"tenant_id": 7}, False),
        ({}, {"tenant_id": 7}, False),
        ({}, {"tenant_id": None}, False),
    ],
)
def test_a_claim_is_compared_with_a_column_of_the_row(
    tenant: dict[str, object], row: dict[str, object], let_in: bool
) -> None:
    right = parse_right("claim:app_metadata.tenant_id={tenant_id}")
    assert allows(right, Standing(signed_in=True, row=row, claims=tenant)) is let_in
    assert not allows(right, Standing(signed_in=False, row=row, claims=tenant))


def test_a_share_lets_in_whom_it_names_and_in_which_way() -> None:
    reader = Standing(signed_in=True, shares=frozenset({"read"}))
    assert allows(parse_right("shared"), reader)
    assert not allows(parse_right("shared:write"), reader)
    assert not allows(parse_right("shared"), Standing(signed_in=True, roles=frozenset({"read"})))


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2001-02-03", True),
        ("2001-02-03T04:05:06.7+00:00", True),
        ("2901-02-03T04:05:06+00:00", False),
        ("infinity", False),
        (None, False),
    ],
)
def test_a_row_can_be_open_from_a_moment_on(moment: str | None, holds: bool) -> None:
    assert Condition("published_at", "past").holds({"published_at": moment}) is holds


def test_a_dotted_claim_leads_into_an_object() -> None:
    right = parse_right("claim:app_metadata.staff=true")
    assert right == Claim(("app_metadata", "staff"), "true")
    assert allows(right, Standing(signed_in=True, claims={"app_metadata": {"staff": True}}))


def test_and_binds_closer_than_or() -> None:
    assert parse_right("own or member and role:admin") == AnyOf(
        (Own(), AllOf((Member(), Member("admin"))))
    )
    assert parse_right("(own or member) and role:admin") == AllOf(
        (AnyOf((Own(), Member())), Member("admin"))
    )


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "own",
        "member",
        "role:admin",
        "role:'night shift'",
        "authenticated",
        "public",
        "public where published",
        "public where not draft",
        "public where status = 'it''s live'",
        "public where level = -3",
        "public where open = true",
        "public where deleted_at is null",
        "claim:aal=aal2",
        "claim:a.b='c d'",
        "claim:a.b={c d}",
        "claim:a.b='{c}'",
        "shared",
        "own or shared:write",
        "shared:'read only'",
        "public where published_at <= now()",
        "own and role:doctor",
        "(own or member) and claim:aal=aal2",
        "own or member and role:admin",
    ],
)
def test_a_right_is_printed_as_it_is_written(text: str) -> None:
    assert str(parse_right(text)) == text
    assert parse_right(str(parse_right(text))) == parse_right(text)


def test_and_inside_a_quoted_value_is_no_operator() -> None:
    assert parse_right("public where status = 'on and off'") == Public(
        Condition("status", "=", "on and off")
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("onw", '"onw" is not a right; did you mean "own"?'),
        ("", '"" lacks a right at its end'),
        ("own and", '"own and" lacks a right at its end'),
        ("own member", '"member" is one word too many'),
        ("own and none", '"none" stands alone'),
        ("(own or member", "lacks a closing parenthesis"),
        ("public where", "lacks the name of a column"),
        ("public where a is b", 'write "is null" or "is not null"'),
        ("public where a = b", "write text as 'b'"),
        ("role:", "lacks the name of a role"),
        ("shared:", "lacks a way of sharing"),
        ("claim:a={}", "a column is written {COLUMN}, in braces"),
        ("claim:a={b", "a column is written {COLUMN}, in braces"),
        ("public where a <= 3", 'behind "<=" stands "now()" and nothing else'),
        ("claim:aal", "a claim is written claim:NAME=VALUE"),
        ("public where a = 'b", "has a quote that is not closed"),
        ("where", 'expected a right, found "where"'),
    ],
)
def test_a_text_that_is_no_right_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse_right(text)


def test_only_public_rights_admit_visitors() -> None:
    assert admits_anon(parse_right("public where a"))
    assert admits_anon(parse_right("own or public"))
    assert not admits_anon(parse_right("own and public"))
    assert not admits_anon(parse_right("authenticated"))


def test_atoms_are_the_parts_without_the_joints() -> None:
    right = parse_right("(own or member) and role:admin")
    assert list(atoms(right)) == [Own(), Member(), Member("admin")]
