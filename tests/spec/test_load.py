from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from wakti_sb.errors import SpecError
from wakti_sb.spec import Nobody, Own, Rule, Spec, load, parse

ROOT = Path(__file__).parents[2]


def problem(text: str) -> str:
    with pytest.raises(SpecError) as error:
        parse(text)
    return str(error.value)


def test_an_empty_file_means_the_documented_contract() -> None:
    spec = parse("")
    assert spec == Spec()
    assert spec.limits.file == 10 * 1024 * 1024
    assert spec.limits.project == 50 * 1024 * 1024
    assert spec.limits.json_body == 1024 * 1024
    assert spec.rate_limits.submit == 60
    assert spec.auth.pbkdf2_iterations == 600_000
    assert (spec.stack.port, spec.stack.db_port) == (54321, 54322)


def test_the_file_of_this_repository_describes_the_backend() -> None:
    spec = load(ROOT / "wakti.toml")
    assert {owned.table for owned in spec.owned} == {
        "public.projects",
        "public.project_backends",
        "public.project_uploads",
        "public.project_form_submissions",
        "public.project_collections",
        "public.project_collection_schemas",
        "public.project_site_users",
    }
    assert [bucket.name for bucket in spec.bucket] == ["project-uploads"]
    assert spec.limits == Spec().limits


def test_the_example_of_the_database_contract_is_read() -> None:
    (owned,) = parse("""
        [[owned]]
        table = "public.project_uploads"
        through = "public.projects"
        key = "project_id"
        owner = "user_id"
        select = "own"
        insert = "none"
        update = []
        delete = "none"
        hidden = []
    """).owned
    assert owned.select == Rule(Own())
    assert owned.insert.right == owned.update.right == owned.delete.right == Nobody()
    assert owned.placing == ("project_id", "user_id")


def test_what_is_not_mentioned_is_not_allowed() -> None:
    (owned,) = parse('[[owned]]\ntable = "public.notes"\nowner = "user_id"').owned
    assert {owned.rule(op).right for op in ("select", "insert", "update", "delete")} == {Nobody()}


def test_a_list_of_columns_is_for_the_owner_or_for_members() -> None:
    spec = parse("""
        [[owned]]
        table = "public.notes"
        owner = "user_id"
        update = ["text"]
        [[owned]]
        table = "public.team_notes"
        key = "team_id"
        members = {table = "public.team_members", key = "team_id", user = "user_id"}
        update = ["text"]
    """)
    assert str(spec.owned[0].update.right) == "own"
    assert str(spec.owned[1].update.right) == "member"
    assert spec.owned[1].update.columns == ("text",)


def test_a_view_is_described_like_a_table() -> None:
    (view,) = parse('[[view]]\nview = "public.v"\nowner = "user_id"\nselect = "own"').view
    assert view.table == "public.v"
    assert view.is_view
    assert view.invoker


def test_paths_of_a_bucket_name_what_each_folder_means() -> None:
    (bucket,) = parse("""
        [[owned]]
        table = "public.projects"
        owner = "user_id"
        [[bucket]]
        name = "files"
        paths = ["{public.projects}", "old/{user}/*/{public.projects}/*"]
    """).bucket
    kinds = [[segment.kind for segment in path] for path in bucket.paths]
    assert kinds == [["row"], ["name", "user", "any", "row"]]


