"""What a condition reads of the token or the request, and what it compares that with."""

from __future__ import annotations

import pytest

from wakti_sb.conformance.conditions import Atom, Helpers, claimed, paths_of, taken_apart


def atom(text: str) -> Atom:
    (found,) = taken_apart(text, Helpers()).atoms
    return found


@pytest.mark.parametrize(
    ("text", "source", "path"),
    [
        ("auth.jwt() ->> 'email' = x", "token", ("email",)),
        ("auth.jwt() -> 'a' ->> 'b' = x", "token", ("a", "b")),
        ("auth.jwt() #>> '{a,b}' = x", "token", ("a", "b")),
        ("""auth.jwt() #> '{a, "b"}' = x""", "token", ("a", "b")),
        ("auth.jwt() -> 'a' #>> '{b,c}' = x", "token", ("a", "b", "c")),
        ("(auth.jwt() ->> 'n')::int = x", "token", ("n",)),
        ("(select auth.jwt()) ->> 'email' = x", "token", ("email",)),
        ("(select auth.jwt() -> 'a') ->> 'b' = x", "token", ("a", "b")),
        ("coalesce(y, auth.jwt()) ->> 'b' = x", "token", ("b",)),
        ("(auth.jwt() -> 'a')::jsonb ->> 'b' = x", "token", ("a", "b")),
        ("current_setting('request.jwt.claims', true)::json ->> 'a' = x", "token", ("a",)),
        ("nullif(current_setting('request.jwt.claims', true), '')::json ->> 'a' = x", "token",
         ("a",)),
        ("current_setting('request.jwt.claims'::text)::json ->> 'a' = x", "token", ("a",)),
        ("current_setting('request.headers')::json ->> 'x-y' = x", "headers", ("x-y",)),
        ("current_setting('request.cookies')::json ->> 'k' = x", "cookies", ("k",)),
        ("current_setting('request.jwt.claim.a')::json ->> 'b' = x", "token", ("a", "b")),
        ("current_setting('request.jwt.claim.sub')::json ->> 'b' = x", "token", ("sub", "b")),
        ("auth.email() = x", "token", ("email",)),
        ("auth.role() = x", "token", ("role",)),
        ("f(auth.jwt() ->> 'a') and true", "token", ("a",)),
    ],
)  # fmt: skip
def test_a_value_of_the_request_is_known_by_its_path(
    text: str, source: str, path: tuple[str, ...]
) -> None:
    (found,) = claimed(atom(text))
    assert (found.source, found.path) == (source, path)


@pytest.mark.parametrize(
    "text",
    [
        "(select auth.jwt() from y) ->> 'b' = x",
        "(select auth.jwt(), 1) ->> 'b' = x",
        "coalesce(y, z) ->> 'b' = x",
        "y ->> 'b' = x",
        "current_setting('app.other', true)::json ->> 'a' = x",
        "current_setting('app.other') = x",
        "current_setting(y)::json ->> 'a' = x",
        "current_setting()::json ->> 'a' = x",
        "current_setting('request.jwt.claims') = x",
        "other.email() = x",
        "email() = x",
        "auth.uid() = x",
        "auth.jwt() ->> y = x",
        "auth.jwt() ->> 0 = x",
        "auth.jwt() #>> y = x",
        "y #>> '{a}' = x",
        "auth.jwt() is null",
        "f(1) ->> 'b' = x",
    ],
)
def test_what_comes_from_elsewhere_is_no_value_of_the_request(text: str) -> None:
    assert claimed(atom(text)) == ()


