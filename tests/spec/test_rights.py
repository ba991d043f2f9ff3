from __future__ import annotations

import datetime
import re
from dataclasses import FrozenInstanceError, replace

import pytest

from wakti_sb.spec import (
    AllOf,
    AnyOf,
    Authenticated,
    Claim,
    Condition,
    Member,
    Nobody,
    Own,
    Public,
    Shared,
    Standing,
    TokenNames,
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


@pytest.mark.parametrize(
    "kind",
    [
        Condition("a"),
        Nobody(),
        Own(),
        Member("a"),
        Shared("a"),
        Authenticated(),
        Public(Condition("a")),
        Claim(("a",), "b"),
        TokenNames(("a",), "b"),
        AllOf((Own(), Member())),
        AnyOf((Own(), Member())),
        Standing(signed_in=True),
    ],
)
def test_rights_are_values_that_nobody_changes(kind: object) -> None:
    assert kind == replace(kind)  # type: ignore[type-var]
    with pytest.raises(FrozenInstanceError):
        kind.role = "b"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ("a", True, True),
        ("a", 1, False),
        ("a", "true", False),
        ("a", None, False),
        ("not a", False, True),
        ("not a", True, False),
        ("not a", 0, False),
        ("not a", None, False),
        ("a is null", None, True),
        ("a is null", "", False),
        ("a is not null", "", True),
        ("a is not null", None, False),
        ("a = 'b'", "b", True),
        ("a = 'b'", "c", False),
        ("a = 'b'", "a", False),
        ("a = 2", 1, False),
        ("a = 2", 3, False),
        ("a = 2", None, False),
        ("a <= now()", "2001-01-01", True),
        ("a <= now()", "2901-01-01", False),
        ("a <= now()", None, False),
        ("a <= now()", "-infinity", True),
        ("a <= now()", "infinity", False),
        ("a <= now()", datetime.date(2001, 1, 1), True),
        ("a <= now()", datetime.date(2901, 1, 1), False),
        ("a <= now()", datetime.datetime(2001, 1, 1), True),
        ("a <= now()", datetime.datetime(2901, 1, 1, tzinfo=datetime.UTC), False),
    ],
)
def test_a_condition_holds_for_its_own_values_and_no_others(
    condition: str, value: object, holds: bool
) -> None:
    right = parse_right(f"public where {condition}")
    assert isinstance(right, Public)
    assert right.where is not None
    assert right.where.holds({"a": value, "b": True}) is holds


def test_a_moment_counts_to_the_minute_and_without_a_zone_in_utc() -> None:
    now = datetime.datetime.now(datetime.UTC)
    condition = Condition("a", "past")
    for minutes, holds in ((-2, True), (2, False)):
        moment = now + datetime.timedelta(minutes=minutes)
        assert condition.holds({"a": moment}) is holds
        assert condition.holds({"a": moment.isoformat()}) is holds
        assert condition.holds({"a": moment.replace(tzinfo=None).isoformat()}) is holds


@pytest.mark.parametrize("text", ["own", "member", "role:a", "shared", "shared:a", "authenticated"])
def test_nobody_is_let_in_without_having_signed_in(text: str) -> None:
    everything = Standing(
        signed_in=True, owns=True, roles=frozenset({"a"}), shares=frozenset({"a"})
    )
    assert allows(parse_right(text), everything)
    assert not allows(parse_right(text), replace(everything, signed_in=False))
    assert not allows(parse_right("public where a"), replace(everything, signed_in=False))
    assert not allows(parse_right("claim:b=c"), Standing(claims={"b": "c"}))


@pytest.mark.parametrize(
    ("text", "standing", "let_in"),
    [
        ("shared:a", Standing(signed_in=True, shares=frozenset({"a"})), True),
        ("shared:a", Standing(signed_in=True, shares=frozenset({"b"})), False),
        ("shared:a", Standing(signed_in=True, shares=frozenset()), False),
        ("shared:a", Standing(signed_in=True), False),
        ("shared", Standing(signed_in=True, shares=frozenset()), True),
        ("shared", Standing(signed_in=True), False),
        ("role:a", Standing(signed_in=True, roles=frozenset({"b"})), False),
        ("role:a", Standing(signed_in=True), False),
        ("member", Standing(signed_in=True), False),
        ("own", Standing(signed_in=True), False),
        ("none", Standing(True, True, frozenset({"a"}), frozenset({"a"})), False),
        ("claim:a.b=c", Standing(signed_in=True, claims={"a": "c"}), False),
        ("claim:a=3", Standing(signed_in=True, claims={"a": 3}), True),
        ("claim:a=true", Standing(signed_in=True, claims={"a": True}), True),
        ("claim:a=True", Standing(signed_in=True, claims={"a": True}), False),
        ("claim:a=d", Standing(signed_in=True, claims={"a": "c"}), False),
        ("claim:a=b", Standing(signed_in=True, claims={"a": "c"}), False),
        ("claim:a=None", Standing(signed_in=True, claims={"a": None}), False),
        ("claim:a={b}", Standing(signed_in=True, claims={"a": "2"}, row={"b": 3}), False),
        ("claim:a={b}", Standing(signed_in=True, claims={"a": "4"}, row={"b": 3}), False),
        ("claim:a={b}", Standing(signed_in=True, claims={"a": "None"}, row={}), False),
    ],
)
def test_a_right_looks_at_what_it_names_and_at_nothing_else(
    text: str, standing: Standing, let_in: bool
) -> None:
    assert allows(parse_right(text), standing) is let_in


def test_visitors_are_admitted_where_every_part_or_one_of_them_admits_them() -> None:
    for text, admitted in {
        "public": True,
        "none": False,
        "own": False,
        "public or own": True,
        "own or member": False,
        "public and public where a": True,
        "public and own": False,
    }.items():
        assert admits_anon(parse_right(text)) is admitted


def test_every_right_has_a_kind_of_its_own() -> None:
    kinds = [
        each.kind
        for each in (
            Nobody, Own, Member, Shared, Authenticated, Public, Claim, TokenNames, AllOf, AnyOf
        )
    ]  # fmt: skip
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize(
    ("value", "text"),
    [("", "''"), ("a(b", "'a(b'"), ("a)b", "'a)b'"), ("a=b", "'a=b'"), ("a<b", "'a<b'"),
     ("{a}", "'{a}'"), ("it's", "'it''s'"), ("plain", "plain"), ("a\tb", "'a\tb'")],
)  # fmt: skip
def test_a_word_that_would_be_read_otherwise_is_quoted(value: str, text: str) -> None:
    assert str(Member(value)) == f"role:{text}"


def test_values_of_conditions_are_written_as_they_are_read() -> None:
    for value, text in ((True, "true"), (False, "false"), (3, "3"), ("3", "'3'")):
        assert str(Condition("a", "=", value)) == f"a = {text}"


def test_atoms_go_through_every_nesting() -> None:
    right = parse_right("own or member and (role:a or shared) or public")
    assert list(atoms(right)) == [Own(), Member(), Member("a"), Shared(), Public()]
    assert list(atoms(Own())) == [Own()]