def test_an_excuse_ends_after_its_last_day() -> None:
    (excuse,) = parse("""
        [[excuse]]
        object = "public.legacy"
        reason = "goes away with the old app"
        until = 2026-03-31
    """).excuse
    assert excuse.holds(datetime.date(2026, 3, 31))
    assert not excuse.holds(datetime.date(2026, 4, 1))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[limit]\nfile = 8", 'top level: "limit" is not known; did you mean "limits"?'),
        ("[limits]\nflie = 8", '[limits]: "flie" is not known; did you mean "file"?'),
        ('[limits]\nfile = "8"', '[limits]: file = "8": should be a valid integer'),
        ("[limits]\nfile = 0", "[limits]: file = 0: should be greater than 0"),
        ("[stack]\nport = 70000", "[stack]: port = 70000: should be less than or equal to 65535"),
        ("[limits]\nfile = 99999999", "[limits] file = 99999999 is more than project = 52428800"),
        (
            "[auth]\npassword_min = 100\npassword_max = 50",
            "[auth] password_min = 100 is more than password_max = 50",
        ),
        ('[project]\nname = "my app"', 'name = "my app": "my app" is not a name of letters'),
        (
            '[uploads]\nmime_types = ["jpeg"]',
            'mime_types.0 = "jpeg": "jpeg" is not a MIME type such as "image/png"',
        ),
        ("owned = 3", "[owned]: should be a valid array"),
        ('[[owned]]\nselect = "own"', "[[owned]] number 1: table is missing"),
        ('[[owned]]\ntable = "a.b.c"', "'a.b.c' is not a name such as \"public.projects\""),
        ('[[owned]]\ntable = "t"\nselect = "onw"', 't: select = "onw": "onw" is not a right; did'),
        ('[[owned]]\ntable = "t"\nselekt = "own"', 't: "selekt" is not known; did you mean "sele'),
        ('[[owned]]\ntable = "t"\nselect = 3', 'a right is a text such as "own", not 3'),
        (
            '[[owned]]\ntable = "t"\nowner = "u"\nupdate = {right = "own", colums = ["x"]}',
            '"colums" is not known here; valid are: right, columns',
        ),
        (
            '[[owned]]\ntable = "t"\nselect = "own"',
            'public.t: select = "own", but neither owner nor through names the owner',
        ),
        (
            '[[owned]]\ntable = "t"\nowner = "u"\nselect = "member"',
            'public.t: select = "member", but members is missing here and in through',
        ),
        (
            '[[owned]]\ntable = "t"\nkey = "k"\nselect = "role:admin"\n'
            'members = {table = "m", key = "k", user = "u"}',
            "but members names no role column",
        ),
        (
            '[[owned]]\ntable = "t"\nselect = "shared"',
            'public.t: select = "shared", but shared is missing here and in through',
        ),
        (
            '[[owned]]\ntable = "t"\nselect = "shared:write"\n'
            'shared = {table = "s", key = "k", user = "u"}',
            "but shared names no role column",
        ),
        (
            '[[owned]]\ntable = "t"\nshared = {table = "s", key = "k", user = "u", role = "r"}\n'
            '[[owned]]\ntable = "s"\nselect = "shared:write"',
            'in the table of shares itself "shared" is the person that a row names',
        ),
        (
            '[[owned]]\ntable = "t"\nshared = true',
            "of a table that another program made say external = true",
        ),
        (
            '[[bucket]]\nname = "b"\npaths = "{user}"\nselect = "shared"',
            "no folder of paths names a shared row",
        ),
        (
            '[[bucket]]\nname = "b"\nselect = "claim:a={b}"',
            "but a file has no columns",
        ),
        (
            '[[owned]]\ntable = "t"\nselect = "claim:a={b}"\nupdate = '
            '{right = "claim:a={b}", columns = ["b"]}',
            'update lists "b", which says whose row it is',
        ),
        (
            '[[owned]]\ntable = "t"\nmembers = {tabel = "m", key = "k", user = "u"}',
            '[[owned]] t: "tabel" is not known; did you mean "table"?',
        ),
        (
            '[[owned]]\ntable = "t"\nowner = "u"\nupdate = ["u"]',
            'update lists "u", which says whose row it is',
        ),
        (
            '[[owned]]\ntable = "t"\nthrough = "p"',
            "through names public.p and key names no column",
        ),
        (
            '[[owned]]\ntable = "t"\nthrough = ["p", "q"]\nkey = ["a"]',
            "through names public.p, public.q and key names a",
        ),
        (
            '[[owned]]\ntable = "a"\nthrough = "b"\nkey = "k"\n'
            '[[owned]]\ntable = "b"\nthrough = "a"\nkey = "k"',
            "through leads in a circle: public.a → public.b → public.a",
        ),
        (
            '[[owned]]\ntable = "t"\n[[owned]]\ntable = "public.t"',
            "public.t is described 2 times; keep one entry",
        ),
        (
            '[[bucket]]\nname = "b"\npaths = "{public.projects}"',
            'bucket b: paths names "{public.projects}", which no [[owned]] entry describes',
        ),
        ('[[bucket]]\nname = "b"\npaths = "{users}"', 'paths names "{public.users}", which no'),
        ('[[bucket]]\nname = "b"\npaths = "a{b"', '"a{b" is neither a folder\'s name nor *'),
        (
            '[[bucket]]\nname = "b"\nselect = "public where a"',
            'but a file has no columns; write "public"',
        ),
        (
            '[[bucket]]\nname = "b"\npaths = "{user}"\nselect = "member"',
            "no folder of paths names a place with members",
        ),
        (
            '[[function]]\nfunction = "f"\nexecute = "own"',
            'a function is executed by roles; valid are "none", "authenticated", "public"',
        ),
        (
            '[[function]]\nfunction = "public.f(uuid); drop table x"',
            'is not a name such as "public.f(uuid)"',
        ),
        ('[[excuse]]\nobject = "x"', "[[excuse]] x: reason is missing"),
        ("a =", "is not TOML"),
    ],
)
def test_a_mistake_is_one_sentence_with_section_key_and_value(text: str, sentence: str) -> None:
    assert sentence in problem(text)


def test_every_mistake_is_named_at_once() -> None:
    text = problem("[limits]\nfile = 0\n[stack]\nport = 0")
    assert "[limits]: file" in text
    assert "[stack]: port" in text


def test_a_missing_file_says_which_command_writes_one(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="wakti-sb init"):
        load(tmp_path / "wakti.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "wakti.toml"
    path.write_bytes(b"\xef\xbb\xbf[limits]\r\nfile = 1024\r\n")
    assert load(path).limits.file == 1024


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wakti.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpecError, match="cannot be read"):
        load(path)


def test_a_spec_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse("").project.name = "other"