def test_what_the_parser_cannot_read_names_no_value() -> None:
    assert claimed(Atom("(")) == ()
    assert list(paths_of(Atom("("))) == []


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("auth.jwt() -> 'a' ->> 'b' = auth.jwt() ->> 'c'", {("a", "b"), ("c",)}),
        ("auth.jwt() -> 'a' -> 'b' = auth.jwt() -> 'a'", {("a", "b")}),
        ("auth.jwt() -> 'a' = auth.jwt() -> 'a'", {("a",)}),
        ("auth.email() = auth.role()", {("email",), ("role",)}),
    ],
)
def test_each_value_is_named_once_by_its_longest_path(
    text: str, paths: set[tuple[str, ...]]
) -> None:
    found = claimed(atom(text))
    assert [each.path for each in found] == list(dict.fromkeys(each.path for each in found))
    assert {each.path for each in found} == paths


def test_the_same_path_of_another_source_is_another_value() -> None:
    found = claimed(atom("auth.jwt() -> 'a' = current_setting('request.headers')::jsonb -> 'a'"))
    assert [(each.source, each.path) for each in found] == [
        ("token", ("a",)),
        ("headers", ("a",)),
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("auth.jwt() ->> 'a' = 'b'", ("b",)),
        ("auth.jwt() ->> 'a' in ('b', 'c', 'b')", ("b", "c")),
        ("(auth.jwt() ->> 'a')::int > 3", ("3",)),
        ("(auth.jwt() ->> 'a')::boolean", ("true",)),
        ("(auth.jwt() ->> 'a')::boolean = false", ("false",)),
        ("(auth.jwt() ->> 'a')::boolean = true", ("true",)),
        ("(auth.jwt() ->> 'a')::text = x", ()),
        ("auth.jwt() -> 'a' ->> 'b' = 'c'", ("c",)),
    ],
)
def test_the_values_that_a_condition_names_are_texts(text: str, values: tuple[str, ...]) -> None:
    (found,) = claimed(atom(text))
    assert found.values == values


@pytest.mark.parametrize(
    ("operator", "pattern"),
    [
        ("like", "~~"),
        ("ilike", "~~*"),
        ("~", "~"),
        ("~*", "~*"),
        ("=", ""),
        ("not like", ""),
        ("<>", ""),
    ],
)
def test_a_pattern_is_told_from_a_value(operator: str, pattern: str) -> None:
    (found,) = claimed(atom(f"auth.jwt() ->> 'a' {operator} 'b%'"))
    assert found.pattern == pattern


def test_a_value_knows_the_columns_that_it_is_compared_with() -> None:
    (found,) = claimed(atom("auth.jwt() ->> 'a' = t.b::text || c"))
    assert found.columns == (("t", "b"), ("", "c"))


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("meta ->> 'a' = 'b'", [(("a",), ("b",))]),
        ("meta -> 'a' ->> 'b' = 'c'", [(("a", "b"), ("c",))]),
        ("meta #>> '{a,b}' = 'c'", [(("a", "b"), ("c",))]),
        ("""meta -> 'z' #> '{a, "b"}' = x""", [(("z", "a", "b"), ())]),
        ("meta::jsonb -> 'a' = '1'", [(("a",), ("1",))]),
        ("(meta -> 'a')::jsonb -> 'b' = '1'", [(("a", "b"), ("1",))]),
        ("meta ? 'k'", [(("k",), ())]),
        ("meta ?| array['k', 'l']", [(("k",), ("l",)), (("l",), ("k",))]),
        ("meta ?& array['k', 'l']", [(("k",), ("l",)), (("l",), ("k",))]),
        ("meta ->> 'a' = meta ->> 'b'", [(("a",), ("b",)), (("b",), ("a",))]),
        ("(meta ->> 'a')::boolean", [(("a",), ("true",))]),
        ("meta ->> 'a' in ('b', 'b', 'c')", [(("a",), ("b", "c"))]),
        ("meta @> '{\"a\": 1}'", []),
        ("meta ->> 0 = 'x'", []),
        ("meta ->> x = 'y'", []),
        ("a = 'y'", []),
    ],
)
def test_paths_into_documents_of_rows_are_found_with_the_texts_beside_them(
    text: str, paths: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    assert list(paths_of(atom(text))) == paths
