"""Holes in one branch of a view's WHERE or of a function's body, each beside its sound form."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import run

_TABLE = table("t", "v text", "kind text not null default 'a'", "shared boolean default false")
_OWNED = (
    "[[owned]]\ntable = 't'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\nupdate = 'own'\n"
    "delete = 'own'\n"
)
_VIEW = _OWNED + "[[view]]\nview = 'shown'\nowner = 'user_id'\nselect = 'own'\ninvoker = false\n"
_FUNCTION = _OWNED + "[[function]]\nfunction = 'told'\nexecute = 'authenticated'\n"
_READ_ONLY = (
    "; revoke all on shown from anon, authenticated; grant select on shown to authenticated"
)
_MINE = "user_id = auth.uid()"
_NOBODY_ELSE = "; revoke execute on function told from public, anon"
_DEFINER = "language sql security definer set search_path = pg_catalog, pg_temp"


def _view(query: str, sound: str) -> tuple[str, str]:
    return (
        f"{_TABLE} create view shown as {query}{_READ_ONLY}",
        f"create or replace view shown as {sound}",
    )


def _function(signature: str, body: str, sound: str) -> tuple[str, str]:
    made = f"create or replace function told({signature} {_DEFINER} as $$ {{}} $$"
    return f"{_TABLE} {made.format(body)}{_NOBODY_ELSE}", made.format(sound)


_OTHER = "shown: another owner cannot see this row"
_LEARNS = "another owner learns only what the tables tell it"
_ROWS = "select * from t where"
_JOINED = (
    "select t.id, t.user_id, n.n from t left join generate_series(1, 1) as n (n) on true where"
)
_BODY = "select * from public.t where user_id = auth.uid()"
_COUNT = "select count(*) from public.t where user_id = auth.uid()"
_HAS = "select exists (select from public.t where id = which and "
_HOLES = {
    "a kind of row that a view shows to all": Hole(
        *_view(f"{_ROWS} {_MINE} or kind = 'open'", f"{_ROWS} {_MINE}"), _OTHER, _VIEW
    ),
    "two conditions of a join that together show a row to all": Hole(
        *_view(f"{_JOINED} {_MINE} or (t.shared and t.kind = 'x')", f"{_JOINED} {_MINE}"),
        _OTHER,
        _VIEW,
    ),
    "the second half of a union": Hole(
        *_view(
            f"{_ROWS} {_MINE} and kind <> 'open' union all {_ROWS} kind = 'open'",
            f"{_ROWS} {_MINE} and kind <> 'open' union all {_ROWS} kind = 'open' and {_MINE}",
        ),
        _OTHER,
        _VIEW,
    ),
    "a branch behind a WITH": Hole(
        *_view(
            "with me as (select auth.uid() as id)"
            " select t.id, t.user_id from t, me where t.user_id = me.id or t.v like 'pub%'",
            "with me as (select auth.uid() as id)"
            " select t.id, t.user_id from t, me where t.user_id = me.id",
        ),
        _OTHER,
        _VIEW,
    ),
    "a kind of row that a function tells to all": Hole(
        *_function(") returns setof t", f"{_BODY} or kind = 'open'", _BODY),
        f"told(): {_LEARNS}",
        _FUNCTION,
    ),
    "a word that opens all rows": Hole(
        *_function("what text) returns bigint", f"{_COUNT} or what = 'all'", _COUNT),
        f"told(text): {_LEARNS} (5)",
        _FUNCTION,
    ),
    "a flag that opens all rows": Hole(
        *_function("every boolean default false) returns bigint", f"{_COUNT} or every", _COUNT),
        f"told(boolean): {_LEARNS} (3)",
        _FUNCTION,
    ),
    "a row of a kind that is known by its key": Hole(
        *_function(
            "which uuid) returns boolean", f"{_HAS} ({_MINE} or shared))", f"{_HAS} {_MINE})"
        ),
        f"told(uuid): {_LEARNS} by the key of t (2)",
        _FUNCTION,
    ),
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", _HOLES)
def test_a_hole_is_found_and_its_sound_form_is_clean(name: str, empty_database: str) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)


def test_what_no_row_shows_of_a_view_is_untested(empty_database: str) -> None:
    url = applied(
        empty_database,
        *_view(f"{_ROWS} {_MINE} or extract(year from now()) > 2999", f"{_ROWS} {_MINE}")[:1],
    )
    more = "[[view]]\nview = 'shown'\nowner = 'user_id'\nselect = 'own'\ninvoker = false\n"
    (finding,) = run(model("t", more=more), url).findings
    assert finding.id.startswith("public.shown: its where, never true: EXTRACT")
    assert "clock" in finding.reason
